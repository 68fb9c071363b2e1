"""What is sent to a gateway and what came back, in no gateway's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from compare.routing.rules import Value

TIMEOUT_S = 60.0
"""For one request, with everything that the gateway tries on its behalf."""
TOLD = ("language", "tag", "workload")
"""Facts that only the client knows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of request: the facts that a rule may ask about, and the route that the file gives it."""

    route: str
    facts: Mapping[str, Value]

    @property
    def thread_length(self) -> int:
        """Messages in the request."""
        return int(self.facts["thread_length"])

    @property
    def label(self) -> str:
        """As shown: `9 messages`, and the other facts that its rules ask about."""
        said = [f"{self.thread_length} message{'s' if self.thread_length > 1 else ''}"]
        for name, value in self.facts.items():
            if value is True:
                said.append(name)
            elif name != "thread_length" and value not in (False, "other"):
                said.append(f"{name} {value}")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    shape: Shape
    session: str
    """The conversation it belongs to."""
    session_key: str = "session_id"
    """What the file calls the conversation, under `sticky.by`."""

    def told(self) -> dict[str, Any]:
        """What only a client can say, by name: the session, and the facts that no message shows."""
        facts = self.shape.facts
        return {self.session_key: self.session, **{name: str(facts[name]) for name in TOLD if name in facts}}

    def messages(self) -> list[dict[str, Any]]:
        """The conversation in OpenAI's form: as many messages, user turns and tokens as the shape says."""
        facts, n = self.shape.facts, self.shape.thread_length
        roles = ["user" if (n - i) % 2 else "assistant" for i in range(n)]
        if "user_turns" in facts:
            turns = int(facts["user_turns"])
            roles = ["assistant"] * (n - turns) + ["user"] * turns
        if facts.get("has_tools"):
            roles[0] = "tool"
        tokens = max(n, int(facts.get("prompt_tokens", n)))
        # " a" is one token in every tokenizer at hand, however often it stands there.
        messages: list[dict[str, Any]] = [{"role": role, "content": " a"} for role in roles]
        messages[-1]["content"] = " a" * (tokens - n + 1)
        for message in messages:
            if message["role"] == "tool":
                message["tool_call_id"] = "call_1"
        if facts.get("has_images"):
            picture = {"type": "image_url", "image_url": {"url": _PIXEL}}
            messages[-1]["content"] = [{"type": "text", "text": messages[-1]["content"]}, picture]
        return messages

    def body(self, model: str) -> dict[str, Any]:
        """A chat completion request in OpenAI's form."""
        body: dict[str, Any] = {"model": model, "messages": self.messages()}
        if "max_tokens" in self.shape.facts:
            body["max_tokens"] = int(self.shape.facts["max_tokens"])
        return body


class Reply(NamedTuple):
    """Who answered, or why nobody did."""

    served: str = ""
    """The name of the fake server that answered; empty where the client got an error."""
    error: str = ""
    """One line."""


class Streamed(NamedTuple):
    """What came of a streamed request."""

    reply: Reply
    pieces: int = 0
    """Parts of the text that came one by one."""
    spread_s: float = 0.0
    """From the first part to the last."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A request with its reply."""

    ask: Ask
    reply: Reply


@dataclass(slots=True)
class Tally:
    """Replies counted."""

    n: int = 0
    served: dict[str, int] = field(default_factory=dict)
    """By model."""
    errors: int = 0
    first_error: str = ""

    def add(self, reply: Reply) -> None:
        """Count one."""
        self.n += 1
        if reply.served:
            self.served[reply.served] = self.served.get(reply.served, 0) + 1
        else:
            self.errors += 1
            self.first_error = self.first_error or reply.error


def tally(answered: list[Answered]) -> Tally:
    """All of them together."""
    counted = Tally()
    for each in answered:
        counted.add(each.reply)
    return counted


_PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

__all__ = ["TIMEOUT_S", "TOLD", "Answered", "Ask", "Reply", "Shape", "Streamed", "Tally", "tally"]
