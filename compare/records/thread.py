"""A thread: its messages, the branches of its tree, and what was recorded with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from compare.records.words import Finish, Role


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread."""

    role: Role
    text: str
    """What a reader sees and what is sent; tool calls and results stand here in readable form."""
    parts_json: str = ""
    """The message as it was imported (content parts, tool calls), as JSON; empty where `text` says all."""
    id: str = ""
    """Set once stored."""
    answer_id: str | None = None
    """The stored answer whose text this message is, where it is one."""


PRODUCTION_NAME = "production"
"""Whoever gave the replies that an imported thread holds."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was really answered to a turn of a thread before anybody was asked here, with the numbers that a log has."""

    name: str
    """The model or person that gave it; PRODUCTION_NAME for whoever gave the thread's own replies."""
    text: str
    turn: int = 0
    """Which user message it answers, 1 for the first; 0 for the last."""
    in_thread: bool = False
    """True where it is the reply that stands in the thread at this turn, False where it stands beside it."""
    ttft_ms: float | None = None
    total_ms: float | None = None
    in_reported: int | None = None
    out_reported: int | None = None
    cached: int | None = None
    cost_usd: Decimal | None = None
    started_at: str = ""
    """UTC, ISO 8601."""
    model_served: str | None = None
    request_id: str | None = None
    finish: Finish = "stop"
    reasoning: str = ""
    """The model's thinking, where the file has it; never part of the thread."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Another path of a thread's tree, whole from its first message; what it shares with others is stored once."""

    messages: tuple[Message, ...]
    recorded: tuple[Recorded, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """One path of messages, oldest first, and what was recorded with it."""

    messages: tuple[Message, ...]
    title: str = ""
    id: str = ""
    source: str = ""
    """How it came in: "sample", "paste", "upload", or a file's name."""
    source_ref: str = ""
    """The record's own id there."""
    workload: str = "interactive"
    recorded: tuple[Recorded, ...] = ()
    """Answers that are known from elsewhere, and numbers of the thread's own replies."""
    branches: tuple[Branch, ...] = ()
    """The other paths of an imported tree; a stored thread is read without them."""
    note: str = ""
    """What its import changed, in a sentence: how much was masked."""

    @property
    def content_sha256(self) -> str:
        """Identity of the conversation: equal texts in equal roles are one thread, whatever file they came in.

        Pictures are part of what was said; how a message was written down otherwise is not.
        """
        body = [[m.role, m.text, *([m.parts_json] if "data:image/" in m.parts_json else [])] for m in self.messages]
        return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()
