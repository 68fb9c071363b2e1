"""Two jobs beside each other: the same cells, and what has changed in each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

from compare.records import Answer
from compare.store.cells import Cell
from compare.store.store import Store


class Change(NamedTuple):
    """One cell in both jobs. A difference is second minus first; None where either is unknown."""

    thread_id: str
    candidate_id: str
    turn: int
    repeat: int
    status: tuple[str, str]
    finish: tuple[str, str]
    same_text: bool
    answer_ids: tuple[str, str]
    in_tokens: int | None
    out_tokens: int | None
    ttft_ms: float | None
    total_ms: float | None
    cost_usd: float | None


_MEASURES = ("in_tokens", "out_tokens", "ttft_ms", "total_ms", "cost_usd")


class Shift(NamedTuple):
    """How one figure moved over the cells that have it in both jobs."""

    n: int
    median: float | None
    n_up: int
    n_down: int


@dataclass(slots=True)
class CandidateChange:
    """What has changed for one candidate."""

    candidate_id: str
    n: int = 0
    """Cells with an outcome in both jobs."""
    n_same_text: int = 0
    n_status: int = 0
    """Cells whose status is another."""
    n_finish: int = 0
    shifts: dict[str, Shift] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two jobs, paired cell by cell."""

    candidates: tuple[CandidateChange, ...]
    n_only_first: int
    """Cells with an outcome in the first job only."""
    n_only_second: int


def changes(store: Store, first: str, second: str) -> Iterator[Change]:
    """Every cell that has an outcome in both jobs, in the first one's order."""
    others = {_key(cell): cell for cell in store.cells(second, states=("done", "failed"))}
    for cell, answer in store.job_results(first):
        other = others.get(_key(cell))
        its = store.answer(other.answer_id) if other is not None and other.answer_id else None
        if other is not None and answer is not None and its is not None:
            yield _change(cell, answer, other, its)


def difference(store: Store, first: str, second: str) -> Difference:
    """What has changed from one job to the other, by candidate."""
    found: dict[str, CandidateChange] = {}
    values: dict[tuple[str, str], list[float]] = {}
    n = 0
    for change in changes(store, first, second):
        n += 1
        one = found.setdefault(change.candidate_id, CandidateChange(change.candidate_id))
        one.n += 1
        one.n_same_text += change.same_text
        one.n_status += change.status[0] != change.status[1]
        one.n_finish += change.finish[0] != change.finish[1]
        for name in _MEASURES:
            value = getattr(change, name)
            if value is not None:
                values.setdefault((change.candidate_id, name), []).append(value)
    for one in found.values():
        one.shifts = {name: _shift(values.get((one.candidate_id, name), [])) for name in _MEASURES}
    counts = [sum(1 for _ in store.cells(job_id, states=("done", "failed"))) for job_id in (first, second)]
    return Difference(tuple(found.values()), counts[0] - n, counts[1] - n)


def _key(cell: Cell) -> tuple[str, str, int, int]:
    return (cell.thread_id, cell.candidate_id, cell.turn, cell.repeat)


def _change(cell: Cell, answer: Answer, other: Cell, its: Answer) -> Change:
    # An answer that was used again measured nothing in its job.
    timed = not cell.cached and not other.cached
    return Change(
        *_key(cell),
        status=(answer.status, its.status),
        finish=(answer.finish, its.finish),
        same_text=answer.text == its.text,
        answer_ids=(answer.id, its.id),
        in_tokens=_less(_first(its.in_reported, its.in_counted), _first(answer.in_reported, answer.in_counted)),
        out_tokens=_less(_first(its.out_reported, its.out_counted), _first(answer.out_reported, answer.out_counted)),
        ttft_ms=_minus(its.ttft_ms, answer.ttft_ms) if timed else None,
        total_ms=_minus(its.total_ms, answer.total_ms) if timed else None,
        cost_usd=_minus(_cost(its, other), _cost(answer, cell)),
    )


def _cost(answer: Answer, cell: Cell) -> float | None:
    if cell.cached:
        return 0.0
    return None if answer.cost_usd is None else float(answer.cost_usd)


def _first(reported: int | None, counted: int | None) -> int | None:
    return counted if reported is None else reported


def _less(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a - b


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _shift(values: list[float]) -> Shift:
    return Shift(
        len(values), median(values) if values else None, sum(v > 0 for v in values), sum(v < 0 for v in values)
    )
