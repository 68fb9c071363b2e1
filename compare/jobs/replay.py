"""A plan from its cells to its answers, with every outcome told once: what was finished before, now, and by others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from compare.engine.backend import Backend
from compare.jobs.estimate import Specs
from compare.jobs.terms import Terms
from compare.jobs.told import Ended, Listener, Pulse
from compare.jobs.worker import work
from compare.records import Answer
from compare.store.cells import Cell
from compare.store.store import Store

OnCell = Callable[[Cell, Answer, bool], None]
"""Sees every cell with an outcome: the cell, its answer, and whether it was there already (from an earlier run, the
cache, or another worker)."""


def _silent(_: object) -> None:
    pass


@dataclass(slots=True)
class Tally:
    """What has become of the cells."""

    total: int
    asked: int = 0
    reused: int = 0
    """Finished before, answered from the cache, or by another worker."""
    failed: int = 0
    """Includes turns that could not be asked because an earlier turn of their chain failed."""

    @property
    def finished(self) -> int:
        """Cells with an outcome."""
        return self.asked + self.reused


@dataclass(frozen=True, slots=True)
class Replayed:
    """How it ended."""

    tally: Tally
    ended: Ended


async def replay(
    store: Store,
    job_id: str,
    backend: Backend,
    terms: Terms,
    specs: Specs,
    *,
    on_cell: OnCell,
    on_note: Callable[[str], None] = _silent,
    on_pulse: Callable[[Pulse], None] = _silent,
) -> Replayed:
    """Ask every cell of a job that has no answer yet, and tell of every cell.

    Args:
        store: where the job is, with its cells.
        job_id: the job, set running.
        backend: the running loop's.
        terms: how to work.
        specs: finds the model of an id.
        on_cell: called on the running loop for every cell with an outcome, once each.
        on_note: called there with what goes on while no text comes: a server is left alone, a summary is made.
        on_pulse: called there about once a second with how all stands.

    Returns:
        The final tally. Cancelling stops after saving what has arrived; stopped cells are asked again on resume.
    """
    told = _Told()
    tally = Tally(total=sum(one.n for one in store.cell_counts(job_id)))

    def tell(cell: Cell, answer: Answer, there: bool) -> None:
        told.add(cell.place)
        if there:
            tally.reused += 1
        else:
            tally.asked += 1
        tally.failed += answer.status == "failed"
        on_cell(cell, answer, there)

    for cell, answer in store.job_results(job_id, states=("done",)):
        if answer is not None:
            tell(cell, answer, True)
    listener = Listener(lambda cell, answer: tell(cell, answer, cell.cached), on_note, on_pulse)
    ended = await work(store, job_id, backend, terms, specs, listener)
    if tally.finished < tally.total:
        for cell in store.cells(job_id, states=("done", "failed")):
            answer = None if cell.place in told or cell.answer_id is None else store.answer(cell.answer_id)
            if answer is not None:
                tell(cell, answer, True)
    return Replayed(tally, ended)


class _Told:
    """The places of cells that were told of: one bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, place: int) -> None:
        lacks = place // 8 + 1 - len(self._bits)
        if lacks > 0:
            self._bits.extend(bytes(lacks))
        self._bits[place // 8] |= 1 << place % 8

    def __contains__(self, place: int) -> bool:
        return place // 8 < len(self._bits) and bool(self._bits[place // 8] >> place % 8 & 1)
