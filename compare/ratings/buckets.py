"""Ranges of thread lengths, counted in messages of all roles (the system message counts)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from compare.errors import ConfigError

DEFAULT_EDGES = (8,)
"""Short threads have 1-8 messages, long ones more."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One range of thread lengths; its name is legal as a route's name."""

    name: str
    low: int
    high: int | None = None
    """Inclusive; None: no upper end."""

    @property
    def label(self) -> str:
        """The range in figures: "1-8" or "9+"."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high}"

    def holds(self, n_messages: int) -> bool:
        """True where a thread of so many messages belongs here."""
        return self.low <= n_messages and (self.high is None or n_messages <= self.high)


def buckets(edges: Sequence[int] = DEFAULT_EDGES) -> tuple[Bucket, ...]:
    """Buckets between edges: (8,) gives 1-8 and 9+; (8, 20) gives 1-8, 9-20 and 21+.

    Raises:
        ConfigError: the edges do not rise from 1 upwards.
    """
    if not edges or edges[0] < 1 or any(b <= a for a, b in pairwise(edges)):
        raise ConfigError(f"Bucket edges must be whole numbers that rise from 1 upwards, not {list(edges)}.")
    lows = [1, *(edge + 1 for edge in edges)]
    highs: list[int | None] = [*edges, None]
    names = {2: ["short", "long"], 3: ["short", "medium", "long"]}.get(len(lows))
    if names is None:
        names = [f"messages_{low}_{high or 'up'}" for low, high in zip(lows, highs, strict=True)]
    return tuple(Bucket(*each) for each in zip(names, lows, highs, strict=True))


def bucket_of(value: object, ranges: Sequence[Bucket]) -> Bucket | None:
    """The bucket of a thread length as it stands in a votes file, or None where it is no such number."""
    try:
        n_messages = int(str(value))
    except ValueError:
        return None
    return next((bucket for bucket in ranges if bucket.holds(n_messages)), None)
