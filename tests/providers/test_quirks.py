"""What differs between servers of one wire format: what each is sent, and the oddities of what each sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from compare.errors import ProviderError
from compare.providers import provider_for
from compare.providers.failures import Call
from compare.providers.http import HttpClient
from compare.providers.quirks import DROPPABLE, RENAMES, UNMISTAKABLE, Quirks, quirks_of
from compare.records import ChatRequest, ProviderKind

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"


# --- what is sent ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A server as its users configure it, and how a request to it must look."""

    name: str
    base_url: str
    url: str = ""
    """Where requests go; empty: below base_url."""
    key: tuple[str, str] = ("Authorization", f"Bearer {CANARY}")
    limit: str = "max_tokens"
    seed: str = "seed"
    asks_usage: bool = True


AZURE = "https://res.openai.azure.com/openai/deployments/dep"
SERVERS = [
    Server("OpenAI", "https://api.openai.com/v1", limit="max_completion_tokens"),
    Server(
        "Azure, a deployment",
        f"{AZURE}?api-version=2025-04-01-preview",
        f"{AZURE}/chat/completions?api-version=2025-04-01-preview",
        key=("api-key", CANARY),
        limit="max_completion_tokens",
    ),
    Server(
        "Azure, v1",
        "https://res.services.ai.azure.com/openai/v1/",
        "https://res.services.ai.azure.com/openai/v1/chat/completions",
        key=("api-key", CANARY),
        limit="max_completion_tokens",
    ),
    Server("OpenRouter", "https://openrouter.ai/api/v1"),
    Server("Groq", "https://api.groq.com/openai/v1", limit="max_completion_tokens"),
    Server("Mistral", "https://api.mistral.ai/v1", seed="random_seed", asks_usage=False),
    Server("DeepSeek", "https://api.deepseek.com"),
    Server("Together", "https://api.together.xyz/v1"),
    Server("Bedrock, mantle", "https://bedrock-mantle.us-east-1.api.aws/openai/v1"),
    Server("Bedrock, runtime", "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1"),
    Server("Ollama", "http://localhost:11434/v1"),
    Server("vLLM", "http://localhost:8000/v1"),
    Server("llama.cpp", "http://127.0.0.1:8080/v1"),
    Server("LM Studio", "http://localhost:1234/v1"),
]


def _asked(request: ChatRequest, kind: ProviderKind) -> tuple[str, dict[str, str], bytes]:
    """Address, headers and body of a request that is stopped on its way out."""
    seen: list[tuple[str, dict[str, str], bytes]] = []

    class Listening(HttpClient):
        def open(self, call: Call, headers: Any, body: bytes | None = None, *, spent_s: float = 0.0) -> Any:
            seen.append((call.url, dict(headers), body or b""))
            raise ProviderError(call.failure("connection", "nothing is sent here"))

    async def ask() -> None:
        stream = provider_for(kind, Listening()).stream(request, base_url=request.model.base_url, api_key=CANARY)
        assert len([event async for event in stream]) == 1

    asyncio.run(ask())
    return seen[0]


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_each_server_is_asked_in_its_own_words(server: Server, request_to: Any) -> None:
    request = request_to(server.base_url, seed=7, max_output_tokens=64, temperature=0.5, stop=("END",))
    url, headers, body = _asked(request, "openai-chat")
    assert url == (server.url or f"{server.base_url}/chat/completions")
    assert [(name, value) for name, value in headers.items() if CANARY in value] == [server.key]
    assert CANARY not in url
    assert CANARY.encode() not in body
    sent = json.loads(body)
    del sent["messages"]
    usage = {"stream_options": {"include_usage": True}} if server.asks_usage else {}
    assert sent == {
        "model": "m",
        "stream": True,
        **usage,
        server.limit: 64,
        "temperature": 0.5,
        "stop": ["END"],
        server.seed: 7,
    }


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.openai.com.evil.example/v1",
        "https://notapi.openai.com/v1",
        "https://evil.example/api.openai.com/v1",
        "https://openai.azure.com/v1",
        "https://xopenai.azure.com/v1",
        "https://api.openai.com@evil.example/v1",
        "http://[::1",
        "",
    ],
)
def test_host_that_only_looks_like_another_gets_the_defaults(base_url: str) -> None:
    assert quirks_of(base_url) == Quirks()


@pytest.mark.parametrize("base_url", ["https://API.OpenAI.com/v1", "https://api.openai.com:443/v1?x=1"])
def test_case_port_and_query_do_not_hide_a_host(base_url: str) -> None:
    assert quirks_of(base_url).max_tokens_name == "max_completion_tokens"


def test_every_other_name_of_a_parameter_may_itself_be_refused() -> None:
    assert set(RENAMES.values()) <= DROPPABLE
    assert set(RENAMES) <= DROPPABLE
    assert UNMISTAKABLE < DROPPABLE


@pytest.mark.parametrize("kind", ["openai-chat", "openai-responses"])
def test_whatever_a_server_may_be_sent_beyond_the_conversation_can_be_left_out(
    kind: ProviderKind, request_to: Any
) -> None:
    for server in SERVERS:
        request = request_to(
            server.base_url, seed=7, max_output_tokens=64, temperature=0.5, stop=("END",), reasoning_effort="low"
        )
        sent = json.loads(_asked(request, kind)[2])
        assert set(sent) - {"model", "stream", "messages", "input"} <= DROPPABLE
        assert {f"reasoning.{name}" for name in sent.get("reasoning", ())} <= DROPPABLE


# --- what comes back -------------------------------------------------------------------------------------------------

_CLEAN = {"hate": {"filtered": False, "severity": "safe"}}
_AZURE_EMPTY = {"id": "", "object": "", "created": 0, "model": ""}


def test_azure_says_first_what_its_filter_found_and_later_where(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    """Neither the chunk without choices and names nor the choice without a delta is an answer, an error or an end."""
    prompt = {
        **_AZURE_EMPTY,
        "choices": [],
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": _CLEAN}],
    }
    text = wire.delta("Hello")
    text["choices"][0]["content_filter_results"] = _CLEAN
    found = {"index": 0, "finish_reason": None, "content_filter_results": _CLEAN, "content_filter_offsets": {"end": 5}}
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    body = wire.events(
        prompt,
        wire.delta("", role="assistant"),
        text,
        {**_AZURE_EMPTY, "choices": [found]},
        wire.delta(finish="stop"),
        {"id": "c-1", "choices": [], "usage": usage},
        "[DONE]",
    )

    async def work(client: HttpClient) -> None:
        async with playing([wire.head("200 OK", "apim-request-id: az-1"), *wire.chunks(body)]) as server:
            result = (await hear(client, server.base_url)).result
        assert (result.text, result.finish, result.failure, result.warnings) == ("Hello", "stop", None, ())
        assert (result.model_served, result.request_id, result.usage.input) == ("served-1", "az-1", 5)

    run(work)


def test_azure_filter_that_stops_an_answer_and_one_that_refuses_a_prompt(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    refused = {
        "error": {
            "message": "The response was filtered due to the prompt triggering the content management policy.",
            "type": None,
            "param": "prompt",
            "code": "content_filter",
            "status": 400,
            "innererror": {"code": "ResponsibleAIPolicyViolation"},
        }
    }

    async def work(client: HttpClient) -> None:
        stopped = wire.stream(wire.events(wire.delta("Hel"), wire.delta(finish="content_filter"), "[DONE]"))
        async with playing(stopped, wire.answer("400 Bad Request", json.dumps(refused))) as server:
            first = (await hear(client, server.base_url)).result
            second = (await hear(client, server.base_url)).result
        assert (first.text, first.finish, first.failure) == ("Hel", "content_filter", None)
        assert second.failure.kind == "content_filter"

    run(work)


def test_openrouter_works_aloud_and_reports_an_upstream_error_in_a_chunk(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    working = b": OPENROUTER PROCESSING\n\n"
    good = wire.events(wire.delta("Hello", reasoning="Hm", provider="X"), wire.delta(finish="stop"))
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7, "cost": 0.001}
    last = wire.delta("", role="assistant") | {"usage": usage}
    fell = wire.delta("", finish="error") | {"error": {"code": 502, "message": "Provider disconnected"}}

    async def work(client: HttpClient) -> None:
        async with playing(
            wire.stream(working + good + working + wire.events(last, "[DONE]")),
            wire.stream(working + wire.events(wire.delta("Hel"), fell, "[DONE]")),
        ) as server:
            first = (await hear(client, server.base_url)).result
            second = (await hear(client, server.base_url)).result
        assert (first.text, first.reasoning, first.finish, first.usage.input) == ("Hello", "Hm", "stop", 5)
        assert (second.text, second.finish, second.finish_raw) == ("Hel", "error", "error")
        assert "Provider disconnected" in second.failure.message

    run(work)


def test_mistral_reports_usage_unasked_with_its_finish_reason(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
    thought = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]
    body = wire.events(
        wire.delta("", role="assistant"),
        wire.delta(thought),
        wire.delta("Hello"),
        wire.delta("", finish="stop") | {"usage": usage},
        "[DONE]",
    )

    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(body)) as server:
            result = (await hear(client, server.base_url)).result
        assert (result.text, result.reasoning, result.usage.output) == ("Hello", "Hm", 2)

    run(work)


def test_bedrock_refuses_with_a_bare_message(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        said = '{"message":"The security token included in the request is invalid."}'
        async with playing(wire.answer("403 Forbidden", said, "x-amzn-requestid: aws-1")) as server:
            failure = (await hear(client, server.base_url)).result.failure
        assert (failure.kind, failure.request_id) == ("permission", "aws-1")
        assert "The security token included in the request is invalid." in failure.message

    run(work)


def test_deepseek_sends_empty_lines_while_a_request_waits(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    whole = {"choices": [{"message": {"content": "Hello", "reasoning_content": "Hm"}, "finish_reason": "stop"}]}

    async def work(client: HttpClient) -> None:
        body = "\n" * 40 + json.dumps(whole)
        waiting = b": keep-alive\n\n" * 3
        async with playing(wire.answer("200 OK", body), wire.stream(waiting + wire.hello())) as server:
            first = (await hear(client, server.base_url)).result
            second = (await hear(client, server.base_url)).result
        assert (first.text, first.reasoning, second.text) == ("Hello", "Hm", "Hello")

    run(work)
