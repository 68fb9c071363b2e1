"""One import in a process of its own: `worker WAY FILE FOLDER` prints CPU seconds and peak memory as JSON.

product: what `threads import` does. rows: the same file with orjson and prepared rows of the same tables, answers
included. messages: the same without the recorded answers, which a plain script would not keep.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path
from typing import Any

import orjson

from compare.store import open_store
from compare.store.database import open_connection

AT_ONCE = 500

_THREAD = (
    "INSERT INTO threads (id, title, source, source_ref, content_sha256, workload, leaf_message_id, n_messages, "
    "n_user_turns, imported_at) VALUES (?, '', '', ?, ?, 'interactive', ?, ?, ?, '')"
)
_MESSAGE = "INSERT INTO messages (id, thread_id, parent_id, role, parts_json, text) VALUES (?, ?, ?, ?, '', ?)"
_ANSWER = (
    "INSERT INTO answers (id, candidate_id, prompt_leaf_id, turn, n_messages, history, origin, status, finish, text, "
    "reasoning, repeat, sent_json, cut_json, started_at, usage_source, attempts, warnings_json) VALUES "
    "(?, 'p', ?, ?, ?, 'fixed', 'recorded', 'done', 'stop', ?, '', 0, '{}', '[]', '', 'missing', 1, '[]')"
)
_CANDIDATE = "INSERT INTO candidates VALUES ('p', '', 'production', '{}', 'full', 'none', NULL, 0, '', '', 0)"


def product(file: Path, database: Path) -> int:
    from compare.cli.threads_import import keep_all
    from compare.threads.importers import open_import

    incoming = open_import(file)
    return sum(1 for _ in keep_all(open_store(database), incoming.threads, incoming.reading))


def rows(file: Path, database: Path, *, with_answers: bool = True) -> int:
    connection = open_connection(database, 30.0)
    if with_answers:
        connection.execute(_CANDIDATE)
    ids, n = count(), 0
    with file.open("rb") as lines:
        while some := list(islice(lines, AT_ONCE)):
            threads: list[tuple[Any, ...]] = []
            messages: list[tuple[Any, ...]] = []
            answers: list[tuple[Any, ...]] = []
            for line in some:
                record = orjson.loads(line)
                thread_id, parent = f"{next(ids):024x}", None
                for place, message in enumerate(record["messages"], start=1):
                    message_id = f"{next(ids):024x}"
                    messages.append((message_id, thread_id, parent, message["role"], message["content"]))
                    if with_answers and message["role"] == "assistant":
                        answers.append((f"{next(ids):024x}", parent, place // 2, place - 1, message["content"]))
                    parent = message_id
                n_messages = len(record["messages"])
                threads.append((thread_id, record["id"], thread_id, parent, n_messages, n_messages // 2))
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_THREAD, threads)
            connection.executemany(_MESSAGE, messages)
            connection.executemany(_ANSWER, answers)
            connection.execute("COMMIT")
            n += len(threads)
    connection.close()
    return n


def messages(file: Path, database: Path) -> int:
    return rows(file, database, with_answers=False)


WAYS: dict[str, Callable[[Path, Path], int]] = {"product": product, "rows": rows, "messages": messages}


def main() -> None:
    way, file, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    database = folder / "weighbridge.db"
    began = time.process_time()
    n = WAYS[way](file, database)
    cpu_s = time.process_time() - began
    # Not getrusage: its peak is the parent's where that was larger.
    status = Path("/proc/self/status").read_text()
    peak_mb = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"n": n, "cpu_s": cpu_s, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
