"""The forgetting curve of one candidate: arrays in, a value out.

    R(d) = passes / probes in a bin of distances; retention r(d) = R(d) / R(control)
    logit P = a - b * log2(d), with a thread-clustered standard error

A probe whose fact was not sent counts against R, as the user meets it; it is counted apart as "cut by us", and
`of_sent` is the share among those that were sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.errors import ConfigError
from compare.probes.logistic import FloatArray, IntArray, Line, fit_line, is_separated
from compare.probes.thread_share import thread_share
from compare.ratings.shares import Share

BoolArray = NDArray[np.bool_]
EDGES = (4, 8, 16, 24, 32)
"""Upper ends of the bins of distances in messages; the last bin is open."""
TOKEN_EDGES = (250, 500, 1000, 2000, 4000, 8000, 16000, 32000)
HALF = 0.5
DEPTH_PARTS = 5


class Step(NamedTuple):
    """Where answers turn from one kind to the other, with none out of line."""

    last_passed: int
    first_failed: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Probes of one range of distances."""

    low: int
    high: int | None
    """Inclusive; None: no upper end."""
    recall: Share
    n_cut: int
    """Probes whose fact we did not send."""
    of_sent: float | None
    """The share among those that were sent; None where none was."""
    retention: float | None = None
    """Recall over recall of the controls; None where there are no controls, or they all failed."""

    @property
    def label(self) -> str:
        """The range in figures."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high}"

    def to_json(self) -> dict[str, Any]:
        """By name."""
        n_passed = round((self.recall.value or 0.0) * self.recall.n)
        return {
            "name": self.label, "low": self.low, "high": self.high, "n": self.recall.n,
            "n_threads": self.recall.n_clusters[0] if self.recall.n_clusters else 0, "passed": n_passed,
            "cut_by_us": self.n_cut, "forgotten": self.recall.n - n_passed - self.n_cut, "recall": self.recall.value,
            "ci_low": self.recall.ci_low, "ci_high": self.recall.ci_high, "of_sent": self.of_sent,
            "retention": self.retention,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Axis:
    """The curve over one kind of distance."""

    bins: tuple[Bin, ...]
    """Those with probes, rising."""
    line: Line | None
    """None where all passed, all failed, or there is one distance only."""
    step: Step | None = None
    """Where answers separate perfectly; then it is this that should be reported."""

    def at(self, distance: int) -> Bin | None:
        """The bin that holds a distance; None where it has no probes."""
        return next((one for one in self.bins if one.low <= distance and (one.high is None or distance <= one.high)),
                    None)  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "bins": [one.to_json() for one in self.bins], "fit": self.line.to_json() if self.line else None,
            "step": self.step._asdict() if self.step else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Curve:
    """How a candidate forgets."""

    messages: Axis
    tokens: Axis
    control: Share
    """Of recall: what retention is measured against."""
    d50: int | None
    """The smallest tested distance in messages from which on retention is at most a half; None: at none."""
    longest: int | None
    """The longest distance that was tested."""
    area: float | None
    """Mean retention over log2 of the distance, between the shortest and the longest tested."""
    by_depth: tuple[Share, ...] = ()
    """Recall by place in the thread, in fifths from its beginning: a U shows a lost middle."""
    unreliability: float | None = None
    """Mean over probes of the 90th minus the 10th percentile of their repeats; None without repeats."""
    n_repeated: int = 0
    n: int = 0
    n_cut: int = 0
    types: dict[str, Share] = field(default_factory=dict)
    """The share that passed by type, `control` being those of all types; of update, `stale` beside it."""
    controls: dict[str, Share] = field(default_factory=dict)
    """The share of controls that passed, by the type that they are the control of; `control` is that of recall."""

    @property
    def d50_words(self) -> str:
        """As a table shows it: "24", or "> 48" where it is beyond what was tested."""
        if self.d50 is not None:
            return str(self.d50)
        return "not measured" if self.longest is None else f"> {self.longest}"

    def recall_at(self, distance: int) -> Bin | None:
        """Recall at so many messages back: that of the bin which holds it; None where nothing that far was asked."""
        found = self.messages.at(distance)
        is_beyond = found is not None and found.high is None and self.longest is not None and distance > self.longest
        return None if is_beyond else found

    def to_json(self) -> dict[str, Any]:
        """As `probe --json` prints it."""
        at = {str(d): (one.to_json() if (one := self.recall_at(d)) else None) for d in (20, 30)}
        return {
            **self.messages.to_json(), "tokens": self.tokens.to_json(), "control": self.control.to_json(),
            "d50": self.d50, "d50_shown": self.d50_words, "longest": self.longest, "recall_at": at, "area": self.area,
            "by_depth": [one.to_json() for one in self.by_depth], "unreliability": self.unreliability,
            "n_repeated": self.n_repeated, "n": self.n, "cut_by_us": self.n_cut,
            "types": {name: one.to_json() for name, one in self.types.items()},
            "controls": {name: one.to_json() for name, one in self.controls.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Answers to recall probes; all arrays have shape (n,)."""

    distance: IntArray
    """In messages, from 1 upwards."""
    tokens: IntArray
    """Between fact and question."""
    passed: BoolArray
    cut: BoolArray
    """Whether the fact was not sent."""
    thread: IntArray
    """Equal numbers mark answers on one thread."""
    depth: FloatArray
    """Place of the fact: 0 at the beginning of the thread, 1 just before the question."""


def fit_curve(asked: Asked, control: BoolArray, control_thread: IntArray, *, edges: Sequence[int] = EDGES) -> Curve:
    """The curve of one candidate.

    Args:
        asked: its answers to recall probes.
        control: shape (m,), whether each control was passed; empty where there are none.
        control_thread: shape (m,), as Asked.thread.
        edges: upper ends of the bins in messages; the last bin is open.

    Raises:
        ConfigError: the edges do not rise.
    """
    controls = thread_share(control.astype(np.float64), control_thread)
    values = asked.passed.astype(np.float64)
    base = controls.value if controls.value else None
    messages = _axis(asked.distance, asked, edges, base)
    tokens = _axis(np.maximum(asked.tokens, 1), asked, TOKEN_EDGES, base)
    distances, kept = _monotone(asked.distance, values)
    whole = 1.0 if base is None else base
    d50 = next((int(d) for d, r in zip(distances, kept, strict=True) if r / whole <= HALF), None)
    reliability = _unreliability(values, asked.thread)
    return Curve(
        messages, tokens, controls, d50, int(distances[-1]) if len(distances) else None,
        _area(distances, _by_distance(asked.distance, values), whole),
        tuple(_by_depth(asked)), *reliability, len(values), int(asked.cut.sum()),
    )  # fmt: skip


def _axis(distance: IntArray, asked: Asked, edges: Sequence[int], base: float | None) -> Axis:
    if any(later <= earlier for earlier, later in zip((0, *edges), edges, strict=False)):
        raise ConfigError(f"Bins need upper ends that rise from 1 upwards, not {list(edges)}.")
    values = asked.passed.astype(np.float64)
    bins = []
    for low, high in zip((1, *(edge + 1 for edge in edges)), (*edges, None), strict=True):
        inside = (distance >= low) & (distance <= (high if high is not None else np.inf))
        if not inside.any():
            continue
        found = thread_share(values[inside], asked.thread[inside])
        sent = inside & ~asked.cut
        of_sent = float(values[sent].mean()) if sent.any() else None
        retention = None if base is None or found.value is None else found.value / base
        bins.append(Bin(low, high, found, int((inside & asked.cut).sum()), of_sent, retention))
    if not len(values) or values.min() == values.max():
        return Axis(tuple(bins), None)
    line = fit_line(distance.astype(np.float64), values, asked.thread)
    return Axis(tuple(bins), line, _step(distance, values))


def _step(distance: IntArray, values: FloatArray) -> Step | None:
    good, bad = distance[values > HALF], distance[values <= HALF]
    if not is_separated(distance.astype(np.float64), values) or good.max() >= bad.min():
        return None
    return Step(int(good.max()), int(bad.min()))


def _by_distance(distance: IntArray, values: FloatArray) -> FloatArray:
    """Mean at each distance that was tested, rising."""
    _, place = np.unique(distance, return_inverse=True)
    result: FloatArray = np.bincount(place, values) / np.bincount(place)
    return result


def _monotone(distance: IntArray, values: FloatArray) -> tuple[IntArray, FloatArray]:
    """Tested distances and the falling line that is nearest to their means (pool adjacent violators)."""
    found = np.unique(distance)
    if not len(found):
        return found, np.zeros(0)
    blocks: list[list[float]] = []
    for d in found:
        here = values[distance == d]
        blocks.append([float(here.sum()), float(len(here)), 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] < blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return found, np.concatenate([np.full(int(count), total / n) for total, n, count in blocks])


def _area(distances: IntArray, recall: FloatArray, whole: float) -> float | None:
    if len(distances) < 2:
        return None
    x = np.log2(distances.astype(np.float64))
    r = recall / whole
    return float(((r[1:] + r[:-1]) / 2 * np.diff(x)).sum() / (x[-1] - x[0]))


def _by_depth(asked: Asked) -> list[Share]:
    part = np.minimum((asked.depth * DEPTH_PARTS).astype(np.int64), DEPTH_PARTS - 1)
    values = asked.passed.astype(np.float64)
    return [thread_share(values[part == i], asked.thread[part == i]) for i in range(DEPTH_PARTS)]


def _unreliability(values: FloatArray, thread: IntArray) -> tuple[float | None, int]:
    spreads = []
    for one in np.unique(thread):
        repeats = values[thread == one]
        if len(repeats) > 1:
            low, high = np.percentile(repeats, [10, 90])
            spreads.append(float(high - low))
    return (float(np.mean(spreads)), len(spreads)) if spreads else (None, 0)


__all__ = ["EDGES", "Asked", "Axis", "Bin", "Curve", "Step", "fit_curve"]
