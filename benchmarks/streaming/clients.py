"""The contenders: each asks for one streamed answer and gives its text, its tokens and its times.

async with client(base_url) as ask:
    seen = await ask(model, messages)
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_LAST_CHUNK = b"0\r\n\r\n"

Messages = list[dict[str, str]]


@dataclass(slots=True)
class Seen:
    """What a client saw of one answer."""

    n_chars: int
    completion_tokens: int
    ttft_ms: float
    total_ms: float


Ask = Callable[[str, Messages], Awaitable[Seen]]


def _body(model: str, messages: Messages) -> dict[str, Any]:
    return {"model": model, "messages": messages, "stream": True, "stream_options": {"include_usage": True}}


@asynccontextmanager
async def weighbridge(base_url: str) -> AsyncIterator[Ask]:
    """Ours: the openai-chat adapter over the default transport."""
    from compare.providers import provider_for
    from compare.providers.http import HttpClient
    from compare.records import ChatMessage, ChatRequest, Done, ModelSpec, TextDelta

    client = HttpClient()
    provider = provider_for("openai-chat", client)

    async def ask(model: str, messages: Messages) -> Seen:
        began, first, n_chars = time.monotonic(), 0.0, 0
        spec = ModelSpec(model, "openai-chat", base_url, model)
        sent = tuple(ChatMessage(m["role"], m["content"]) for m in messages)  # type: ignore[arg-type]
        async for event in provider.stream(ChatRequest(spec, sent), base_url=base_url, api_key=None):
            if isinstance(event, TextDelta):
                first = first or event.at
                n_chars += len(event.text)
            elif isinstance(event, Done):
                done = event
        assert done.result.failure is None, done.result.failure
        return Seen(n_chars, done.result.usage.output or 0, (first - began) * 1e3, (done.at - began) * 1e3)

    yield ask
    await client.aclose()


@asynccontextmanager
async def raw(base_url: str) -> AsyncIterator[Ask]:
    """The limit: an asyncio reader on the bare socket, with the same JSON decoder as ours, keeping connections."""
    import orjson

    parts = urlsplit(base_url)
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(model: str, messages: Messages) -> Seen:
        began, first, n_chars, tokens = time.monotonic(), 0.0, 0, 0
        reader, writer = idle.pop() if idle else await asyncio.open_connection(parts.hostname, parts.port)
        body = orjson.dumps(_body(model, messages))
        head = "POST {}/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}"
        writer.write(head.format(parts.path, len(body)).encode() + b"\r\n\r\n" + body)
        await reader.readuntil(b"\r\n\r\n")
        buffer = b""
        while not buffer.endswith(b"0\r\n\r\n"):
            buffer += await reader.read(65536)
            *lines, buffer = (
                buffer.split(b"\n\n") if not buffer.endswith(b"0\r\n\r\n") else [*buffer.split(b"\n\n"), buffer]
            )
            for line in lines:
                at = line.find(b"data: {")
                if at < 0:
                    continue
                value = orjson.loads(line[at + 6 :])
                if value["choices"]:
                    text = value["choices"][0]["delta"]["content"]
                    if text:
                        first = first or time.monotonic()
                        n_chars += len(text)
                elif value.get("usage"):
                    tokens = value["usage"]["completion_tokens"]
        idle.append((reader, writer))
        return Seen(n_chars, tokens, (first - began) * 1e3, (time.monotonic() - began) * 1e3)

    yield ask
    for _, writer in idle:
        writer.close()


@asynccontextmanager
async def httpx(base_url: str) -> AsyncIterator[Ask]:
    """Plain httpx with its own line iterator."""
    import httpx as library

    limits = library.Limits(max_connections=None, max_keepalive_connections=None)
    async with library.AsyncClient(timeout=60, limits=limits, trust_env=False) as client:

        async def ask(model: str, messages: Messages) -> Seen:
            began, first, n_chars, tokens = time.monotonic(), 0.0, 0, 0
            async with client.stream("POST", f"{base_url}/chat/completions", json=_body(model, messages)) as response:
                async for line in response.aiter_lines():
                    if not line.startswith("data: {"):
                        continue
                    value = json.loads(line[6:])
                    if value["choices"]:
                        if text := value["choices"][0]["delta"]["content"]:
                            first = first or time.monotonic()
                            n_chars += len(text)
                    elif value.get("usage"):
                        tokens = value["usage"]["completion_tokens"]
            return Seen(n_chars, tokens, (first - began) * 1e3, (time.monotonic() - began) * 1e3)

        yield ask


@asynccontextmanager
async def openai(base_url: str) -> AsyncIterator[Ask]:
    """The official SDK."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0) as client:

        async def ask(model: str, messages: Messages) -> Seen:
            began, first, n_chars, tokens = time.monotonic(), 0.0, 0, 0
            stream = await client.chat.completions.create(**_body(model, messages))
            async for chunk in stream:
                if chunk.choices:
                    if text := chunk.choices[0].delta.content:
                        first = first or time.monotonic()
                        n_chars += len(text)
                elif chunk.usage:
                    tokens = chunk.usage.completion_tokens
            return Seen(n_chars, tokens, (first - began) * 1e3, (time.monotonic() - began) * 1e3)

        yield ask


@asynccontextmanager
async def litellm(base_url: str) -> AsyncIterator[Ask]:
    """litellm.acompletion."""
    import litellm as library

    library.telemetry = False

    async def ask(model: str, messages: Messages) -> Seen:
        began, first, n_chars, tokens = time.monotonic(), 0.0, 0, 0
        asked = _body(f"openai/{model}", messages)
        stream = await library.acompletion(**asked, api_base=base_url, api_key="none", num_retries=0)
        async for chunk in stream:
            if chunk.choices and (text := chunk.choices[0].delta.content):
                first = first or time.monotonic()
                n_chars += len(text)
            if usage := getattr(chunk, "usage", None):
                tokens = usage.completion_tokens
        return Seen(n_chars, tokens, (first - began) * 1e3, (time.monotonic() - began) * 1e3)

    yield ask


CLIENTS = {"weighbridge": weighbridge, "raw": raw, "httpx": httpx, "openai": openai, "litellm": litellm}
