"""Anthropic Messages: the wire format of Anthropic, of the clouds that serve its models, and of servers that follow it.

What is sent lies here, the differences between servers in quirks.py; reading what comes back lies in
anthropicreader.py. A conversation goes out in the one form that every such server takes, which turns.py gives it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote

from compare.providers.anthropicreader import MessagesReader
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
from compare.providers.listing import PAGE_SIZE, Page, fetch_entries, served
from compare.providers.quirks import MESSAGES_WITHOUT_SAMPLING, MessagesQuirks, messages_quirks_of
from compare.providers.turns import Turn, in_turns
from compare.records import ChatMessage, ChatRequest, Event, Image, ServedModel

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

_MAX_TOKENS = 4096
"""Sent where neither the settings nor the catalogue say how long an answer may be; the format requires a number."""
_OAUTH_KEY = "sk-ant-oat"
_OAUTH_BETA = "oauth-2025-04-20"
_VERTEX_PATH = "/publishers/anthropic/models"
"""How a base URL of Google's Vertex AI ends; there the model stands in the address and the version in the body."""

_REFUSALS = (
    Refusal(re.compile(r"adaptive\b.{0,20}not supported", re.IGNORECASE), "thinking"),
    Refusal(re.compile(r'\bthinking[\w.]*(: extra inputs|"? is not supported)', re.IGNORECASE), "thinking"),
    Refusal(re.compile(r"not support the effort parameter", re.IGNORECASE), "output_config.effort"),
)
"""How Anthropic says that a model does not take what was sent; its errors have no field for the parameter."""


class AnthropicMessages:
    """A records.Provider for servers with POST {base_url}/v1/messages; a base_url may end in /v1 itself.

    The format has no field for a seed; a request's seed, which only simulated models need, goes into its metadata.
    """

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        model = request.model.model
        path = f"{quote(model, safe='@')}:streamRawPredict" if _is_vertex(base_url) else "messages"
        call = call_for(request, _address(base_url, path), api_key)
        asking = Asking(self._client.learned, base_url, call, draft(request, base_url, api_key))
        return converse(self._client, call, asking)

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/v1/models names, all pages of it; see records.Provider."""
        entries = await fetch_entries(
            self._client,
            partial(_address, base_url, "models"),
            _headers(messages_quirks_of(base_url), api_key, api_key_env),
            _read_page,
            query={"limit": PAGE_SIZE},
            api_key=api_key,
            api_key_env=api_key_env,
        )
        return [_served(entry) for entry in entries if isinstance(entry, dict) and _is_name(entry.get("id"))]

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """What POST {base_url}/v1/messages/count_tokens says; see records.Provider."""
        quirks = _quirks(request, base_url)
        conversation, _ = _conversation(request.messages)
        path, body = "messages/count_tokens", {"model": request.model.model, **conversation}
        if _is_vertex(base_url):
            path, body["anthropic_version"] = "count-tokens:rawPredict", quirks.version
        call = call_for(request, _address(base_url, path), api_key, is_side_call=True)
        headers = _headers(quirks, api_key, request.model.api_key_env)
        return await fetch_count(self._client, call, headers, encode(body), "input_tokens")


def draft(request: ChatRequest, base_url: str, api_key: str | None = None) -> Draft:
    """The request as this format has it, before anything is known of the server's refusals."""
    quirks = _quirks(request, base_url)
    named = {"anthropic_version": quirks.version} if _is_vertex(base_url) else {"model": request.model.model}
    conversation, changes = _conversation(request.messages)
    params, chosen, left_out = _params(request, quirks)
    return Draft(
        headers=_headers(quirks, api_key, request.model.api_key_env),
        params={**named, **params},
        conversation=conversation,
        reader=partial(MessagesReader, max_output_tokens=params["max_tokens"]),
        refusals=_REFUSALS,
        required=("max_tokens",),
        warnings=(*changes, *chosen),
        left_out=tuple(left_out),
    )


def _quirks(request: ChatRequest, base_url: str) -> MessagesQuirks:
    quirks = messages_quirks_of(base_url)
    return replace(quirks, version=request.model.api_version or quirks.version)


# --- the conversation ------------------------------------------------------------------------------------------------


def _conversation(messages: Iterable[ChatMessage]) -> tuple[dict[str, Any], list[str]]:
    """The messages as every server of this format takes them, and sentences about what had to change; see turns.py."""
    said = in_turns(messages, model_has_pictures=False, system_with_pictures="user")
    sent: dict[str, Any] = {"messages": [{"role": turn.role, "content": _content(turn)} for turn in said.turns]}
    return {"system": said.system, **sent} if said.system else sent, said.warnings


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    """Blocks; a lone text as plain text, which the simplest servers take as well."""
    blocks = [_block(content) for content in turn.content]
    return blocks[0]["text"] if len(blocks) == 1 and "text" in blocks[0] else blocks


def _block(content: str | Image) -> dict[str, Any]:
    if isinstance(content, str):
        return {"type": "text", "text": content}
    source = {"type": "base64", "media_type": content.media_type, "data": content.base64}
    return {"type": "image", "source": source}


# --- the rest of the request -----------------------------------------------------------------------------------------


def _params(request: ChatRequest, quirks: MessagesQuirks) -> tuple[dict[str, Any], list[str], list[LeftOut]]:
    """What is asked for besides model and conversation, sentences about what was chosen, and what cannot be set."""
    settings, model = request.settings, request.model
    warnings: list[str] = []
    left_out: list[LeftOut] = []
    max_tokens = settings.max_output_tokens or model.max_output_tokens
    if max_tokens is None:
        max_tokens = _MAX_TOKENS
        warnings.append(f"This format requires a limit on the answer's length: {max_tokens:,} tokens were chosen.")
    params: dict[str, Any] = {"stream": True, "max_tokens": max_tokens}
    if stop := [sequence for sequence in settings.stop if sequence.strip()]:
        params["stop_sequences"] = stop
    if len(stop) < len(settings.stop):
        left_out.append(LeftOut("stop", f"A stop sequence of white space alone cannot be set for {model.name}"))
    effort = settings.reasoning_effort
    if effort == "none":
        params["thinking"] = {"type": "disabled"}
    elif effort is not None:
        if effort == "minimal":
            effort = "low"
            warnings.append(f"The reasoning effort cannot be set to minimal for {model.name}: low was sent.")
        # Newer models leave the words of their thinking out unless they are asked for.
        params["thinking"] = {"type": "adaptive", "display": "summarized"}
        params["output_config.effort"] = effort
    if settings.temperature is not None:
        if why := _against_temperature(settings.temperature, params, quirks):
            sentence = f"The temperature cannot be set for {model.name} {why}"
            left_out.append(LeftOut("temperature", sentence, f"{settings.temperature:g} was left out"))
        else:
            params["temperature"] = settings.temperature
    if request.seed is not None:
        params["metadata.user_id"] = f"seed-{request.seed}"
    return params, warnings, left_out


def _against_temperature(temperature: float, params: Mapping[str, Any], quirks: MessagesQuirks) -> str:
    """Why it cannot be sent, as the end of a sentence; empty where it can."""
    if quirks.version == MESSAGES_WITHOUT_SAMPLING:
        return f"in version {quirks.version} of its API"
    return "together with a reasoning effort" if "output_config.effort" in params and temperature != 1 else ""


def _headers(quirks: MessagesQuirks, api_key: str | None, key_env: str | None) -> dict[str, str]:
    headers = {**JSON_HEADERS, "anthropic-version": quirks.version}
    if not api_key:
        return headers
    is_oauth = api_key.startswith(_OAUTH_KEY)
    if quirks.bearer or is_oauth or "TOKEN" in (key_env or ""):
        headers["authorization"] = f"Bearer {api_key}"
    else:
        headers["x-api-key"] = api_key
    if is_oauth:
        headers["anthropic-beta"] = _OAUTH_BETA
    return headers


# --- addresses and lists ---------------------------------------------------------------------------------------------


def _is_vertex(base_url: str) -> bool:
    return _without_query(base_url).endswith(_VERTEX_PATH)


def _address(base_url: str, path: str, query: Mapping[str, str] | None = None) -> str:
    has_version = _without_query(base_url).endswith(("/v1", _VERTEX_PATH))
    return join(base_url, path if has_version else f"v1/{path}", query)


def _without_query(base_url: str) -> str:
    return base_url.strip().partition("?")[0].rstrip("/")


def _read_page(value: Any, query: Mapping[str, str]) -> Page:
    if not isinstance(value, dict):
        return None, {}
    last = value.get("last_id")
    if value.get("has_more") and _is_name(last) and last != query.get("after_id"):
        return value.get("data"), {"after_id": last}
    return value.get("data"), {}


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != ""


def _served(entry: dict[str, Any]) -> ServedModel:
    return served(
        entry["id"],
        entry.get("display_name"),
        window=(entry.get("max_input_tokens"),),
        output=(entry.get("max_tokens"),),
    )


__all__ = ["AnthropicMessages", "draft"]
