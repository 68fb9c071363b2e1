"""What a policy leaves: the messages that are sent, and the name of every one that is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compare.records import ChatMessage
from compare.tokens.count import count


class Cut(NamedTuple):
    """One message that is not sent."""

    number: int
    """1-based, in what would have been sent whole; a system message counts as well."""
    role: str
    tokens: int
    """Local count of its text."""
    reason: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What a policy made of a prompt."""

    messages: tuple[ChatMessage, ...]
    """As they are sent, in the thread's order."""
    cut: tuple[Cut, ...] = ()
    """By number, rising."""
    summary_at: int | None = None
    """Index in `messages` of the one message that is not the thread's own, where a policy put one in."""


def cut_json(cut: Sequence[Cut]) -> str:
    """The cuts as they are stored with an answer (records.Answer.cut_json)."""
    return json.dumps([one._asdict() for one in cut], ensure_ascii=False)


def cuts(messages: Sequence[ChatMessage], reasons: dict[int, str]) -> tuple[Cut, ...]:
    """The cuts for indexes of `messages` and why each is cut."""
    return tuple(Cut(i + 1, messages[i].role, count(messages[i].content), reasons[i]) for i in sorted(reasons))
