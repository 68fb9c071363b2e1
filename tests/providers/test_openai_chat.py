"""Chat Completions over real sockets: what is sent, and what comes of what comes back."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from compare.errors import ConfigError, ProviderError
from compare.providers import OpenAIChat, provider_for
from compare.providers.http import HttpClient
from compare.records import Done, ServedModel

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_request_holds_what_was_asked_for_and_nothing_else(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as server:
            plain = await hear(client, server.base_url, api_key=CANARY)
            await hear(
                client,
                server.base_url,
                temperature=0.5,
                max_output_tokens=64,
                reasoning_effort="low",
                stop=("END",),
                seed=7,
            )
        first, second = server.asked
        assert first.line == "POST /v1/chat/completions HTTP/1.1"
        assert first.headers["authorization"] == f"Bearer {CANARY}"
        assert first.headers["content-type"] == "application/json"
        assert first.headers["accept-encoding"] == "identity"
        assert first.json == {
            "model": "m",
            "stream": True,
            "stream_options": {"include_usage": True},
            "messages": [{"role": "user", "content": "Hi"}],
        }
        assert plain.result.params_sent == {k: v for k, v in first.json.items() if k != "messages"}
        assert "authorization" not in second.headers
        added = {k: v for k, v in second.json.items() if k not in first.json}
        assert added == {"temperature": 0.5, "max_tokens": 64, "reasoning_effort": "low", "stop": ["END"], "seed": 7}

    run(work)


@pytest.mark.parametrize(
    ("suffix", "path"),
    [("/", "/v1/chat/completions"), ("?api-version=2", "/v1/chat/completions?api-version=2"), ("/a%3Ab", None)],
)
def test_base_url_may_end_in_a_slash_or_a_query_and_is_sent_as_written(
    suffix: str, path: str | None, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as server:
            assert (await hear(client, server.base_url + suffix)).result.text == "Hello"
        assert server.asked[0].line.split()[1] == (path or "/v1/a%3Ab/chat/completions")

    run(work)


# --- what comes back -------------------------------------------------------------------------------------------------


def test_compressed_stream(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        packed = gzip.compress(wire.hello())
        async with playing([wire.head("200 OK", "content-encoding: gzip"), *wire.chunks(packed, 20)]) as server:
            assert (await hear(client, server.base_url)).result.text == "Hello"

    run(work)


def test_connection_is_used_again_after_a_whole_answer(
    run: Any, playing: Playing, wire: Any, hear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.providers.http.response.DRAIN_S", 5.0)  # the machine may be busy

    async def work(client: HttpClient) -> None:
        stream = [wire.head(), *wire.chunks(wire.hello(), end=False), 0.01, b"0\r\n\r\n"]
        async with playing(stream) as server:
            for _ in range(3):
                assert (await hear(client, server.base_url)).result.text == "Hello"
        assert server.connections == 1

    run(work)


def test_cookies_are_not_kept(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        script = [wire.head("200 OK", "set-cookie: a=b; Path=/"), *wire.chunks(wire.hello())]
        async with playing(script) as server:
            for _ in range(2):
                await hear(client, server.base_url.replace("127.0.0.1", "localhost"))
        assert "cookie" not in server.asked[1].headers

    run(work)


def test_many_streams_at_once_are_not_queued(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing([wire.GATE, *wire.stream(wire.hello())]) as server:
            asking = asyncio.gather(*(hear(client, server.base_url, total_timeout_s=60.0) for _ in range(150)))
            await wire.until(lambda: len(server.asked) == 150)
            server.gate.set()
            assert all(one.result.text == "Hello" for one in await asking)
        assert server.connections == 150

    run(work)


# --- the list of models, and the door --------------------------------------------------------------------------------


def test_models_of_a_server(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        listing = wire.answer(
            "200 OK", '{"object":"list","data":[{"id":"b","max_model_len":8192},{"id":"a"},{"name":"c"},{"x":1}]}'
        )
        refusal = wire.answer("401 Unauthorized", f'{{"error":{{"message":"bad {CANARY}"}}}}')
        async with playing(listing, refusal, wire.answer("200 OK", "<p>Hi</p>", kind="text/html")) as server:
            chat = OpenAIChat(client)
            served = await chat.list_models(server.base_url, CANARY)
            assert served == [ServedModel("b", context_window_tokens=8192), ServedModel("a"), ServedModel("c")]
            assert server.asked[0].line == "GET /v1/models HTTP/1.1"
            assert server.asked[0].headers["authorization"] == f"Bearer {CANARY}"
            with pytest.raises(ProviderError, match="refused the key in MY_KEY") as refused:
                await chat.list_models(server.base_url, CANARY, api_key_env="MY_KEY")
            assert CANARY not in str(refused.value)
            with pytest.raises(ProviderError, match=r"GET http://127.0.0.1:\d+/v1/models was answered with status 200"):
                await chat.list_models(server.base_url, None)

    run(work)


@pytest.mark.parametrize("body", ['["b", "a"]', '{"models": ["b", "a"]}'])
def test_list_of_bare_names_is_a_list_of_models(body: str, run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", body)) as server:
            assert await OpenAIChat(client).list_models(server.base_url, None) == [ServedModel("b"), ServedModel("a")]

    run(work)


def test_kinds_without_an_adapter_are_named() -> None:
    client = HttpClient()
    assert isinstance(provider_for("openai-chat", client), OpenAIChat)
    with pytest.raises(ConfigError, match="Supported for now: openai-chat"):
        provider_for("telepathy", client)  # type: ignore[arg-type]


def test_done_is_a_value_that_names_what_was_served(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as server:
            heard = await hear(client, server.base_url)
        assert isinstance(heard.events[-1], Done)
        usage = heard.result.usage
        assert (usage.input, usage.output, usage.source) == (5, 2, "reported")
        assert heard.result.request_id == "c-1", "the answer's own id, where no header names the request"

    run(work)
