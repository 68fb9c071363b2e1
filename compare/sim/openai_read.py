"""Reading requests in OpenAI's Chat format, and refusing them in the vendor's words: status and error object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compare.records import Role
from compare.sim.attachments import is_address
from compare.sim.openai_shared import ROLES, bad_image, check_window, known_target, thinking_of, token_limit
from compare.sim.reply import SimMessage, SimRequest, Unseen
from compare.sim.wire import Ask, RefusedError, kind_of

_ROLES: Mapping[str, Role] = {**ROLES, "tool": "tool", "function": "tool"}
_UNSEEN: Mapping[str, Unseen] = {"image_url": "image", "file": "file", "input_audio": "file"}
"""Parts that are taken and not read; each has its content under its own type's name."""
MOST_STOPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAsk(Ask):
    """A valid request."""

    include_usage: bool = False


def read(body: Mapping[str, Any]) -> ChatAsk:
    """The request that a body makes.

    Raises:
        RefusedError: 400 or 404; the message names the field.
    """
    target = known_target(body)
    if body.get("n") not in (None, 1):
        raise RefusedError(400, f"Invalid 'n': simulated models give 1 choice, not {body['n']}.", param="n")
    options = body.get("stream_options")
    if options is not None and not body.get("stream"):
        raise RefusedError(400, "'stream_options' is only allowed when 'stream' is true.", param="stream_options")
    seed = body.get("seed")
    sim = SimRequest(
        target.model,
        _messages(body),
        _max_tokens(body),
        _stop(body),
        seed if isinstance(seed, int) else 0,
        thinking_of(body.get("reasoning_effort"), "reasoning_effort"),
    )
    check_window(sim, "messages")
    include_usage = isinstance(options, dict) and options.get("include_usage") is True
    return ChatAsk(sim=sim, target=target, stream=body.get("stream") is True, include_usage=include_usage)


def _messages(body: Mapping[str, Any]) -> tuple[SimMessage, ...]:
    given = body.get("messages")
    if given is None:
        message = "Missing required parameter: 'messages'."
        raise RefusedError(400, message, param="messages", code="missing_required_parameter")
    if not isinstance(given, list):
        message = f"Invalid type for 'messages': expected an array of objects, but got {kind_of(given)} instead."
        raise RefusedError(400, message, param="messages", code="invalid_type")
    if not given:
        message = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got length 0."
        raise RefusedError(400, message, param="messages", code="empty_array")
    return tuple(_message(i, m) for i, m in enumerate(given))


def _message(i: int, given: object) -> SimMessage:
    if not isinstance(given, dict):
        message = f"Invalid type for 'messages[{i}]': expected an object, but got {kind_of(given)} instead."
        raise RefusedError(400, message, param=f"messages[{i}]", code="invalid_type")
    role = _ROLES.get(str(given.get("role")))
    if role is None:
        message = f"Invalid value: '{given.get('role')}'. Supported values are: {', '.join(map(repr, _ROLES))}."
        raise RefusedError(400, message, param=f"messages[{i}].role", code="invalid_value")
    return SimMessage(role, *_content(f"messages[{i}].content", given))


def _content(where: str, given: Mapping[str, Any]) -> tuple[str, Unseen]:
    content = given.get("content")
    calls = given.get("tool_calls")
    if content is None and isinstance(calls, list):
        return orjson.dumps(calls).decode(), ""
    if isinstance(content, str):
        return content, ""
    if not isinstance(content, list):
        expected = "one of a string or array of objects"
        message = f"Invalid type for '{where}': expected {expected}, but got {kind_of(content)}."
        raise RefusedError(400, message, param=where, code="invalid_type")
    unseen: Unseen = ""
    texts = []
    for k, part in enumerate(content):
        kind = str(part.get("type")) if isinstance(part, dict) else ""
        if kind in _UNSEEN and isinstance(held := part.get(kind), dict):
            if kind == "image_url" and not is_address(held.get("url")):
                raise bad_image(f"{where}[{k}].image_url")
            unseen = unseen or _UNSEEN[kind]
        else:
            texts.append(_text(f"{where}[{k}]", kind, part))
    return "\n".join(texts), unseen


def _text(where: str, kind: str, part: Any) -> str:
    text = part.get("refusal" if kind == "refusal" else "text") if isinstance(part, dict) else None
    if kind not in ("text", "refusal") or not isinstance(text, str):
        known = ", ".join(map(repr, ("text", "refusal", *_UNSEEN)))
        message = f"Invalid content at '{where}': got a part of type {kind!r}; expected {known}, with its content."
        raise RefusedError(400, message, param=where, code="invalid_value")
    return text


def _max_tokens(body: Mapping[str, Any]) -> int | None:
    old, new = body.get("max_tokens"), body.get("max_completion_tokens")
    if old is not None and new is not None:
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise RefusedError(400, message, param="max_tokens", code="invalid_parameter_combination")
    if new is None:
        return token_limit(old, "max_tokens", 1)
    return token_limit(new, "max_completion_tokens", 1)


def _stop(body: Mapping[str, Any]) -> tuple[str, ...]:
    stop = body.get("stop")
    if stop is None:
        return ()
    stops = [stop] if isinstance(stop, str) else stop
    if not isinstance(stops, list) or len(stops) > MOST_STOPS or not all(isinstance(s, str) for s in stops):
        message = f"Invalid 'stop': expected a string or an array of at most {MOST_STOPS} strings."
        raise RefusedError(400, message, param="stop", code="invalid_type")
    return tuple(stops)


__all__ = ["ChatAsk", "read"]
