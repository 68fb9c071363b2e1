"""Who passes, who fails, and what was not measured, in sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest

from compare.errors import NotFoundError
from compare.records import Candidate
from compare.report.criteria import Result, junit, load, scorecard
from compare.review.votes import Choice, cast
from compare.store import Store
from tests.cli.command import weighbridge
from tests.report.measured.conftest import Bureau
from tests.review.conftest import Table

P, Q = Candidate("p"), Candidate("q")


def results(store: Store, lines: str, job_id: str | None = None) -> list[Result]:
    criteria = load(f'[[criterion]]\nname = "a"\n{lines}')
    return list(scorecard(store, criteria, job_id).results)


def only(store: Store, lines: str, job_id: str | None = None) -> Result:
    (result,) = results(store, lines, job_id)
    return result


def told(store: Store, lines: str, job_id: str | None = None) -> list[tuple[str, str]]:
    return [(result.verdict, result.sentence) for result in results(store, lines, job_id)]


# --- times -----------------------------------------------------------------------------------------------------------


def test_a_candidate_that_is_too_slow_fails_and_a_quick_one_passes(bureau: Bureau) -> None:
    for i in range(120):
        bureau.answer(P, thread=i, total_ms=3000.0 + 10 * i, n_messages=12)
        bureau.answer(Q, thread=i, total_ms=1000.0 + i, n_messages=12)
    assert told(bureau.store, 'metric = "p95"\ntime = "total"\nlimit = "<= 3.0 s"') == [
        ("fail", "p fails: p95 of the complete answer is 4.13 s (4.08 to 4.18, n = 120); the limit is 3.0 s."),
        ("pass", "q passes: p95 of the complete answer is 1.11 s (1.11 to 1.12, n = 120); the limit is 3.0 s."),
    ]


@pytest.mark.parametrize(("time", "value"), [("ttft", 100.0), ("first_text", 200.0), ("total", 300.0), ("wall", 400.0)])
def test_each_time_is_the_one_that_is_named(bureau: Bureau, time: str, value: float) -> None:
    bureau.answer(P, ttft_ms=100.0, first_text_ms=200.0, total_ms=300.0, wall_ms=400.0)
    found = only(bureau.store, f'metric = "p50"\ntime = "{time}"\nlimit = "<= 1 s"')
    assert (found.verdict, found.measured.value) == ("pass", value)


def test_disturbed_timings_are_left_out_and_said(bureau: Bureau) -> None:
    bureau.answer(P, total_ms=100.0)
    bureau.answer(P, total_ms=9000.0, loop_lag_ms=500.0)
    assert told(bureau.store, 'metric = "p95"\ntime = "total"\nlimit = "<= 1 s"') == [
        (
            "pass",
            "p passes: p95 of the complete answer is 0.10 s (n = 1, 1 disturbed timing left out); the limit is 1 s.",
        )
    ]


def test_only_the_named_lengths_workloads_and_candidates_count(bureau: Bureau) -> None:
    bureau.answer(P, total_ms=100.0, n_messages=4)
    bureau.answer(P, total_ms=5000.0, n_messages=30, workload="batch")
    bureau.answer(Q, total_ms=9000.0, n_messages=30)
    base = 'metric = "p50"\ntime = "total"\nlimit = "<= 1 s"\ncandidate = "p"\n'
    assert only(bureau.store, base + 'bucket = "1-8"').verdict == "pass"
    assert told(bureau.store, base + 'bucket = "8+ messages"') == [
        ("fail", "p fails: p50 of the complete answer on threads with 8+ messages is 5.00 s (n = 1); the limit is 1 s.")
    ]
    assert only(bureau.store, base + 'workload = "batch"').verdict == "fail"
    assert told(bureau.store, base + 'workload = "archive"') == [
        (
            "not measured",
            (
                "p does not pass: p50 of the complete answer of workload archive is not measured, because no "
                "answer is of workload archive (known: batch, interactive)."
            ),
        )
    ]


def test_sure_wants_the_whole_interval_on_the_right_side(bureau: Bureau) -> None:
    for i in range(100):
        bureau.answer(P, thread=i, total_ms=1000.0 + 10 * i)
    base = 'metric = "p50"\ntime = "total"\nlimit = "<= 1.5 s"\n'
    assert only(bureau.store, base).verdict == "pass"
    assert told(bureau.store, base + "sure = true") == [
        (
            "fail",
            (
                "p fails: p50 of the complete answer is 1.50 s (1.39 to 1.60, n = 100); the limit is 1.5 s, and the "
                "interval is not clear of it."
            ),
        )
    ]
    assert only(bureau.store, base.replace("1.5 s", "1.7 s") + "sure = true").verdict == "pass"


def test_sure_without_enough_answers_for_an_interval_is_not_measured(bureau: Bureau) -> None:
    for i in range(20):
        bureau.answer(P, thread=i, total_ms=1000.0)
    assert told(bureau.store, 'metric = "p95"\ntime = "total"\nlimit = "<= 1.5 s"\nsure = true') == [
        (
            "not measured",
            (
                "p does not pass: p95 of the complete answer is 1.00 s (n = 20), but the criterion asks to be "
                "sure and an interval needs 72 answers, so this counts as not measured."
            ),
        )
    ]


def test_fewer_than_min_n_is_not_measured_whatever_the_value(bureau: Bureau) -> None:
    bureau.answer(P, total_ms=9000.0)
    assert told(bureau.store, 'metric = "p50"\ntime = "total"\nlimit = "<= 1 s"\nmin_n = 5') == [
        (
            "not measured",
            (
                "p does not pass: p50 of the complete answer is 9.00 s (n = 1), but the criterion asks for at "
                "least 5 answers, so this counts as not measured."
            ),
        )
    ]


# --- errors, cuts, cost ----------------------------------------------------------------------------------------------


def test_error_rate_counts_failed_cells_with_wilsons_interval(bureau: Bureau) -> None:
    for i in range(18):
        bureau.answer(P, thread=i)
    for i in range(18, 20):
        bureau.answer(P, thread=i, status="failed")
    bureau.answer(P, thread=30, status="stopped")
    assert told(bureau.store, 'metric = "error_rate"\nlimit = "<= 2 %"') == [
        ("fail", "p fails: the error rate is 10.0 % (2.8 to 30.1, n = 20); the limit is 2 %.")
    ]


def test_turns_that_were_never_asked_are_failed_ones_and_said(bureau: Bureau) -> None:
    for i in range(3):
        bureau.answer(P, thread=i)
    bureau.answer(P, thread=3, status="failed")
    bureau.answer(P, thread=4, status="failed", attempts=0)
    (found,) = results(bureau.store, 'metric = "error_rate"\nlimit = "<= 2 %"')
    assert found.measured.value == 0.4
    assert "n = 5, 1 of 2 failed were never asked)" in found.sentence


def test_cut_rate_counts_length_limits_and_our_own_cuts(bureau: Bureau) -> None:
    bureau.answer(P, finish="length")
    bureau.answer(P, cut_json='[{"number": 1}]')
    bureau.answer(P)
    bureau.answer(P)
    (found,) = results(bureau.store, 'metric = "cut_rate"\nlimit = "<= 0.1"')
    assert (found.verdict, found.measured.value) == ("fail", 0.5)
    assert "1 of them by our own context policy" in found.sentence


def test_cost_per_query_is_a_mean_over_finished_answers(bureau: Bureau) -> None:
    for i in range(10):
        bureau.answer(P, thread=i, cost_usd=Decimal("0.002"))
        bureau.answer(Q, thread=i, cost_usd=Decimal("0.02"))
    assert [r.verdict for r in results(bureau.store, 'metric = "cost_per_query"\nlimit = "<= 0.01 USD"')] == [
        "pass",
        "fail",
    ]


def test_an_unknown_cost_does_not_pass(bureau: Bureau) -> None:
    bureau.answer(P, cost_usd=Decimal("0.001"))
    bureau.answer(P)
    assert told(bureau.store, 'metric = "cost_per_query"\nlimit = "<= 0.01 USD"') == [
        (
            "not measured",
            ("p does not pass: the cost per query is not measured, because the cost of 1 of 2 answers is not known."),
        )
    ]


def test_cost_per_resolved_session_is_all_that_was_spent_over_what_was_resolved(bureau: Bureau) -> None:
    job = bureau.job()
    spend: dict[str, Any] = {"job_id": job, "cost_usd": Decimal("0.01")}
    for thread in range(4):
        bureau.answer(P, thread=thread, **spend)
    # Asked again: the earlier answer was paid for too.
    bureau.answer(P, thread=4, status="failed", **spend)
    bureau.answer(P, thread=4, **spend)
    bureau.answer(P, thread=5, finish="length", **spend)
    bureau.answer(P, thread=6, status="failed", job_id=job)
    found = only(bureau.store, 'metric = "cost_per_resolved_session"\nlimit = "<= 0.01 USD"', job)
    assert found.verdict == "fail"
    assert found.measured.value == pytest.approx(0.07 / 5)
    assert (found.measured.n, found.measured.noun) == (7, "session")
    assert "5 of 7 sessions resolved" in found.sentence
    assert "the cost of 1 failed answer is not known and not in it" in found.sentence


def test_where_no_session_was_resolved_there_is_no_cost_of_one(bureau: Bureau) -> None:
    bureau.answer(P, status="failed", cost_usd=Decimal("0.01"))
    assert told(bureau.store, 'metric = "cost_per_resolved_session"\nlimit = "<= 1 USD"') == [
        (
            "not measured",
            (
                "p does not pass: the cost per resolved session is not measured, because none of its 1 session "
                "was resolved."
            ),
        )
    ]


# --- votes -----------------------------------------------------------------------------------------------------------


def cast_votes(table: Table, n: int, *, blind: bool = True, n_bad: int = 0) -> None:
    """Three of four for sim-large, by ten raters; some find both bad."""
    for i in range(n):
        comparison = table.compare("sim-lite", "sim-large", blind=blind)
        choice = Choice("all_bad") if i < n_bad else Choice("best", 1 if i % 4 else 0)
        cast(table.store, comparison, table.store.rater(f"Rater {i % 10}"), choice, key=f"{blind}-{i}")


def test_win_share_is_of_blind_votes_against_the_named_candidate(table: Table) -> None:
    cast_votes(table, 40)
    found = results(table.store, 'metric = "win_share"\nagainst = "sim-large"\nlimit = ">= 40 %"')
    assert [(result.candidate, result.verdict) for result in found] == [("sim-lite", "fail")]
    assert found[0].measured.value == 0.25
    assert found[0].sentence.startswith("sim-lite fails: the win share against sim-large is 25.0 % (")
    assert found[0].sentence.endswith("n = 40); the limit is at least 40 %.")
    other = only(table.store, 'metric = "win_share"\nagainst = "sim-lite"\nlimit = ">= 40 %"')
    assert (other.verdict, other.measured.value) == ("pass", 0.75)


def test_votes_of_few_raters_who_differ_are_less_evidence_than_their_number(table: Table) -> None:
    # Ann always prefers sim-lite, Ben never: 40 votes, and yet only two opinions.
    for i in range(40):
        comparison = table.compare("sim-lite", "sim-large", blind=True)
        choice = Choice("best", i % 2)
        cast(table.store, comparison, table.store.rater(("Ann", "Ben")[i % 2]), choice, key=f"key-{i}")
    found = only(table.store, 'metric = "win_share"\nagainst = "sim-large"\ncandidate = "sim-lite"\nlimit = ">= 40 %"')
    assert (found.measured.value, found.measured.ci_low, found.measured.ci_high) == (0.5, 0.0, 1.0)


def test_open_votes_and_votes_of_other_histories_are_not_counted(table: Table) -> None:
    cast_votes(table, 8, blind=False)
    base = 'metric = "win_share"\nagainst = "sim-large"\ncandidate = "sim-lite"\nlimit = ">= 40 %"\n'
    assert "there are no blind votes between it and sim-large" in only(table.store, base).sentence
    cast_votes(table, 8)
    assert only(table.store, base).measured.n == 8
    assert only(table.store, base + 'history = "own"').verdict == "not measured"
    assert only(table.store, base + 'bucket = "9+ messages"').verdict == "not measured"


def test_good_enough_is_every_ballot_that_did_not_find_all_answers_bad(table: Table) -> None:
    cast_votes(table, 20, n_bad=5)
    found = only(table.store, 'metric = "good_enough_rate"\ncandidate = "sim-lite"\nlimit = ">= 90 %"')
    assert (found.verdict, found.measured.value, found.measured.n) == ("fail", 0.75, 20)
    assert found.measured.ci_low is not None
    assert found.measured.ci_high is not None
    assert found.measured.ci_low < 0.75 < found.measured.ci_high


def test_good_enough_is_not_measured_where_nobody_found_anything_bad(table: Table) -> None:
    cast_votes(table, 8)
    found = only(table.store, 'metric = "good_enough_rate"\ncandidate = "sim-lite"\nlimit = ">= 90 %"')
    assert found.verdict == "not measured"
    assert "no blind vote found all answers bad, so nobody knows whether it was offered" in found.sentence


def test_an_unknown_opponent_is_told_with_the_known_names(table: Table) -> None:
    cast_votes(table, 2)
    found = only(table.store, 'metric = "win_share"\ncandidate = "sim-lite"\nagainst = "gpt"\nlimit = ">= 40 %"')
    assert "no candidate is called 'gpt' (known: sim-large, sim-lite)" in found.sentence


# --- what is not measured --------------------------------------------------------------------------------------------


def test_nothing_at_all_does_not_pass(store: Store) -> None:
    assert told(store, 'metric = "error_rate"\nlimit = "<= 2 %"') == [
        ("not measured", "There are no answers yet, so the error rate is not measured; it does not pass.")
    ]
    assert not scorecard(store, load('[[criterion]]\nname = "a"\nmetric = "error_rate"\nlimit = "<= 2 %"')).passed


def test_recall_is_that_of_the_probes_which_lay_about_so_far_back(store: Store) -> None:
    weighbridge("probe", "--models", "sim-lite,sim-large", "--types", "recall", "--lengths", "8,30", "--no-controls")
    lines = 'metric = "recall"\nlimit = ">= 90 %"\nat_messages = '
    known, forgotten = told(store, f"{lines}30")
    assert known == (
        "pass",
        (
            "sim-large passes: recall at 30 messages is 100.0 % (34.2 to 100.0, n = 2, facts 25-32 messages back); "
            "the limit is at least 90 %."
        ),
    )
    assert forgotten[0] == "fail"
    assert "sim-lite fails: recall at 30 messages is 0.0 %" in forgotten[1]
    assert [result.measured.n for result in results(store, f"{lines}4")] == [3, 3]
    assert "no fact lay about so far back (its probes lie 2 to 28 messages back)" in told(store, f"{lines}60")[0][1]


def test_recall_beyond_what_was_asked_is_not_known_and_the_interval_decides_where_it_must_be_sure(store: Store) -> None:
    weighbridge("probe", "--models", "sim-large", "--types", "recall", "--lengths", "50", "--no-controls")
    lines = 'metric = "recall"\nlimit = ">= 50 %"\nat_messages = '
    ((verdict, sentence),) = told(store, f"{lines}60")
    assert verdict == "not measured"
    assert "no fact lay about so far back (its probes lie 4 to 48 messages back)" in sentence
    # Five threads, all passed: at least 56.6 %.
    (sure,) = results(store, f"{lines}48\nsure = true")
    assert (sure.verdict, sure.measured.n, sure.measured.ci_low) == ("pass", 5, pytest.approx(0.566, abs=1e-3))
    (unsure,) = results(store, f"{lines}48\nsure = true".replace("50 %", "60 %"))
    assert unsure.verdict == "fail"
    assert "the interval is not clear of it" in unsure.sentence


def test_recall_is_not_measured_before_there_are_probes(bureau: Bureau) -> None:
    bureau.answer(P)
    assert told(bureau.store, 'metric = "recall"\nat_messages = 30\nlimit = ">= 90 %"') == [
        (
            "not measured",
            (
                "p does not pass: recall at 30 messages is not measured, because recall comes from planted-fact "
                "probes, and no probes have been run."
            ),
        )
    ]


def test_a_name_that_nobody_has_does_not_pass(bureau: Bureau) -> None:
    bureau.answer(P)
    found = only(bureau.store, 'metric = "error_rate"\nlimit = "<= 2 %"\ncandidate = "sim-x"')
    assert found.verdict == "not measured"
    assert "no candidate is called so (known: p)" in found.sentence


def test_a_candidate_without_answers_in_the_job_does_not_pass(bureau: Bureau) -> None:
    job = bureau.job()
    bureau.answer(P, job_id=job)
    bureau.answer(Q)
    found = results(bureau.store, 'metric = "error_rate"\nlimit = "<= 50 %"\ncandidate = ["p", "q"]', job)
    assert [result.verdict for result in found] == ["pass", "not measured"]
    assert "because this job has no answers of it" in found[1].sentence
    with pytest.raises(NotFoundError):
        results(bureau.store, 'metric = "error_rate"\nlimit = "<= 50 %"', "gone")


@pytest.mark.parametrize(
    ("state", "passes"), [("done", True), ("failed", True), ("running", False), ("cancelled", False)]
)
def test_a_job_that_has_not_ended_does_not_pass(bureau: Bureau, state: Any, passes: bool) -> None:
    job = bureau.job()
    bureau.answer(P, job_id=job)
    bureau.store.finish_job(job, state)
    card = scorecard(bureau.store, load('[[criterion]]\nname = "a"\nmetric = "error_rate"\nlimit = "<= 50 %"'), job)
    assert [result.verdict for result in card.results] == ["pass"]
    assert card.passed is passes
    assert (f"(it is {state})" in card.unfinished) is not passes
    assert (b"<error " in junit(card)) is not passes


# --- the whole -------------------------------------------------------------------------------------------------------


def test_the_whole_is_counted_and_made_a_document(bureau: Bureau) -> None:
    bureau.answer(P, total_ms=100.0)
    bureau.answer(Q, status="failed")
    text = """
    title = "Gate"
    [[criterion]]
    name = "In time"
    metric = "p50"
    time = "total"
    limit = "<= 1 s"
    [[criterion]]
    name = "No errors"
    metric = "error_rate"
    limit = "<= 50 %"
    """
    card = scorecard(bureau.store, load(text))
    assert card.sentence == "2 of 4 results pass, 1 fails, 1 is not measured."
    document = orjson.loads(orjson.dumps(card.to_json()))
    assert (document["passed"], document["n_pass"], document["n_fail"], document["n_not_measured"]) == (False, 2, 1, 1)
    assert [(r["criterion"], r["candidate"], r["verdict"]) for r in document["results"]] == [
        ("In time", "p", "pass"),
        ("In time", "q", "not measured"),
        ("No errors", "p", "pass"),
        ("No errors", "q", "fail"),
    ]
    first = document["results"][0]
    assert (first["value"], first["unit"], first["limit"], first["n"]) == (
        100.0,
        "ms",
        {"operator": "<=", "value": 1000.0},
        1,
    )


def test_a_scorecard_takes_the_same_few_statements_however_many_criteria_there_are(bureau: Bureau) -> None:
    bureau.answer(P, total_ms=100.0)
    one = '[[criterion]]\nname = "{}"\nmetric = "p50"\ntime = "total"\nlimit = "<= 1 s"\n'
    statements: list[str] = []
    with bureau.store._database.reading() as connection:
        connection.set_trace_callback(statements.append)
        scorecard(bureau.store, load("".join(one.format(n) for n in range(30))))
        connection.set_trace_callback(None)
    assert len(statements) == 3
