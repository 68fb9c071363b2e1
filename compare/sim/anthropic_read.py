"""Reading requests in Anthropic's Messages format, of both API versions, and refusing them in the vendor's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from compare.records import Role
from compare.sim.attachments import IMAGE_TYPES, is_base64
from compare.sim.demands import Target, target
from compare.sim.reply import SimMessage, SimRequest, Thinking, Unseen, prompt_tokens
from compare.sim.wire import Ask, Incoming, RefusedError, is_whole_number, seed_in

OLD_VERSION, NEW_VERSION = "2023-06-01", "2026-10-21"
SAMPLING = ("temperature", "top_p", "top_k")
"""Refused from the new version on, whatever their value."""
LEAST_THINKING_BUDGET = 1_024

_FOREIGN = (
    "contents",
    "frequency_penalty",
    "generationConfig",
    "input",
    "instructions",
    "max_completion_tokens",
    "max_output_tokens",
    "n",
    "presence_penalty",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "seed",
    "stop",
    "stream_options",
)
"""Names of other formats. The vendor refuses every name it does not know; these are known not to be its own."""
_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}
_UNSEEN: Mapping[str, Unseen] = {"image": "image", "document": "file"}
_SILENT = ("thinking", "redacted_thinking")
"""Blocks of earlier answers that say nothing to a reader."""
_EFFORTS: Mapping[str, Thinking] = {"low": "brief", "medium": "full", "high": "full", "xhigh": "full", "max": "full"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesAsk(Ask):
    """A valid request."""

    shows_thinking: bool = True
    """False where `thinking.display` is "omitted": then there is a thinking block without words."""


def read(call: Incoming, body: Mapping[str, Any]) -> MessagesAsk:
    """The request that a body makes.

    Raises:
        RefusedError: 400 or 404; the message names the field.
    """
    version, found = _version(call), _target(body)
    _refuse_other_names(body, version)
    most = found.model.max_output_tokens
    max_tokens = body.get("max_tokens")
    if max_tokens is None:
        raise RefusedError(400, "max_tokens: Field required")
    if not isinstance(max_tokens, int) or not is_whole_number(max_tokens) or max_tokens < 1:
        raise RefusedError(400, "max_tokens: Input should be a valid integer greater than or equal to 1")
    if max_tokens > most:
        told = f"max_tokens: {max_tokens} > {most}, which is the maximum allowed number of output tokens for"
        raise RefusedError(400, f"{told} {found.name}")
    thought = _thinking(body, max_tokens)
    _check_temperature(body, thought)
    sim = SimRequest(
        found.model,
        _messages(body),
        max_tokens,
        _stop(body),
        seed_in(body.get("metadata"), "user_id"),
        thinking=thought.amount,
        thinking_budget=thought.budget,
    )
    _check_window(sim)
    return MessagesAsk(sim=sim, target=found, stream=body.get("stream") is True, shows_thinking=thought.is_shown)


def read_count(call: Incoming, body: Mapping[str, Any]) -> MessagesAsk:
    """A request to count tokens: the same without a bound on the answer.

    Raises:
        RefusedError: 400 or 404.
    """
    version, found = _version(call), _target(body)
    _refuse_other_names(body, version)
    return MessagesAsk(sim=SimRequest(found.model, _messages(body)), target=found)


def _version(call: Incoming) -> str:
    version = call.headers.get("anthropic-version")
    if version is None:
        raise RefusedError(400, "anthropic-version: header is required")
    if version not in (OLD_VERSION, NEW_VERSION):
        raise RefusedError(400, f'anthropic-version: "{version}" is not a valid version')
    return version


def _target(body: Mapping[str, Any]) -> Target:
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise RefusedError(400, "model: Field required")
    return named_target(name)


def named_target(name: str) -> Target:
    """The model of that name.

    Raises:
        RefusedError: 404, there is none.
    """
    found = target(name)
    if found is None:
        raise RefusedError(404, f"model: {name}")
    return found


def _refuse_other_names(body: Mapping[str, Any], version: str) -> None:
    refused = (*_FOREIGN, *SAMPLING) if version == NEW_VERSION else _FOREIGN
    for name in refused:
        if name in body:
            raise RefusedError(400, f"{name}: Extra inputs are not permitted")


def _check_temperature(body: Mapping[str, Any], thought: _Thought) -> None:
    temperature = body.get("temperature")
    if temperature is None:
        return
    if not isinstance(temperature, int | float) or isinstance(temperature, bool) or not 0 <= temperature <= 1:
        raise RefusedError(400, f"temperature: Input should be a number from 0 to 1, not {temperature!r}")
    if thought.amount != "off" and temperature != 1:
        raise RefusedError(400, "`temperature` may only be set to 1 when thinking is enabled.")


# --- thinking --------------------------------------------------------------------------------------------------------


class _Thought(NamedTuple):
    amount: Thinking
    budget: int | None
    is_shown: bool


def _thinking(body: Mapping[str, Any], max_tokens: int) -> _Thought:
    config, output = body.get("thinking") or {}, body.get("output_config") or {}
    if not isinstance(config, dict) or not isinstance(output, dict):
        raise RefusedError(400, "thinking and output_config: Input should be a valid dictionary")
    effort = output.get("effort")
    if effort is not None and str(effort) not in _EFFORTS:
        raise RefusedError(400, f"output_config.effort: Input should be {_either(tuple(_EFFORTS))}, not {effort!r}")
    kind = config.get("type") if config else None
    if config and kind not in ("enabled", "adaptive", "disabled", "between_tools"):
        known = _either(("enabled", "adaptive", "disabled", "between_tools"))
        raise RefusedError(400, f"thinking.type: Input should be {known}, not {kind!r}")
    if kind == "enabled":
        _check_budget(config.get("budget_tokens"), max_tokens)
    # Without tools there is nothing to think between.
    wanted = kind in ("enabled", "adaptive") or (kind is None and effort is not None)
    amount: Thinking = _EFFORTS[effort or "high"] if wanted else "off"
    return _Thought(amount, config.get("budget_tokens"), config.get("display") != "omitted")


def _check_budget(budget: object, max_tokens: int) -> None:
    if not isinstance(budget, int) or not is_whole_number(budget) or budget < LEAST_THINKING_BUDGET:
        least = f"Input should be a valid integer greater than or equal to {LEAST_THINKING_BUDGET}"
        raise RefusedError(400, f"thinking.enabled.budget_tokens: {least}")
    if budget >= max_tokens:
        raise RefusedError(
            400, f"`max_tokens` ({max_tokens}) must be greater than `thinking.budget_tokens` ({budget})."
        )


# --- messages --------------------------------------------------------------------------------------------------------


def _messages(body: Mapping[str, Any]) -> tuple[SimMessage, ...]:
    given = body.get("messages")
    if given is None:
        raise RefusedError(400, "messages: Field required")
    if not isinstance(given, list) or not given:
        raise RefusedError(400, "messages: at least one message is required")
    messages = [m for i, message in enumerate(given) for m in _message(f"messages.{i}", message)]
    if messages[-1].role == "assistant":
        told = "This model does not support assistant message prefill. The conversation must end with a user message."
        raise RefusedError(400, told)
    return (*_system(body.get("system")), *messages)


def _system(given: object) -> tuple[SimMessage, ...]:
    if given is None or given == "" or given == []:
        return ()
    return (SimMessage("system", _content("system", given).text),)


def _message(where: str, given: object) -> list[SimMessage]:
    if not isinstance(given, dict):
        raise RefusedError(400, f"{where}: Input should be a valid dictionary")
    role = _ROLES.get(str(given.get("role")))
    if role is None:
        raise RefusedError(400, f"{where}.role: Input should be {_either(tuple(_ROLES))}, not {given.get('role')!r}")
    content = given.get("content")
    if content is None:
        raise RefusedError(400, f"{where}.content: Field required")
    if content == []:
        raise RefusedError(400, f"{where}: {role} messages must have non-empty content")
    read = _content(where, content)
    results = [SimMessage("tool", result) for result in read.results]
    return results if results and not (read.text or read.unseen) else [*results, SimMessage(role, *read[:2])]


class _Content(NamedTuple):
    text: str
    unseen: Unseen
    results: list[str]
    """Of tools, which stand in the user's messages in this format."""


def _content(where: str, content: object) -> _Content:
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(blocks, list):
        raise RefusedError(400, f"{where}.content: Input should be a valid string or list")
    texts: list[str] = []
    results: list[str] = []
    unseen: Unseen = ""
    for k, block in enumerate(blocks):
        kind = str(block.get("type")) if isinstance(block, dict) else ""
        if kind == "text":
            texts.append(_text(where, k, block.get("text")))
        elif kind in _UNSEEN and where != "system":
            _check_source(f"{where}.content.{k}.{kind}.source", kind, block.get("source"))
            unseen = unseen or _UNSEEN[kind]
        elif kind == "tool_use":
            texts.append(orjson.dumps(block).decode())
        elif kind == "tool_result":
            result = block.get("content")
            results.append(_content(f"{where}.content.{k}", result).text if result else "")
        elif kind not in _SILENT:
            known = _either(("text", *_UNSEEN, "tool_use", "tool_result", *_SILENT))
            raise RefusedError(400, f"{where}.content.{k}.type: Input should be {known}, not {kind!r}")
    return _Content("\n".join(texts), unseen, results)


def _text(where: str, k: int, text: object) -> str:
    if not isinstance(text, str):
        raise RefusedError(400, f"{where}.content.{k}.text: Input should be a valid string")
    if not text:
        raise RefusedError(400, f"{where}: text content blocks must be non-empty")
    if not text.strip():
        raise RefusedError(400, f"{where}: text content blocks must contain non-whitespace text")
    return text


def _check_source(where: str, kind: str, source: object) -> None:
    if not isinstance(source, dict):
        raise RefusedError(400, f"{where}: Field required")
    if source.get("type") != "base64":
        return  # an address, a file's id or text, which nobody here fetches or reads
    if kind == "image" and source.get("media_type") not in IMAGE_TYPES:
        told = f"Input should be {_either(IMAGE_TYPES)}, not {source.get('media_type')!r}"
        raise RefusedError(400, f"{where}.base64.media_type: {told}")
    if not is_base64(source.get("data")):
        raise RefusedError(400, f"{where}.base64: invalid base64 data")


def _stop(body: Mapping[str, Any]) -> tuple[str, ...]:
    stops = body.get("stop_sequences") or []
    if not isinstance(stops, list) or not all(isinstance(s, str) for s in stops):
        raise RefusedError(400, "stop_sequences: Input should be a valid list of strings")
    if not all(s.strip() for s in stops):
        raise RefusedError(400, "stop_sequences: each stop sequence must contain non-whitespace")
    return tuple(stops)


def _check_window(sim: SimRequest) -> None:
    used, window = prompt_tokens(sim), sim.model.context_window_tokens
    if used > window:
        raise RefusedError(400, f"prompt is too long: {used} tokens > {window} maximum")


def _either(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values[:-1])) + f" or {values[-1]!r}"


__all__ = ["NEW_VERSION", "OLD_VERSION", "MessagesAsk", "named_target", "read", "read_count"]
