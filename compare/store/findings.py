"""What findings over stored conversations are made from: answers in trouble, recorded numbers, and scans of threads.

A scan is what was found in a thread's words alone. Threads never change, so it is made once and kept; `rules` numbers
the rules that it was made under. Archived threads are left out everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from compare.records import Finish, Origin, Role, Status
from compare.store.part import Part


class Said(NamedTuple):
    """One message of a thread, as far as its words go."""

    role: Role
    text: str


class Scan(NamedTuple):
    """What one thread's words told."""

    thread_id: str
    tokens: tuple[int, ...]
    """For every message the tokens of the thread up to and with it, by the local count."""
    asked_again: tuple[dict[str, Any], ...]


class ScanState(NamedTuple):
    """How far the scan is."""

    n_threads: int
    n_scanned: int
    n_recorded: int
    """Recorded answers that carry numbers."""
    newest_answer: int
    """Rises with every answer that is stored."""


class Repeated(NamedTuple):
    """A thread in which something was asked again."""

    thread_id: str
    title: str
    asked_again: tuple[dict[str, Any], ...]


class TroubledAnswer(NamedTuple):
    """An answer that failed, was cut, or was given to a thread of which we left something out."""

    answer_id: str
    thread_id: str
    title: str
    candidate_id: str
    origin: Origin
    status: Status
    finish: Finish
    error: str | None
    n_cut: int
    """Messages that were not sent."""
    n_messages: int
    """Messages of the prompt, all roles."""
    n_of_thread: int
    """Messages of the thread as imported."""


class RecordedNumbers(NamedTuple):
    """The numbers of one recorded answer."""

    answer_id: str
    thread_id: str
    title: str
    candidate_id: str
    n_messages: int
    total_ms: float | None
    ttft_ms: float | None
    in_reported: int | None
    cached: int | None
    model_served: str | None
    goes_on: bool
    """Whether calls of tools stand between the question and this answer, so that more was sent than up to there."""
    in_thread: int | None
    """Tokens of the thread up to its question, by the local count; None while the thread is not scanned."""


class Findings(Part):
    """The store's part for findings."""

    def scan_state(self, rules: int) -> ScanState:
        """How many threads there are and how many are scanned under these rules."""
        with self._database.reading() as connection:
            return ScanState(*connection.execute(_STATE, {"rules": rules}).fetchone())

    def unscanned_threads(self, rules: int, limit: int) -> list[str]:
        """Ids of the newest threads that are not scanned under these rules."""
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(_UNSCANNED, {"rules": rules, "limit": limit}).fetchall()]

    def texts_of(self, thread_ids: Sequence[str]) -> dict[str, list[Said]]:
        """The words of these threads as imported, in one query; branches that were added since are left out."""
        with self._database.reading() as connection:
            rows = connection.execute(_TEXTS, (json.dumps(list(thread_ids)),)).fetchall()
        messages = {row["id"]: row for row in rows}
        found: dict[str, list[Said]] = {}
        for leaf_id, thread_id in {(row["leaf_message_id"], row["thread_id"]) for row in rows}:
            path: list[Said] = []
            at: str | None = leaf_id
            while at is not None:
                path.append(Said(messages[at]["role"], messages[at]["text"]))
                at = messages[at]["parent_id"]
            found[thread_id] = path[::-1]
        return found

    def save_scans(self, rules: int, scans: Iterable[Scan]) -> None:
        """Keep what was found, in one transaction; a scan under other rules is replaced."""
        rows = [(s.thread_id, rules, s.tokens[-1], json.dumps(s.tokens), json.dumps(s.asked_again)) for s in scans]
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO thread_scans (thread_id, rules, n_tokens, tokens_json, asked_again_json) "
                "VALUES (?, ?, ?, ?, ?)",
                rows,
            )

    def asked_again(self, rules: int) -> list[Repeated]:
        """Threads in which something was asked again, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_ASKED_AGAIN, (rules,)).fetchall()
        return [Repeated(row[0], row[1], tuple(json.loads(row[2]))) for row in rows]

    def troubled_answers(self, limit: int) -> list[TroubledAnswer]:
        """The newest answers of any origin that failed, were cut off, or did not see the whole thread."""
        with self._database.reading() as connection:
            rows = connection.execute(_TROUBLED, (limit,)).fetchall()
        return [TroubledAnswer(*row) for row in rows]

    def recorded_numbers(self, limit: int) -> list[RecordedNumbers]:
        """The numbers of recorded answers that carry some; of more than `limit` the newest."""
        with self._database.reading() as connection:
            rows = connection.execute(_RECORDED, (limit,)).fetchall()
        return [RecordedNumbers(*row)._replace(goes_on=bool(row["goes_on"])) for row in rows]


_SHOWN = "NOT EXISTS (SELECT 1 FROM archived_threads x WHERE x.thread_id = t.id)"

_NUMBERS = "a.origin = 'recorded' AND (a.total_ms IS NOT NULL OR a.ttft_ms IS NOT NULL OR a.in_reported IS NOT NULL)"
"""The condition of the index answers_recorded_numbers, word for word: SQLite counts by it then."""

_STATE = f"""
SELECT
    (SELECT count(*) FROM threads t WHERE {_SHOWN}),
    (SELECT count(*) FROM thread_scans s JOIN threads t ON t.id = s.thread_id WHERE s.rules = :rules AND {_SHOWN}),
    (SELECT count(*) FROM answers a WHERE {_NUMBERS}),
    (SELECT coalesce(max(rowid), 0) FROM answers)
"""

_UNSCANNED = f"""
SELECT t.id FROM threads t
WHERE NOT EXISTS (SELECT 1 FROM thread_scans s WHERE s.thread_id = t.id AND s.rules = :rules) AND {_SHOWN}
ORDER BY t.rowid DESC LIMIT :limit
"""

_TEXTS = """
SELECT m.id, m.parent_id, m.role, m.text, m.thread_id, t.leaf_message_id
FROM threads t JOIN messages m ON m.thread_id = t.id
WHERE t.id IN (SELECT value FROM json_each(?))
"""

_ASKED_AGAIN = f"""
SELECT t.id, t.title, s.asked_again_json
FROM thread_scans s JOIN threads t ON t.id = s.thread_id
WHERE s.rules = ? AND s.asked_again_json <> '[]' AND {_SHOWN}
ORDER BY t.rowid DESC
"""

_TROUBLED = f"""
SELECT a.id, t.id, t.title, a.candidate_id, a.origin, a.status, a.finish, a.error, json_array_length(a.cut_json),
    a.n_messages, t.n_messages
FROM answers a JOIN messages m ON m.id = a.prompt_leaf_id JOIN threads t ON t.id = m.thread_id
WHERE (a.status = 'failed' OR a.finish = 'length' OR a.cut_json <> '[]') AND {_SHOWN}
ORDER BY a.rowid DESC LIMIT ?
"""

_RECORDED = f"""
SELECT a.id, t.id, t.title, a.candidate_id, a.n_messages, a.total_ms, a.ttft_ms, a.in_reported, a.cached,
    a.model_served, a.warnings_json <> '[]' AS goes_on, json_extract(s.tokens_json, '$[' || (a.n_messages - 1) || ']')
FROM (
    SELECT a.rowid AS place, id, candidate_id, prompt_leaf_id, n_messages, total_ms, ttft_ms, in_reported, cached,
        model_served, warnings_json
    FROM answers a WHERE {_NUMBERS} ORDER BY a.rowid DESC LIMIT ?
) a
CROSS JOIN messages m ON m.id = a.prompt_leaf_id CROSS JOIN threads t ON t.id = m.thread_id
LEFT JOIN thread_scans s ON s.thread_id = t.id
WHERE {_SHOWN}
ORDER BY a.place DESC
"""
