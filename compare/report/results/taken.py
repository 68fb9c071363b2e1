"""What candidates take: cost and time per answer, measured here, or as the log of recorded answers says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from compare.ratings.percentiles import Percentile, percentile
from compare.report.speed import Speed, speeds
from compare.store.measurements import Measurement
from compare.store.store import Store
from compare.store.votes import vote_name


@dataclass(frozen=True, slots=True)
class Taken:
    """One candidate's cost and time."""

    candidate: str
    cost_usd: Decimal | None
    """Mean per answer with a known cost."""
    n_cost: int
    total_p95: Percentile
    """To the complete answer, in milliseconds."""
    logged: bool = False
    """True where a log says so: the times were not taken here."""


def taken(store: Store, measured: Sequence[Speed] | None = None) -> dict[str, Taken]:
    """By candidate, as votes call it; whoever was never asked and logged nothing is missing."""
    found = {
        name: _logged(name, rows) for name, rows in _recorded(store).items()
    }  # what was measured here counts before what a log says
    for speed in speeds(store) if measured is None else measured:
        found[speed.candidate] = Taken(speed.candidate, speed.cost_usd, speed.n_cost, speed.total_p95)
    return found


def _recorded(store: Store) -> Mapping[str, Sequence[Measurement]]:
    names = {candidate_id: vote_name(candidate) for candidate_id, candidate in store.candidates().items()}
    rows: dict[str, list[Measurement]] = defaultdict(list)
    for row in store.measurements(recorded=True):
        rows[names[row.candidate_id]].append(row)
    return rows


def _logged(name: str, rows: Sequence[Measurement]) -> Taken:
    costs = [row.cost_usd for row in rows if row.cost_usd is not None]
    times = [row.total_ms for row in rows if row.total_ms is not None]
    mean = sum(costs, Decimal(0)) / len(costs) if costs else None
    return Taken(name, mean, len(costs), percentile(times, 0.95), logged=True)
