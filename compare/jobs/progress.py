"""How far a job is: counts that add up, a rate, the time that is left, and what its endpoints say."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from compare.store.cells import LaneCount

_WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class LaneProgress:
    """The cells of one model."""

    lane: str
    waiting: int = 0
    leased: int = 0
    done: int = 0
    failed: int = 0
    cached: int = 0
    """Of the done ones, those with an answer of an earlier time."""
    again: int = 0
    """Cells that were taken more than once: retries, and calls in flight when a worker was stopped or killed."""
    n_asked: int = 0
    """How often cells were taken, in all."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.leased + self.done + self.failed

    @property
    def finished(self) -> int:
        """Those with an outcome."""
        return self.done + self.failed


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A job's cells."""

    lanes: tuple[LaneProgress, ...]

    def all(self) -> LaneProgress:
        """All models together."""
        names = ("waiting", "leased", "done", "failed", "cached", "again", "n_asked")
        return LaneProgress("", **{name: sum(getattr(lane, name) for lane in self.lanes) for name in names})

    @property
    def sentence(self) -> str:
        """In one line; what adds up to the total stands before it."""
        it = self.all()
        said = (
            f"{it.total:,} to ask: {it.done:,} answered, {it.failed:,} failed, {it.leased:,} in flight, "
            f"{it.waiting:,} waiting."
        )
        if it.cached:
            said += f" {it.cached:,} from the cache."
        if it.again:
            said += f" {it.again:,} taken more than once."
        return said


def progress_of(counts: Sequence[LaneCount]) -> JobProgress:
    """The counts by model."""
    lanes: dict[str, LaneProgress] = {}
    for one in counts:
        before = lanes.get(one.lane, LaneProgress(one.lane))
        values = {"waiting": before.waiting, "leased": before.leased, "done": before.done, "failed": before.failed}
        values[one.state] += one.n
        lanes[one.lane] = LaneProgress(
            one.lane,
            **values,
            cached=before.cached + one.n_cached,
            again=before.again + one.n_again,
            n_asked=before.n_asked + one.n_asked,
        )
    return JobProgress(tuple(lanes.values()))


@dataclass(slots=True)
class Pace:
    """How fast the cells of each model end, over the last minute. The slowest model says when all is done."""

    _ended: dict[str, deque[float]] = field(default_factory=dict)
    _since: float = field(default_factory=lambda: time.monotonic())

    def note(self, lane: str) -> None:
        """A cell has ended."""
        times = self._ended.setdefault(lane, deque(maxlen=500))
        times.append(time.monotonic())

    def left_s(self, progress: JobProgress) -> float | None:
        """Seconds until every cell has an outcome; None while that cannot be told."""
        now = time.monotonic()
        longest = 0.0
        for lane in progress.lanes:
            open_cells = lane.waiting + lane.leased
            if not open_cells:
                continue
            recent = [at for at in self._ended.get(lane.lane, ()) if now - at <= _WINDOW_S]
            if not recent:
                return None
            began = recent[0] if len(recent) == 500 else max(self._since, now - _WINDOW_S)
            rate = len(recent) / max(now - began, 0.1)
            longest = max(longest, open_cells / rate)
        return longest


def in_words(seconds: float | None) -> str:
    """A time that is left, roughly."""
    if seconds is None:
        return "time left not known yet"
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"
