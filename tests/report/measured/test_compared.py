"""Two jobs compared cell by cell."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from compare.errors import NotFoundError
from compare.records import Candidate
from compare.report.measured.compared import differences_json, job_difference
from tests.report.measured.conftest import Bureau

P, Q = Candidate("p"), Candidate("q")


def test_the_same_cells_are_paired_and_the_others_counted(bureau: Bureau) -> None:
    first, second = bureau.job("first"), bureau.job("second")
    for thread in range(8):
        bureau.answer(
            P, job_id=first, thread=thread, total_ms=1000.0, cost_usd=Decimal("0.01"), out_reported=100, ttft_ms=100.0
        )
        bureau.answer(
            P, job_id=second, thread=thread, total_ms=1200.0 + thread, cost_usd=Decimal("0.02"), out_reported=90,
            ttft_ms=90.0, finish="length" if thread == 0 else "stop",
        )  # fmt: skip
    bureau.answer(P, job_id=first, thread=20)
    bureau.answer(P, job_id=second, thread=21)
    bureau.answer(P, job_id=second, thread=0, repeat=1)
    bureau.answer(Q, job_id=second)
    change, other = job_difference(bureau.store, first, second)
    assert (change.candidate, change.n_pairs, change.only_first, change.only_second) == ("p", 8, 1, 2)
    assert change.outcome == {"done, done": 8}
    assert change.finish_changed == 1
    total = change.times_ms["total"]
    assert total.median.value == 203.5
    assert (total.median.ci_low, total.median.ci_high) == (200.0, 207.0)
    assert total.mean.value == 203.5
    assert change.cost_usd.mean.value == pytest.approx(0.01)
    assert change.tokens_out.mean.value == -10
    assert (other.candidate, other.n_pairs, other.only_second) == ("q", 0, 1)
    assert other.times_ms["total"].mean.value is None
    json.dumps(differences_json([change, other]))


def test_errors_are_compared_over_all_pairs_and_times_over_those_done_in_both(bureau: Bureau) -> None:
    first, second = bureau.job("first"), bureau.job("second")
    for thread in range(4):
        bureau.answer(P, job_id=first, thread=thread, total_ms=100.0)
        failed = (
            {"status": "failed"} if thread == 0 else {"total_ms": 100.0, "loop_lag_ms": 90.0 if thread == 1 else 0.0}
        )
        bureau.answer(P, job_id=second, thread=thread, **failed)
    (change,) = job_difference(bureau.store, first, second)
    assert change.outcome == {"done, failed": 1, "done, done": 3}
    assert change.error_share.value == 0.25
    assert change.times_ms["total"].mean.n == 2


def test_a_job_that_is_not_there_is_told(bureau: Bureau) -> None:
    with pytest.raises(NotFoundError, match="'gone'"):
        job_difference(bureau.store, bureau.job(), "gone")
