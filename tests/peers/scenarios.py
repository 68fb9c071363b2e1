"""What the mock provider server is told to answer, and what our clients must make of it in every wire format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compare.records import FailureKind, Finish, ProviderKind

TEXT = "One two three. \u00dcber \u6771\u4eac \U0001f680, four five six seven eight nine ten."
THOUGHT = "First I count, then I answer."


@dataclass(frozen=True)
class Scenario:
    """One answer of the mock server."""

    name: str
    response: Mapping[str, Any]
    text: str = TEXT
    """For a broken answer: what the text that came is a beginning of."""
    reasoning: str = ""
    finish: Finish = "stop"
    failure: FailureKind | None = None
    usage: tuple[int, int] | None = None
    """Input and output tokens, where the mock is told what to report; else it guesses, or reports 0."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """How the answer is sent."""
    otherwise: Mapping[ProviderKind, tuple[Finish, FailureKind | None]] = field(default_factory=dict)
    """Wire formats in which the mock sends something else than what it is told, and what that amounts to."""

    @property
    def prompt(self) -> str:
        """The question that gets this answer."""
        return f"Play the scenario {self.name}."

    @property
    def fixture(self) -> dict[str, Any]:
        """As the mock server is told."""
        return {"match": {"userMessage": self.prompt}, "response": self.response, "chunkSize": 7, **self.told}

    def ending(self, kind: ProviderKind) -> tuple[Finish, FailureKind | None]:
        """How the answer must be taken to end."""
        return self.otherwise.get(kind, (self.finish, self.failure))


_USAGE = {
    "prompt_tokens": 120,
    "completion_tokens": 34,
    "input_tokens": 120,
    "output_tokens": 34,
    "promptTokenCount": 120,
    "candidatesTokenCount": 34,
}


def _error(status: int, kind: str, message: str, **more: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, **more}, "status": status}


SCENARIOS = (
    Scenario("plain", {"content": TEXT}),
    Scenario("thinking", {"content": TEXT, "reasoning": THOUGHT}, reasoning=THOUGHT),
    Scenario("usage", {"content": TEXT, "usage": _USAGE}, usage=(120, 34)),
    Scenario("length", {"content": TEXT, "finishReason": "length"}, finish="length"),
    Scenario(
        "filter",
        {"content": TEXT, "finishReason": "content_filter"},
        finish="content_filter",
        # Its Responses answer says that it failed, and not why.
        otherwise={"openai-responses": ("error", "server")},
    ),
    Scenario(
        "truncation",
        {"content": TEXT},
        finish="error",
        failure="truncated",
        told={"truncateAfterChunks": 7, "latency": 5},
    ),
    Scenario(
        "rate limit",
        _error(429, "rate_limit_error", "Too many requests."),
        text="",
        finish="error",
        failure="rate_limit",
    ),
    Scenario("overload", _error(529, "overloaded_error", "Overloaded."), text="", finish="error", failure="overloaded"),
    Scenario(
        "bad request",
        _error(400, "invalid_request_error", "Messages must alternate.", param="messages", code="bad_turns"),
        text="",
        finish="error",
        failure="bad_request",
    ),
)
FIXTURES = [scenario.fixture for scenario in SCENARIOS]

__all__ = ["FIXTURES", "SCENARIOS", "TEXT", "THOUGHT", "Scenario"]
