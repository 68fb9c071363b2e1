"""Reading requests in OpenAI's Responses format, and refusing them in the vendor's words: status and error object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compare.sim.attachments import has_text, is_address
from compare.sim.openai_shared import ROLES, bad_image, check_window, known_target, thinking_of, token_limit
from compare.sim.reply import SimMessage, SimRequest, Unseen
from compare.sim.wire import Ask, RefusedError, kind_of, seed_in

LEAST_OUTPUT_TOKENS = 16
"""The vendor takes no smaller bound here."""
_MOVED: Mapping[str, str] = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "reasoning_effort": "reasoning.effort",
    "response_format": "text.format",
}
"""What Chat Completions calls otherwise."""
_NOT_OFFERED = ("stop", "seed", "n", "logit_bias", "frequency_penalty", "presence_penalty")
"""What only Chat Completions has."""
_STORED = ("previous_response_id", "conversation", "prompt")
"""What names something kept by the server, which keeps nothing."""
_TEXT_PARTS = ("input_text", "output_text", "text", "refusal")
_UNSEEN: Mapping[str, Unseen] = {"input_image": "image", "input_file": "file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsesAsk(Ask):
    """A valid request, with what the answer gives back of it."""

    instructions: str | None = None
    reasoning: Mapping[str, Any] | None = None
    shows_summary: bool = True
    """False where `reasoning.summary` was set to null. The vendor also leaves it out where it is not set at all."""
    temperature: float = 1.0
    top_p: float = 1.0
    stores: bool = True
    pads: bool = True
    """Whether deltas come with `obfuscation`, as they do unless the request forbids it."""


def read(body: Mapping[str, Any]) -> ResponsesAsk:
    """The request that a body makes.

    Raises:
        RefusedError: 400 or 404; the message names the field.
    """
    target = known_target(body)
    _refuse_other_names(body)
    reasoning = body.get("reasoning") or {}
    if not isinstance(reasoning, dict):
        raise _wrong_type("reasoning", "an object", reasoning)
    sim = SimRequest(
        target.model,
        _messages(body),
        token_limit(body.get("max_output_tokens"), "max_output_tokens", LEAST_OUTPUT_TOKENS),
        seed=seed_in(body.get("metadata"), "seed"),
        thinking=thinking_of(reasoning.get("effort"), "reasoning.effort"),
    )
    check_window(sim, "input")
    options = body.get("stream_options") or {}
    instructions = body.get("instructions")
    return ResponsesAsk(
        sim=sim,
        target=target,
        stream=body.get("stream") is True,
        instructions=instructions if isinstance(instructions, str) else None,
        reasoning=reasoning,
        shows_summary=reasoning.get("summary", "auto") is not None,
        temperature=_number(body, "temperature"),
        top_p=_number(body, "top_p"),
        stores=body.get("store") is not False,
        pads=not (isinstance(options, dict) and options.get("include_obfuscation") is False),
    )


def _refuse_other_names(body: Mapping[str, Any]) -> None:
    for name, here in _MOVED.items():
        if name in body:
            message = f"Unsupported parameter: '{name}'. In the Responses API it is called '{here}'."
            raise RefusedError(400, message, param=name, code="unsupported_parameter")
    for name in _NOT_OFFERED:
        if name in body:
            raise RefusedError(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    for name in _STORED:
        if body.get(name) is not None:
            message = (
                f"Nothing is found for '{name}': the simulated server keeps no conversations. Send all of 'input'."
            )
            raise RefusedError(400, message, param=name, code=f"{name.removesuffix('_id')}_not_found")


def _messages(body: Mapping[str, Any]) -> tuple[SimMessage, ...]:
    instructions, given = body.get("instructions"), body.get("input")
    if instructions is not None and not isinstance(instructions, str):
        raise _wrong_type("instructions", "a string", instructions)
    if given is None or given == []:
        message = "Missing required parameter: 'input'."
        raise RefusedError(400, message, param="input", code="missing_required_parameter")
    first = () if instructions is None else (SimMessage("system", instructions),)
    if isinstance(given, str):
        return (*first, SimMessage("user", given))
    if not isinstance(given, list):
        raise _wrong_type("input", "a string or an array of items", given)
    items = (_item(f"input[{i}]", item) for i, item in enumerate(given))
    return (*first, *(message for message in items if message is not None))


def _item(where: str, item: object) -> SimMessage | None:
    """The message that an item is; None for one that says nothing to a reader."""
    if not isinstance(item, dict):
        raise _wrong_type(where, "an object", item)
    match item.get("type", "message"):
        case "message":
            role = ROLES.get(str(item.get("role")))
            if role is None:
                message = f"Invalid value: '{item.get('role')}'. Supported values are: {', '.join(map(repr, ROLES))}."
                raise RefusedError(400, message, param=f"{where}.role", code="invalid_value")
            return SimMessage(role, *_content(f"{where}.content", item.get("content")))
        case "reasoning":
            return None
        case "function_call":
            return SimMessage("assistant", orjson.dumps(item).decode())
        case "function_call_output":
            return SimMessage("tool", *_content(f"{where}.output", item.get("output")))
        case kind:
            message = f"Invalid value: {kind!r}. Simulated models read messages, reasoning and function calls."
            raise RefusedError(400, message, param=f"{where}.type", code="invalid_value")


def _content(where: str, content: object) -> tuple[str, Unseen]:
    if isinstance(content, str):
        return content, ""
    if not isinstance(content, list):
        raise _wrong_type(where, "a string or an array of parts", content)
    unseen: Unseen = ""
    texts = []
    for k, part in enumerate(content):
        kind = str(part.get("type")) if isinstance(part, dict) else ""
        if kind in _UNSEEN:
            if kind == "input_image" and not (has_text(part, "file_id") or is_address(part.get("image_url"))):
                raise bad_image(f"{where}[{k}].image_url")
            unseen = unseen or _UNSEEN[kind]
            continue
        text = part.get("refusal" if kind == "refusal" else "text") if kind in _TEXT_PARTS else None
        if not isinstance(text, str):
            known = ", ".join(map(repr, (*_TEXT_PARTS, *_UNSEEN)))
            message = f"Invalid content at '{where}[{k}]': got a part of type {kind!r}; expected {known}."
            raise RefusedError(400, message, param=f"{where}[{k}]", code="invalid_value")
        texts.append(text)
    return "\n".join(texts), unseen


def _number(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name)
    if value is None:
        return 1.0
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _wrong_type(name, "a number", value)
    return float(value)


def _wrong_type(where: str, expected: str, value: object) -> RefusedError:
    message = f"Invalid type for '{where}': expected {expected}, but got {kind_of(value)} instead."
    return RefusedError(400, message, param=where, code="invalid_type")


__all__ = ["ResponsesAsk", "read"]
