"""Reading requests in Gemini's format, and refusing them in the vendor's words.

Field names may be written in camel case or with underscores, as the vendor's server takes both; names that it does not
know it refuses, and so does this.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from compare.records import Role
from compare.sim.attachments import has_text, is_base64
from compare.sim.demands import Target, target
from compare.sim.reply import SimMessage, SimRequest, Thinking, Unseen, prompt_tokens
from compare.sim.wire import Ask, Incoming, RefusedError, is_whole_number

MOST_STOPS = 5
_REQUEST_FIELDS = frozenset(
    {
        "cachedContent",
        "contents",
        "generationConfig",
        "labels",
        "model",
        "safetySettings",
        "serviceTier",
        "store",
        "systemInstruction",
        "toolConfig",
        "tools",
    }
)
_CONFIG_FIELDS = frozenset(
    {
        "audioTimestamp",
        "audioTranscriptionConfig",
        "candidateCount",
        "enableAffectiveDialog",
        "enableEnhancedCivicAnswers",
        "frequencyPenalty",
        "imageConfig",
        "logprobs",
        "maxOutputTokens",
        "mediaResolution",
        "presencePenalty",
        "responseJsonSchema",
        "responseLogprobs",
        "responseMimeType",
        "responseModalities",
        "responseSchema",
        "routingConfig",
        "seed",
        "speechConfig",
        "stopSequences",
        "temperature",
        "thinkingConfig",
        "topK",
        "topP",
    }
)
_THINKING_FIELDS = frozenset({"includeThoughts", "thinkingBudget", "thinkingLevel"})
_LEVELS: Mapping[str, Thinking] = {
    "THINKING_LEVEL_UNSPECIFIED": "full",
    "MINIMAL": "brief",
    "LOW": "brief",
    "MEDIUM": "full",
    "HIGH": "full",
    "XHIGH": "full",
}
_ROLES: Mapping[str, Role] = {"user": "user", "model": "assistant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeminiAsk(Ask):
    """A valid request."""

    shows_thoughts: bool = False
    is_sse: bool = False
    """Whether a stream comes as events; else it comes as one JSON array."""


def read(call: Incoming, body: Mapping[str, Any]) -> GeminiAsk:
    """The request that a body and its address make.

    Raises:
        RefusedError: 400 or 404; the message names the field.
    """
    refuse_key_in_address(call)
    found = named_target(call, call.named["name"])
    fields = _fields(body, _REQUEST_FIELDS, "")
    config = _fields(fields.get("generationConfig") or {}, _CONFIG_FIELDS, "generation_config")
    if config.get("candidateCount", 1) != 1:
        raise RefusedError(400, f"Only one candidate can be specified, not {config['candidateCount']!r}.")
    thinking = _fields(config.get("thinkingConfig") or {}, _THINKING_FIELDS, "generation_config.thinking_config")
    budget = thinking.get("thinkingBudget")
    seed = config.get("seed")
    sim = SimRequest(
        found.model,
        _messages(fields),
        _max_tokens(config),
        _stop(config),
        seed if isinstance(seed, int) else 0,
        _thinking(thinking),
        budget if isinstance(budget, int) and budget > 0 else None,
    )
    _check_window(sim)
    return GeminiAsk(
        sim=sim,
        target=found,
        stream=is_stream(call),
        shows_thoughts=thinking.get("includeThoughts") is True,
        is_sse=is_sse(call),
    )


def read_count(call: Incoming, body: Mapping[str, Any]) -> GeminiAsk:
    """A request to count tokens: contents alone, or a whole request under `generateContentRequest`.

    Raises:
        RefusedError: 400 or 404.
    """
    refuse_key_in_address(call)
    found = named_target(call, call.named["name"])
    outer = _fields(body, frozenset({"contents", "generateContentRequest"}), "")
    fields = _fields(outer.get("generateContentRequest") or outer, _REQUEST_FIELDS, "generate_content_request")
    return GeminiAsk(sim=SimRequest(found.model, _messages(fields)), target=found)


def named_target(call: Incoming, name: str) -> Target:
    """The model that an address names.

    Raises:
        RefusedError: 404, there is none.
    """
    found = target(name)
    if found is None:
        version = call.path.split("/")[1]
        message = f"models/{name} is not found for API version {version}, or is not supported for this method."
        raise RefusedError(404, f"{message} Call ListModels to see the list of available models.")
    return found


def refuse_key_in_address(call: Incoming) -> None:
    """Take a key in the header only.

    Raises:
        RefusedError: 400; the vendor takes it, and keys then end up in logs.
    """
    if "key" in call.query:
        message = "A key in the address ends up in logs: send it in the header x-goog-api-key, without '?key='."
        raise RefusedError(400, message)


def is_stream(call: Incoming) -> bool:
    """Whether an address asks for a stream."""
    return call.path.endswith(":streamGenerateContent")


def is_sse(call: Incoming) -> bool:
    """Whether it asks for one in the form of events."""
    return call.query.get("alt") == "sse"


# --- the configuration -----------------------------------------------------------------------------------------------


def _fields(given: object, known: frozenset[str], where: str) -> dict[str, Any]:
    """An object with its names in camel case."""
    if not isinstance(given, dict):
        raise RefusedError(400, f"Invalid value at '{where}': expected an object.")
    fields: dict[str, Any] = {}
    for name, value in given.items():
        camel = re.sub(r"(?<=[a-z])_([a-z])", lambda match: match[1].upper(), name)
        if camel not in known:
            at = f" at '{where}'" if where else ""
            raise RefusedError(400, f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')
        fields[camel] = value
    return fields


def _max_tokens(config: Mapping[str, Any]) -> int | None:
    value = config.get("maxOutputTokens")
    if value is None:
        return None
    if not isinstance(value, int) or not is_whole_number(value) or value < 1:
        raise RefusedError(400, f"max_output_tokens must be positive, but is {value!r}.")
    return value


def _stop(config: Mapping[str, Any]) -> tuple[str, ...]:
    stops = config.get("stopSequences") or []
    if not isinstance(stops, list) or len(stops) > MOST_STOPS or not all(isinstance(s, str) for s in stops):
        raise RefusedError(400, f"stop_sequences must be a list of at most {MOST_STOPS} strings.")
    return tuple(stops)


def _thinking(config: Mapping[str, Any]) -> Thinking:
    budget, level = config.get("thinkingBudget"), config.get("thinkingLevel")
    if budget is not None and level is not None:
        raise RefusedError(400, "You can only set one of thinking_budget and thinking_level.")
    if budget is not None and (not isinstance(budget, int) or not is_whole_number(budget) or budget < -1):
        raise RefusedError(400, f"thinking_budget must be -1, 0 or positive, but is {budget!r}.")
    if level is not None and str(level).upper() not in _LEVELS:
        raise RefusedError(400, f"Invalid value at 'generation_config.thinking_config.thinking_level': {level!r}.")
    if not config or budget == 0:
        return "off"
    return "full" if level is None else _LEVELS[str(level).upper()]


# --- the contents ----------------------------------------------------------------------------------------------------


def _messages(fields: Mapping[str, Any]) -> tuple[SimMessage, ...]:
    contents = fields.get("contents")
    if not isinstance(contents, list) or not contents:
        raise RefusedError(400, "* GenerateContentRequest.contents: contents is not specified")
    system = fields.get("systemInstruction")
    first = () if not system else (SimMessage("system", _content("system_instruction", system)[0]),)
    return (*first, *(_message(f"contents[{i}]", content) for i, content in enumerate(contents)))


def _message(where: str, given: object) -> SimMessage:
    role = _ROLES.get(str(given.get("role") or "user")) if isinstance(given, dict) else "user"
    if role is None:
        raise RefusedError(400, f"{where}: Please use a valid role: user, model.")
    text, unseen, is_result = _content(where, given)
    return SimMessage("tool" if is_result else role, text, unseen)


def _content(where: str, given: object) -> tuple[str, Unseen, bool]:
    """Text, what else there is, and whether it is the result of a function and nothing else."""
    parts = given.get("parts") if isinstance(given, dict) else None
    if isinstance(parts, dict):
        parts = [parts]
    if not isinstance(parts, list) or not parts:
        raise RefusedError(400, f"* GenerateContentRequest.{where}.parts: contents.parts must not be empty.")
    texts: list[str] = []
    unseen: Unseen = ""
    n_results = 0
    for k, part in enumerate(parts):
        if not isinstance(part, dict):
            raise RefusedError(400, f"Invalid value at '{where}.parts[{k}]': expected an object.")
        if part.get("thought") is True:
            continue  # of an earlier answer; it says nothing to a reader
        if isinstance(text := part.get("text"), str):
            texts.append(text)
        elif blob := _either(part, "inlineData", "inline_data", "fileData", "file_data"):
            unseen = unseen or _unseen(f"{where}.parts[{k}]", blob)
        elif result := _either(part, "functionResponse", "function_response"):
            n_results += 1
            texts.append(orjson.dumps(result.get("response", result)).decode())
        elif call := _either(part, "functionCall", "function_call"):
            texts.append(orjson.dumps(call).decode())
        else:
            message = f"* GenerateContentRequest.{where}.parts[{k}].data: required oneof field 'data' must have one"
            raise RefusedError(400, f"{message} initialized field")
    return "\n".join(texts), unseen, n_results == len(parts)


def _either(part: Mapping[str, Any], *names: str) -> dict[str, Any] | None:
    return next((part[name] for name in names if isinstance(part.get(name), dict)), None)


def _unseen(where: str, blob: Mapping[str, Any]) -> Unseen:
    kind = blob.get("mimeType", blob.get("mime_type"))
    is_elsewhere = has_text(blob, "fileUri", "file_uri")
    if not is_elsewhere and (not isinstance(kind, str) or not is_base64(blob.get("data"))):
        raise RefusedError(400, f"Invalid value at '{where}.inline_data': expected 'mimeType' and base64 'data'.")
    return "image" if str(kind).startswith("image/") else "file"


def _check_window(sim: SimRequest) -> None:
    used, window = prompt_tokens(sim), sim.model.context_window_tokens
    if used > window:
        message = f"The input token count ({used}) exceeds the maximum number of tokens allowed ({window})."
        raise RefusedError(400, message)


__all__ = [
    "GeminiAsk",
    "is_sse",
    "is_stream",
    "named_target",
    "read",
    "read_count",
    "refuse_key_in_address",
]
