"""Chat Completions, the wire format of OpenAI and of most other servers, local ones among them.

What is sent lies here, the differences between servers in quirks.py; reading what comes back lies in chatreader.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from compare.errors import ProviderError
from compare.providers.asking import Asking, Draft, fetch_json, join
from compare.providers.chatreader import ChatReader
from compare.providers.exchange import converse
from compare.providers.failures import Call
from compare.providers.quirks import RENAMES, Quirks, quirks_of
from compare.records import ChatMessage, ChatRequest, Event, ServedModel

if TYPE_CHECKING:
    from compare.providers.http import HttpClient


class OpenAIChat:
    """A records.Provider for servers with POST {base_url}/chat/completions."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def stream(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> AsyncGenerator[Event, None]:
        """Ask once; see records.Provider. Close the iterator (contextlib.aclosing) when leaving it early."""
        quirks = quirks_of(base_url)
        call = Call(
            url=join(base_url, "chat/completions"),
            model=request.model.model,
            key_env=request.model.api_key_env,
            api_key=api_key,
            total_timeout_s=request.total_timeout_s,
        )
        draft = Draft(
            headers=_headers(quirks, api_key),
            params=_params(request, quirks),
            conversation={"messages": [_message(m) for m in request.messages]},
            reader=ChatReader,
            renames=RENAMES,
        )
        return converse(self._client, call, Asking(self._client.learned, base_url, call, draft))

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/models names; see records.Provider."""
        url = join(base_url, "models")
        call = Call(url, "a list of models", api_key_env, api_key, method="GET", total_timeout_s=30.0)
        value = await fetch_json(self._client, call, _headers(quirks_of(base_url), api_key))
        entries = value.get("data", value.get("models")) if isinstance(value, dict) else value
        if not isinstance(entries, list):
            raise ProviderError(call.not_a_model_server(200, str(value)))
        names = (e.get("id") or e.get("name") if isinstance(e, dict) else e for e in entries)
        return [ServedModel(name) for name in names if isinstance(name, str)]

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """None: Chat Completions has no way to ask."""
        return None


def _message(message: ChatMessage) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.content}
    pictures = [{"type": "image_url", "image_url": {"url": image.data_url}} for image in message.images]
    return {"role": message.role, "content": [*pictures, {"type": "text", "text": message.content}]}


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


def _headers(quirks: Quirks, api_key: str | None) -> dict[str, str]:
    headers = {"content-type": "application/json", "accept": "text/event-stream, application/json"}
    if api_key:
        bare = quirks.key_header.lower() != "authorization"
        headers[quirks.key_header] = api_key if bare else f"Bearer {api_key}"
    return headers


__all__ = ["OpenAIChat"]
