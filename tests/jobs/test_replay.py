"""Replaying threads: every cell is asked once, counted at the server, and a job that was cut short goes on."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from compare.engine.backend import Backend
from compare.jobs.plan import Plan, cell_key, make_cells
from compare.jobs.replay import Replayed, Tally, replay
from compare.jobs.terms import Terms
from compare.jobs.told import Pulse
from compare.records import Answer, Candidate, Message, ModelSpec, Thread
from compare.store import Store
from compare.store.cells import Cell, Working
from tests.engine.servers import Act, Exchange, ModelServer, answering, model_server, refusing, simulator


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.engine.retry._FIRST_WAIT_S", 0.02)


class Job:
    """A plan over stored threads, run as often as a test likes."""

    def __init__(self, store: Store, specs: list[ModelSpec], n_threads: int = 2, n_turns: int = 3, **plan: Any) -> None:
        self.store = store
        threads = [store.thread(store.save_thread(conversation(n, n_turns)).id) for n in range(n_threads)]
        candidates = [Candidate(spec.id, simulated=spec.simulated) for spec in specs]
        for candidate, spec in zip(candidates, specs, strict=True):
            store.save_candidate(candidate, spec)
        self.plan = Plan(tuple(threads), tuple(zip(candidates, specs, strict=True)), **plan)
        self.specs = {spec.id: spec for spec in specs}
        self.find: Callable[[str], ModelSpec] = self.specs.__getitem__
        self.id = store.find_or_start_job("run", self.plan.spec_json).id
        self.seen: list[tuple[str, Answer, bool]] = []
        self.replayed: Replayed | None = None
        make_cells(store, self.id, self.plan.asked, self.plan.threads)

    def run(
        self,
        *,
        concurrency: int = 4,
        sim_url: str | None = None,
        stop_after: Callable[[int], bool] | None = None,
        on_pulse: Callable[[Pulse], None] = lambda pulse: None,
        **terms: Any,
    ) -> Tally:
        """Run it to the end, or until `stop_after(cells so far)`; then CancelledError is raised."""
        self.seen = []
        self.store.finish_job(self.id, "running")
        self.store.retry_failed_cells(self.id)

        async def main() -> Replayed:
            stopping = asyncio.Event()

            def on_cell(cell: Cell, answer: Answer, reused: bool) -> None:
                self.seen.append((cell.thread_id, answer, reused))
                if stop_after is not None and stop_after(len(self.seen)):
                    stopping.set()

            async with Backend(sim_url=sim_url) as backend:
                work = asyncio.create_task(
                    self.replay(backend, Terms(concurrency, **terms), on_cell=on_cell, on_pulse=on_pulse)
                )
                watch = asyncio.create_task(stopping.wait())
                await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
                watch.cancel()
                if not work.done():
                    work.cancel()
                return await work

        self.replayed = asyncio.run(main())
        return self.replayed.tally

    async def replay(self, backend: Backend, terms: Terms, **told: Any) -> Replayed:
        """Once, on the running loop."""
        told.setdefault("on_cell", lambda *_: None)
        return await replay(self.store, self.id, backend, terms, self.find, **told)

    @property
    def cells(self) -> list[Cell]:
        return list(self.store.cells(self.id))

    @property
    def stored(self) -> list[Answer]:
        return self.store.job_answers(self.id)

    @property
    def finished(self) -> list[Answer]:
        """Cells that need not be asked again."""
        return [answer for answer in self.stored if answer.cell_key]


def conversation(n: int, n_turns: int) -> Thread:
    messages = [Message("system", f"Thread {n}.")]
    for turn in range(1, n_turns + 1):
        messages += [Message("user", f"Question {turn} of {n}?"), Message("assistant", f"Recorded {turn} of {n}.")]
    return Thread(tuple(messages), title=f"Thread {n}")


def asked(request: dict[str, Any]) -> str:
    """The last user message of a request."""
    return str(request["messages"][-1]["content"])


def per_question(server: ModelServer, acts: dict[str, Act], otherwise: Act) -> Act:
    async def act(exchange: Exchange) -> None:
        await acts.get(asked(server.requests[-1]), otherwise)(exchange)

    return act


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_fixed_history_asks_the_last_turn_of_every_thread(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one"), server.spec("two")], repeat=2)
    tally = job.run()
    assert tally == Tally(total=8, asked=8, reused=0, failed=0)
    assert tally.finished == 8
    assert sorted((r["model"], asked(r)) for r in server.requests) == sorted(
        (model, f"Question 3 of {n}?") for model in ("wire-one", "wire-two") for n in range(2) for _ in range(2)
    )
    assert all(a.origin == "batch" and a.history == "fixed" and a.turn == 3 for a in job.stored)
    assert sorted(a.repeat for a in job.stored) == [0] * 4 + [1] * 4
    # As the thread has it: recorded replies are part of what is sent.
    assert {m["content"] for m in server.requests[0]["messages"] if m["role"] == "assistant"} <= {
        f"Recorded {turn} of {n}." for turn in (1, 2) for n in range(2)
    }


def test_all_turns_under_fixed_history(store: Store, server: ModelServer) -> None:
    tally = Job(store, [server.spec()], turns="all").run()
    assert tally.total == tally.asked == 6
    assert sorted(map(asked, server.requests)) == sorted(f"Question {t} of {n}?" for t in (1, 2, 3) for n in range(2))


@pytest.mark.parametrize("turns", ["last", "all"])
def test_own_history_is_a_chain_of_the_candidates_own_answers(store: Store, server: ModelServer, turns: str) -> None:
    async def number(exchange: Exchange) -> None:
        body = server.requests[-1]
        await answering(f"{body['model']} on {asked(body)}")(exchange)

    server.acts = [number]
    job = Job(store, [server.spec("one"), server.spec("two")], history="own", turns=turns)
    assert job.run() == Tally(total=12, asked=12)
    for body in server.requests:
        own = [m["content"] for m in body["messages"] if m["role"] == "assistant"]
        assert own == [f"{body['model']} on {m['content']}" for m in body["messages"][:-1] if m["role"] == "user"]
        assert not any("Recorded" in m["content"] for m in body["messages"])
    third = next(a for _, a, _ in job.seen if a.turn == 3)
    sent = json.loads(third.sent_json)
    before = {a.id: a for a in job.stored}
    assert [before[answer_id].turn for answer_id in sent["own_answer_ids"]] == [1, 2]
    assert {before[answer_id].candidate_id for answer_id in sent["own_answer_ids"]} == {third.candidate_id}
    assert sent["left_out"] == {"recorded answer": 2}


def test_cells_go_thread_by_thread_so_that_candidates_advance_together(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one"), server.spec("two")], turns="all")
    titles = {thread.id: thread.title for thread in job.plan.threads}
    order = [(titles[cell.thread_id], cell.lane, cell.turn) for cell in job.cells]
    assert order[:4] == [("Thread 0", "one", 1), ("Thread 0", "one", 2), ("Thread 0", "one", 3), ("Thread 0", "two", 1)]
    assert [title for title, _, _ in order] == ["Thread 0"] * 6 + ["Thread 1"] * 6
    assert all(cell.chain == cell.place for cell in job.cells)


def test_under_own_history_a_cell_belongs_to_a_chain(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one"), server.spec("two")], history="own")
    assert [cell.chain for cell in job.cells] == [0] * 3 + [3] * 3 + [6] * 3 + [9] * 3


def test_a_cell_is_named_by_everything_that_makes_it(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one"), server.spec("two")], turns="all", repeat=2)
    assert len({cell.cell_key for cell in job.cells}) == len(job.cells) == 2 * 2 * 3 * 2
    assert cell_key("job", "sha", 1, "candidate", 0) != cell_key("other job", "sha", 1, "candidate", 0)


def test_the_same_plan_is_the_same_job_and_another_is_not(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec()])
    assert Job(store, [server.spec()]).id == job.id
    assert Job(store, [server.spec()], repeat=2).id != job.id
    assert Job(store, [server.spec()], history="own").id != job.id
    assert Job(store, [server.spec()], turns="all").id != job.id
    assert Job(store, [server.spec("other")]).id != job.id
    assert Job(store, [server.spec()], n_threads=1).id != job.id


# --- going on --------------------------------------------------------------------------------------------------------


def test_resuming_asks_nothing_that_is_finished(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one"), server.spec("two")], history="own")
    job.run()
    n_requests, answers = len(server.requests), {a.id for _, a, _ in job.seen}
    assert job.run() == Tally(total=12, asked=0, reused=12, failed=0)
    assert len(server.requests) == n_requests
    assert {a.id for _, a, _ in job.seen} == answers
    assert all(reused for _, _, reused in job.seen)


def test_only_failed_cells_are_asked_again(store: Store, server: ModelServer) -> None:
    server.acts = [per_question(server, {"Question 3 of 1?": refusing(400, "not today")}, answering("Yes."))]
    job = Job(store, [server.spec()], n_threads=3)
    assert job.run() == Tally(total=3, asked=3, reused=0, failed=1)
    assert len(job.finished) == 2
    server.acts = [answering("Yes.")]
    server.requests.clear()
    assert job.run() == Tally(total=3, asked=1, reused=2, failed=0)
    assert list(map(asked, server.requests)) == ["Question 3 of 1?"]
    assert len(job.finished) == 3


def test_turns_after_a_failed_one_are_not_asked_and_say_so_and_resume_goes_on_from_there(
    store: Store, server: ModelServer
) -> None:
    server.acts = [per_question(server, {"Question 2 of 0?": refusing(400, "not today")}, answering("Yes."))]
    job = Job(store, [server.spec()], n_threads=1, n_turns=4, history="own")
    assert job.run() == Tally(total=4, asked=4, reused=0, failed=3)
    assert list(map(asked, server.requests)) == ["Question 1 of 0?", "Question 2 of 0?"]
    assert [(a.turn, a.status, a.attempts) for a in job.stored] == [
        (1, "done", 1), (2, "failed", 1), (3, "failed", 0), (4, "failed", 0),
    ]  # fmt: skip
    assert job.stored[3].error is not None
    assert job.stored[3].error.startswith("Not asked: the answer to turn 2, which its history needs, failed (")
    assert "not today" in job.stored[3].error

    server.acts = [answering("Now.")]
    server.requests.clear()
    assert job.run() == Tally(total=4, asked=3, reused=1, failed=0)
    assert list(map(asked, server.requests)) == [f"Question {turn} of 0?" for turn in (2, 3, 4)]
    own = [m["content"] for m in server.requests[-1]["messages"] if m["role"] == "assistant"]
    assert own == ["Yes.", "Now.", "Now."]
    assert sorted(a.turn for a in job.finished) == [1, 2, 3, 4]


def test_stopping_keeps_what_is_finished_and_resume_asks_the_rest(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one"), server.spec("two")], n_threads=4, history="own")
    with pytest.raises(asyncio.CancelledError):
        job.run(concurrency=2, stop_after=lambda n: n == 7)
    n_before = len(job.finished)
    assert 7 <= n_before < 24
    n_requests = len(server.requests)
    tally = job.run()
    assert tally == Tally(total=24, asked=24 - n_before, reused=n_before, failed=0)
    assert len(server.requests) == n_requests + tally.asked
    assert len(job.finished) == len({a.cell_key for a in job.finished}) == 24


def test_an_answer_that_was_stopped_is_kept_with_its_text_and_asked_again(store: Store, server: ModelServer) -> None:
    begun = threading.Event()

    async def half(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.delta(content="Half")
        begun.set()
        await exchange.reader.read()

    server.acts = [half]
    job = Job(store, [server.spec()], n_threads=1)

    async def main() -> None:
        async with Backend() as backend:
            work = asyncio.create_task(job.replay(backend, Terms(1)))
            await asyncio.to_thread(begun.wait, 10)
            await asyncio.sleep(0.1)
            work.cancel()
            await work

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert [(a.status, a.text, a.cell_key) for a in job.stored] == [("stopped", "Half", None)]
    server.acts = [answering("Whole.")]
    assert job.run() == Tally(total=1, asked=1)


def test_a_stop_that_comes_while_an_answer_is_saved_saves_it_and_asks_no_more(
    store: Store, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(store, [server.spec()], n_threads=5)
    saving, go_on = threading.Event(), threading.Event()
    finish = Working.finish

    def slow(working: Working, *arguments: Any, **named: Any) -> bool:
        saving.set()
        assert go_on.wait(10)
        return finish(working, *arguments, **named)

    monkeypatch.setattr(Working, "finish", slow)

    async def main() -> None:
        async with Backend() as backend:
            work = asyncio.create_task(job.replay(backend, Terms(1)))
            await asyncio.to_thread(saving.wait, 10)
            work.cancel()
            await asyncio.sleep(0.02)
            go_on.set()
            await work

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert len(job.finished) == len(server.requests) == 1


# --- bounds and counts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_than_so_many_are_asked_at_once(store: Store, server: ModelServer, concurrency: int) -> None:
    at_once: list[int] = []

    async def slow(exchange: Exchange) -> None:
        at_once.append(server.n_open)
        await asyncio.sleep(0.02)
        at_once.append(server.n_open)
        await answering("Yes.")(exchange)

    server.acts = [slow]
    Job(store, [server.spec("one"), server.spec("two")], n_threads=5).run(concurrency=concurrency)
    assert max(at_once) == concurrency


def test_every_cell_of_a_flaky_model_is_answered_or_failed_with_a_reason(store: Store) -> None:
    record: list[dict[str, Any]] = []
    spec = ModelSpec("sim-flaky", "openai-chat", "", "sim-flaky", simulated=True)
    job = Job(store, [spec], n_threads=12, n_turns=3, history="own", repeat=2)
    with simulator(record) as root:
        tally = job.run(concurrency=6, sim_url=root)
        assert tally.total == tally.asked == len(job.stored) == len(job.seen) == 72
        assert tally.failed == sum(a.status == "failed" for a in job.stored)
        assert 0 < tally.failed < 72
        assert all(a.error for a in job.stored if a.status == "failed")
        assert sum(a.attempts for a in job.stored) == len(record)
        # A fault does not repeat itself at the next attempt: every chain gets one turn further at least.
        for _ in range(4):
            tally = job.run(concurrency=6, sim_url=root)
        assert sum(a.attempts for a in job.stored) == len(record)
    assert (tally.asked, tally.reused, tally.failed) == (0, 72, 0)
    assert len({a.cell_key for a in job.finished}) == 72
    assert {a.repeat for a in job.finished} == {0, 1}


def test_a_defect_in_one_cell_ends_the_job_and_loses_nothing_that_was_finished(
    store: Store, server: ModelServer
) -> None:
    job = Job(store, [server.spec()], n_threads=6)

    def broken(_: Cell, answer: Answer, __: bool) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        async with Backend() as backend:
            await job.replay(backend, Terms(2), on_cell=broken)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(main())
    assert 1 <= len(job.finished) <= 2
    tally = job.run()
    assert (tally.total, tally.failed) == (6, 0)
    assert tally.reused == 6 - tally.asked >= 1


def test_what_a_cell_waits_for_is_said(store: Store, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.engine.breaker.FIRST_PAUSE_S", 0.05)
    server.acts = [*[refusing(500, "boom")] * 5, answering("Yes.")]
    job = Job(store, [server.spec()], n_threads=2)
    notes: list[str] = []

    async def main() -> Tally:
        async with Backend() as backend:
            return (await job.replay(backend, Terms(1), on_note=notes.append)).tally

    tally = asyncio.run(main())
    assert (tally.asked, tally.failed) == (2, 1)
    assert any("is not asked for another" in note and "boom" in note for note in notes)
