"""What a worker tells: each cell's outcome, what it waits for, how the work stands, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from compare.jobs.progress import JobProgress
from compare.jobs.traffic import EndpointStatus
from compare.records import Answer
from compare.store.cells import Cell
from compare.store.jobs import JobState


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the work stands, told about once a second."""

    progress: JobProgress
    left_s: float | None
    endpoints: tuple[EndpointStatus, ...]


@dataclass(slots=True)
class Tally:
    """What this worker has done."""

    asked: int = 0
    """Cells that got an outcome here, by a call or for want of one."""
    cached: int = 0
    failed: int = 0
    """Of the asked ones; includes turns that could not be asked because an earlier turn of their chain failed."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the work ended."""

    state: JobState
    note: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told what. All are called on the running loop and must not block."""

    on_cell: Callable[[Cell, Answer], None] = lambda cell, answer: None
    """Sees every cell with an outcome, once it is stored."""
    on_note: Callable[[str], None] = lambda note: None
    """Hears what goes on while no text comes; every cell that waits for the same thing says so."""
    on_pulse: Callable[[Pulse], None] = lambda pulse: None
