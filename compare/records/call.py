"""One call to one model: the request, the events and the result, and the seam behind which a wire format lives."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from compare.records.model import ModelSpec, Settings
from compare.records.words import FailureKind, Finish, UsageSource


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that goes with a message."""

    media_type: str
    """Such as "image/png"."""
    base64: str
    """The bytes, as base64 text."""

    @property
    def data_url(self) -> str:
        """The picture as an address that holds it."""
        return f"data:{self.media_type};base64,{self.base64}"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message as it goes over the wire."""

    role: Literal["system", "user", "assistant"]
    content: str
    images: tuple[Image, ...] = ()
    """Sent before the text; only to models that take images."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call to one model."""

    model: ModelSpec
    messages: tuple[ChatMessage, ...]
    settings: Settings = field(default_factory=Settings)
    total_timeout_s: float = 600.0
    """Bound on the whole answer; the gap between two pieces of text has its own bound in providers/http."""
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, normalised: `input` includes cached tokens, `output` includes reasoning."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    source: UsageSource = "missing"
    raw: Mapping[str, Any] | None = None
    """What the provider sent, untouched."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much more of something a server takes, as it says itself."""

    remaining: int
    reset_s: float
    """Seconds until all of it is there again."""
    limit: int | None = None
    """How much that is; None where it is not said."""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What a response told about its server's limits."""

    requests: Allowance | None = None
    tokens: Allowance | None = None


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """How one call failed, in words that can be shown: keys are redacted before this is made."""

    kind: FailureKind
    message: str
    status: int | None = None
    code: str | None = None
    param: str | None = None
    retryable: bool = False
    retry_after_s: float | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChatResult:
    """The one final outcome of a call.

    `text` equals the joined TextDeltas; `failure` is set iff finish is error or cancelled.
    """

    text: str
    finish: Finish
    finish_raw: str | None = None
    reasoning: str = ""
    usage: Usage = Usage()
    failure: ProviderFailure | None = None
    model_served: str | None = None
    request_id: str | None = None
    params_sent: Mapping[str, Any] = field(default_factory=dict)
    """The request's fields other than the messages, as sent."""
    warnings: tuple[str, ...] = ()
    rate_limits: RateLimits | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The server accepted the request (status and headers are in)."""

    at: float
    """time.monotonic(), as in every event."""
    rate_limits: RateLimits | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A non-empty piece of the answer."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A non-empty piece of the model's thinking, kept apart from the answer."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last event of every call, exactly once."""

    at: float
    result: ChatResult


Event = Started | TextDelta | ReasoningDelta | Done


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server says it offers; None and empty where it does not say."""

    name: str
    """As it is asked for."""
    label: str = ""
    context_window_tokens: int | None = None
    max_output_tokens: int | None = None


class Provider(Protocol):
    """The seam behind which a wire format lives."""

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncIterator[Event]:
        """Ask once and yield events; failures come as Done, only cancellation is raised. Never retries."""
        ...

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """The models that the server offers, in its order.

        Raises:
            ProviderError: it cannot be reached, refuses, or answers with something else.
        """
        ...

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """Input tokens of a request as the provider counts them; None where the wire format has no way to ask.

        Raises:
            ProviderError: it cannot be reached, refuses, or answers with something else.
        """
        ...
