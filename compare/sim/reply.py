"""From a request in neutral form to an answer in neutral form: thoughts, text, why it ended, and what it used.

Knows no wire format and no clock. The same model, messages and seed always give the same reply; thinking comes before
the same text.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from compare.records import Role
from compare.sim.brain import Turn, answer, spoken_language, think
from compare.sim.models import SimModel
from compare.tokens.count import count

PRIMING_TOKENS = 3
"""Reported once a request, for the start of the answer."""

Thinking = Literal["off", "brief", "full"]
"""How much a model thinks before it answers."""
Unseen = Literal["", "image", "file"]
"""What of a message a simulated model cannot read."""

UNSEEN_NOTES: Mapping[tuple[Unseen, str], str] = MappingProxyType(
    {
        ("image", "en"): "I am a simulated model and do not see images, so I answer from the text alone.",
        ("image", "de"): "Ich bin ein simuliertes Modell und sehe keine Bilder; ich antworte allein aus dem Text.",
        ("file", "en"): "I am a simulated model and do not read attached files, so I answer from the messages alone.",
        ("file", "de"): (
            "Ich bin ein simuliertes Modell und lese keine angehängten Dateien; ich antworte allein aus den "
            "Nachrichten."
        ),
    }
)
"""Said first where the last user message holds such a thing."""

_PIECE = re.compile(r"\s*\w{1,9}|\s*[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class SimMessage:
    """One message of a request, whatever the wire format called its parts."""

    role: Role
    text: str
    unseen: Unseen = ""
    """What else it holds, which counts as nothing."""


@dataclass(frozen=True, slots=True)
class SimRequest:
    """One request, whatever the wire format."""

    model: SimModel
    messages: tuple[SimMessage, ...]
    max_tokens: int | None = None
    """Bound on thoughts and text together, in the model's own tokens."""
    stop: tuple[str, ...] = ()
    seed: int = 0
    thinking: Thinking = "off"
    thinking_budget: int | None = None
    """Bound on the thoughts alone, in the model's own tokens."""

    @property
    def conversation_sha256(self) -> str:
        """Identity of the messages, whichever model is asked."""
        return _sha256([[m.role, m.text] for m in self.messages])


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    text: str
    finish: Literal["stop", "length"]
    prompt_tokens: int
    """As the model reports it."""
    completion_tokens: int
    """Thoughts and text."""
    fingerprint: str
    """Hash of model, messages and seed; equal for equal requests."""
    thoughts: str = ""
    thinking_tokens: int = 0
    """Those of the completion that are thoughts."""
    stop_sequence: str | None = None
    """The one that ended the text."""

    @property
    def pieces(self) -> list[str]:
        """The text as it is streamed, about one token each; joined they are the text again."""
        return _PIECE.findall(self.text)

    @property
    def thought_pieces(self) -> list[str]:
        """The same for the thoughts."""
        return _PIECE.findall(self.thoughts)


def reply_to(request: SimRequest) -> Reply:
    """Make the answer to a request."""
    return _reply(request)


def prompt_tokens(request: SimRequest) -> int:
    """What the model reports for the prompt."""
    model = request.model
    counted = sum(count(m.text) for m in request.messages)
    return round(model.tokenizer_factor * counted) + model.tokens_per_message * len(request.messages) + PRIMING_TOKENS


@lru_cache(maxsize=512)
def _reply(request: SimRequest) -> Reply:
    model = request.model
    turns = tuple((m.role, m.text) for m in request.messages)
    fingerprint = _sha256([model.id, turns, request.seed])
    limit = min(request.max_tokens or model.max_output_tokens, model.max_output_tokens)
    thoughts, thinking = _thoughts(request, turns, limit)
    full = _noted(request, turns, answer(turns, model.voice, model.memory_messages, int(fingerprint[:12], 16)))
    text, stopped_by = _before_stop(full, request.stop)
    used = thinking + _own_tokens(model, text)
    finish: Literal["stop", "length"] = "stop"
    if used > limit:
        text, used, finish, stopped_by = _first_tokens(model, text, limit - thinking), limit, "length", None
    return Reply(text, finish, prompt_tokens(request), used, fingerprint, thoughts, thinking, stopped_by)


class _Thoughts(NamedTuple):
    text: str
    tokens: int


def _thoughts(request: SimRequest, turns: Sequence[Turn], limit: int) -> _Thoughts:
    """The thoughts, cut where they would use up more than they may."""
    if request.thinking == "off":
        return _Thoughts("", 0)
    model = request.model
    text = think(turns, model.memory_messages, brief=request.thinking == "brief")
    most = limit if request.thinking_budget is None else min(limit, request.thinking_budget)
    used = _own_tokens(model, text)
    return _Thoughts(text, used) if used <= most else _Thoughts(_first_tokens(model, text, most), most)


def _noted(request: SimRequest, turns: Sequence[Turn], text: str) -> str:
    """The answer, led by what the model could not read of the last user message."""
    nothing: Unseen = ""
    unseen = next((m.unseen for m in reversed(request.messages) if m.role == "user"), nothing)
    if not unseen:
        return text
    return f"{UNSEEN_NOTES[unseen, spoken_language(turns, request.model.memory_messages)]}\n\n{text}"


def _own_tokens(model: SimModel, text: str) -> int:
    return max(1, round(model.tokenizer_factor * count(text))) if text else 0


def _before_stop(text: str, stop: tuple[str, ...]) -> tuple[str, str | None]:
    found = [(at, s) for s in stop if s and (at := text.find(s)) >= 0]
    if not found:
        return text, None
    at, stopped_by = min(found)
    return text[:at], stopped_by


def _first_tokens(model: SimModel, text: str, limit: int) -> str:
    """The longest run of whole pieces that is not over the limit."""
    pieces = _PIECE.findall(text)
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        if _own_tokens(model, "".join(pieces[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    return "".join(pieces[:low])


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


__all__ = [
    "PRIMING_TOKENS",
    "Reply",
    "SimMessage",
    "SimRequest",
    "Thinking",
    "Unseen",
    "prompt_tokens",
    "reply_to",
]
