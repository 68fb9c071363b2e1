"""Gemini's own wire format, of the API versions v1beta and v1: the version is part of base_url.

What is sent lies here, reading what comes back in geminireader.py. Gemini knows two roles that take turns, the user
first and last, and one system text before them: `_conversation` brings every thread into that form and says in a
warning what it changed. Safety settings are not sent, so the server's own hold.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from compare.errors import ProviderError
from compare.providers.asking import Asking, Draft, encode, fetch_json, join
from compare.providers.errorbody import as_text
from compare.providers.exchange import converse
from compare.providers.failures import Call
from compare.providers.geminireader import GeminiReader
from compare.records import ChatMessage, ChatRequest, Event, ProviderFailure, ServedModel
from compare.threads.prompts import EMPTY_MESSAGE

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

_CONFIG = "generationConfig."
_THINKING = f"{_CONFIG}thinkingConfig"
_SHORT_TIMEOUT_S = 30.0
"""Bound on a list of models and on a count, which no model has to think about."""
_PAGE_SIZE = 1000
_MOST_PAGES = 10
_OPENING = "(start of the conversation)"
_CLOSING = "Please continue."


class Gemini:
    """A records.Provider for servers with POST {base_url}/models/{model}:streamGenerateContent."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        url = _with_query(_address(base_url, request.model.model, "streamGenerateContent"), {"alt": "sse"})
        call = _call(url, request, api_key, request.total_timeout_s)
        conversation, changes = _conversation(request.messages)
        params, left_out = _params(request)
        draft = Draft(
            headers=_headers(api_key),
            params=params,
            conversation=conversation,
            reader=partial(GeminiReader, max_output_tokens=request.settings.max_output_tokens),
            warnings=(*changes, *left_out),
        )
        return converse(self._client, call, _GeminiAsking(self._client.learned, base_url, call, draft))

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/models names on all its pages, but for those that say they cannot answer; see records."""
        served: list[ServedModel] = []
        query: dict[str, Any] = {"pageSize": _PAGE_SIZE}
        for _ in range(_MOST_PAGES):
            url = _with_query(join(base_url, "models"), query)
            call = Call(url, "a list of models", api_key_env, api_key, "GET", _SHORT_TIMEOUT_S)
            value = await fetch_json(self._client, call, _headers(api_key))
            token = value.get("nextPageToken") if isinstance(value, dict) else None
            # A page without models leaves the field out; a first answer with neither is another server's.
            empty: list[Any] | None = [] if token or "pageToken" in query else None
            entries = value.get("models", empty) if isinstance(value, dict) else None
            if not isinstance(entries, list):
                raise ProviderError(call.not_a_model_server(200, as_text(value)))
            served += (_served(entry) for entry in entries if _is_chat_model(entry))
            if not (isinstance(token, str) and token):
                return served
            query["pageToken"] = token
        message = f"The server at {call.host} names more than {_MOST_PAGES} pages of models; that is no list."
        raise ProviderError(call.failure("protocol", message))

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """Input tokens of the whole request, the system text among them, by POST {model}:countTokens; see records."""
        url = _address(base_url, request.model.model, "countTokens")
        call = _call(url, request, api_key, _SHORT_TIMEOUT_S)
        conversation, _ = _conversation(request.messages)
        # Only this form counts the system text. It names the model once more, as the address does.
        body = {"generateContentRequest": {"model": _resource(request.model.model), **conversation}}
        value = await fetch_json(self._client, call, _headers(api_key), encode(body))
        total = value.get("totalTokens") if isinstance(value, dict) else None
        if not isinstance(total, int) or isinstance(total, bool) or total < 0:
            raise ProviderError(call.not_a_model_server(200, as_text(value)))
        return total


# --- addresses -------------------------------------------------------------------------------------------------------


def _resource(model: str) -> str:
    """The model as addresses name it; one that is named so already ("models/x", "tunedModels/x") stays as it is."""
    return model if "/" in model else f"models/{model}"


def _address(base_url: str, model: str, method: str) -> str:
    return join(base_url, f"{quote(_resource(model))}:{method}")


def _with_query(url: str, query: Mapping[str, Any]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _call(url: str, request: ChatRequest, api_key: str | None, total_timeout_s: float) -> Call:
    model = request.model
    return Call(url, model.model, model.api_key_env, api_key, total_timeout_s=total_timeout_s)


def _headers(api_key: str | None) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
    if api_key:
        headers["x-goog-api-key"] = api_key
    return headers


# --- the list of models ----------------------------------------------------------------------------------------------


def _is_chat_model(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return False
    methods = entry.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods


def _served(entry: Mapping[str, Any]) -> ServedModel:
    label = entry.get("displayName")
    return ServedModel(
        name=entry["name"].removeprefix("models/"),
        label=label if isinstance(label, str) else "",
        context_window_tokens=_limit(entry, "inputTokenLimit"),
        max_output_tokens=_limit(entry, "outputTokenLimit"),
    )


def _limit(entry: Mapping[str, Any], name: str) -> int | None:
    value = entry.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


# --- settings --------------------------------------------------------------------------------------------------------


class _Efforts(NamedTuple):
    """How a family of models is told how much to reason."""

    prefix: str
    field: str
    values: Mapping[str, str | int]
    """By the word of our settings."""


_EFFORTS = (
    # Tokens; each is within the bounds of every model of the family, but that Pro cannot do without reasoning.
    _Efforts("gemini-2.5", "thinkingBudget", {"none": 0, "minimal": 512, "low": 1024, "medium": 8192, "high": 24_576}),
    # Gemini 3 and whatever came after it. No model takes all of these; one that refuses says so itself.
    _Efforts("", "thinkingLevel", {word: word.upper() for word in ("minimal", "low", "medium", "high", "xhigh")}),
)
"""First match wins. Budgets as Google's Chat Completions endpoint has them; "minimal" is the least that all take."""


def _params(request: ChatRequest) -> tuple[dict[str, Any], list[str]]:
    """What is asked for besides the conversation, and what cannot be."""
    settings = request.settings
    given = {
        "temperature": settings.temperature,
        "maxOutputTokens": settings.max_output_tokens,
        "stopSequences": list(settings.stop) or None,
        "seed": request.seed,
    }
    params: dict[str, Any] = {f"{_CONFIG}{name}": value for name, value in given.items() if value is not None}
    effort = settings.reasoning_effort
    if effort is None:
        return params, []
    name = request.model.model.rsplit("/", 1)[-1]
    efforts = next(family for family in _EFFORTS if name.startswith(family.prefix))
    value = efforts.values.get(effort.lower())
    if value is None:
        known = ", ".join(efforts.values)
        return params, [f"Reasoning effort {effort} cannot be set for {name}, which knows {known}: it was left out."]
    params[f"{_THINKING}.{efforts.field}"] = value
    if value != 0:  # where no thoughts are to come, asking for them is an error
        params[f"{_THINKING}.includeThoughts"] = True
    return params, []


_REFUSALS = (
    (re.compile(r'Unknown name "(\w+)"'), None),
    (re.compile(r"include_?thoughts", re.IGNORECASE), "includeThoughts"),
    (re.compile(r"thinking[ _]?level is not supported", re.IGNORECASE), "thinkingLevel"),
    (re.compile(r"thinking[ _]?budget is not supported", re.IGNORECASE), "thinkingBudget"),
    (re.compile(r"thinking([ _]?config)? is not (enabled|supported)", re.IGNORECASE), _THINKING),
)
"""How Gemini words that it does not know a parameter at all; a value that it dislikes is not among them."""


class _GeminiAsking(Asking):
    """Asking that understands Gemini, which names a refused parameter only in its sentences, in several spellings."""

    def adapt(self, failure: ProviderFailure) -> bool:
        """Remember a refused parameter; whether there was one that can be changed."""
        if failure.kind in ("bad_request", "unsupported_param"):
            for pattern, name in _REFUSALS:
                if found := pattern.search(failure.message):
                    name = name or found[1]
                    param = _THINKING if name == "thinkingConfig" else name
                    return super().adapt(replace(failure, kind="unsupported_param", param=param))
        return super().adapt(failure)


# --- the conversation ------------------------------------------------------------------------------------------------


def _conversation(messages: Iterable[ChatMessage]) -> tuple[dict[str, Any], list[str]]:
    """The messages as Gemini takes them, and sentences about what had to change.

    System messages at the beginning are the system text. A later one keeps its place and is sent as the user's, marked
    as what it is. Messages of one role in a row become one turn, and the user has the first and the last turn.
    """
    warnings: list[str] = []
    system: list[str] = []
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message.role == "system" and not turns:
            if message.content:
                system.append(message.content)
            if message.images:
                warnings.append("A picture of the system message was left out: Gemini takes only text there.")
            continue
        role, parts = _parts(message, warnings)
        if turns and turns[-1]["role"] == role:
            warnings.append("Messages of one role in a row were sent as one turn, because Gemini's turns alternate.")
            _append(turns[-1]["parts"], parts)
        else:
            turns.append({"role": role, "parts": parts})
    if not turns or turns[0]["role"] == "model":
        turns.insert(0, {"role": "user", "parts": [{"text": _OPENING}]})
        warnings.append(f"The user's {_OPENING!r} was put first, because Gemini wants the user to begin.")
    if turns[-1]["role"] == "model":
        turns.append({"role": "user", "parts": [{"text": _CLOSING}]})
        warnings.append(
            f"The user's {_CLOSING!r} was put last, because newer Gemini models refuse to go on from the model's words."
        )
    conversation: dict[str, Any] = {"contents": turns}
    if system:
        conversation["systemInstruction"] = {"parts": [{"text": "\n\n".join(system)}]}
    return conversation, warnings


def _parts(message: ChatMessage, warnings: list[str]) -> tuple[str, list[dict[str, Any]]]:
    """One message as role and parts, pictures first."""
    parts: list[dict[str, Any]] = [
        {"inlineData": {"mimeType": image.media_type, "data": image.base64}} for image in message.images
    ]
    text = message.content
    if not (text or parts):
        text = EMPTY_MESSAGE
        warnings.append(f"An empty message was sent as {EMPTY_MESSAGE!r}.")
    if message.role == "system":
        text = f"System message: {text}"
        warnings.append(
            "A later system message was sent as the user's, marked as what it is: Gemini takes one only at the start."
        )
    if text:
        parts.append({"text": text})
    return "model" if message.role == "assistant" else "user", parts


def _append(parts: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    """Put a message behind another of the same turn, with a gap between their texts, which parts do not promise."""
    if "text" in parts[-1] and "text" in more[0]:
        parts[-1]["text"] += f"\n\n{more[0]['text']}"
        more = more[1:]
    parts += more


__all__ = ["Gemini"]
