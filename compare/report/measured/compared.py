"""Two jobs compared: the same cells in both, paired, and what changed.

A cell is the same in both where thread, turn, candidate and repeat are. What stands in only one of them is counted and
left out. Differences are second minus first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from compare.ratings.means import Mean, clustered_mean
from compare.ratings.percentiles import Percentile, percentile
from compare.report.measured.figures import TIMES, percentile_json
from compare.report.measured.table import outcomes
from compare.store.measurements import Measurement
from compare.store.store import Store
from compare.store.votes import vote_name


class Cell(NamedTuple):
    """What makes two answers answers to the same question."""

    thread_id: str
    prompt_leaf_id: str
    turn: int
    candidate_id: str
    repeat: int


@dataclass(frozen=True, slots=True)
class Change:
    """A figure over pairs: the median of the differences and their mean, each with its 95 % interval."""

    median: Percentile
    """Order statistics of the differences."""
    mean: Mean
    """Threads as clusters."""


@dataclass(frozen=True, slots=True)
class CandidateChange:
    """What changed for one candidate between two jobs."""

    candidate_id: str
    candidate: str
    n_pairs: int
    """Cells with an outcome in both jobs."""
    only_first: int
    only_second: int
    outcome: Mapping[str, int]
    """Pairs by what became of them: "done, done", "done, failed" and so on."""
    finish_changed: int
    """Pairs finished in both, for different reasons."""
    times_ms: Mapping[str, Change]
    """By the names of TIMES; pairs that are finished and undisturbed in both."""
    cost_usd: Change
    tokens_out: Change
    error_share: Mean
    """Difference of the shares of failed cells, between -1 and 1."""


def job_difference(store: Store, first: str, second: str) -> list[CandidateChange]:
    """Compare two jobs candidate by candidate, by name; candidates that only one of them has are in it too.

    Raises:
        NotFoundError: one of the jobs is not there.
    """
    before, after = (_cells(store.measurements(job_id)) for job_id in (first, second))
    candidates = store.candidates()
    ids = {cell.candidate_id for cell in (*before, *after)}
    made = [_change(each, vote_name(candidates[each]), before, after) for each in ids]
    return sorted(made, key=lambda change: change.candidate)


def _cells(rows: Sequence[Measurement]) -> dict[Cell, Measurement]:
    told = (row for row in outcomes(rows).rows if row.status != "stopped")
    return {Cell(r.thread_id, r.prompt_leaf_id, r.turn, r.candidate_id, r.repeat): r for r in told}


def _change(
    candidate_id: str, name: str, before: Mapping[Cell, Measurement], after: Mapping[Cell, Measurement]
) -> CandidateChange:
    first = {cell for cell in before if cell.candidate_id == candidate_id}
    second = {cell for cell in after if cell.candidate_id == candidate_id}
    # In the order of the first job, so that sums come out alike every time.
    pairs = [(before[cell], after[cell]) for cell in before if cell in first and cell in second]
    done = [(a, b) for a, b in pairs if a.status == b.status == "done"]
    steady = [(a, b) for a, b in done if not (a.timing_disturbed or b.timing_disturbed)]
    return CandidateChange(
        candidate_id=candidate_id,
        candidate=name,
        n_pairs=len(pairs),
        only_first=len(first - second),
        only_second=len(second - first),
        outcome=dict(Counter(f"{a.status}, {b.status}" for a, b in pairs)),
        finish_changed=sum(a.finish != b.finish for a, b in done),
        times_ms={time: _differences(steady, f"{time}_ms") for time in TIMES},
        cost_usd=_differences(done, "cost_usd"),
        tokens_out=_differences(done, "out_reported", "out_counted"),
        error_share=clustered_mean(
            [float(b.status == "failed") - float(a.status == "failed") for a, b in pairs],
            [a.thread_id for a, _ in pairs],
        ),
    )


def _differences(pairs: Sequence[tuple[Measurement, Measurement]], *fields: str) -> Change:
    """Of the first field that both have."""
    found: list[float] = []
    threads: list[str] = []
    for a, b in pairs:
        for field in fields:
            old, new = getattr(a, field), getattr(b, field)
            if old is not None and new is not None:
                found.append(float(new - old))
                threads.append(a.thread_id)
                break
    return Change(percentile(found, 0.5), clustered_mean(found, threads))


def differences_json(changes: Sequence[CandidateChange]) -> list[dict[str, Any]]:
    """The comparison as plain values; times in ms."""
    return [
        {
            "candidate": one.candidate,
            "candidate_id": one.candidate_id,
            "n_pairs": one.n_pairs,
            "only_first": one.only_first,
            "only_second": one.only_second,
            "outcome": dict(one.outcome),
            "finish_changed": one.finish_changed,
            "times_ms": {name: _change_json(each) for name, each in one.times_ms.items()},
            "cost_usd": _change_json(one.cost_usd),
            "tokens_out": _change_json(one.tokens_out),
            "error_share": mean_json(one.error_share),
        }
        for one in changes
    ]


def _change_json(change: Change) -> dict[str, Any]:
    return {"median": percentile_json(change.median), "mean": mean_json(change.mean)}


def mean_json(mean: Mean) -> dict[str, Any]:
    """One mean."""
    return {
        "value": mean.value,
        "ci_low": mean.ci_low,
        "ci_high": mean.ci_high,
        "n": mean.n,
        "n_clusters": mean.n_clusters,
    }
