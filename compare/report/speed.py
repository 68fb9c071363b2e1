"""Times, tokens and cost per candidate over all stored answers, each figure with its n."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from compare.ratings.percentiles import Percentile, percentile
from compare.store.answers import AnswerTiming
from compare.store.store import Store
from compare.store.votes import vote_name


@dataclass(frozen=True, slots=True)
class Speed:
    """What one candidate's answers took. Times in milliseconds; percentiles carry n and their interval."""

    candidate: str
    n_answers: int
    """Finished ones."""
    n_timed: int
    """Those whose times can be trusted: this machine was not held up meanwhile."""
    ttft_p50: Percentile
    ttft_p95: Percentile
    total_p50: Percentile
    total_p95: Percentile
    cost_usd: Decimal | None
    """Mean per answer; None where no answer has a known cost."""
    n_cost: int
    """Answers with a known cost."""
    token_ratio: float | None
    """Input tokens reported over input tokens counted, over all answers that have both."""


def speeds(store: Store) -> list[Speed]:
    """One row per candidate with answers, by name. Failed answers are not in it; disturbed ones give no times."""
    names = {candidate_id: vote_name(candidate) for candidate_id, candidate in store.candidates().items()}
    by_candidate: dict[str, list[AnswerTiming]] = defaultdict(list)
    for timing in store.answer_timings():
        by_candidate[names[timing.candidate_id]].append(timing)
    return [_speed(name, rows) for name, rows in sorted(by_candidate.items())]


def _speed(name: str, rows: Sequence[AnswerTiming]) -> Speed:
    timed = [row for row in rows if not row.disturbed]
    first, total = _known(row.ttft_ms for row in timed), _known(row.total_ms for row in timed)
    costs = [row.cost_usd for row in rows if row.cost_usd is not None]
    both = [(row.in_reported, row.in_counted) for row in rows if row.in_reported and row.in_counted]
    counted = sum(c for _, c in both)
    return Speed(
        candidate=name,
        n_answers=len(rows),
        n_timed=len(timed),
        ttft_p50=percentile(first, 0.5),
        ttft_p95=percentile(first, 0.95),
        total_p50=percentile(total, 0.5),
        total_p95=percentile(total, 0.95),
        cost_usd=sum(costs, Decimal(0)) / len(costs) if costs else None,
        n_cost=len(costs),
        token_ratio=sum(r for r, _ in both) / counted if counted else None,
    )


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
