"""The HTTP client: proxies, limits, and that nothing heavy is loaded before it is needed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from compare.errors import ProviderError
from compare.providers.failures import Call
from compare.providers.http import HttpClient, Transport
from compare.providers.http.proxies import proxy_to

Playing = Callable[..., AbstractAsyncContextManager[Any]]
both = pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
_VARIABLES = [f"{name}_proxy" for name in ("http", "https", "all", "no")]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_importing_the_adapters_loads_no_http_library() -> None:
    code = "import sys, compare.providers; print(sorted({'httpx', 'aiohttp', 'yarl', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@both
def test_proxy_of_the_environment_is_asked_for_outside_addresses(
    transport: Transport, playing: Playing, wire: Any, hear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        async with playing(wire.stream(wire.hello())) as proxy:
            monkeypatch.setenv("HTTP_PROXY", f"http://me:secret-9@127.0.0.1:{proxy.port}")
            result = (await hear(client, "http://models.example/v1")).result
            azure = (await hear(client, "http://x.openai.azure.com/openai/v1", api_key="k-12345", seed=3)).result
            mistral = (await hear(client, "http://api.mistral.ai/v1", seed=3, max_output_tokens=5)).result
        await client.aclose()
        assert result.text == azure.text == mistral.text == "Hello"
        first, second, third = proxy.asked
        assert first.line == "POST http://models.example/v1/chat/completions HTTP/1.1"
        assert first.headers["host"] == "models.example"
        assert first.headers["proxy-authorization"] == "Basic bWU6c2VjcmV0LTk="
        assert second.headers["api-key"] == "k-12345"
        assert "authorization" not in second.headers
        assert (third.json["random_seed"], third.json["max_tokens"]) == (3, 5)
        assert "stream_options" not in third.json

    asyncio.run(run())


@both
def test_loopback_addresses_are_never_asked_through_a_proxy(
    transport: Transport, playing: Playing, wire: Any, hear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        async with playing(wire.answer("500 E", "")) as proxy, playing(wire.stream(wire.hello())) as server:
            for name in _VARIABLES[:3]:
                monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{proxy.port}")
            for host in ("127.0.0.1", "localhost"):
                heard = await hear(client, server.base_url.replace("127.0.0.1", host))
                assert heard.result.text == "Hello"
        await client.aclose()
        assert proxy.connections == 0

    asyncio.run(run())


@both
def test_proxy_that_fails_is_named_without_its_password(
    transport: Transport, hear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        monkeypatch.setenv("HTTP_PROXY", "http://me:secret-9@127.0.0.1:1")
        failure = (await hear(client, "http://models.example/v1")).result.failure
        assert failure.kind == "connection"
        monkeypatch.setenv("HTTP_PROXY", "socks5://me:secret-9@127.0.0.1:1")
        socks = (await hear(client, "http://models.example/v1")).result.failure
        assert "socks5 proxies are not supported" in socks.message
        assert "secret-9" not in repr((failure, socks))
        await client.aclose()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({"HTTP_PROXY": "http://p:1"}, "http://a.example/v1", "http://p:1"),
        ({"HTTP_PROXY": "p:1"}, "http://a.example/v1", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, "https://a.example/v1", None),
        ({"ALL_PROXY": "http://p:1"}, "https://a.example/v1", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "a.example"}, "http://a.example/v1", None),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "example"}, "http://a.example:80/v1", None),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "a.example:81"}, "http://a.example:81/v1", None),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "*"}, "http://a.example/v1", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://127.9.9.9/v1", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://[::1]/v1", None),
        ({"HTTP_PROXY": "http://p:1"}, "http://sim.localhost/v1", None),
        ({}, "http://a.example/v1", None),
    ],
)
def test_which_proxy(environment: dict[str, str], url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_to(httpx.URL(url)) == proxy


@both
def test_long_header_lines_are_read(transport: Transport, playing: Playing, wire: Any, hear: Any) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        script = [wire.head("200 OK", "x-long: " + "y" * 20_000), *wire.chunks(wire.hello())]
        async with playing(script) as server:
            assert (await hear(client, server.base_url)).result.text == "Hello"
        await client.aclose()

    asyncio.run(run())


@both
def test_body_larger_than_any_answer_is_not_read_to_its_end(transport: Transport, playing: Playing, wire: Any) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        async with playing(wire.answer("200 OK", b"x" * 100_000)) as server:
            call = Call(f"{server.base_url}/models", "m", method="GET")
            async with client.open(call, {}) as response:
                with pytest.raises(ProviderError, match="more than 50,000 bytes"):
                    await response.read(limit=50_000)
        await client.aclose()

    asyncio.run(run())


@both
def test_error_body_that_never_ends_is_not_waited_for(
    transport: Transport, playing: Playing, wire: Any, hear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        monkeypatch.setattr("compare.providers.http.response.ERROR_BODY_TIMEOUT_S", 0.1)
        begun = [wire.head("503 Busy", kind="text/plain"), *wire.chunks(b"too many", end=False), wire.STALL]
        async with playing(begun) as server:
            failure = (await hear(client, server.base_url)).result.failure
        await client.aclose()
        assert (failure.kind, failure.retryable) == ("overloaded", True)
        assert "too many" in failure.message

    asyncio.run(run())


@both
def test_a_kept_connection_that_the_server_has_closed_is_replaced_unseen(
    transport: Transport, playing: Playing, wire: Any, hear: Any
) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        # The second request comes on the kept connection, and the server hangs up instead of answering.
        async with playing(wire.stream(wire.hello()), [wire.HANG_UP], wire.stream(wire.hello())) as server:
            await hear(client, server.base_url)
            again = (await hear(client, server.base_url)).result
            assert (again.text, again.failure, again.warnings) == ("Hello", None, ())
            assert (server.connections, len(server.asked)) == (2, 3)
        await client.aclose()

    asyncio.run(run())


@both
def test_a_server_that_hangs_up_at_once_is_asked_once(
    transport: Transport, playing: Playing, wire: Any, hear: Any
) -> None:
    async def run() -> None:
        client = HttpClient(transport=transport)
        async with playing([wire.HANG_UP]) as server:
            failure = (await hear(client, server.base_url)).result.failure
            assert (failure.kind, failure.retryable, len(server.asked)) == ("connection", True, 1)
        await client.aclose()

    asyncio.run(run())
