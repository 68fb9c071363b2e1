"""What a model with a limited memory still has of a conversation, indexed for one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from compare.records import Role
from compare.sim.brain.digest import Digest, Unit, digest
from compare.sim.brain.words import likeness, synonyms

Turn = tuple[Role, str]


@dataclass(frozen=True, slots=True)
class Remembered:
    """One remembered message."""

    number: int
    """Its place in the request, from 1, all roles counted."""
    role: Role
    text: str
    digest: Digest
    replies_to: frozenset[str]
    """Terms of the question that the message before it ends with: what "Sure, it is 7731" is about."""


class Memory:
    """The remembered messages before the one that is answered, oldest first."""

    def __init__(self, turns: Sequence[Turn], size: int | None) -> None:
        """Index what is remembered.

        Args:
            turns: (role, text) of every message of the request; the last one is what is answered.
            size: how many messages other than system ones are kept, the last one included; None keeps all.
        """
        kept = set(range(len(turns)))
        if size is not None:
            others = [i for i, (role, _) in enumerate(turns) if role != "system"]
            kept -= set(others[:-size] if size else others)
        kept.discard(len(turns) - 1)
        self.messages = tuple(_remember(turns, i, i - 1 in kept) for i in sorted(kept))
        self.frequency: Counter[str] = Counter()
        for message in self.messages:
            self.frequency.update(message.digest.terms)
        self._matches: dict[str, dict[str, float]] = {}

    def weight(self, term: str) -> float:
        """How much a term tells: high where few remembered messages have it."""
        n = len(self.messages)
        return log(1 + (n + 1) / (self.frequency.get(term, 0) + 0.5))

    def matches(self, term: str) -> dict[str, float]:
        """Terms in memory that may stand for this one, with how far they do."""
        if term not in self._matches:
            self._matches[term] = self._look_up(term)
        return self._matches[term]

    def _look_up(self, term: str) -> dict[str, float]:
        found = {term: 1.0} if term in self.frequency else {}
        head, tail = term[:3], term[-3:]
        alike = synonyms(term)
        for other in self.frequency:
            # Two cheap looks first: a vocabulary has a thousand words and next to none of them is alike.
            if (other[:3] == head or other[-3:] == tail or other in alike) and (like := likeness(term, other)):
                found[other] = like
        return found

    def units(self) -> list[tuple[Remembered, int, Unit]]:
        """Every sentence in memory with its message and its place there, oldest first."""
        return [(m, i, u) for m in self.messages for i, u in enumerate(m.digest.units)]


def _remember(turns: Sequence[Turn], i: int, has_before: bool) -> Remembered:
    role, text = turns[i]
    replies_to: frozenset[str] = frozenset()
    if has_before and role != "system":
        units = digest(turns[i - 1][1]).units
        # A question or a plea ("please give me your user ID") is what a short reply answers.
        asked = [u for u in units[-3:] if u.is_question or u.proposes]
        if asked and turns[i - 1][0] != role:
            replies_to = frozenset().union(*(u.terms for u in asked))
    return Remembered(i + 1, role, text, digest(text), replies_to)


__all__ = ["Memory", "Remembered", "Turn"]
