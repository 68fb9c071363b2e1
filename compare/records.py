"""The values that move between the layers: frozen, without behaviour beyond what their fields imply.

Nothing here imports outside the standard library and `errors`. Units are in the names (`_ms`, `_s`, `_usd_per_mtok`);
`None` always means "not known", never zero. Ids of stored things are strings that nobody can guess.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant", "tool"]
History = Literal["own", "fixed", "winner", "handover"]
"""What earlier turns a candidate is shown: its own branch, the thread as given, the winner's, or first A's then B's."""
Step = Literal["start", "next", "edit", "panes"]
"""How a comparison came about: from a thread, by the next message, by an edited one, by other panes beside the old."""
Origin = Literal["live", "batch", "recorded", "imported"]
Finish = Literal["stop", "length", "content_filter", "tool", "error", "cancelled"]
"""Why an answer ended; the provider's own word is kept beside it."""
Status = Literal["done", "stopped", "failed"]
UsageSource = Literal["reported", "counted", "estimated", "missing"]
Verdict = Literal["best", "rank", "tie", "all_bad", "skip"]
BallotState = Literal["counted", "undone", "set_aside"]
ProviderKind = Literal["openai-chat", "openai-responses", "anthropic", "gemini"]
FailureKind = Literal[
    "auth",
    "billing",
    "permission",
    "not_found",
    "bad_request",
    "unsupported_param",
    "context_length",
    "rate_limit",
    "overloaded",
    "server",
    "timeout",
    "connection",
    "protocol",
    "truncated",
    "content_filter",
    "cancelled",
]


# --- threads ---------------------------------------------------------------------------------------------------------


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


# --- models and candidates -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Prices that hold for a whole request once its input is longer than `above_input_tokens`."""

    above_input_tokens: int
    input_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None
    cached_usd_per_mtok: Decimal | None = None
    cache_write_usd_per_mtok: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """List price of a model. All four are US dollars per million tokens; 0 means free."""

    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cached_usd_per_mtok: Decimal | None = None
    cache_write_usd_per_mtok: Decimal | None = None
    as_of: str = ""
    """ISO date on which the price was read."""
    source: str = ""
    tiers: tuple[PriceTier, ...] = ()
    """By `above_input_tokens`, rising; a price that a tier leaves out stays as it is."""

    def to_json(self) -> str:
        """The price as stored with an answer, so that an old answer keeps the price it was computed with."""
        return json.dumps({k: v for k, v in asdict(self).items() if v not in (None, "", ())}, default=str)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One entry of the catalogue: where a model is served and what is known about it."""

    id: str
    provider: ProviderKind
    base_url: str
    """Without a trailing slash; empty for simulated models, whose address is known only when their server runs."""
    model: str
    """The model's name at its server."""
    label: str = ""
    maker: str = ""
    api_key_env: str | None = None
    """Name of the environment variable with the key, never the key."""
    api_version: str = ""
    """Version of the provider's API to ask for; empty for the one its server is known to prefer."""
    context_window_tokens: int | None = None
    max_output_tokens: int | None = None
    simulated: bool = False
    takes_images: bool = False
    price: Price | None = None
    """None: unknown, which is never shown as 0."""
    released: str = ""
    retired: str = ""
    """ISO date on which the vendor stops (or stopped) serving it; empty while none is known."""
    note: str = ""
    terms: str = ""
    """What the provider's terms allow and forbid, or where they stand; as the other three, written by the user."""
    region: str = ""
    """Where requests are processed."""
    retention: str = ""
    """How long the provider keeps what it is sent."""
    pools: tuple[str, ...] = ()
    """Where it may be used, such as "experimental" or "production"; empty for no rule."""

    @property
    def name(self) -> str:
        """What pages call it."""
        return self.label or self.id


@dataclass(frozen=True, slots=True)
class Settings:
    """What a candidate asks of its model. None leaves the choice to the model's server."""

    system_prompt: str | None = None
    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning_effort: str | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is run, rated and weighted: a model with its settings, context policy and input preparation."""

    model_id: str
    settings: Settings = Settings()
    context_policy: str = "full"
    preparation: str = "none"
    fallback: str = ""
    """Id of a model that answers where this candidate's own fails before any text; empty for none."""
    handover_from: str = ""
    """Id of the candidate that answered before this one took the conversation over; empty for none."""
    handover_turn: int = 0
    """The first turn that this one answers, where it took over."""
    label: str = ""
    simulated: bool = False

    @property
    def id(self) -> str:
        """Hash of everything that can change an answer; the label is not part of it."""
        rest: list[Any] = [self.model_id, asdict(self.settings), self.context_policy, self.preparation]
        if self.fallback:
            rest.append(self.fallback)
        if self.handover_from:
            rest.append([self.handover_from, self.handover_turn])
        return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def name(self) -> str:
        """What pages call it: the label where one was given, else the model's id."""
        return self.label or self.model_id


@dataclass(frozen=True, slots=True)
class Preset:
    """What a candidate is but for its models, under a name."""

    name: str
    settings: Settings = Settings()
    context_policy: str = "full"
    preparation: str = "none"
    saved_at: str = ""
    """UTC, ISO 8601; set once stored."""


# --- one request and what came of it ---------------------------------------------------------------------------------


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
    settings: Settings = Settings()
    total_timeout_s: float = 600.0
    """Bound on the whole answer; the gap between two pieces of text has its own bound in providers/http.py."""
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


# --- what is stored --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """One candidate's reply at one turn of one thread, with every number and where it came from."""

    id: str
    candidate_id: str
    prompt_leaf_id: str
    """The message it answers: the last one of the prompt."""
    turn: int
    """1 for the thread's first user message, and so on."""
    n_messages: int
    """Messages of the prompt, all roles."""
    history: History
    origin: Origin
    status: Status
    finish: Finish
    text: str
    finish_raw: str | None = None
    reasoning: str = ""
    repeat: int = 0
    job_id: str | None = None
    cell_key: str | None = None
    """Set only on a finished cell of a job: the claim that it need not be asked again."""
    replaces_id: str | None = None
    sent_json: str = "{}"
    """What was really sent: counts, parameters, hash, whose answers stood in the history."""
    cut_json: str = "[]"
    """Messages that we left out; "cut by us" is not "forgotten"."""
    started_at: str = ""
    """UTC, ISO 8601."""
    in_reported: int | None = None
    in_counted: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    out_reported: int | None = None
    out_counted: int | None = None
    reasoning_tokens: int | None = None
    usage_source: UsageSource = "missing"
    usage_raw_json: str | None = None
    ttft_ms: float | None = None
    """From sending the successful attempt to its first non-empty delta, thinking included."""
    first_text_ms: float | None = None
    """The same to the first delta of the answer itself; what lies between the two is thinking."""
    total_ms: float | None = None
    """The same, to its end."""
    wall_ms: float | None = None
    """From the first attempt to the end: what the user waited."""
    loop_lag_ms: float | None = None
    """The longest time this process was held up meanwhile; above 20 ms the times are not trusted for percentiles."""
    attempts: int = 1
    cost_usd: Decimal | None = None
    """None: the price or the tokens are unknown."""
    price_json: str | None = None
    model_served: str | None = None
    request_id: str | None = None
    warnings: tuple[str, ...] = ()
    error_kind: FailureKind | None = None
    error: str | None = None

    @property
    def timing_disturbed(self) -> bool:
        """True where this process was held up so long that the answer's times may be off by more than a twentieth.

        Less than 20 ms never counts: that is what a healthy event loop does.
        """
        return (self.loop_lag_ms or 0.0) > max(20.0, 0.05 * (self.ttft_ms or 0.0))

    @property
    def tokens_per_s(self) -> float | None:
        """Output tokens per second between first delta and end; None where a part is unknown."""
        tokens = self.out_reported if self.out_reported is not None else self.out_counted
        if tokens is None or self.ttft_ms is None or self.total_ms is None or self.total_ms <= self.ttft_ms:
            return None
        return tokens / (self.total_ms - self.ttft_ms) * 1000.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a comparison in one of its versions; a regenerated answer is a new version of the same slot."""

    slot: int
    candidate: Candidate
    answer_id: str
    """Given out when the run starts; the answer itself is stored when it ends."""
    prompt_leaf_id: str
    version: int = 0
    label: str = ""
    """What pages call the candidate there."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Answers shown together. Its id is also the run's id in addresses."""

    id: str
    thread_id: str
    prompt_leaf_id: str | None
    """None where each slot continues its own branch."""
    slots: tuple[Slot, ...]
    """All versions, by slot then version."""
    history: History = "fixed"
    blind: bool = False
    created_at: str = ""
    continues_id: str | None = None
    """The comparison that this one came out of."""
    step: Step = "start"
    """How it did."""

    @property
    def current(self) -> tuple[Slot, ...]:
        """The newest version of each slot, in slot order."""
        newest = {s.slot: s for s in sorted(self.slots, key=lambda s: s.version)}
        return tuple(newest[k] for k in sorted(newest))


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one rater said about one comparison at one time."""

    id: str
    idempotency_key: str
    comparison_id: str | None
    rater_id: str
    verdict: Verdict
    ranking: tuple[str, ...] = ()
    """Answer ids, best first; one id for `best`."""
    shown_order: tuple[str, ...] = ()
    """Answer ids in the order in which they were shown, left to right."""
    criterion: str = "fidelity"
    blind: bool = False
    speed_visible: bool = True
    leaked: bool = False
    confidence: int | None = None
    comment: str = ""
    active_ms: float | None = None
    rubric_version: str = "1"
    supersedes_id: str | None = None
    source: str = "playground"
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class Preference:
    """One pairwise row derived from a ballot; rows of one ballot are one cluster."""

    ballot_id: str
    candidate_a: str
    candidate_b: str
    score: float
    """1: a was better, 0: b was, 0.5: tie."""
    verdict: Verdict
    """`all_bad` rows carry 0.5 and are left out of ratings."""
    pos_a: int
    pos_b: int
    n_messages: int
    workload: str
    history: History
    blind: bool
    rater_id: str
    thread_id: str


__all__ = [
    "PRODUCTION_NAME",
    "Allowance",
    "Answer",
    "Ballot",
    "BallotState",
    "Branch",
    "Candidate",
    "ChatMessage",
    "ChatRequest",
    "ChatResult",
    "Comparison",
    "Done",
    "Event",
    "FailureKind",
    "Finish",
    "History",
    "Image",
    "Message",
    "ModelSpec",
    "Origin",
    "Preference",
    "Preset",
    "Price",
    "PriceTier",
    "Provider",
    "ProviderFailure",
    "ProviderKind",
    "RateLimits",
    "ReasoningDelta",
    "Recorded",
    "Role",
    "ServedModel",
    "Settings",
    "Slot",
    "Started",
    "Status",
    "Step",
    "TextDelta",
    "Thread",
    "Usage",
    "UsageSource",
    "Verdict",
]
