"""The ranked list of problems, from what is stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest

from compare.records import Answer, Candidate, Message, Thread
from compare.report.findings import Overview, overview, scan
from compare.store import Store
from compare.tokens.count import count

MODEL = Candidate("prod-model")
WORDS = "The parcel with the two lamps left our warehouse in Lisbon on Monday morning and is on its way. "


@dataclass
class Traffic:
    """Imported conversations with what was recorded of them."""

    store: Store
    n: int = 0
    threads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.save_candidate(MODEL)

    def answer(self, *, length: int = 40, **numbers: Any) -> str:
        """A thread of one long message of its own, and a recorded answer to it with these numbers."""
        self.n += 1
        text = f"Case {self.n}. " + WORDS * length
        thread_id = self.store.save_thread(Thread((Message("user", text),), title=f"Case {self.n}")).id
        leaf = self.store.thread(thread_id).messages[-1].id
        values: dict[str, Any] = {"origin": "recorded", "status": "done", "finish": "stop", **numbers}
        self.store.save_answer(Answer(secrets.token_hex(8), MODEL.id, leaf, 1, 1, "fixed", text="Noted.", **values))
        self.threads.append(thread_id)
        return thread_id

    def tokens(self) -> int:
        """Of the newest message."""
        return count(self.store.thread(self.threads[-1]).messages[0].text) if self.threads else 0

    def found(self) -> Overview:
        scan(self.store)
        return overview(self.store)


@pytest.fixture
def traffic(store: Store) -> Traffic:
    return Traffic(store)


def of_kind(found: Overview, kind: str) -> Any:
    return next((problem for problem in found.problems if problem.kind == kind), None)


def test_an_empty_database_has_no_problems(store: Store) -> None:
    found = overview(store)
    assert (found.problems, found.state.n_threads, found.notes) == ((), 0, ())


def test_failed_and_cut_answers_are_told_with_their_reason(traffic: Traffic) -> None:
    failed = traffic.answer(status="failed", finish="error", error="The server said no (500).")
    traffic.answer(finish="length")
    traffic.answer(origin="live", cut_json='[{"number": 1}, {"number": 2}]')
    traffic.answer()
    found = traffic.found()
    error = of_kind(found, "error")
    assert error.sentence == "prod-model: 1 answer failed, in 1 of 4 threads."
    assert error.findings[0].sentence == "prod-model failed at message 1. The server said no (500)."
    assert (error.findings[0].thread_id, error.findings[0].message) == (failed, 1)
    assert of_kind(found, "answer cut").n_threads == 1
    assert "without 2 messages that its context policy leaves out" in of_kind(found, "context cut").findings[0].sentence
    # The worst kind comes first where as many threads have it.
    assert found.problems[0].kind == "error"
    assert error.score == pytest.approx(4 * 1 / 4)


def test_a_call_that_reports_too_few_tokens_was_not_sent_all_of_it(traffic: Traffic) -> None:
    traffic.answer(in_reported=100)
    traffic.answer(length=1, in_reported=5)
    found = traffic.found()
    cut = of_kind(found, "context cut")
    assert cut.n_findings == 1
    tokens = count(traffic.store.thread(traffic.threads[0]).messages[0].text)
    assert f"reported 100 input tokens at message 1, where the conversation up to there has {tokens:,}" in (
        cut.findings[0].sentence
    )
    assert f"at least {1 - 100 / tokens:.0%} of it was not sent" in cut.findings[0].sentence


def test_tokens_that_a_log_keeps_apart_as_cached_were_sent(traffic: Traffic) -> None:
    traffic.answer(in_reported=10, cached=1000)
    assert of_kind(traffic.found(), "context cut") is None


def test_models_that_served_one_name_are_judged_apart(traffic: Traffic) -> None:
    for n in range(40):
        traffic.answer(length=1, total_ms=1000.0 * (10 if n % 2 else 1) + n, model_served="big" if n % 2 else "small")
    slow = [problem.subject for problem in traffic.found().problems if problem.kind == "slow"]
    assert sorted(slow) == ["prod-model (big)", "prod-model (small)"]


def test_calls_of_tools_in_between_were_sent_too_and_are_no_gap(traffic: Traffic) -> None:
    for _ in range(12):
        traffic.answer()
        _set_reported(traffic, round(traffic.tokens() * 1.1) + 8)
    traffic.answer(warnings=("4 messages (tool calls, results) stand between the prompt and this reply.",))
    _set_reported(traffic, traffic.tokens() * 3)
    assert of_kind(traffic.found(), "token gap") is None


def test_a_token_count_out_of_band_is_told_by_the_model_s_other_answers(traffic: Traffic) -> None:
    for _ in range(12):
        traffic.answer()
        _set_reported(traffic, round(traffic.tokens() * 1.1) + 8)
    odd = traffic.answer()
    _set_reported(traffic, traffic.tokens() * 3)
    gap = of_kind(traffic.found(), "token gap")
    assert [finding.thread_id for finding in gap.findings] == [odd]
    assert "its other answers lead to expect" in gap.findings[0].sentence


def _set_reported(traffic: Traffic, tokens: int) -> None:
    with traffic.store._database.writing() as connection:
        connection.execute(
            "UPDATE answers SET in_reported = ? WHERE rowid = (SELECT max(rowid) FROM answers)", (tokens,)
        )


def test_slow_answers_are_those_above_their_candidate_s_p95_told_with_its_n(traffic: Traffic) -> None:
    for n in range(39):
        traffic.answer(length=1, total_ms=1000.0 + n)
    slow = traffic.answer(length=1, total_ms=30_000.0)
    found = of_kind(traffic.found(), "slow")
    assert found.findings[0].thread_id == slow
    assert found.findings[0].sentence.startswith("prod-model took 30.0 s in all at message 1; its p95 is ")
    assert "(n = 40; an interval needs 72)" in found.findings[0].sentence
    assert "its median 1.02 s." in found.findings[0].sentence


def test_a_few_times_make_no_percentile(traffic: Traffic) -> None:
    for n in range(19):
        traffic.answer(length=1, total_ms=1000.0 * (n + 1))
    assert traffic.found().problems == ()


def test_what_is_archived_is_left_out(traffic: Traffic) -> None:
    one = traffic.answer(status="failed", finish="error", error="No.")
    traffic.store.archive_threads([one])
    found = traffic.found()
    assert (found.problems, found.state.n_threads) == ((), 0)


def test_threads_are_read_once_and_the_list_says_how_far_it_is(traffic: Traffic) -> None:
    for _ in range(3):
        traffic.answer(length=1)
    assert overview(traffic.store).notes == ("0 of 3 threads are read so far.",)
    assert scan(traffic.store, budget_s=0.0) == (0, 3)
    told: list[Any] = []
    assert scan(traffic.store, tell=told.append) == (3, 3)
    assert told == [(0, 3), (3, 3)]
    assert overview(traffic.store).notes == ()
    assert traffic.store.unscanned_threads(1, 10) == []


def test_only_so_many_answers_are_looked_at_and_that_is_said(traffic: Traffic) -> None:
    for _ in range(4):
        traffic.answer(length=1, status="failed", finish="error", error="No.", total_ms=5.0)
    scan(traffic.store)
    found = overview(traffic.store, max_answers=2)
    assert found.problems[0].n_findings == 2
    assert found.notes == (
        "Times and tokens of the newest 2 of 4 recorded answers.",
        "Only the newest 2 answers in trouble are counted.",
    )


def test_the_list_takes_as_many_statements_for_many_threads_as_for_few(traffic: Traffic) -> None:
    def statements() -> int:
        seen: list[str] = []
        with traffic.store._database.reading() as connection:
            connection.set_trace_callback(seen.append)
            overview(traffic.store)
            connection.set_trace_callback(None)
        return len(seen)

    traffic.answer(length=1, total_ms=5.0)
    scan(traffic.store)
    few = statements()
    for _ in range(30):
        traffic.answer(length=1, total_ms=5.0)
    scan(traffic.store)
    assert statements() == few
