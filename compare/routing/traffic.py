"""A traffic profile: how many requests a month arrive at which thread length, and what weights make of them.

A long thread begins short: its first requests come through the short bucket. So a bucket's threads are those that reach
its length, and its requests are those that arrive there; the numbers of one bucket do not sum up with another's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from compare.ratings.buckets import Bucket
from compare.routing.measured import ALL, Measured, Samples, mixture_quantile
from compare.store.shapes import RecordedSpan, ThreadShape

DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class TrafficLine:
    """The traffic of one bucket and workload."""

    bucket: str
    workload: str
    threads: float
    """Threads a month that reach this length."""
    requests_per_thread: float
    """Requests that each of them makes at this length."""

    @property
    def requests(self) -> float:
        """Requests a month."""
        return self.threads * self.requests_per_thread


@dataclass(frozen=True, slots=True)
class Profile:
    """Traffic by bucket and workload."""

    lines: tuple[TrafficLine, ...]
    source: str = ""
    """Where the numbers come from, in a sentence."""
    threads: float = 0.0
    """All threads of a month, of whatever length."""

    @property
    def requests(self) -> float:
        """Requests a month."""
        return sum(line.requests for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        """As kept and printed."""
        return {"lines": [asdict(line) for line in self.lines], "source": self.source, "threads": self.threads}


@dataclass(frozen=True, slots=True)
class Monthly:
    """What weights make of a profile."""

    cost_usd: float | None
    """A month; None where the cost of a candidate that gets requests is not known."""
    p95_ms: float | None
    requests: float
    unknown: tuple[str, ...] = ()
    """Candidates that get requests and whose cost or time is not known at their length."""
    why_unknown: tuple[str, ...] = ()
    """Of each of them, and what to do."""


def profile_of(
    shapes: Sequence[ThreadShape],
    ranges: Sequence[Bucket],
    *,
    threads_per_month: float | None = None,
    span: RecordedSpan | None = None,
) -> Profile:
    """The profile of stored threads.

    Args:
        shapes: the threads.
        ranges: the buckets.
        threads_per_month: all threads of a month; where it is None, the rate at which logs recorded them.
        span: over which time logs have answers; less than a day says nothing about a month.
    """
    threads: dict[tuple[str, str], int] = {}
    requests: dict[tuple[str, str], int] = {}
    for shape in shapes:
        reached = set()
        for length in request_lengths(shape.roles):
            bucket = next((each.name for each in ranges if each.holds(length)), None)
            if bucket is not None:
                reached.add(bucket)
                requests[bucket, shape.workload] = requests.get((bucket, shape.workload), 0) + 1
        for bucket in reached:
            threads[bucket, shape.workload] = threads.get((bucket, shape.workload), 0) + 1
    scale, source = _scale(len(shapes), threads_per_month, span)
    order = {bucket.name: i for i, bucket in enumerate(ranges)}
    keys = sorted(threads, key=lambda key: (key[1], order[key[0]]))
    lines = (TrafficLine(*key, threads[key] * scale, requests[key] / threads[key]) for key in keys)
    return Profile(tuple(lines), source, len(shapes) * scale)


def request_lengths(roles: str) -> list[int]:
    """The thread length at each request: every user message asks for an answer."""
    return [place for place, role in enumerate(roles, 1) if role == "u"]


def _scale(n: int, threads_per_month: float | None, span: RecordedSpan | None) -> tuple[float, str]:
    """By what the stored threads are multiplied, and why."""
    if threads_per_month is not None:
        return threads_per_month / max(n, 1), f"{threads_per_month:,.0f} threads a month, shaped as the {n:,} stored"
    days = 0.0 if span is None else _days(span)
    if span is not None and days >= 1.0:
        rate = span.n_threads / days * DAYS_A_MONTH
        told = f"{span.n_threads:,} threads with recorded answers over {days:,.0f} days"
        return rate / max(n, 1), f"{told}, so about {rate:,.0f} a month, shaped as the {n:,} stored"
    return 1.0, f"the {n:,} stored threads taken as one month; type your own numbers"


def _days(span: RecordedSpan) -> float:
    try:
        first, last = (datetime.fromisoformat(at) for at in (span.first_at, span.last_at))
        return (last - first).total_seconds() / 86_400.0
    except (ValueError, TypeError):  # a log may hold what is no time, or times with and without a zone
        return 0.0


def monthly(profile: Profile, weights: Mapping[str, Mapping[str, float]], measured: Measured) -> Monthly:
    """What these weights cost a month, and the p95 over all requests.

    Args:
        profile: the traffic.
        weights: by bucket, then by the votes' names of candidates; traffic of other buckets is left out.
        measured: by the same buckets; of a workload where it was measured there, else of all workloads.
    """
    cost: float | None = 0.0
    unknown: dict[str, str] = {}
    parts, requests = [], 0.0
    for line in profile.lines:
        for name, weight in weights.get(line.bucket, {}).items():
            if weight <= 0 or line.requests <= 0:
                continue
            found = at(measured, name, line.bucket, line.workload)
            requests += line.requests * weight
            parts.append((found.times_ms, line.requests * weight))
            if found.cost_usd is None or not len(found.times_ms):
                unknown.setdefault(name, found.why_unknown)
            cost = None if cost is None or found.cost_usd is None else cost + line.requests * weight * found.cost_usd
    p95 = mixture_quantile(parts, 0.95)
    return Monthly(cost if requests else None, p95, requests, tuple(unknown), tuple(unknown.values()))


def at(measured: Measured, name: str, bucket: str, workload: str = ALL) -> Samples:
    """What was measured at this length and workload, or at this length, or at all."""
    for key in ((bucket, workload), (bucket, ALL)):
        found = measured.of(name, *key)
        if found.n_done:
            return found
    return measured.of(name)


def lines_of(rows: Iterable[Mapping[str, Any]]) -> tuple[TrafficLine, ...]:
    """Lines that were typed or kept; what is no number counts as 0."""

    def number(value: Any) -> float:
        usable = isinstance(value, int | float) and not isinstance(value, bool) and value == value
        return max(0.0, float(value)) if usable else 0.0

    return tuple(
        TrafficLine(
            str(row["bucket"]), str(row["workload"]), number(row["threads"]), number(row["requests_per_thread"])
        )
        for row in rows
    )
