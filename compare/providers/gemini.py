"""Gemini's own wire format, of the API versions v1beta and v1: the version is part of base_url.

What is sent lies here, reading what comes back in geminireader.py. Gemini knows two roles that take turns, the user
first and last, and one system text before them; turns.py brings every thread into that form. Safety settings are not
sent, so the server's own hold.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from compare.providers.asking import (
    JSON_HEADERS,
    Asking,
    Draft,
    LeftOut,
    Refusal,
    call_for,
    encode,
    fetch_count,
    join,
)
from compare.providers.exchange import converse
from compare.providers.geminireader import GeminiReader
from compare.providers.listing import PAGE_SIZE, Page, fetch_entries, served
from compare.providers.turns import in_turns
from compare.records import ChatMessage, ChatRequest, Event, Image, ServedModel

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

_CONFIG = "generationConfig."
_THINKING = f"{_CONFIG}thinkingConfig"


class Gemini:
    """A records.Provider for servers with POST {base_url}/models/{model}:streamGenerateContent."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        url = _address(base_url, request.model.model, "streamGenerateContent", {"alt": "sse"})
        call = call_for(request, url, api_key)
        asking = Asking(self._client.learned, base_url, call, draft(request, base_url, api_key))
        return converse(self._client, call, asking)

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/models names on all its pages, but for those that say they cannot answer; see records."""
        entries = await fetch_entries(
            self._client,
            partial(join, base_url, "models"),
            _headers(api_key),
            _read_page,
            query={"pageSize": PAGE_SIZE},
            api_key=api_key,
            api_key_env=api_key_env,
        )
        return [_served(entry) for entry in entries if _is_chat_model(entry)]

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """Input tokens of the whole request, the system text among them, by POST {model}:countTokens; see records."""
        url = _address(base_url, request.model.model, "countTokens")
        call = call_for(request, url, api_key, is_side_call=True)
        conversation, _ = _conversation(request.messages)
        # Only this form counts the system text. It names the model once more, as the address does.
        body = {"generateContentRequest": {"model": _resource(request.model.model), **conversation}}
        return await fetch_count(self._client, call, _headers(api_key), encode(body), "totalTokens")


def draft(request: ChatRequest, _base_url: str, api_key: str | None = None) -> Draft:
    """The request as this format has it, before anything is known of the server's refusals."""
    conversation, changes = _conversation(request.messages)
    params, left_out = _params(request)
    return Draft(
        headers=_headers(api_key),
        params=params,
        conversation=conversation,
        reader=partial(GeminiReader, max_output_tokens=request.settings.max_output_tokens),
        refusals=_REFUSALS,
        warnings=tuple(changes),
        left_out=left_out,
    )


# --- addresses -------------------------------------------------------------------------------------------------------


def _resource(model: str) -> str:
    """The model as addresses name it; one that is named so already ("models/x", "tunedModels/x") stays as it is."""
    return model if "/" in model else f"models/{model}"


def _address(base_url: str, model: str, method: str, query: Mapping[str, str] | None = None) -> str:
    return join(base_url, f"{quote(_resource(model))}:{method}", query)


def _headers(api_key: str | None) -> dict[str, str]:
    return {**JSON_HEADERS, "x-goog-api-key": api_key} if api_key else dict(JSON_HEADERS)


# --- the list of models ----------------------------------------------------------------------------------------------


def _is_chat_model(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return False
    methods = entry.get("supportedGenerationMethods")
    return not isinstance(methods, list) or "generateContent" in methods


def _read_page(value: Any, query: Mapping[str, str]) -> Page:
    if not isinstance(value, dict):
        return None, {}
    token = value.get("nextPageToken")
    # A page without models leaves the field out; a first answer with neither is another server's.
    entries = value.get("models", [] if token or "pageToken" in query else None)
    return entries, {"pageToken": token} if isinstance(token, str) and token else {}


def _served(entry: Mapping[str, Any]) -> ServedModel:
    return served(
        entry["name"].removeprefix("models/"),
        entry.get("displayName"),
        window=(entry.get("inputTokenLimit"),),
        output=(entry.get("outputTokenLimit"),),
    )


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


def _params(request: ChatRequest) -> tuple[dict[str, Any], tuple[LeftOut, ...]]:
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
        return params, ()
    name = request.model.model.rsplit("/", 1)[-1]
    efforts = next(family for family in _EFFORTS if name.startswith(family.prefix))
    value = efforts.values.get(effort.lower())
    if value is None:
        known = ", ".join(efforts.values)
        why = f"Reasoning effort {effort} cannot be set for {name}, which knows {known}"
        return params, (LeftOut("reasoning_effort", why),)
    params[f"{_THINKING}.{efforts.field}"] = value
    if value != 0:  # where no thoughts are to come, asking for them is an error
        params[f"{_THINKING}.includeThoughts"] = True
    return params, ()


_REFUSALS = (
    Refusal(re.compile(r'Unknown name "(\w+)"'), None),
    Refusal(re.compile(r"include_?thoughts", re.IGNORECASE), "includeThoughts"),
    Refusal(re.compile(r"thinking[ _]?level is not supported", re.IGNORECASE), "thinkingLevel"),
    Refusal(re.compile(r"thinking[ _]?budget is not supported", re.IGNORECASE), "thinkingBudget"),
    Refusal(re.compile(r"thinking([ _]?config)? is not (enabled|supported)", re.IGNORECASE), "thinkingConfig"),
)
"""How Gemini words that it does not know a parameter at all; a value that it dislikes is not among them."""


# --- the conversation ------------------------------------------------------------------------------------------------


def _conversation(messages: Iterable[ChatMessage]) -> tuple[dict[str, Any], list[str]]:
    """The messages as Gemini takes them, and sentences about what had to change; see turns.py."""
    said = in_turns(messages, model_has_pictures=True, system_with_pictures="system")
    contents = [
        {"role": "model" if turn.role == "assistant" else "user", "parts": [_part(one) for one in turn.content]}
        for turn in said.turns
    ]
    conversation: dict[str, Any] = {"contents": contents}
    if said.system:
        conversation["systemInstruction"] = {"parts": [{"text": said.system}]}
    return conversation, said.warnings


def _part(content: str | Image) -> dict[str, Any]:
    if isinstance(content, str):
        return {"text": content}
    return {"inlineData": {"mimeType": content.media_type, "data": content.base64}}


__all__ = ["Gemini", "draft"]
