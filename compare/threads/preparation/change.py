"""What a preparation did: the messages after it, and each change, for a view of before and after."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest

from compare.records import ChatMessage


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change to one message."""

    index: int
    """0-based place of the message in what the step was given (a step may join messages, so later steps see fewer)."""
    what: str
    n: int
    """Characters: those that no longer stand there, or, where none is gone, those moved or added."""
    step: str = ""
    """The step that did it, such as "clean@1"."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Messages as they are sent, and what was done to them."""

    messages: tuple[ChatMessage, ...]
    changes: tuple[Change, ...] = ()


def touched(before: str, after: str) -> int:
    """How many characters a change took: those of `before` that no longer stand in `after`, wherever they stood.

    Where none is gone, it is how many stand elsewhere or were added.
    """
    gone = sum((Counter(before) - Counter(after)).values())
    return gone or sum(a != b for a, b in zip_longest(before, after))
