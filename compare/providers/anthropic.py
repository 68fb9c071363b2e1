"""Anthropic Messages: the wire format of Anthropic, of the clouds that serve its models, and of servers that follow it.

What is sent lies here, the differences between servers in quirks.py; reading what comes back lies in
anthropicreader.py. A conversation goes out in the one form that every such server takes: it begins and ends with a
user's message, roles alternate, no text is empty. Where that is not how it came, a warning says what was changed.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote, urlencode

from compare.errors import ProviderError
from compare.providers.anthropicreader import MessagesReader
from compare.providers.asking import Asking, Draft, encode, fetch_json, join
from compare.providers.errorbody import as_text
from compare.providers.exchange import converse
from compare.providers.failures import Call
from compare.providers.quirks import MESSAGES_WITHOUT_SAMPLING, MessagesQuirks, messages_quirks_of
from compare.records import ChatMessage, ChatRequest, Event, Image, ProviderFailure, ServedModel
from compare.threads.prompts import EMPTY_MESSAGE

if TYPE_CHECKING:
    from compare.providers.http import HttpClient

_MAX_TOKENS = 4096
"""Sent where neither the settings nor the catalogue say how long an answer may be; the format requires a number."""
_OAUTH_KEY = "sk-ant-oat"
_OAUTH_BETA = "oauth-2025-04-20"
_VERTEX_PATH = "/publishers/anthropic/models"
"""How a base URL of Google's Vertex AI ends; there the model stands in the address and the version in the body."""
_SHORT_TIMEOUT_S = 30.0
"""Bound on a page of models and on a count, which no model has to think about."""
_PAGE_SIZE = 1000
_MOST_PAGES = 10
_OPENING = "(start of the conversation)"
_CLOSING = "Please continue."

_REFUSALS = (
    (re.compile(r"adaptive\b.{0,20}not supported", re.IGNORECASE), "thinking"),
    (re.compile(r'\bthinking[\w.]*(: extra inputs|"? is not supported)', re.IGNORECASE), "thinking"),
    (re.compile(r"not support the effort parameter", re.IGNORECASE), "output_config.effort"),
)
"""How Anthropic says that a model does not take what was sent; its errors have no field for the parameter."""


class AnthropicMessages:
    """A records.Provider for servers with POST {base_url}/v1/messages; a base_url may end in /v1 itself.

    The format has no field for a seed; a request's seed, which only simulated models need, goes into its metadata.
    """

    def __init__(self, client: HttpClient, version: str | None = None) -> None:
        """Make one per call; it holds nothing.

        Args:
            client: what carries the requests.
            version: the anthropic-version to ask for; None for the one that the server is known to prefer.
        """
        self._client = client
        self._version = version

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        quirks = self._quirks(base_url)
        model = request.model.model
        if _is_vertex(base_url):
            path, named = f"{quote(model, safe='@')}:streamRawPredict", {"anthropic_version": quirks.version}
        else:
            path, named = "messages", {"model": model}
        call = _call(_address(base_url, path), request, api_key, request.total_timeout_s)
        conversation, changes = _conversation(request.messages)
        params, left_out = _params(request, quirks)
        draft = Draft(
            headers=_headers(quirks, api_key, request.model.api_key_env),
            params={**named, **params},
            conversation=conversation,
            reader=MessagesReader,
            warnings=(*changes, *left_out),
        )
        return converse(self._client, call, _AskingMessages(self._client.learned, base_url, call, draft))

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/v1/models names, all pages of it; see records.Provider."""
        headers = _headers(self._quirks(base_url), api_key, api_key_env)
        served: list[ServedModel] = []
        query = {"limit": str(_PAGE_SIZE)}
        for _ in range(_MOST_PAGES):
            url = _with_query(_address(base_url, "models"), query)
            call = Call(url, "a list of models", api_key_env, api_key, "GET", _SHORT_TIMEOUT_S)
            page = await fetch_json(self._client, call, headers)
            entries = page.get("data") if isinstance(page, dict) else None
            if not isinstance(entries, list):
                raise ProviderError(call.not_a_model_server(200, as_text(page)))
            served += (_served(entry) for entry in entries if isinstance(entry, dict) and _is_name(entry.get("id")))
            last = page.get("last_id")
            if not page.get("has_more") or not _is_name(last) or last == query.get("after_id"):
                return served
            query["after_id"] = last
        message = f"The server at {call.host} names more than {_MOST_PAGES} pages of models; that is no list."
        raise ProviderError(call.failure("protocol", message))

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """What POST {base_url}/v1/messages/count_tokens says; see records.Provider."""
        quirks = self._quirks(base_url)
        conversation, _ = _conversation(request.messages)
        path, body = "messages/count_tokens", {"model": request.model.model, **conversation}
        if _is_vertex(base_url):
            path, body["anthropic_version"] = "count-tokens:rawPredict", quirks.version
        call = _call(_address(base_url, path), request, api_key, _SHORT_TIMEOUT_S)
        headers = _headers(quirks, api_key, request.model.api_key_env)
        value = await fetch_json(self._client, call, headers, encode(body))
        count = value.get("input_tokens") if isinstance(value, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ProviderError(call.not_a_model_server(200, as_text(value)))
        return count

    def _quirks(self, base_url: str) -> MessagesQuirks:
        quirks = messages_quirks_of(base_url)
        return replace(quirks, version=self._version) if self._version else quirks


class _AskingMessages(Asking):
    """Knows Anthropic's words for a parameter that a model does not take, and that max_tokens has to stay."""

    def adapt(self, failure: ProviderFailure) -> bool:
        """Remember a refused parameter; whether there was one that can be left out."""
        if failure.param == "max_tokens":
            return False
        if failure.kind in ("bad_request", "unsupported_param"):
            for pattern, name in _REFUSALS:
                if pattern.search(failure.message):
                    return super().adapt(replace(failure, kind="unsupported_param", param=name))
        return super().adapt(failure)


# --- the conversation ------------------------------------------------------------------------------------------------


def _conversation(messages: Iterable[ChatMessage]) -> tuple[dict[str, Any], list[str]]:
    """The messages as every server of this format takes them, and sentences about what had to change.

    System messages at the beginning are the system prompt, joined by blank lines. A later one keeps its place and is
    sent as the user's, marked as what it is: only the newest models take one there, and moved to the front it would
    seem to have held from the start. Messages of one role in a row become one, and the user has the first and the last.
    """
    warnings: dict[str, None] = {}
    system: list[str] = []
    turns: list[tuple[str, list[dict[str, Any]]]] = []
    for message in messages:
        if message.role == "system" and not turns and not message.images:
            if message.content.strip():
                system.append(message.content)
            continue
        role, blocks = _blocks(message, warnings)
        if turns and turns[-1][0] == role:
            warnings["Messages of one role in a row were sent as one, as roles alternate in this format."] = None
            _append(turns[-1][1], blocks)
        else:
            turns.append((role, blocks))
    if not turns or turns[0][0] == "assistant":
        turns.insert(0, ("user", [_text(_OPENING)]))
        warnings[f"The user's {_OPENING!r} was put first, because the user has to begin in this format."] = None
    if turns[-1][0] == "assistant":
        turns.append(("user", [_text(_CLOSING)]))
        warnings[f"The user's {_CLOSING!r} was put last, because models refuse to go on from their own words."] = None
    sent: dict[str, Any] = {"messages": [{"role": role, "content": _shortest(blocks)} for role, blocks in turns]}
    return {"system": "\n\n".join(system), **sent} if system else sent, list(warnings)


def _blocks(message: ChatMessage, warnings: dict[str, None]) -> tuple[str, list[dict[str, Any]]]:
    """One message as role and blocks, pictures first."""
    role = "assistant" if message.role == "assistant" else "user"
    blocks: list[dict[str, Any]] = []
    if message.images and role == "assistant":
        warnings["Pictures in the model's own messages cannot be sent in this format: they were left out."] = None
    else:
        blocks += (_picture(image) for image in message.images)
    text = message.content
    if not (text.strip() or blocks):
        text = EMPTY_MESSAGE
        warnings[f"An empty message was sent as {EMPTY_MESSAGE!r}."] = None
    if message.role == "system":
        text = f"System message: {text}"
        warnings["A later system message was sent as the user's, marked as what it is: few models take one there."] = (
            None
        )
    if text.strip():
        blocks.append(_text(text))
    return role, blocks


def _append(blocks: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    """Put a message behind another of its role, with a blank line between texts that would touch."""
    if blocks[-1]["type"] == more[0]["type"] == "text":
        blocks[-1]["text"] += f"\n\n{more[0]['text']}"
        more = more[1:]
    blocks += more


def _shortest(blocks: list[dict[str, Any]]) -> Any:
    """Blocks as they are, a lone text as plain text, which the simplest servers take as well."""
    return blocks[0]["text"] if len(blocks) == 1 and blocks[0]["type"] == "text" else blocks


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _picture(image: Image) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": image.base64}}


# --- the rest of the request -----------------------------------------------------------------------------------------


def _params(request: ChatRequest, quirks: MessagesQuirks) -> tuple[dict[str, Any], list[str]]:
    """What is asked for besides model and conversation, and sentences about what was chosen or cannot be set."""
    settings, model, warnings = request.settings, request.model, []
    max_tokens = settings.max_output_tokens or model.max_output_tokens
    if max_tokens is None:
        max_tokens = _MAX_TOKENS
        warnings.append(f"This format requires a limit on the answer's length: {max_tokens} tokens was chosen.")
    params: dict[str, Any] = {"stream": True, "max_tokens": max_tokens}
    if stop := [sequence for sequence in settings.stop if sequence.strip()]:
        params["stop_sequences"] = stop
    if len(stop) < len(settings.stop):
        warnings.append(f"A stop sequence of white space alone cannot be set for {model.name}: it was left out.")
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
            left_out = f"{settings.temperature:g} was left out"
            warnings.append(f"The temperature cannot be set for {model.name} {why}: {left_out}.")
        else:
            params["temperature"] = settings.temperature
    if request.seed is not None:
        params["metadata.user_id"] = f"seed-{request.seed}"
    return params, warnings


def _against_temperature(temperature: float, params: Mapping[str, Any], quirks: MessagesQuirks) -> str:
    """Why it cannot be sent, as the end of a sentence; empty where it can."""
    if quirks.version == MESSAGES_WITHOUT_SAMPLING:
        return f"in version {quirks.version} of its API"
    return "together with a reasoning effort" if "output_config.effort" in params and temperature != 1 else ""


def _headers(quirks: MessagesQuirks, api_key: str | None, key_env: str | None) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "accept": "text/event-stream, application/json",
        "anthropic-version": quirks.version,
    }
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


def _call(url: str, request: ChatRequest, api_key: str | None, total_timeout_s: float) -> Call:
    model = request.model
    return Call(url, model.model, model.api_key_env, api_key, total_timeout_s=total_timeout_s)


def _is_vertex(base_url: str) -> bool:
    return _without_query(base_url).endswith(_VERTEX_PATH)


def _address(base_url: str, path: str) -> str:
    has_version = _without_query(base_url).endswith(("/v1", _VERTEX_PATH))
    return join(base_url, path if has_version else f"v1/{path}")


def _without_query(base_url: str) -> str:
    return base_url.strip().partition("?")[0].rstrip("/")


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != ""


def _served(entry: dict[str, Any]) -> ServedModel:
    label = entry.get("display_name")
    return ServedModel(
        entry["id"],
        label if isinstance(label, str) else "",
        context_window_tokens=_limit(entry.get("max_input_tokens")),
        max_output_tokens=_limit(entry.get("max_tokens")),
    )


def _limit(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


__all__ = ["AnthropicMessages"]
