"""Processes that die and processes that share: each cell is answered once, nothing finished is asked again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from compare.store import Store, open_store
from tests.cli.command import start, weighbridge
from tests.engine.servers import Act, Exchange, ModelServer, answering, model_server

N_CELLS = 180
N_KILLS = int(os.environ.get("TEST_KILLS", "6"))
"""The whole test is made with 20 of them."""
AT_ONCE = 6
PATIENCE_S = 60.0


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as running:
        models = tmp_path / "own.toml"
        block = '[[model]]\nid = "{0}"\nprovider = "openai-chat"\nbase_url = "{1}"\nmodel = "wire-{0}"\n'
        models.write_text("".join(block.format(name, running.base_url) for name in ("one", "two")))
        monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(models))
        running.acts = [slowly()]
        yield running


def slowly(wait_s: float = 0.04) -> Act:
    async def act(exchange: Exchange) -> None:
        await asyncio.sleep(wait_s)
        await answering("Yes.")(exchange)

    return act


def held_until(event: threading.Event) -> Act:
    """No answer before the event; then each takes its time, so that nobody asks all that is left."""

    async def act(exchange: Exchange) -> None:
        while not event.is_set():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        await answering("Yes.")(exchange)

    return act


def threads_file(path: Path, n: int) -> Path:
    line = '{{"id": "t{0}", "messages": [{{"role": "user", "content": "Question {0}?"}}]}}\n'
    path.write_text("".join(map(line.format, range(n))))
    return path


def asked(server: ModelServer) -> Counter[tuple[str, str]]:
    """How often each model was asked each question."""
    return Counter((request["model"], request["messages"][-1]["content"]) for request in server.requests)


def answered(store: Store, job_id: str) -> set[tuple[str, str]]:
    """The finished cells, as `asked` names them."""
    return {
        (f"wire-{cell.lane}", store.thread_messages(cell.thread_id)[-1].text)
        for cell in store.cells(job_id, states=("done",))
    }


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_job_that_is_killed_again_and_again_has_every_answer_once(server: ModelServer, tmp_path: Path) -> None:
    store = open_store(tmp_path / "weighbridge.db")
    command: tuple[Any, ...] = (
        "run", "--threads", threads_file(tmp_path / "threads.jsonl", N_CELLS // 2), "--models", "one,two",
        "--concurrency", AT_ONCE, "--out", tmp_path / "out.jsonl", "--resume",
    )  # fmt: skip
    moments = random.Random(4417)
    finished: set[tuple[str, str]] = set()
    n_asked_of_finished, before = 0, asked(server)
    for _ in range(N_KILLS):
        running = start(*command)
        n_then = len(server.requests) + moments.randrange(1, N_CELLS // (N_KILLS + 2))
        until(lambda n=n_then: len(server.requests) >= n)  # type: ignore[misc]
        time.sleep(moments.random() * 0.05)
        os.kill(running.pid, signal.SIGKILL)
        running.communicate()
        n_asked_of_finished += sum((asked(server) - before)[cell] for cell in finished)
        finished, before = answered(store, store.job("last").id), asked(server)
    done = weighbridge(*command)
    assert f"{N_CELLS} of {N_CELLS} answers: {N_CELLS} good, 0 failed" in done.err
    n_asked_of_finished += sum((asked(server) - before)[cell] for cell in finished)
    assert n_asked_of_finished == 0
    assert len(store.jobs()) == 1
    job_id = store.job("last").id
    answers = store.job_answers(job_id)
    assert len(answers) == len({answer.cell_key for answer in answers}) == N_CELLS
    assert len(answered(store, job_id)) == N_CELLS
    # What was asked more than once was in flight when its process was killed, and the report says how many.
    again = [cell for cell, n in asked(server).items() if n > 1]
    assert len(again) <= N_KILLS * AT_ONCE
    counted = [cell for cell in store.cells(job_id) if cell.n_asked > 1]
    assert len(again) <= len(counted) <= N_KILLS * AT_ONCE
    assert f"{len(counted)} were taken more than once" in done.err
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == N_CELLS
    store.close()


def test_two_processes_on_one_job_ask_every_cell_once_and_both_write_all(server: ModelServer, tmp_path: Path) -> None:
    store = open_store(tmp_path / "weighbridge.db")
    threads = threads_file(tmp_path / "threads.jsonl", 60)

    def begin(name: str) -> Any:
        return start(
            "run", "--threads", threads, "--models", "one,two", "--concurrency", 4, "--out", tmp_path / name, "--resume"
        )

    both_work = threading.Event()
    server.acts = [held_until(both_work)]
    first = begin("first.jsonl")
    until(lambda: len(server.requests) > 0)
    second = begin("second.jsonl")
    until(lambda: len(server.requests) > 4)  # more than the first asks at once
    both_work.set()
    told = [process.communicate(timeout=PATIENCE_S)[1] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], told
    assert set(asked(server).values()) == {1}
    assert len(asked(server)) == 120
    answers = store.job_answers(store.job("last").id)
    assert len(answers) == len({answer.cell_key for answer in answers}) == 120
    n_asked = [int(text.split(" asked now")[0].rsplit(" ", 1)[1]) for text in told]
    assert sum(n_asked) == 120
    assert min(n_asked) > 0
    for name in ("first.jsonl", "second.jsonl"):
        assert len((tmp_path / name).read_text().splitlines()) == 120
    assert store.job("last").state == "done"
    store.close()
