"""The kinds of context policy: which messages each wants to keep. Policy (policy.py) adds what holds for all of them.

A rule speaks of messages other than the system's: those always stay and are not counted. It names a head that is kept
as whole exchanges and a tail, the newest messages; `last 12` is at most 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from compare.records import ChatMessage
from compare.threads.policies.exchanges import talk
from compare.tokens.count import count


class Kept(NamedTuple):
    """What a rule wants to keep: indexes of messages."""

    head: list[int]
    tail: list[int]


class Rule(Protocol):
    """One kind of policy. Its text form is `str(rule)`."""

    @property
    def reason(self) -> str:
        """Why a message it does not keep is cut."""
        ...

    def keep(self, messages: Sequence[ChatMessage]) -> Kept:
        """What it wants to keep of these messages."""
        ...


@dataclass(frozen=True, slots=True)
class Full:
    """Everything."""

    def __str__(self) -> str:
        return "full"

    @property
    def reason(self) -> str:
        """Never used: nothing is cut."""
        return ""

    def keep(self, messages: Sequence[ChatMessage]) -> Kept:
        """All."""
        return Kept([], talk(messages))


@dataclass(frozen=True, slots=True)
class Last:
    """At most the last `n` messages."""

    n: int

    def __str__(self) -> str:
        return f"last:{self.n}"

    @property
    def reason(self) -> str:
        """Says the bound."""
        return "older than the last message" if self.n == 1 else f"older than the last {self.n} messages"

    def keep(self, messages: Sequence[ChatMessage]) -> Kept:
        """The newest `n`."""
        return Kept([], talk(messages)[-self.n :])


@dataclass(frozen=True, slots=True)
class LastTokens:
    """The newest messages that together have at most `tokens` tokens by the local count."""

    tokens: int

    def __str__(self) -> str:
        return f"last-tokens:{self.tokens}"

    @property
    def reason(self) -> str:
        """Says the bound."""
        return f"beyond the last {self.tokens} tokens"

    def keep(self, messages: Sequence[ChatMessage]) -> Kept:
        """The newest that fit; none older than the first that does not."""
        tail: list[int] = []
        left = self.tokens
        for i in reversed(talk(messages)):
            left -= count(messages[i].content)
            if left < 0:
                break
            tail.insert(0, i)
        return Kept([], tail)


@dataclass(frozen=True, slots=True)
class FirstLast:
    """The first messages, to the end of their exchange, and at most the last ones."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"first-last:{self.first}+{self.last}"

    @property
    def reason(self) -> str:
        """Says both bounds."""
        return f"between the first {self.first} and the last {self.last} messages"

    def keep(self, messages: Sequence[ChatMessage]) -> Kept:
        """Both ends."""
        return Kept(talk(messages)[: self.first], talk(messages)[-self.last :])


@dataclass(frozen=True, slots=True)
class Summary:
    """At most the last messages as they are; a summary by another model in place of all before them.

    The summary goes out as a user message, so Policy lets the tail begin with an answer.
    """

    model_id: str
    last: int

    def __str__(self) -> str:
        return f"summary:{self.model_id}:{self.last}"

    @property
    def reason(self) -> str:
        """Says by whom it was summarised."""
        return f"summarised by {self.model_id}"

    def keep(self, messages: Sequence[ChatMessage]) -> Kept:
        """The newest `last`."""
        return Kept([], talk(messages)[-self.last :])
