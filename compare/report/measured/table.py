"""Results as a table: one row per candidate over everything, then one per candidate, thread length and workload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compare.ratings.buckets import DEFAULT_EDGES, Bucket, buckets
from compare.report.measured.figures import TIMES, Figures, as_json, figures
from compare.store.measurements import Measurement
from compare.store.store import Store
from compare.store.votes import vote_name

ALL = "all"
"""Stands for every bucket and every workload in exports."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Answers that count: of every cell of a job the newest one, of answers without a job each."""

    rows: tuple[Measurement, ...]
    replaced: tuple[Measurement, ...]
    """Earlier answers of those cells: failed or stopped, and asked again since."""


def outcomes(rows: Sequence[Measurement]) -> Outcomes:
    """Keep the newest answer of every cell; `rows` come oldest first."""
    newest: dict[object, int] = {}
    for place, row in enumerate(rows):
        cell = row.answer_id if row.job_id is None else (row.job_id, row.prompt_leaf_id, row.candidate_id, row.repeat)
        newest[cell] = place
    kept = set(newest.values())
    return Outcomes(
        tuple(row for place, row in enumerate(rows) if place in kept),
        tuple(row for place, row in enumerate(rows) if place not in kept),
    )


@dataclass(frozen=True, slots=True)
class TableRow:
    """The figures of one candidate, over all or in one bucket of one workload."""

    candidate_id: str
    candidate: str
    """As votes and routing files call it."""
    label: str
    bucket: Bucket | None
    """None: all thread lengths."""
    workload: str | None
    """None: all workloads."""
    figures: Figures


@dataclass(frozen=True, slots=True)
class MeasuredTable:
    """The result of a job, or of everything that was asked."""

    job_id: str | None
    edges: tuple[int, ...]
    rows: tuple[TableRow, ...]
    """By candidate: first the row over all, then the finer ones by bucket and workload."""

    @property
    def overall(self) -> tuple[TableRow, ...]:
        """One row per candidate, over all."""
        return tuple(row for row in self.rows if row.bucket is None)

    def to_json(self) -> dict[str, Any]:
        """The table as one document; times in ms, money as text."""
        return {
            "job_id": self.job_id,
            "bucket_edges": list(self.edges),
            "times": dict(TIMES),
            "rows": [{**_names(row), **as_json(row.figures)} for row in self.rows],
        }

    def records(self) -> list[dict[str, Any]]:
        """The rows as flat records for a file; every record has the same keys."""
        return [_flat(row) for row in self.rows]


def job_table(
    store: Store, job_id: str | None = None, *, edges: Sequence[int] = DEFAULT_EDGES, recorded: bool = False
) -> MeasuredTable:
    """What a job's answers measured; without a job, every answer that was asked here.

    Args:
        store: where the answers are.
        job_id: a stored job, running or not.
        edges: of the buckets of thread lengths, as in ratings.buckets.
        recorded: instead, the recorded answers of imported threads and logs, as far as these have figures.

    Raises:
        NotFoundError: there is no such job.
        ConfigError: the edges do not rise from 1 upwards.
    """
    ranges = buckets(edges)
    found = outcomes(store.measurements(job_id, recorded=recorded))
    groups, again = _grouped(found.rows, ranges), _grouped(found.replaced, ranges)
    candidates = store.candidates()
    rows = []
    for key, some in groups.items():
        candidate = candidates[key[0]]
        made = figures(some, len(again.get(key, ())))
        rows.append(TableRow(key[0], vote_name(candidate), candidate.name, key[1], key[2], made))
    return MeasuredTable(job_id, tuple(edges), tuple(sorted(rows, key=_place)))


_Key = tuple[str, Bucket | None, str | None]


def _grouped(rows: Sequence[Measurement], ranges: Sequence[Bucket]) -> dict[_Key, list[Measurement]]:
    by_length: dict[int, Bucket] = {}
    groups: dict[_Key, list[Measurement]] = {}
    for row in rows:
        bucket = by_length.get(row.n_messages)
        if bucket is None:
            bucket = by_length[row.n_messages] = next(each for each in ranges if each.holds(row.n_messages))
        groups.setdefault((row.candidate_id, None, None), []).append(row)
        groups.setdefault((row.candidate_id, bucket, row.workload), []).append(row)
    return groups


def _place(row: TableRow) -> tuple[str, int, str]:
    return row.candidate, 0 if row.bucket is None else row.bucket.low, row.workload or ""


def _names(row: TableRow) -> dict[str, Any]:
    return {
        "candidate": row.candidate,
        "label": row.label,
        "candidate_id": row.candidate_id,
        "bucket": ALL if row.bucket is None else row.bucket.label,
        "workload": ALL if row.workload is None else row.workload,
    }


def _flat(row: TableRow) -> dict[str, Any]:
    found = row.figures
    flat: dict[str, Any] = {
        **_names(row),
        "n": found.n,
        "n_done": found.n_done,
        "n_failed": found.n_failed,
        "n_not_asked": found.n_not_asked,
        "n_stopped": found.n_stopped,
        "n_disturbed": found.n_disturbed,
        "n_retried": found.n_retried,
        "n_asked_again": found.n_asked_again,
    }
    for name, each in found.times.items():
        for p in (each.p50, each.p95, each.p99):
            start = f"{name}_p{p.q * 100:g}_ms"
            flat |= {start: p.value, f"{start}_low": p.ci_low, f"{start}_high": p.ci_high}
        flat[f"{name}_n"] = each.p50.n
    flat |= {
        "stream_tokens_per_s_p50": found.stream_tokens_per_s.value,
        "busy_s": found.throughput.busy_s,
        "answers_per_minute": found.throughput.answers_per_minute,
        "tokens_per_s": found.throughput.tokens_per_s,
    }
    for name, tokens in (("in", found.tokens_in), ("out", found.tokens_out)):
        flat |= {
            f"tokens_{name}_reported": tokens.reported if tokens.n_reported else None,
            f"tokens_{name}_reported_n": tokens.n_reported,
            f"tokens_{name}_counted": tokens.counted if tokens.n_counted else None,
            f"tokens_{name}_counted_n": tokens.n_counted,
        }
    flat |= {
        "cost_usd_total": found.cost.total,
        "cost_usd_mean": found.cost.mean,
        "cost_known_n": found.cost.n_known,
        "cost_unknown_n": found.cost.n_unknown,
    }
    shares = {
        "error_rate": found.errors,
        "cut_rate": found.cuts,
        "cut_by_length": found.cut_by_length,
        "cut_by_us": found.cut_by_us,
    }
    for name, each_share in shares.items():
        known = each_share.n > 0
        flat |= {
            name: each_share.value,
            f"{name}_low": each_share.low if known else None,
            f"{name}_high": each_share.high if known else None,
            f"{name}_n": each_share.n,
        }
    flat["reasons"] = ", ".join(f"{kind} {n}" for kind, n in found.reasons.items())
    return flat
