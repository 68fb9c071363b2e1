"""How many requests arrive at which length, and what weights make of them."""

import numpy as np
import pytest

from compare.ratings.buckets import buckets
from compare.routing.measured import Measured, Samples
from compare.routing.traffic import lines_of, monthly, profile_of, request_lengths
from compare.store.shapes import RecordedSpan, ThreadShape

RANGES = buckets()
SHAPES = [ThreadShape("1", "interactive", "suauauauaua"), ThreadShape("2", "interactive", "ua"), ThreadShape("3", "batch", "u")]  # fmt: skip # noqa: E501


def test_a_long_thread_begins_short():
    assert request_lengths("suauauauaua") == [2, 4, 6, 8, 10]
    lines = {(line.bucket, line.workload): line for line in profile_of(SHAPES, RANGES).lines}
    assert (lines["short", "interactive"].threads, lines["short", "interactive"].requests) == (2, 5)
    assert (lines["long", "interactive"].threads, lines["long", "interactive"].requests) == (1, 1)
    assert lines["short", "batch"].requests == 1


def test_the_rate_is_typed_or_that_of_the_logs_or_told_to_be_neither():
    typed = profile_of(SHAPES, RANGES, threads_per_month=3000)
    assert typed.requests == pytest.approx(7000)
    assert typed.source == "3,000 threads a month, shaped as the 3 stored"
    span = RecordedSpan(20, "2026-11-01T00:00:00+00:00", "2026-11-11T00:00:00+00:00")
    logged = profile_of(SHAPES, RANGES, span=span)
    assert logged.threads == pytest.approx(20 / 10 * 365.25 / 12)
    assert logged.source.startswith("20 threads with recorded answers over 10 days, so about 61 a month")
    for useless in (None, span._replace(last_at="2026-11-01T00:00:05+00:00"), span._replace(last_at="yesterday")):
        assert profile_of(SHAPES, RANGES, span=useless).source.startswith("the 3 stored threads taken as one month")


def test_dollars_and_p95_of_a_month_come_from_what_was_measured_at_each_length():
    quick, slow = Samples(np.array([100.0]), 0.001, 1, 1), Samples(np.array([9000.0]), 0.02, 1, 1)
    dear_batch = Samples(np.array([100.0]), 0.5, 1, 1)
    measured = Measured(
        {("p", "short", ""): quick, ("q", "short", ""): slow, ("p", "long", ""): slow, ("p", "short", "batch"): dear_batch}  # noqa: E501
    )  # fmt: skip
    profile = profile_of(SHAPES, RANGES)
    before = monthly(profile, {"short": {"p": 1.0}, "long": {"p": 1.0}}, measured)
    assert before.cost_usd == pytest.approx(5 * 0.001 + 1 * 0.02 + 1 * 0.5)
    assert (before.p95_ms, before.requests, before.unknown) == (9000.0, 7, ())
    after = monthly(profile, {"short": {"p": 0.5, "q": 0.5}}, measured)
    assert after.cost_usd == pytest.approx(2.5 * 0.001 + 0.5 * 0.5 + 3 * 0.02)
    unknown = monthly(profile, {"long": {"nobody": 1.0}}, measured)
    assert (unknown.cost_usd, unknown.p95_ms, unknown.unknown) == (None, None, ("nobody",))
    assert unknown.why_unknown == ("it was never asked; run it on stored threads",)


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (Samples(n_failed=3), "all 3 answers failed; ask it again"),
        (
            Samples(cost_usd=0.1, n_cost=4, n_done=4, n_disturbed=4),
            "the timing of every answer (4) was disturbed; run it again",
        ),
        (Samples(cost_usd=0.1, n_cost=4, n_done=4), "no answer says how long it took; run it on stored threads"),
        (
            Samples(np.array([1.0]), n_done=1),
            "no answer's cost is known; give its price in the models file, then run it again",
        ),
        (Samples(np.array([1.0]), 0.1, 1, 1), ""),
    ],
)
def test_what_is_not_known_has_its_true_reason(samples: Samples, why: str) -> None:
    assert samples.why_unknown == why


def test_typed_lines_that_are_no_numbers_count_as_nothing():
    rows = [{"bucket": "short", "workload": "batch", "threads": None, "requests_per_thread": float("nan")}]
    (line,) = lines_of(rows)
    assert line.requests == 0
    assert lines_of([{**rows[0], "threads": 5, "requests_per_thread": 2}])[0].requests == 10
