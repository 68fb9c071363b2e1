"""Our Chat client against a real engine: llama.cpp with a model of random weights."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from compare.providers import provider_for
from compare.providers.http import HttpClient, Transport
from compare.records import ChatMessage, ChatRequest, ProviderKind, TextDelta
from tests.peers.ours import KEY, ask, count, request_of
from tests.peers.peers import base_url
from tests.peers.random_model import CONTEXT_TOKENS

CHAT: ProviderKind = "openai-chat"
THREAD = (
    ChatMessage("system", "You count sheep."),
    ChatMessage("user", "How many are there? \u6771\u4eac \U0001f411"),
    ChatMessage("assistant", "Four."),
    ChatMessage("user", "And now?"),
)


def chat(text: str = "Hello", **settings: object) -> ChatRequest:
    return request_of(CHAT, "random", text, **{"temperature": 0.0, "max_output_tokens": 20, **settings})


def post(url: str, body: dict[str, Any]) -> Any:
    asked = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=20) as response:
        return json.load(response)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=20) as response:
        return json.load(response)


@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_the_reported_prompt_is_what_the_engine_counts(llama: str, transport: Transport) -> None:
    messages = [{"role": m.role, "content": m.content} for m in THREAD]
    result = ask(llama, replace(chat(), messages=THREAD), transport)
    assert (result.finish, result.usage.source, result.usage.output) == ("length", "reported", 20)
    counted = post(f"{llama}/v1/chat/completions/input_tokens", {"messages": messages})["input_tokens"]
    prompt = post(f"{llama}/apply-template", {"messages": messages})["prompt"]
    tokens = post(f"{llama}/tokenize", {"content": prompt, "add_special": True})["tokens"]
    assert result.usage.input == counted == len(tokens)


@pytest.mark.parametrize("kind", ["anthropic", "openai-responses"])
def test_other_formats_count_the_same_thread_alike(llama: str, kind: ProviderKind) -> None:
    request = replace(request_of(kind, "random", "", max_output_tokens=20, temperature=0.0), messages=THREAD)
    result = ask(llama, request)
    assert result.failure is None
    assert result.usage.input == count(llama, request) == ask(llama, replace(chat(), messages=THREAD)).usage.input


def test_a_warm_prompt_is_counted_once_and_reported_as_cached(llama: str) -> None:
    cold = ask(llama, chat("A question that nobody has asked so far."))
    warm = ask(llama, chat("A question that nobody has asked so far."))
    assert cold.text == warm.text
    assert cold.usage.input == warm.usage.input
    assert cold.usage.cached is not None
    assert warm.usage.cached is not None
    assert cold.usage.input is not None
    assert cold.usage.cached < warm.usage.cached == cold.usage.input - 1, "the last token is always computed anew"


def test_a_stop_sequence_ends_the_answer_before_it(llama: str) -> None:
    whole = ask(llama, chat())
    assert whole.finish == "length"
    stopped = ask(llama, chat(stop=(whole.text[5:8],)))
    assert (stopped.finish, stopped.finish_raw) == ("stop", "stop")
    assert stopped.text == whole.text[: whole.text.index(whole.text[5:8])]


@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_too_long_a_prompt_is_told_with_both_numbers(llama: str, transport: Transport) -> None:
    request = chat("x" * (CONTEXT_TOKENS + 100))
    n_prompt = post(
        f"{llama}/v1/chat/completions/input_tokens",
        {"messages": [{"role": "user", "content": request.messages[0].content}]},
    )["input_tokens"]
    failure = ask(llama, request, transport).failure
    assert failure is not None
    assert (failure.kind, failure.status, failure.retryable) == ("context_length", 400, False)
    assert str(n_prompt) in failure.message.replace(",", "")
    assert str(CONTEXT_TOKENS) in failure.message.replace(",", "")


@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_leaving_an_answer_closes_the_socket_and_the_engine_stops(llama: str, transport: Transport) -> None:
    n_asked = CONTEXT_TOKENS - 100
    whole = ask(llama, chat(max_output_tokens=50), transport).usage
    assert held_tokens(llama) == (whole.input or 0) + 50 - 1, "an idle slot holds all but the last token of its work"

    async def leave_early() -> None:
        client = HttpClient(transport=transport)
        request = chat(max_output_tokens=n_asked)
        stream = provider_for(CHAT, client).stream(request, base_url=base_url(CHAT, llama), api_key=KEY)
        async with contextlib.aclosing(stream):  # type: ignore[type-var]
            async for event in stream:
                if isinstance(event, TextDelta):
                    break
        # The client stays open meanwhile: it is the answer that is closed.
        await asyncio.to_thread(held_tokens, llama)
        await client.aclose()

    asyncio.run(leave_early())
    assert held_tokens(llama) < n_asked, "the engine went on to the end, so nobody told it to stop"


def held_tokens(llama: str) -> int:
    """Tokens of prompt and answer in the engine's one slot, once it has come to rest."""
    until = time.monotonic() + 10
    while (slot := get(f"{llama}/slots")[0])["is_processing"]:
        assert time.monotonic() < until, "the engine is still busy after 10 s"
        time.sleep(0.01)
    return int(slot["n_prompt_tokens"])
