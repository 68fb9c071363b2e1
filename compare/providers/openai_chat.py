"""Chat Completions, the wire format of OpenAI and of most other servers, local ones among them.

What is sent lies here, the differences between servers in quirks.py; reading what comes back lies in chatreader.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial
from typing import TYPE_CHECKING, Any

from compare.providers.asking import Asking, Draft, call_for, join
from compare.providers.chatreader import ChatReader
from compare.providers.exchange import converse
from compare.providers.openai_shared import headers_for, models_of, without_known_refusals
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
        call = call_for(request, join(base_url, "chat/completions"), api_key)
        asking = Asking(self._client.learned, base_url, call, draft(request, base_url, api_key))
        return converse(self._client, call, asking)

    async def list_models(
        self, base_url: str, api_key: str | None, *, api_key_env: str | None = None
    ) -> list[ServedModel]:
        """What GET {base_url}/models names, with limits where the server says them; see records.Provider."""
        return await models_of(self._client, base_url, api_key, api_key_env)

    async def count_tokens(self, request: ChatRequest, *, base_url: str, api_key: str | None) -> int | None:
        """None: Chat Completions has no way to ask."""
        return None


def draft(request: ChatRequest, base_url: str, api_key: str | None = None) -> Draft:
    """The request as this format has it, before anything is known of the server's refusals."""
    params, left_out = without_known_refusals(_params(request, quirks_of(base_url)), request, base_url)
    return Draft(
        headers=headers_for(base_url, api_key),
        params=params,
        conversation={"messages": [_message(m) for m in request.messages]},
        reader=partial(ChatReader, max_output_tokens=request.settings.max_output_tokens),
        renames=RENAMES,
        left_out=left_out,
    )


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


__all__ = ["OpenAIChat", "draft"]
