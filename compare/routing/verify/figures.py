"""What was counted while a gateway ran: plain figures, judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from compare.routing.verify.asks import Shape, Tally
from compare.routing.verify.fakes import State


@dataclass(frozen=True, slots=True)
class StickyFigures:
    """Sessions that sent several requests each."""

    sessions: int
    requests_each: int
    kept: int
    """Sessions whose every request went to one model."""
    by_chance: float
    """Sessions that would be kept if every request were drawn anew by the weights."""
    tally: Tally


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """Requests whose answers were streamed."""

    tally: Tally
    """Of those that the models sent at once, and of those that they sent in pieces."""
    in_pieces: int
    """How many of them were sent in pieces and came whole."""
    median_pieces: float
    """Of those: parts of the text as the client got them."""
    median_spread_s: float
    """From the first to the last."""
    sent_spread_s: float
    """The least time over which they were sent; a gateway that waits for the end makes it 0 for the client."""


@dataclass(frozen=True, slots=True)
class FailureFigures:
    """Requests that were sent while one model failed."""

    victim: str
    state: State
    tally: Tally
    hits: int | None
    """Requests that reached it; None where it refused connections, which nobody can count."""
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class RecoveryFigures:
    """What happened once the model answered again."""

    back: bool
    """Whether it got requests again in the time that was waited."""
    waited_s: float
    limit_s: float


@dataclass(slots=True)
class RouteFigures:
    """Everything counted for one route."""

    split: Tally = field(default_factory=Tally)
    by_shape: list[tuple[Shape, Tally]] = field(default_factory=list)
    shadow_hits: int | None = None
    """Copies that reached the shadow model during the split; None where the file has no shadow."""
    streams: StreamFigures | None = None
    sticky: StickyFigures | None = None
    failures: list[FailureFigures] = field(default_factory=list)
    """One with 500s, one with refused connections; none where nobody could take over."""
    recoveries: list[RecoveryFigures] = field(default_factory=list)
    """After each."""
    recovered: Tally | None = None
    """Requests sent after the last, where the model was asked again."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything counted for one file and gateway."""

    routes: dict[str, RouteFigures]
    ready_s: float
    """From the start of the gateway until it answered."""
    total_s: float


__all__ = ["FailureFigures", "Figures", "RecoveryFigures", "RouteFigures", "StickyFigures", "StreamFigures"]
