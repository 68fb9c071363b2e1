"""What stored answers measured of every candidate at every thread length: time, cost, errors, cuts.

Times are those of finished, undisturbed answers, from the first attempt to the end. A cost that is not known is counted
and never taken for 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from compare.ratings.bradley_terry import FloatArray
from compare.ratings.buckets import Bucket
from compare.store.measurements import Measurement

ALL = ""
"""Name under which all buckets, or all workloads, stand together."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """One candidate's answers at one length.

    Attributes:
        times_ms: shape (n,), ascending.
        cost_usd: mean over the answers whose cost is known; None without any.
        n_cost: how many those are.
        n_done: finished answers.
        n_failed: failed ones; those that were stopped by somebody are in neither.
        n_cut: finished ones that the length limit ended, or whose thread was cut by us before it was sent.
        n_disturbed: finished ones that were timed, but whose timing was disturbed.
    """

    times_ms: FloatArray = field(default_factory=lambda: np.zeros(0))
    cost_usd: float | None = None
    n_cost: int = 0
    n_done: int = 0
    n_failed: int = 0
    n_cut: int = 0
    n_disturbed: int = 0

    def slow_share(self, slow_ms: float) -> float | None:
        """Share of answers that took longer; None without times."""
        n = len(self.times_ms)
        return None if n == 0 else float(n - np.searchsorted(self.times_ms, slow_ms, side="right")) / n

    @property
    def error_share(self) -> float | None:
        """Failed answers among those with an outcome."""
        n = self.n_done + self.n_failed
        return self.n_failed / n if n else None

    @property
    def cut_share(self) -> float | None:
        """Cut answers among the finished ones."""
        return self.n_cut / self.n_done if self.n_done else None

    @property
    def why_unknown(self) -> str:
        """Why cost or time is not known, and what to do; empty where both are."""
        if not self.n_done:
            failed = f"all {self.n_failed:,} answers failed" if self.n_failed > 1 else "its one answer failed"
            return f"{failed}; ask it again" if self.n_failed else "it was never asked; run it on stored threads"
        why = []
        if not len(self.times_ms) and self.n_disturbed:
            why.append(f"the timing of every answer ({self.n_disturbed:,}) was disturbed; run it again")
        elif not len(self.times_ms):
            why.append("no answer says how long it took; run it on stored threads")
        if self.cost_usd is None:
            why.append("no answer's cost is known; give its price in the models file, then run it again")
        return ", and ".join(why)


NOTHING = Samples()


@dataclass(frozen=True, slots=True)
class Measured:
    """Samples by candidate, bucket and workload; ALL for a bucket or workload takes all of them together."""

    samples: Mapping[tuple[str, str, str], Samples] = field(default_factory=dict)

    def of(self, candidate: str, bucket: str = ALL, workload: str = ALL) -> Samples:
        """What is known, with the votes' names of candidates; nothing where nobody was asked."""
        return self.samples.get((candidate, bucket, workload), NOTHING)

    @property
    def candidates(self) -> frozenset[str]:
        """Everybody who was ever measured."""
        return frozenset(name for name, _, _ in self.samples)


@dataclass(slots=True)
class _Sums:
    times_ms: list[float] = field(default_factory=list)
    cost_usd: float = 0.0
    n_cost: int = 0
    n_done: int = 0
    n_failed: int = 0
    n_cut: int = 0
    n_disturbed: int = 0


def measure(rows: Iterable[Measurement], names: Mapping[str, str], ranges: Sequence[Bucket]) -> Measured:
    """Sort stored answers by candidate, length and workload.

    Args:
        rows: what every answer measured.
        names: what votes call the candidates, by their ids.
        ranges: the buckets.
    """
    sums: dict[tuple[str, str, str], _Sums] = {}
    for row in rows:
        if row.status == "stopped" or row.candidate_id not in names:
            continue
        bucket = next((each.name for each in ranges if each.holds(row.n_messages)), ALL)
        for key in product({bucket, ALL}, {row.workload, ALL}):
            _add(sums.setdefault((names[row.candidate_id], *key), _Sums()), row)
    return Measured({key: _samples(found) for key, found in sums.items()})


def _add(sums: _Sums, row: Measurement) -> None:
    if row.cost_usd is not None:
        sums.cost_usd += float(row.cost_usd)
        sums.n_cost += 1
    if row.status == "failed":
        sums.n_failed += 1
        return
    sums.n_done += 1
    sums.n_cut += row.finish == "length" or row.is_cut_by_us
    took = row.total_ms if row.wall_ms is None else row.wall_ms
    if took is not None and row.timing_disturbed:
        sums.n_disturbed += 1
    elif took is not None:
        sums.times_ms.append(took)


def _samples(sums: _Sums) -> Samples:
    return Samples(
        times_ms=np.sort(np.array(sums.times_ms, dtype=np.float64)),
        cost_usd=sums.cost_usd / sums.n_cost if sums.n_cost else None,
        n_cost=sums.n_cost,
        n_done=sums.n_done,
        n_failed=sums.n_failed,
        n_cut=sums.n_cut,
        n_disturbed=sums.n_disturbed,
    )


def mixture_quantile(parts: Iterable[tuple[FloatArray, float]], q: float) -> float | None:
    """Quantile of a mixture: the p95 of a mix is not the weighted mean of p95s.

    Args:
        parts: samples and the share of requests that they stand for; shares need not sum to 1.
        q: between 0 and 1.

    Returns:
        The least value that a share q of requests does not exceed; None where a part with a share has no samples.
    """
    used = [(values, weight) for values, weight in parts if weight > 0]
    if not used or any(len(values) == 0 for values, _ in used):
        return None
    values = np.concatenate([values for values, _ in used])
    weights = np.concatenate([np.full(len(values), weight / len(values)) for values, weight in used])
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    at = int(np.searchsorted(reached, q * reached[-1] * (1 - 1e-12)))
    return float(values[order][min(at, len(values) - 1)])
