"""Chat Completions, the wire format of OpenAI and of most other servers, local ones among them.

The body and the differences between servers lie here; reading what comes back lies in chatreader.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from compare.errors import ProviderError
from compare.providers.chatreader import ChatReader
from compare.providers.errorbody import parse_json
from compare.providers.exchange import Asked, converse
from compare.providers.failures import Call
from compare.providers.quirks import DROPPABLE, RENAMES, UNMISTAKABLE, Change, Quirks, quirks_of
from compare.providers.reply import Reply
from compare.records import ChatRequest, Event, ProviderFailure

if TYPE_CHECKING:
    from compare.providers.http import HttpClient


class OpenAIChat:
    """A records.Provider for servers with POST {base_url}/chat/completions."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        call = Call(
            url=_join(base_url, "chat/completions"),
            model=request.model.model,
            key_env=request.model.api_key_env,
            api_key=api_key,
            total_timeout_s=request.total_timeout_s,
        )
        return converse(self._client, call, _ChatFormat(self._client, request, base_url, call))

    async def list_models(self, base_url: str, api_key: str | None, *, api_key_env: str | None = None) -> list[str]:
        """The names of the models that the server offers, in its order.

        Raises:
            ProviderError: it cannot be reached, refuses, or answers with something else.
        """
        url = _join(base_url, "models")
        call = Call(url, "a list of models", api_key_env, api_key, method="GET", total_timeout_s=30.0)
        async with self._client.open(call, _headers(quirks_of(base_url), api_key)) as response:
            if response.status != 200:
                raise ProviderError(call.refused(response.status, response.headers, await response.read_error()))
            body = await response.read()
        try:
            value = parse_json(body)
        except ValueError:
            value = None
        entries = value.get("data", value.get("models")) if isinstance(value, dict) else value
        if not isinstance(entries, list):
            raise ProviderError(call.not_a_model_server(200, body.decode("utf-8", "replace")))
        names = (e.get("id") or e.get("name") if isinstance(e, dict) else e for e in entries)
        return [name for name in names if isinstance(name, str)]


class _ChatFormat:
    """One request's side of the exchange: exchange.Format."""

    def __init__(self, client: HttpClient, request: ChatRequest, base_url: str, call: Call) -> None:
        self._learned = client.learned
        self._request = request
        self._server = (base_url, request.model.model)
        self._call = call
        self._quirks = quirks_of(base_url)
        self._sent: dict[str, Any] = {}
        self._asked_again = False

    def ask(self) -> Asked:
        params = _params(self._request, self._quirks)
        reply = Reply(self._call)
        for change in self._learned.about(*self._server):
            if change.name in params:
                value = params.pop(change.name)
                if change.becomes:
                    params[change.becomes] = value
                reply.warn(_warning(change, value))
        if self._asked_again:
            reply.warn("It was asked again for this answer, whose times include the refused request.")
        self._sent = params
        body = _body({**params, "messages": [{"role": m.role, "content": m.content} for m in self._request.messages]})
        return Asked(_headers(self._quirks, self._call.api_key), body, params, reply, ChatReader(reply))

    def adapt(self, failure: ProviderFailure) -> bool:
        name = _refused_of(self._sent, failure)
        if name is None:
            return False
        # What is known of the server already was not known when this request went out: another call has learned it.
        refused = {change.name for change in self._learned.about(*self._server)}
        if name not in refused:
            becomes = RENAMES.get(name)
            self._learned.remember(*self._server, Change(name, None if becomes in refused else becomes))
        self._asked_again = True
        return True


def _refused_of(sent: Mapping[str, Any], failure: ProviderFailure) -> str | None:
    """Which of the parameters sent the server does not take; None where the failure is about something else."""
    if failure.kind != "unsupported_param":
        return None
    if failure.param in sent and failure.param in DROPPABLE:
        return failure.param
    named = (name for name in sent if name in UNMISTAKABLE and re.search(rf"\b{name}\b", failure.message))
    return next(named, None)


def _body(value: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        # Half a surrogate pair in a message, which only the escapes of the standard library can carry.
        return json.dumps(value).encode()


def _params(request: ChatRequest, quirks: Quirks) -> dict[str, Any]:
    settings = request.settings
    params: dict[str, Any] = {"model": request.model.model, "stream": True}
    if quirks.ask_usage:
        params["stream_options"] = {"include_usage": True}
    if settings.max_output_tokens is not None:
        params[quirks.max_tokens_name] = settings.max_output_tokens
    if settings.temperature is not None:
        params["temperature"] = settings.temperature
    if settings.stop:
        params["stop"] = list(settings.stop)
    if settings.reasoning_effort is not None:
        params["reasoning_effort"] = settings.reasoning_effort
    if request.seed is not None:
        params[quirks.seed_name] = request.seed
    return params


def _warning(change: Change, value: object) -> str:
    shown = f"{change.name}={value}" if not isinstance(value, dict) else change.name
    done = f"it was sent as {change.becomes}" if change.becomes else "it was left out"
    return f"The server does not take {shown}: {done}."


def _headers(quirks: Quirks, api_key: str | None) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
    if api_key:
        bare = quirks.key_header.lower() != "authorization"
        headers[quirks.key_header] = api_key if bare else f"Bearer {api_key}"
    return headers


def _join(base_url: str, path: str) -> str:
    """The address below base_url; a query of its own (an api-version) stays at the end."""
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        return f"{base_url}/{path}"  # unreadable; the HTTP client says so
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{path}", parts.query, ""))


__all__ = ["OpenAIChat"]
