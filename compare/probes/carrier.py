"""Carriers: the threads in which something is planted. Generated filler, or real threads cut to length."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from compare.probes.filler import DOMAINS, filler
from compare.records import Message, Thread


class Carrier(Protocol):
    """Something to plant in."""

    @property
    def name(self) -> str:
        """What pages call it."""
        ...

    def body(self, rng: random.Random, n_messages: int) -> tuple[Message, ...] | None:
        """The beginning of a conversation of about so many messages, before which or after which a user may speak.

        None where the carrier is too short for that.
        """
        ...


@dataclass(frozen=True, slots=True)
class Filler:
    """Generated conversation of one domain; exactly as long as asked for."""

    domain: str

    @property
    def name(self) -> str:
        """The domain."""
        return self.domain

    def body(self, rng: random.Random, n_messages: int) -> tuple[Message, ...] | None:
        """Exactly so many messages."""
        return filler(rng, self.domain, n_messages)


@dataclass(frozen=True, slots=True)
class Real:
    """A stored thread, cut off where a user was about to speak."""

    thread: Thread

    @property
    def name(self) -> str:
        """Its title."""
        return self.thread.title or self.thread.id

    def body(self, rng: random.Random, n_messages: int) -> tuple[Message, ...] | None:
        """The longest beginning with at most so many messages; None where the thread has fewer by more than two."""
        messages = tuple(Message(m.role, m.text, m.parts_json) for m in self.thread.messages)
        ends = [place for place in openings(messages) if place <= n_messages]
        if not ends or ends[-1] < n_messages - 2:
            return None
        return messages[: ends[-1]]


FILLERS: tuple[Filler, ...] = tuple(Filler(domain) for domain in DOMAINS)


def openings(messages: Sequence[Message]) -> list[int]:
    """Places at which a user may say something: where a user was about to speak, and after a closing reply."""
    found = []
    for place in range(len(messages) + 1):
        before = messages[place - 1].role if place else "system"
        after = messages[place].role if place < len(messages) else "user"
        if before in ("system", "assistant") and after == "user":
            found.append(place)
    return found


__all__ = ["FILLERS", "Carrier", "Filler", "Real", "openings"]
