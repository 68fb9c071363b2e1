"""From a request in neutral form to an answer in neutral form: text, why it ended, and what it used.

Knows no wire format and no clock. The same model, messages and seed always give the same reply.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from compare.records import Role
from compare.sim.brain import answer
from compare.sim.models import SimModel
from compare.tokens.count import count

PRIMING_TOKENS = 3
"""Reported once a request, for the start of the answer."""

_PIECE = re.compile(r"\s*\w{1,9}|\s*[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class SimMessage:
    """One message of a request, whatever the wire format called its parts."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class SimRequest:
    """One request, whatever the wire format."""

    model: SimModel
    messages: tuple[SimMessage, ...]
    max_tokens: int | None = None
    """Bound on the answer in the model's own tokens."""
    stop: tuple[str, ...] = ()
    seed: int = 0

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
    fingerprint: str
    """Hash of model, messages and seed; equal for equal requests."""

    @property
    def pieces(self) -> list[str]:
        """The text as it is streamed, about one token each; joined they are the text again."""
        return _PIECE.findall(self.text)


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
    full = answer(turns, model.voice, model.memory_messages, int(fingerprint[:12], 16))
    text = _before_stop(full, request.stop)
    limit = min(request.max_tokens or model.max_output_tokens, model.max_output_tokens)
    used = _own_tokens(model, text)
    finish: Literal["stop", "length"] = "stop"
    if used > limit:
        text, used, finish = _first_tokens(model, text, limit), limit, "length"
    return Reply(text, finish, prompt_tokens(request), used, fingerprint)


def _own_tokens(model: SimModel, text: str) -> int:
    return max(1, round(model.tokenizer_factor * count(text))) if text else 0


def _before_stop(text: str, stop: tuple[str, ...]) -> str:
    found = [at for at in (text.find(s) for s in stop if s) if at >= 0]
    return text[: min(found)] if found else text


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


__all__ = ["PRIMING_TOKENS", "Reply", "SimMessage", "SimRequest", "prompt_tokens", "reply_to"]
