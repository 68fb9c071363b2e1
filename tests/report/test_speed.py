"""Times, tokens and cost per candidate, each figure with its n."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from compare.records import Candidate, Settings, Slot
from compare.report.speed import speeds
from compare.store import Store
from tests.review.conftest import Table


def answer(table: Table, candidate: Candidate, answer_id: str, status: str = "done", **changes: Any) -> None:
    table.store.save_candidate(candidate)
    slot = Slot(0, candidate, answer_id, table.thread.messages[-1].id)
    table.answer(slot, status, **changes)  # type: ignore[arg-type]


def test_an_empty_database_has_no_rows(store: Store) -> None:
    assert speeds(store) == []


def test_one_row_per_candidate_with_its_figures(table: Table) -> None:
    candidate = Candidate("p")
    for n, ms in enumerate((100.0, 300.0, 200.0)):
        answer(
            table, candidate, f"a{n}", ttft_ms=ms, total_ms=10 * ms, in_reported=120, in_counted=100,
            cost_usd=Decimal("0.001") * (n + 1),
        )  # fmt: skip
    (speed,) = speeds(table.store)
    assert (speed.candidate, speed.n_answers) == ("p", 3)
    assert (speed.ttft_p50.value, speed.total_p50.value) == (200.0, 2000.0)
    assert (speed.ttft_p95.n, speed.ttft_p95.q) == (3, 0.95)
    # Three values cannot carry an interval of a p95.
    assert speed.ttft_p95.ci_low is None
    assert (speed.cost_usd, speed.n_cost) == (Decimal("0.002"), 3)
    assert speed.token_ratio == 1.2


def test_disturbed_stopped_failed_and_recorded_answers_are_not_timed(table: Table) -> None:
    candidate, cents = Candidate("p"), Decimal("0.01")
    answer(table, candidate, "good", ttft_ms=100.0, total_ms=1000.0, loop_lag_ms=20.0, cost_usd=cents)
    answer(table, candidate, "disturbed", ttft_ms=900.0, total_ms=9000.0, loop_lag_ms=46.0, cost_usd=3 * cents)
    answer(table, candidate, "stopped", "stopped", ttft_ms=900.0, total_ms=9000.0)
    answer(table, candidate, "failed", "failed", total_ms=9000.0)
    answer(table, candidate, "recorded", origin="recorded")
    (speed,) = speeds(table.store)
    assert (speed.n_timed, speed.ttft_p50.n, speed.ttft_p50.value) == (1, 1, 100.0)
    # What it cost does not depend on how long it took.
    assert (speed.n_answers, speed.n_cost, speed.cost_usd) == (2, 2, 2 * cents)


def test_what_is_not_known_is_none_and_counted_apart(table: Table) -> None:
    candidate = Candidate("p")
    answer(table, candidate, "a0", total_ms=1000.0, in_counted=100)
    answer(table, candidate, "a1", ttft_ms=50.0, total_ms=3000.0, cost_usd=Decimal("0"), in_reported=50, in_counted=40)
    answer(table, Candidate("q"), "b0", ttft_ms=1.0, total_ms=2.0)
    one, other = speeds(table.store)
    assert (one.ttft_p50.n, one.total_p50.n) == (1, 2)
    assert (one.cost_usd, one.n_cost) == (Decimal("0"), 1)
    assert one.token_ratio == 1.25
    assert (other.cost_usd, other.n_cost, other.token_ratio) == (None, 0, None)


def test_a_model_with_settings_is_a_row_of_its_own(table: Table) -> None:
    warm = Candidate("p", Settings(temperature=1.0))
    answer(table, Candidate("p"), "a0", total_ms=1.0)
    answer(table, warm, "a1", total_ms=2.0)
    assert [speed.candidate for speed in speeds(table.store)] == ["p", f"p@{warm.id[:8]}"]
