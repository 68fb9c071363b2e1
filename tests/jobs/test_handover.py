"""Conversations that are handed over: each turn is asked of who speaks then, with all that was said before."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from compare.catalog import Catalog
from compare.jobs.answer_lines import job_lines
from compare.jobs.estimate import estimate
from compare.jobs.plan import Plan, make_cells
from compare.jobs.speakers import speakers_of
from compare.records import Candidate, Price
from compare.report.sent import sent_for
from compare.store import Store
from tests.engine.servers import ModelServer, model_server, naming_itself, refusing
from tests.jobs.test_replay import Job

FREE = Price(Decimal(0), Decimal(0))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        running.acts = [naming_itself]
        yield running


class Handed(Job):
    """Threads of some turns, asked of "one" until the turn before `at`, then of "two"."""

    def __init__(self, store: Store, server: ModelServer, *, at: int = 3, n_turns: int = 4, n_threads: int = 1) -> None:
        one, two = server.spec("one", price=FREE), server.spec("two")
        super().__init__(store, [one, two], n_threads=n_threads, n_turns=n_turns, history="own")
        self.first, self.second = (candidate for candidate, _ in self.plan.candidates)
        self.handed = replace(self.second, handover_from=self.first.id, handover_turn=at, label="one, then two")
        store.save_candidate(self.handed, two)
        self.plan = Plan(self.plan.threads, ((self.handed, two),), history="own")
        self.id = store.find_or_start_job("run", self.plan.spec_json).id
        make_cells(store, self.id, self.plan.asked, self.plan.threads)


def test_each_turn_is_asked_of_who_speaks_then_and_sees_all_that_was_said(store: Store, server: ModelServer) -> None:
    job = Handed(store, server)
    job.run()
    assert [request["model"] for request in server.requests] == ["wire-one", "wire-one", "wire-two", "wire-two"]
    said = [m["content"] for m in server.requests[-1]["messages"] if m["role"] == "assistant"]
    assert said == [
        "I am wire-one and was sent 2 messages.",
        "I am wire-one and was sent 4 messages.",
        "I am wire-two and was sent 6 messages.",
    ]
    answers = sorted(job.finished, key=lambda one: one.turn)
    assert [one.candidate_id for one in answers] == [job.first.id] * 2 + [job.handed.id] * 2
    assert [one.history for one in answers] == ["own", "own", "handover", "handover"]
    kept = json.loads(answers[-1].sent_json)
    assert kept["others_answer_ids"] == [answers[0].id, answers[1].id]
    assert kept["own_answer_ids"] == [answers[2].id]
    assert {cell.candidate_id for cell in job.cells} == {job.handed.id}
    assert [line["model_id"] for line in job_lines(store, job.id)] == ["one", "one", "two", "two"]


def test_what_was_sent_can_be_shown_again(store: Store, server: ModelServer) -> None:
    job = Handed(store, server)
    job.run()
    last = max(job.finished, key=lambda one: one.turn)
    sent = sent_for(last, store, Catalog(dict(job.specs)))
    assert sent.why_not == ""
    assert [m.content for m in sent.messages] == [m["content"] for m in server.requests[-1]["messages"]]


def test_a_thread_that_ends_before_the_switch_is_not_asked(store: Store, server: ModelServer) -> None:
    job = Handed(store, server, at=5, n_turns=4)
    assert job.cells == []
    assert [cell.turn for cell in Handed(store, server, at=4, n_turns=4).cells] == [1, 2, 3, 4]


def test_the_estimate_counts_every_request_at_the_price_of_who_is_asked(store: Store, server: ModelServer) -> None:
    job = Handed(store, server, n_threads=3)
    told = estimate(store, job.id, job.plan.asked, job.find)
    job.run()
    assert told.n_cells == len(server.requests) == 12
    (one,) = told.candidates
    # "one" is free. Of 3 threads "two" answers turns 3 and 4: 500 tokens out each at $15 a million, and the 2 and the 3
    # replies that stand before at $3; the rest is what the messages count.
    assert one.usd is not None
    assert 0 < one.usd - 3 * (2 * 500 * 15 + 5 * 500 * 3) / Decimal(1_000_000) < Decimal("0.002")


def test_a_stopped_conversation_goes_on_where_it_was(store: Store, server: ModelServer) -> None:
    job = Handed(store, server, n_threads=4)
    with pytest.raises(asyncio.CancelledError):
        job.run(concurrency=2, stop_after=lambda n: n == 5)
    n_finished = len(job.finished)
    assert 5 <= n_finished < 16
    tally = job.run(concurrency=2)
    assert (tally.reused, tally.asked) == (n_finished, 16 - n_finished)
    assert Counter(one.history for one in job.finished) == {"own": 8, "handover": 8}
    assert Counter(cell.state for cell in job.cells) == {"done": 16}


def test_turns_after_a_failure_are_told_of_who_would_have_spoken(store: Store, server: ModelServer) -> None:
    server.acts = [refusing(400, "not today"), naming_itself]
    job = Handed(store, server)
    job.run()
    assert len(server.requests) == 1
    failed = sorted(job.stored, key=lambda one: one.turn)
    assert [one.candidate_id for one in failed] == [job.first.id] * 2 + [job.handed.id] * 2
    assert failed[-1].error is not None
    assert failed[-1].error.startswith("Not asked: the answer to turn 1")


def test_an_earlier_answer_is_used_again_and_the_next_model_goes_on_from_it(store: Store, server: ModelServer) -> None:
    job = Handed(store, server)
    job.run(use_cache=True)
    n = len(server.requests)
    again = Handed(store, server, at=2)
    again.run(use_cache=True)
    # Turn 1 is the same request of the same candidate; from turn 2 on somebody else speaks.
    assert [request["model"] for request in server.requests[n:]] == ["wire-two"] * 3


def test_a_conversation_may_be_handed_back(store: Store, server: ModelServer) -> None:
    job = Handed(store, server)
    back = Candidate("one", handover_from=job.handed.id, handover_turn=4)
    store.save_candidate(back, job.specs["one"])
    assert [one.model_id for one in speakers_of(back, store.candidate)] == ["one", "two", "one"]
    plan = replace(job.plan, candidates=((back, job.specs["one"]),))
    job.id = store.find_or_start_job("run", plan.spec_json).id
    make_cells(store, job.id, plan.asked, plan.threads)
    job.run()
    assert [request["model"] for request in server.requests] == ["wire-one", "wire-one", "wire-two", "wire-one"]
    last = max(job.finished, key=lambda one: one.turn)
    # What it said itself before is its own.
    assert len(json.loads(last.sent_json)["own_answer_ids"]) == 2
