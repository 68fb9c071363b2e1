"""Our own clients, asked as the engine asks them."""

from __future__ import annotations

import asyncio

from compare.providers import provider_for
from compare.providers.http import HttpClient, Transport
from compare.records import ChatMessage, ChatRequest, ChatResult, Done, ModelSpec, ProviderKind, Settings, TextDelta
from tests.peers.peers import base_url

KEY = "test-key-0123456789"


def request_of(kind: ProviderKind, model: str, text: str, **settings: object) -> ChatRequest:
    """One question to one model."""
    spec = ModelSpec("peer", kind, "", model, api_key_env="PEER_KEY")
    return ChatRequest(spec, (ChatMessage("user", text),), Settings(**settings), total_timeout_s=30.0)  # type: ignore[arg-type]


def ask(root: str, request: ChatRequest, transport: Transport = "aiohttp") -> ChatResult:
    """The outcome of one call, with what holds for every call checked."""

    async def whole() -> ChatResult:
        client = HttpClient(transport=transport)
        kind = request.model.provider
        try:
            stream = provider_for(kind, client).stream(request, base_url=base_url(kind, root), api_key=KEY)
            events = [event async for event in stream]
        finally:
            await client.aclose()
        assert [isinstance(event, Done) for event in events] == [False] * (len(events) - 1) + [True]
        result = events[-1].result  # type: ignore[union-attr]
        assert result.text == "".join(event.text for event in events if isinstance(event, TextDelta))
        return result

    return asyncio.run(whole())


def count(root: str, request: ChatRequest) -> int | None:
    """What the server says that the request's input counts."""

    async def whole() -> int | None:
        client = HttpClient()
        kind = request.model.provider
        try:
            return await provider_for(kind, client).count_tokens(request, base_url=base_url(kind, root), api_key=KEY)
        finally:
            await client.aclose()

    return asyncio.run(whole())


__all__ = ["KEY", "ask", "count", "request_of"]
