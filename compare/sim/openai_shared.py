"""What OpenAI's two formats, Chat Completions and Responses, have in common: error object, headers, models, effort."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from compare.records import Role
from compare.sim.demands import Target, target
from compare.sim.reply import SimRequest, Thinking, prompt_tokens
from compare.sim.wire import RefusedError, is_whole_number, json_response

ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_EFFORTS: Mapping[str, Thinking] = {
    "none": "off",
    "minimal": "brief",
    "low": "brief",
    "medium": "full",
    "high": "full",
    "xhigh": "full",
    "max": "full",
}


def headers() -> dict[str, str]:
    """The headers of every answer."""
    return {"x-request-id": f"req_{uuid4().hex}", "openai-version": "2020-10-01", "cache-control": "no-cache"}


def error_response(refusal: RefusedError) -> Response:
    """A refusal as OpenAI sends it."""
    extra = {}
    if (wait_s := refusal.retry_after_s) is not None:
        extra = {"retry-after": str(ceil(wait_s)), "retry-after-ms": str(round(wait_s * 1000))}
    return json_response({"error": error_object(refusal)}, refusal.status, {**headers(), **extra})


def error_object(refusal: RefusedError) -> dict[str, str | None]:
    """OpenAI's error object."""
    kind = "invalid_request_error"
    if refusal.status == 429:
        kind = "requests"
    elif refusal.status >= 500:
        kind = "server_error"
    return {"message": refusal.message, "type": kind, "param": refusal.param, "code": refusal.code}


def known_target(body: Mapping[str, Any]) -> Target:
    """The model that a body names.

    Raises:
        RefusedError: 400 or 404.
    """
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise RefusedError(400, "You must provide a model parameter.")
    return named_target(name)


def named_target(name: str) -> Target:
    """The model of that name.

    Raises:
        RefusedError: 404, there is none.
    """
    found = target(name)
    if found is None:
        message = f"The model `{name}` does not exist or you do not have access to it."
        raise RefusedError(404, message, code="model_not_found")
    return found


def thinking_of(effort: object, param: str) -> Thinking:
    """How much is thought at an effort; off where none is asked for.

    Raises:
        RefusedError: 400, there is no such effort.
    """
    if effort is None:
        return "off"
    if not isinstance(effort, str) or effort not in _EFFORTS:
        message = f"Invalid value: {effort!r}. Supported values are: {', '.join(map(repr, _EFFORTS))}."
        raise RefusedError(400, message, param=param, code="invalid_value")
    return _EFFORTS[effort]


def token_limit(value: object, name: str, least: int) -> int | None:
    """A bound on the answer; None where it is not set.

    Raises:
        RefusedError: 400, it is no integer or too small.
    """
    if value is None:
        return None
    if not isinstance(value, int) or not is_whole_number(value) or value < least:
        message = f"Invalid '{name}': expected an integer >= {least}, but got {value!r} instead."
        raise RefusedError(400, message, param=name, code="integer_below_min_value")
    return value


def bad_image(where: str) -> RefusedError:
    """What is said of an image that cannot be taken."""
    message = f"Invalid '{where}': expected a web address or a base64-encoded data URL (data:image/png;base64,...)."
    return RefusedError(400, message, param=where, code="invalid_image_url")


def check_window(sim: SimRequest, param: str) -> None:
    """Refuse a prompt that the model cannot take in.

    Raises:
        RefusedError: 400.
    """
    used, window = prompt_tokens(sim), sim.model.context_window_tokens
    if used > window:
        message = (
            f"This model's maximum context length is {window} tokens. However, your messages resulted in {used} "
            "tokens. Please reduce the length of the messages."
        )
        raise RefusedError(400, message, param=param, code="context_length_exceeded")


__all__ = [
    "ROLES",
    "bad_image",
    "check_window",
    "error_object",
    "error_response",
    "headers",
    "known_target",
    "named_target",
    "thinking_of",
    "token_limit",
]
