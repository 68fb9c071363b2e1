"""How a job is worked on: fair shares, limits, the cost cap, the cache, pausing, and what it costs to keep books."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from compare.engine.backend import Backend
from compare.errors import ConfigError
from compare.jobs.create import create_job, extend_job
from compare.jobs.estimate import estimate, refuse_unknown_prices
from compare.jobs.overview import failures, overview
from compare.jobs.owner import is_gone, new_owner
from compare.jobs.request_key import request_key
from compare.jobs.terms import Limit, Terms
from compare.jobs.told import Pulse
from compare.records import Candidate, Message, ModelSpec, Price, Settings, Thread
from compare.store import Store
from compare.threads.prompts import fixed_prompt
from tests.engine.servers import Act, Exchange, ModelServer, answering, hanging, model_server, refusing
from tests.jobs.test_replay import Job, asked


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.engine.retry._FIRST_WAIT_S", 0.02)


def by_model(acts: dict[str, Act]) -> Act:
    """Each model does its own."""

    async def act(exchange: Exchange) -> None:
        await acts[exchange.request["model"].removeprefix("wire-")](exchange)

    return act


# --- shares ----------------------------------------------------------------------------------------------------------


def test_a_model_that_hangs_holds_its_share_and_the_other_is_asked_on(store: Store, server: ModelServer) -> None:
    server.acts = [by_model({"slow": hanging("Well"), "quick": answering("Yes.")})]
    job = Job(store, [server.spec("slow"), server.spec("quick")], n_threads=30, n_turns=1)

    def stop_after(_: int) -> bool:
        return sum(answer.text == "Yes." for _, answer, _ in job.seen) == 30

    with pytest.raises(asyncio.CancelledError):
        job.run(concurrency=4, stop_after=stop_after)
    assert Counter(r["model"] for r in server.requests)["wire-quick"] == 30
    # It took what nobody else wanted in the end, but no more than there was.
    assert 1 <= Counter(r["model"] for r in server.requests)["wire-slow"] <= 4
    # Those calls were begun and nothing came of them: they are told as stopped, and wait again.
    assert Counter(cell.state for cell in job.cells) == {"done": 30, "waiting": 30}


def test_a_dead_endpoint_is_left_alone_while_the_others_go_on(store: Store, server: ModelServer) -> None:
    dead = replace(server.spec("dead"), base_url="http://127.0.0.1:9/v1")
    job = Job(store, [dead, server.spec("quick")], n_threads=20, n_turns=1)

    def stop_after(_: int) -> bool:
        return sum(answer.status == "done" for _, answer, _ in job.seen) == 20

    with pytest.raises(asyncio.CancelledError):
        job.run(concurrency=4, stop_after=stop_after)
    states = Counter((cell.lane, cell.state) for cell in job.cells)
    assert states["quick", "done"] == 20
    assert states["dead", "waiting"] >= 20 - 4, "some have failed before it was known; the others wait for it"


def test_cells_that_wait_for_another_attempt_keep_no_other_model_waiting(store: Store, server: ModelServer) -> None:
    """Many rest at once: each was refused with a long Retry-After, which a job waits for."""
    asks_for_patience = refusing(429, "later", "retry-after: 60\r\n")
    server.acts = [by_model({"later": asks_for_patience, "quick": answering("Yes.")})]
    job = Job(store, [server.spec("later"), server.spec("quick")], n_threads=12, n_turns=1)
    other = replace(server.spec("later"), base_url=server.base_url.replace("127.0.0.1", "localhost"))
    job.specs["later"] = other

    def stop_after(_: int) -> bool:
        return sum(answer.status == "done" for _, answer, _ in job.seen) == 12

    with pytest.raises(asyncio.CancelledError):
        job.run(concurrency=2, stop_after=stop_after)
    assert Counter((cell.lane, cell.state) for cell in job.cells) == {("quick", "done"): 12, ("later", "waiting"): 12}


def test_cells_of_an_endpoint_that_stays_dead_fail_with_the_reason(
    store: Store, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.jobs.worker.PATIENCE_S", 0.3)
    monkeypatch.setattr("compare.engine.breaker.FIRST_PAUSE_S", 0.1)
    dead = replace(server.spec("dead"), base_url="http://127.0.0.1:9/v1")
    job = Job(store, [dead, server.spec("quick")], n_threads=20, n_turns=1)
    tally = job.run(concurrency=4)
    assert (tally.total, tally.failed) == (40, 20)
    assert {cell.lane for cell in job.cells if cell.state == "failed"} == {"dead"}
    reasons = failures(store, job.id)
    assert sum(reason.n for reason in reasons) == 20
    assert all("127.0.0.1:9" in reason.reason for reason in reasons)
    assert store.job(job.id).state == "failed"


def test_a_limited_endpoint_has_no_more_calls_at_once_than_that(store: Store, server: ModelServer) -> None:
    at_once: list[int] = []

    async def slow(exchange: Exchange) -> None:
        at_once.append(server.n_open)
        await asyncio.sleep(0.01)
        await answering("Yes.")(exchange)

    server.acts = [slow]
    job = Job(store, [server.spec("one"), server.spec("two")], n_threads=8, n_turns=1)
    job.run(concurrency=8, limits=(Limit("openai-chat", concurrency=2),))
    assert max(at_once) == 2


def test_refusals_slow_a_job_down_and_no_cell_is_lost(store: Store, server: ModelServer) -> None:
    """A server that takes two at once and answers the others with 429."""

    async def act(exchange: Exchange) -> None:
        if server.n_open > 2:
            await refusing(429, "slower", "retry-after: 0\r\n")(exchange)
        else:
            await asyncio.sleep(0.01)
            await answering("Yes.")(exchange)

    server.acts = [act]
    job = Job(store, [server.spec()], n_threads=30, n_turns=1)
    pulses: list[Pulse] = []
    tally = job.run(concurrency=8, on_pulse=pulses.append)
    assert (tally.asked, tally.failed) == (30, 0)
    assert len(job.stored) == 30
    assert pulses[-1].progress.all().total == 30


def test_a_cell_of_a_model_that_is_not_there_any_more_fails_with_the_reason(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one"), server.spec("gone")], n_turns=1)

    def missing(model_id: str) -> ModelSpec:
        if model_id == "gone":
            raise ConfigError("The model gone cannot be asked: it is not there.")
        return server.spec("one")

    job.find = missing
    tally = job.run()
    assert (tally.asked, tally.failed) == (4, 2)
    assert [reason.reason for reason in failures(store, job.id)] == ["The model gone cannot be asked: it is not there."]
    assert [request["model"] for request in server.requests] == ["wire-one"] * 2


# --- money -----------------------------------------------------------------------------------------------------------


def test_a_job_stops_before_it_would_pass_its_cap(store: Store, server: ModelServer) -> None:
    server.acts = [answering("Yes.", usage=(100, 20))]
    job = Job(store, [server.spec()], n_threads=1, n_turns=1)
    job.run()
    each = store.job_answers(job.id)[0].cost_usd
    assert each is not None
    more = Job(store, [server.spec()], n_threads=20, n_turns=1)
    cap = each * 5
    n_before = len(server.requests)
    more.run(concurrency=3, cost_cap_usd=cap)
    assert more.replayed is not None
    ended = more.replayed.ended
    assert ended.state == "paused"
    assert f"Stopped at the cost cap of ${cap}" in ended.note
    n_asked = len(server.requests) - n_before
    assert 0 < n_asked < 20
    assert sum((a.cost_usd or Decimal(0)) for a in store.job_answers(more.id)) <= cap
    assert Counter(cell.state for cell in more.cells) == {"done": n_asked, "waiting": 20 - n_asked}
    assert store.job(more.id).note == ended.note
    more.run(concurrency=3)
    assert Counter(cell.state for cell in more.cells) == {"done": 20}


def test_an_unknown_price_cannot_be_capped_and_is_never_nothing(store: Store, server: ModelServer) -> None:
    unknown = server.spec("unknown", price=None)
    job = Job(store, [unknown, server.spec("known")], n_turns=1)
    found = estimate(store, job.id, job.plan.asked, job.specs.__getitem__)
    assert found.usd is None
    assert "and the unknown price of unknown" in found.sentence
    with pytest.raises(ConfigError, match="The price of unknown is unknown, so a cost cap cannot be kept"):
        refuse_unknown_prices({one.id: one for one, _ in job.plan.candidates}, job.specs.__getitem__)


def test_an_estimate_counts_input_and_says_what_output_rests_on(store: Store, server: ModelServer) -> None:
    price = Price(Decimal(1_000_000), Decimal(0))  # a dollar a token of input, nothing for output
    job = Job(store, [server.spec("one", price=price)], n_turns=2, turns="all")
    before = estimate(store, job.id, job.plan.asked, job.specs.__getitem__)
    assert before.n_cells == 4
    assert before.usd == before.candidates[0].in_tokens
    assert "output taken to be 500 tokens each (none of its own of this kind is stored)" in before.sentence
    server.acts = [answering("Yes.", usage=(100, 20))]
    job.run()
    assert estimate(store, job.id, job.plan.asked, job.specs.__getitem__).sentence == "Nothing is left to be asked."
    assert sum(answer.in_counted or 0 for answer in job.stored) == before.candidates[0].in_tokens
    extend_job(store, job.id, repeat=2)
    after = estimate(store, job.id, replace(job.plan.asked, repeat=2), job.specs.__getitem__)
    assert "output as in 4 stored answers (20 tokens each)" in after.sentence
    assert "times, as reported so far" in after.sentence


# --- the cache -------------------------------------------------------------------------------------------------------


def test_an_answer_is_used_again_only_where_it_is_asked_for(store: Store, server: ModelServer) -> None:
    first = Job(store, [server.spec()], history="own")
    first.run()
    n = len(server.requests)
    again = Job(store, [server.spec()], history="own", repeat=2)
    assert again.id != first.id
    tally = again.run(use_cache=True)
    # The first repeats are the same requests; the second ones are not.
    assert len(server.requests) - n == 6
    assert (tally.total, tally.asked, tally.reused) == (12, 6, 6)
    cached = [cell for cell in again.cells if cell.cached]
    assert {cell.repeat for cell in cached} == {0}
    assert {cell.answer_id for cell in cached} == {answer.id for answer in first.stored}
    assert [cell.n_asked for cell in cached] == [0] * 6
    assert len(again.stored) == 6, "what was used again is no new measurement"
    assert store.job_spent_usd(again.id) == pytest.approx(float(sum(a.cost_usd or 0 for a in again.stored)))
    third = Job(store, [server.spec()], history="own", repeat=3)
    assert third.run().asked == 18, "off unless asked for"


def test_a_request_is_named_by_everything_that_can_change_its_answer(server: ModelServer) -> None:
    spec, candidate = server.spec(), Candidate("local")
    prompt = fixed_prompt((Message("user", "Where is it?", id="m1"),))

    def key(**changed: Any) -> str:
        values: dict[str, Any] = {"prompt": prompt, "candidate": candidate, "spec": spec, "repeat": 0} | changed
        return request_key(**values, specs=lambda model_id: replace(spec, id=model_id))

    others = [
        key(repeat=1),
        key(prompt=fixed_prompt((Message("user", "Where is it", id="m1"),))),
        key(candidate=Candidate("local", Settings(temperature=0.5))),
        key(candidate=Candidate("local", context_policy="last:2")),
        key(candidate=Candidate("local", preparation="clean")),
        key(candidate=Candidate("local", fallback="other")),
        key(spec=replace(spec, base_url="http://127.0.0.1:1/v1")),
        key(spec=replace(spec, model="another")),
        key(spec=replace(spec, api_version="2")),
    ]
    assert len({key(), *others}) == 1 + len(others)
    assert key(spec=replace(spec, label="Nicer", price=None)) == key(), "a price or a label changes no answer"
    assert key(prompt=fixed_prompt((Message("user", "Where is it?", id="another"),))) == key()


# --- more to ask, less to ask ----------------------------------------------------------------------------------------


def test_only_what_is_missing_is_asked_after_a_job_was_extended(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec("one")], n_threads=2, n_turns=1)
    job.run()
    server.requests.clear()
    store.save_candidate(Candidate("two"), server.spec("two"))
    third = store.save_thread(Thread((Message("user", "Something else?"),), title="Third")).id
    assert extend_job(store, job.id, candidates=[Candidate("two")], threads=[third], repeat=2) == 12 - 2
    assert extend_job(store, job.id, candidates=[Candidate("two")], threads=[third], repeat=2) == 0
    job.specs["two"] = server.spec("two")
    tally = job.run()
    assert (tally.total, tally.asked, tally.reused) == (12, 10, 2)
    assert Counter((r["model"], asked(r)) for r in server.requests) == Counter(
        {("wire-one", "Question 1 of 0?"): 1, ("wire-one", "Question 1 of 1?"): 1, ("wire-one", "Something else?"): 2}
        | {("wire-two", text): 2 for text in ("Question 1 of 0?", "Question 1 of 1?", "Something else?")}
    )
    with pytest.raises(ConfigError, match="asks each 2 times; it cannot ask fewer"):
        extend_job(store, job.id, repeat=1)


def test_a_pause_by_somebody_else_lets_what_is_asked_end(store: Store, server: ModelServer) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def slow(exchange: Exchange) -> None:
        begun.set()
        await asyncio.to_thread(go_on.wait, 10)
        await answering("Yes.")(exchange)

    server.acts = [slow]
    job = Job(store, [server.spec()], n_threads=5, n_turns=1)

    async def main() -> Any:
        async with Backend() as backend:
            work = asyncio.create_task(job.replay(backend, Terms(2)))
            await asyncio.to_thread(begun.wait, 10)
            store.finish_job(job.id, "paused", "Enough.")
            go_on.set()
            return await work

    replayed = asyncio.run(main())
    assert replayed.ended.state == "paused"
    assert Counter(cell.state for cell in job.cells) == {"done": 2, "waiting": 3}
    assert store.job_workers(job.id) == []


def test_a_job_that_is_cancelled_breaks_off_what_is_asked_and_keeps_its_text(
    store: Store, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.jobs.worker.PULSE_S", 0.05)
    server.acts = [hanging("Half")]
    job = Job(store, [server.spec()], n_threads=3, n_turns=1)

    async def main() -> Any:
        async with Backend() as backend:
            work = asyncio.create_task(job.replay(backend, Terms(1)))
            while not server.requests:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            store.finish_job(job.id, "cancelled")
            return await asyncio.wait_for(work, 10)

    assert asyncio.run(main()).ended.state == "cancelled"
    assert [(a.status, a.text) for a in job.stored] == [("stopped", "Half")]
    assert [cell.state for cell in job.cells] == ["waiting"] * 3


# --- leases ----------------------------------------------------------------------------------------------------------


def test_a_cell_is_taken_by_one_worker_only_and_comes_back_when_the_lease_is_over(
    store: Store, server: ModelServer
) -> None:
    job = Job(store, [server.spec()], n_threads=2, n_turns=1)
    with store.working(job.id, "first") as first:
        first.hold(60.0, "{}")
        (taken,) = first.to_take("local", 1)
        first.lease(taken.place)
    with store.working(job.id, "second") as second:
        assert [cell.place for cell in second.to_take("local", 5)] == [1]
        assert second.free_lost(lambda owner: False) == 0
    with store.working(job.id, "first") as first:
        first.hold(-1.0, "{}")
    with store.working(job.id, "second") as second:
        assert second.free_lost(lambda owner: False) == 1
        assert [cell.place for cell in second.to_take("local", 5)] == [0, 1]


def test_an_answer_that_comes_after_the_lease_was_over_is_kept_and_is_not_the_cells(
    store: Store, server: ModelServer
) -> None:
    job = Job(store, [server.spec()], n_threads=1, n_turns=1)
    job.run()
    (answer,) = job.stored
    late = replace(answer, id="late", text="Late.")
    with store.working(job.id, "late") as working:
        assert not working.finish(job.cells[0], late, spent_usd=0.5)
    assert job.cells[0].answer_id == answer.id
    kept = store.answer("late")
    assert kept is not None
    assert (kept.cell_key, kept.warnings[-1].startswith("Another worker had answered")) == (None, True)


def test_a_process_that_has_ended_can_be_seen_to_be_gone() -> None:
    mine = new_owner()
    assert not is_gone(mine)
    place, pid, started, nonce = mine.split("|")
    assert is_gone("|".join((place, pid, str(int(started) + 1), nonce))), "the number is another process's now"
    assert not is_gone("|".join(("elsewhere", pid, str(int(started) + 1), nonce))), "elsewhere nobody can tell"
    assert not is_gone("something else")


# --- books -----------------------------------------------------------------------------------------------------------


def test_bookkeeping_takes_few_statements_and_few_transactions(
    store: Store, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts, not times: what a job of many answers costs beside the calls themselves."""
    n = 120
    job = Job(store, [server.spec()], n_threads=n // 2, n_turns=1, repeat=2)
    statements: list[str] = []
    handle = store._database._handle

    def traced() -> Any:
        found = handle()
        found.connection.set_trace_callback(statements.append)
        return found

    monkeypatch.setattr(store._database, "_handle", traced)
    job.run(concurrency=16)
    inserts = [text for text in statements if text.lstrip().startswith("INSERT INTO answers")]
    commits = [text for text in statements if text == "COMMIT"]
    assert len(inserts) == n
    assert len(commits) < n, "answers that end together are saved together"
    assert len(statements) / n < 14


def test_an_overview_tells_a_job_that_nobody_works_on_from_one_that_runs(store: Store, server: ModelServer) -> None:
    job = Job(store, [server.spec()], n_turns=1)
    assert overview(store, job.id).state == "interrupted"
    with store.working(job.id, new_owner()) as working:
        working.hold(60.0, json.dumps({"endpoints": [], "left_s": 12.0}))
    one = overview(store, job.id)
    assert (one.state, one.left_s, len(one.workers)) == ("running", 12.0, 1)
    assert "About 12 s left." in one.sentence
    store.finish_job(job.id, "paused")
    assert overview(store, job.id).state == "stopping"


def test_a_job_is_made_from_stored_threads_and_stands_still_until_it_is_started(
    store: Store, server: ModelServer
) -> None:
    thread = store.save_thread(Thread((Message("user", "Where?"),), title="Where")).id
    store.save_candidate(Candidate("local"), server.spec())
    job_id = create_job(store, [thread, thread], [Candidate("local")], repeat=3, terms=Terms(2), name="Mine")
    one = overview(store, job_id)
    assert (one.title, one.state, one.progress.all().total, one.terms.concurrency) == ("Mine", "paused", 3, 2)
    with pytest.raises(ConfigError, match="at least one thread"):
        create_job(store, [], [Candidate("local")], terms=Terms())
