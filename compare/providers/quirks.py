"""What differs between servers that speak the same wire format: data, not code.

`quirks_of` gives what is known beforehand, by the host of the base URL; `Learned` keeps what a server itself said when
it refused a parameter, for as long as the HTTP client lives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Quirks:
    """How one server's Chat Completions differ from the rule."""

    max_tokens_name: str = "max_tokens"
    """Old servers know only `max_tokens`; OpenAI's newer models refuse it."""
    seed_name: str = "seed"
    ask_usage: bool = True
    """Whether to send stream_options.include_usage; some servers report usage unasked and refuse the option."""
    key_header: str = "Authorization"
    """Any other name carries the bare key, without "Bearer"."""


_BY_HOST: tuple[tuple[str, Quirks], ...] = (
    ("api.openai.com", Quirks(max_tokens_name="max_completion_tokens")),
    ("api.groq.com", Quirks(max_tokens_name="max_completion_tokens")),
    ("api.mistral.ai", Quirks(seed_name="random_seed", ask_usage=False)),
    (".openai.azure.com", Quirks(max_tokens_name="max_completion_tokens", key_header="api-key")),
    (".cognitiveservices.azure.com", Quirks(max_tokens_name="max_completion_tokens", key_header="api-key")),
    (".services.ai.azure.com", Quirks(max_tokens_name="max_completion_tokens", key_header="api-key")),
)
"""First match wins; a name that starts with a dot matches every host below it."""

RENAMES = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
"""What a refused parameter of Chat Completions is called elsewhere; tried before it is dropped."""

DROPPABLE = frozenset(
    {
        # Chat Completions
        "temperature",
        "stop",
        "seed",
        "random_seed",
        "reasoning_effort",
        "stream_options",
        "max_tokens",
        "max_completion_tokens",
        # Responses
        "max_output_tokens",
        "reasoning",
        "reasoning.effort",
        "reasoning.summary",
        "store",
        "metadata",
        "metadata.seed",
        # Anthropic Messages
        "stop_sequences",
        "thinking",
        "thinking.type",
        "output_config",
        "output_config.effort",
        "metadata.user_id",
        # Gemini
        "maxOutputTokens",
        "stopSequences",
        "thinkingConfig",
        "thinkingLevel",
        "thinkingBudget",
        "includeThoughts",
    }
)
"""What may be left out when a server refuses it; the messages, the model and the stream itself never are."""

UNMISTAKABLE = DROPPABLE - {"stop", "seed", "store", "metadata", "reasoning", "thinking"}
"""Names that no sentence holds by chance; the others count only where a complaint has them in a field of its own."""


MESSAGES_WITHOUT_SAMPLING = "2026-10-21"
"""The version of the Anthropic API from which on temperature, top_p and top_k are an error, even at their defaults."""


@dataclass(frozen=True, slots=True)
class MessagesQuirks:
    """How one server's Anthropic Messages differ from the rule."""

    version: str = "2023-06-01"
    """The anthropic-version to ask for."""
    bearer: bool = False
    """Whether every key goes as "Authorization: Bearer", and not as x-api-key."""


_MESSAGES_BY_HOST: tuple[tuple[str, MessagesQuirks], ...] = (
    ("api.anthropic.com", MessagesQuirks(version=MESSAGES_WITHOUT_SAMPLING)),
    (".api.aws", MessagesQuirks(bearer=True)),
    (".googleapis.com", MessagesQuirks(version="vertex-2023-10-16", bearer=True)),
)
"""As _BY_HOST."""


class KnownRefusal(NamedTuple):
    """What a server is known to refuse for a family of models, so that it need not be asked first."""

    host: str
    models: tuple[str, ...]
    """How the names of the family begin."""
    param: str
    """Called alike in Chat Completions, in Responses and in records.Settings."""
    why: str
    """What the model does, as the rest of a sentence."""
    unless_effort: str | None = None
    """The reasoning effort under which it is taken after all."""


KNOWN_REFUSALS = (
    KnownRefusal(
        "api.openai.com",
        ("gpt-6",),
        "temperature",
        "takes a temperature only with the reasoning effort none",
        unless_effort="none",
    ),
    KnownRefusal("api.openai.com", ("o3", "o4-mini"), "stop", "takes no stop sequences"),
)
"""As the vendor's guide has it (November 2026); whatever else a model refuses is learned from its server."""

Q = TypeVar("Q")


@lru_cache
def quirks_of(base_url: str) -> Quirks:
    """What is known about the server at this address; the defaults for one that is not in the table."""
    return _by_host(_BY_HOST, base_url) or Quirks()


@lru_cache
def messages_quirks_of(base_url: str) -> MessagesQuirks:
    """The same for servers that speak Anthropic Messages."""
    return _by_host(_MESSAGES_BY_HOST, base_url) or MessagesQuirks()


def known_refusals(base_url: str, model: str) -> list[KnownRefusal]:
    """What the server at this address is known to refuse for a model."""
    table = tuple((known.host, known) for known in KNOWN_REFUSALS if model.startswith(known.models))
    return [known for name, known in table if _by_host(((name, known),), base_url)]


def _by_host(table: tuple[tuple[str, Q], ...], base_url: str) -> Q | None:
    try:
        host = (urlsplit(base_url).hostname or "").lower()
    except ValueError:  # not an address; the HTTP client says so
        return None
    return next((q for name, q in table if host == name or (name.startswith(".") and host.endswith(name))), None)


class Change(NamedTuple):
    """A parameter that one server refused for one model. `becomes` is its other name, or None: it is left out."""

    name: str
    becomes: str | None


@dataclass(slots=True)
class Learned:
    """Refused parameters by (base URL, model), in the order in which they were refused."""

    changes: dict[tuple[str, str], tuple[Change, ...]] = field(default_factory=dict)

    def about(self, base_url: str, model: str) -> tuple[Change, ...]:
        """What this server refused for this model so far."""
        return self.changes.get((base_url, model), ())

    def remember(self, base_url: str, model: str, change: Change) -> None:
        """Keep one refusal."""
        self.changes[base_url, model] = (*self.about(base_url, model), change)


__all__ = [
    "DROPPABLE",
    "KNOWN_REFUSALS",
    "MESSAGES_WITHOUT_SAMPLING",
    "RENAMES",
    "UNMISTAKABLE",
    "Change",
    "KnownRefusal",
    "Learned",
    "MessagesQuirks",
    "Quirks",
    "known_refusals",
    "messages_quirks_of",
    "quirks_of",
]
