"""Reading requests in OpenAI's Chat format, and refusing them in the vendor's words: status and error object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compare.records import Role
from compare.sim.models import SIM_MODELS, SimModel
from compare.sim.reply import SimMessage, SimRequest, prompt_tokens

_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
MOST_STOPS = 4


class WireError(Exception):
    """A request that is refused: status and the fields of OpenAI's error object."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class ChatAsk:
    """A valid request."""

    sim: SimRequest
    stream: bool
    include_usage: bool


def parsed(raw: bytes) -> dict[str, Any]:
    """The body as an object.

    Raises:
        WireError: 400, it is no JSON object.
    """
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as exc:
        raise WireError(400, f"The body of your request is not valid JSON: {exc}.") from exc
    if not isinstance(body, dict):
        raise WireError(400, f"The body of your request must be a JSON object, not {_kind(body)}.")
    return body


def read(body: Mapping[str, Any]) -> ChatAsk:
    """The request that a body makes.

    Raises:
        WireError: 400 or 404; the message names the field.
    """
    model_id = body.get("model")
    if not isinstance(model_id, str) or not model_id:
        raise WireError(400, "You must provide a model parameter.")
    model = known_model(model_id)
    if body.get("n") not in (None, 1):
        raise WireError(400, f"Invalid 'n': simulated models give 1 choice, not {body['n']}.", param="n")
    options = body.get("stream_options")
    if options is not None and not body.get("stream"):
        raise WireError(400, "'stream_options' is only allowed when 'stream' is true.", param="stream_options")
    seed = body.get("seed")
    sim = SimRequest(model, _messages(body), _max_tokens(body), _stop(body), seed if isinstance(seed, int) else 0)
    _check_window(sim)
    include_usage = isinstance(options, dict) and options.get("include_usage") is True
    return ChatAsk(sim, body.get("stream") is True, include_usage)


def known_model(model_id: str) -> SimModel:
    """The model of that name.

    Raises:
        WireError: 404, there is none.
    """
    model = SIM_MODELS.get(model_id)
    if model is None:
        message = f"The model `{model_id}` does not exist or you do not have access to it."
        raise WireError(404, message, code="model_not_found")
    return model


def _messages(body: Mapping[str, Any]) -> tuple[SimMessage, ...]:
    given = body.get("messages")
    if given is None:
        raise WireError(
            400, "Missing required parameter: 'messages'.", param="messages", code="missing_required_parameter"
        )
    if not isinstance(given, list):
        message = f"Invalid type for 'messages': expected an array of objects, but got {_kind(given)} instead."
        raise WireError(400, message, param="messages", code="invalid_type")
    if not given:
        message = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got length 0."
        raise WireError(400, message, param="messages", code="empty_array")
    return tuple(_message(i, m) for i, m in enumerate(given))


def _message(i: int, given: object) -> SimMessage:
    if not isinstance(given, dict):
        message = f"Invalid type for 'messages[{i}]': expected an object, but got {_kind(given)} instead."
        raise WireError(400, message, param=f"messages[{i}]", code="invalid_type")
    role = _ROLES.get(str(given.get("role")))
    if role is None:
        message = f"Invalid value: '{given.get('role')}'. Supported values are: {', '.join(map(repr, _ROLES))}."
        raise WireError(400, message, param=f"messages[{i}].role", code="invalid_value")
    return SimMessage(role, _content(f"messages[{i}].content", given))


def _content(where: str, given: Mapping[str, Any]) -> str:
    content = given.get("content")
    calls = given.get("tool_calls")
    if content is None and isinstance(calls, list):
        return orjson.dumps(calls).decode()
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        message = f"Invalid type for '{where}': expected one of a string or array of objects, but got {_kind(content)}."
        raise WireError(400, message, param=where, code="invalid_type")
    return "\n".join(_part(f"{where}[{k}]", part) for k, part in enumerate(content))


def _part(where: str, part: object) -> str:
    kind = part.get("type") if isinstance(part, dict) else None
    text = part.get("refusal" if kind == "refusal" else "text") if isinstance(part, dict) else None
    if kind not in ("text", "refusal") or not isinstance(text, str):
        message = f"Invalid content at '{where}': simulated models read parts of type 'text', not {kind!r}."
        raise WireError(400, message, param=where, code="invalid_value")
    return text


def _max_tokens(body: Mapping[str, Any]) -> int | None:
    old, new = body.get("max_tokens"), body.get("max_completion_tokens")
    if old is not None and new is not None:
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise WireError(400, message, param="max_tokens", code="invalid_parameter_combination")
    name, value = ("max_tokens", old) if new is None else ("max_completion_tokens", new)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        message = f"Invalid '{name}': expected an integer >= 1, but got {value!r} instead."
        raise WireError(400, message, param=name, code="integer_below_min_value")
    return value


def _stop(body: Mapping[str, Any]) -> tuple[str, ...]:
    stop = body.get("stop")
    if stop is None:
        return ()
    stops = [stop] if isinstance(stop, str) else stop
    if not isinstance(stops, list) or len(stops) > MOST_STOPS or not all(isinstance(s, str) for s in stops):
        message = f"Invalid 'stop': expected a string or an array of at most {MOST_STOPS} strings."
        raise WireError(400, message, param="stop", code="invalid_type")
    return tuple(stops)


def _check_window(sim: SimRequest) -> None:
    used, window = prompt_tokens(sim), sim.model.context_window_tokens
    if used > window:
        message = (
            f"This model's maximum context length is {window} tokens. However, your messages resulted in {used} "
            "tokens. Please reduce the length of the messages."
        )
        raise WireError(400, message, param="messages", code="context_length_exceeded")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


__all__ = ["ChatAsk", "WireError", "known_model", "parsed", "read"]
