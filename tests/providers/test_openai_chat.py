"""Chat Completions over real sockets: what is sent, and what comes of breaks, stalls, refusals and stops."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace
from typing import Any

import pytest

from compare.errors import ConfigError, ProviderError
from compare.providers import OpenAIChat, provider_for
from compare.providers.http import HttpClient, Transport
from compare.records import ChatMessage, Done, FailureKind, Started, TextDelta

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"


@pytest.fixture(params=["aiohttp", "httpx"])
def transport(request: pytest.FixtureRequest) -> Transport:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def run(transport: Transport) -> Callable[..., Any]:
    """Run a coroutine function with a client that is closed afterwards."""

    def go(work: Callable[[HttpClient], Awaitable[Any]], **options: float) -> Any:
        async def whole() -> Any:
            client = HttpClient(transport=transport, **options)
            try:
                return await work(client)
            finally:
                await client.aclose()

        return asyncio.run(whole())

    return go


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


def test_pieces_come_as_they_are_sent(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        first = wire.chunks(wire.events(wire.delta("Hel")), end=False)
        rest = wire.chunks(wire.events(wire.delta("lo", finish="stop"), "[DONE]"), end=False)
        script = [wire.head("200 OK", "x-request-id: req-7"), 0.1, *first, 0.2, *rest, 1.0, b"0\r\n\r\n"]
        async with playing(script) as server:
            heard = await hear(client, server.base_url)
        started, hel, lo, done = heard.events
        assert isinstance(started, Started)
        assert (hel.text, lo.text) == ("Hel", "lo")
        assert hel.at - started.at > 0.05
        assert lo.at - hel.at > 0.15
        assert done.at - lo.at < 0.5, "an answer ends with its end marker, not with its connection"
        assert heard.result.request_id == "req-7"
        assert heard.result.model_served == "served-1"

    run(work)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/plain", "text/event-stream"]
)
def test_one_json_object_in_place_of_a_stream(kind: str, run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    body = json.dumps({"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}], "usage": None})

    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", "\n\n\n" + body, kind=kind)) as server:
            result = (await hear(client, server.base_url)).result
        assert (result.text, result.finish, result.failure, result.warnings) == ("Hello", "stop", None, ())

    run(work)


def test_stream_that_is_announced_as_json(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", wire.hello())) as server:
            assert (await hear(client, server.base_url)).result.text == "Hello"

    run(work)


def test_compressed_stream(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        packed = gzip.compress(wire.hello())
        async with playing([wire.head("200 OK", "content-encoding: gzip"), *wire.chunks(packed, 20)]) as server:
            assert (await hear(client, server.base_url)).result.text == "Hello"

    run(work)


def test_connection_is_used_again_after_a_whole_answer(
    run: Any, playing: Playing, wire: Any, hear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compare.providers.http.DRAIN_S", 5.0)  # the machine may be busy

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
            async with asyncio.timeout(30):
                while len(server.asked) < 150:
                    await asyncio.sleep(0.01)
            server.gate.set()
            assert all(one.result.text == "Hello" for one in await asking)
        assert server.connections == 150

    run(work)


# --- breaks and stalls -----------------------------------------------------------------------------------------------


def _broken(wire: Any) -> dict[str, tuple[list[Any], FailureKind, str, bool]]:
    """Name: script, kind of failure, text kept, whether asking again makes sense."""
    part = wire.chunks(wire.events(wire.delta("Hel")), end=False)
    length = wire.head("200 OK", "content-length: 9000", chunked=False)
    return {
        "before any header": ([b"", wire.RESET], "connection", "", True),
        "inside the headers": ([b"HTTP/1.1 200 OK\r\nconte", wire.RESET], "connection", "", True),
        "after the headers": ([wire.head(), wire.RESET], "truncated", "", True),
        "by reset in the text": ([wire.head(), *part, 0.02, wire.RESET], "truncated", "Hel", False),
        "inside a chunk": ([wire.head(), *part, b"ff\r\ndata: {", 0.02, wire.HANG_UP], "truncated", "Hel", False),
        "a chunk size that is none": ([wire.head(), *part, b"zz\r\n"], "truncated", "Hel", False),
        "short of its length": ([length + wire.events(wire.delta("Hel")), 0.02, wire.RESET], "truncated", "Hel", False),
        "a clean end": ([wire.head(), *part, b"0\r\n\r\n"], "truncated", "Hel", False),
        "a status line that is none": ([b"SSH-2.0-Server_9\r\n\r\n", wire.RESET], "connection", "", True),
        "bytes that are not gzip": (
            [wire.head("200 OK", "content-encoding: gzip"), *wire.chunks(b"not gzip at all")],
            "protocol",
            "",
            False,
        ),
    }


@pytest.mark.parametrize(
    "name",
    [
        "before any header",
        "inside the headers",
        "after the headers",
        "by reset in the text",
        "inside a chunk",
        "a chunk size that is none",
        "short of its length",
        "a clean end",
        "a status line that is none",
        "bytes that are not gzip",
    ],
)
def test_break_is_a_failure_that_keeps_the_text(name: str, run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    script, kind, text, retryable = _broken(wire)[name]

    async def work(client: HttpClient) -> None:
        async with playing(script) as server:
            result = (await hear(client, server.base_url, api_key=CANARY)).result
        assert result.failure is not None
        assert (result.failure.kind, result.failure.retryable, result.text) == (kind, retryable, text)
        assert "127.0.0.1" in result.failure.message
        assert CANARY not in repr(result)

    run(work)


def test_break_after_the_finish_reason_is_a_warning(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        body = wire.events(wire.delta("Hello", finish="stop"))
        async with playing([wire.head(), *wire.chunks(body, end=False), 0.02, wire.RESET]) as server:
            result = (await hear(client, server.base_url)).result
        assert (result.text, result.finish, result.failure) == ("Hello", "stop", None)
        assert "counts as complete" in result.warnings[0]

    run(work)


def test_nothing_listens_there(run: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        failure = (await hear(client, "http://127.0.0.1:1/v1")).result.failure
        assert (failure.kind, failure.retryable) == ("connection", True)
        assert failure.message.startswith("Nothing answers at 127.0.0.1:1; is the server running?")

    run(work)


@pytest.mark.parametrize("text", ["", "Hel"])
def test_stall_is_noticed_by_the_gap(text: str, run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        begin = [wire.head(), *wire.chunks(wire.events(wire.delta(text)), end=False)] if text else []
        async with playing([*begin, wire.STALL]) as server:
            began = time.monotonic()
            result = (await hear(client, server.base_url)).result
            took_s = time.monotonic() - began
        assert (result.failure.kind, result.failure.retryable, result.text) == ("timeout", False, text)
        assert "sent nothing for 0.2 s" in result.failure.message
        assert 0.15 < took_s < 3.0

    run(work, read_gap_s=0.2)


def test_gap_is_not_a_bound_on_the_whole(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        slow = [step for _ in range(6) for step in (0.1, *wire.chunks(wire.events(wire.delta("a")), end=False))]
        script = [wire.head(), *slow, *wire.chunks(wire.events(wire.delta(finish="stop"), "[DONE]"))]
        async with playing(script) as server:
            assert (await hear(client, server.base_url)).result.text == "aaaaaa"

    run(work, read_gap_s=0.3)


@pytest.mark.parametrize("begun", [True, False])
def test_deadline_bounds_the_whole_call(begun: bool, run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        tick = [0.05, *wire.chunks(b": tick\n\n", end=False)] * 40
        script = (
            [wire.head(), *wire.chunks(wire.events(wire.delta("Hel")), end=False), *tick] if begun else [wire.STALL]
        )
        async with playing(script) as server:
            began = time.monotonic()
            result = (await hear(client, server.base_url, total_timeout_s=0.3)).result
            took_s = time.monotonic() - began
        assert (result.failure.kind, result.failure.retryable) == ("timeout", False)
        assert result.failure.message.endswith("was not complete within 0.3 s.")
        assert result.text == ("Hel" if begun else "")
        assert 0.25 < took_s < 3.0

    run(work)


# --- stopping --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [True, False])
def test_cancelling_closes_the_socket_within_100_ms(
    begun: bool, run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    async def once(client: HttpClient) -> float:
        begin = [wire.head(), *wire.chunks(wire.events(wire.delta("Hel")), end=False)] if begun else []
        async with playing([*begin, wire.STALL]) as server:
            seen: list[Any] = []
            ready = asyncio.Event()

            async def listen() -> None:
                stream = OpenAIChat(client).stream(request_to(server.base_url), base_url=server.base_url, api_key=None)
                async with aclosing(stream) as events:
                    async for event in events:
                        seen.append(event)
                        if isinstance(event, TextDelta):
                            ready.set()

            task = asyncio.create_task(listen())
            while not (ready.is_set() if begun else server.asked):
                await asyncio.sleep(0.01)
            stopped = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(5):
                while not server.left_at:
                    await asyncio.sleep(0.002)
        assert [type(event) for event in seen] == ([Started, TextDelta] if begun else []), "cancellation gives no Done"
        return float(server.left_at[0] - stopped)

    async def work(client: HttpClient) -> None:
        # The best of three: the machine may be busy, and it is not what is measured.
        assert min([await once(client) for _ in range(3)]) < 0.1

    run(work)


def test_leaving_early_closes_the_socket(run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    async def work(client: HttpClient) -> None:
        begin = [wire.head(), *wire.chunks(wire.events(wire.delta("Hel")), end=False)]
        async with playing([*begin, wire.STALL]) as server:
            stream = OpenAIChat(client).stream(request_to(server.base_url), base_url=server.base_url, api_key=None)
            async with aclosing(stream) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        break
            async with asyncio.timeout(5):
                while not server.left_at:
                    await asyncio.sleep(0.002)

    run(work)


# --- refusals --------------------------------------------------------------------------------------------------------


def _unsupported(name: str) -> str:
    error = {"message": f"Unsupported parameter: '{name}'.", "param": name, "code": "unsupported_parameter"}
    return json.dumps({"error": error})


def test_refused_parameter_is_renamed_once_and_remembered(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        refuse = wire.answer("400 Bad Request", _unsupported("max_tokens"))
        async with playing(refuse, wire.stream(wire.hello())) as server:
            first = await hear(client, server.base_url, max_output_tokens=64)
            second = await hear(client, server.base_url, max_output_tokens=32)
        assert len(server.asked) == 3
        assert server.asked[0].json["max_tokens"] == 64
        assert server.asked[1].json["max_completion_tokens"] == 64
        assert "max_tokens" not in server.asked[1].json
        assert server.asked[2].json["max_completion_tokens"] == 32
        assert first.result.text == "Hello"
        assert first.result.warnings == (
            "The server does not take max_tokens=64: it was sent as max_completion_tokens.",
            "It was asked again for this answer, whose times include the refused request.",
        )
        assert second.result.warnings == (
            "The server does not take max_tokens=32: it was sent as max_completion_tokens.",
        )
        assert first.result.params_sent["max_completion_tokens"] == 64

    run(work)


def test_each_refused_parameter_is_left_out_in_turn(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        report = [{"type": "extra_forbidden", "loc": ["body", "stream_options", "include_usage"], "msg": "Extra"}]
        scripts = (
            wire.answer("400 Bad Request", '{"error":{"message":"`temperature` is deprecated for this model."}}'),
            wire.answer("422 Unprocessable Entity", json.dumps({"message": {"detail": report}})),
            wire.stream(wire.hello()),
        )
        async with playing(*scripts) as server:
            result = (await hear(client, server.base_url, temperature=0.2)).result
        assert result.text == "Hello"
        assert result.warnings[:2] == (
            "The server does not take temperature=0.2: it was left out.",
            "The server does not take stream_options: it was left out.",
        )
        assert set(server.asked[2].json) == {"model", "stream", "messages"}

    run(work)


def test_server_that_refuses_under_both_names_gets_neither(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        scripts = (
            wire.answer("400 Bad Request", _unsupported("max_tokens")),
            wire.answer("400 Bad Request", _unsupported("max_completion_tokens")),
            wire.answer("400 Bad Request", _unsupported("max_tokens")),
        )
        async with playing(*scripts) as server:
            result = (await hear(client, server.base_url, max_output_tokens=64)).result
        assert len(server.asked) == 3, "and then it is believed"
        assert "max_tokens" not in server.asked[2].json
        assert "max_completion_tokens" not in server.asked[2].json
        assert result.failure.kind == "unsupported_param"

    run(work)


def test_calls_at_the_same_time_learn_from_each_other(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        said = '{"error":{"message":"Use max_completion_tokens, max_tokens is not supported here"}}'
        refuse = [0.1, *wire.answer("400 Bad Request", said)]
        async with playing(refuse, refuse, wire.stream(wire.hello())) as server:
            heard = await asyncio.gather(*(hear(client, server.base_url, max_output_tokens=9) for _ in range(2)))
        assert [one.result.text for one in heard] == ["Hello", "Hello"]
        assert len(server.asked) == 4
        assert server.asked[3].json["max_completion_tokens"] == 9

    run(work)


def test_half_a_surrogate_pair_in_a_message_is_sent_as_an_escape(
    run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as server:
            request = replace(request_to(server.base_url), messages=(ChatMessage("user", "a\ud83c"),))
            stream = OpenAIChat(client).stream(request, base_url=server.base_url, api_key=None)
            events = [event async for event in stream]
        assert isinstance(events[-1], Done)
        assert b'"a\\ud83c"' in server.asked[0].body

    run(work)


def test_value_that_a_server_dislikes_is_not_dropped_in_silence(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        said = '{"error":{"message":"temperature must be at most 2","param":"temperature","code":"too_big"}}'
        async with playing(wire.answer("400 Bad Request", said)) as server:
            failure = (await hear(client, server.base_url, temperature=9.0)).result.failure
        assert len(server.asked) == 1
        assert failure.kind == "bad_request"
        assert "temperature must be at most 2" in failure.message

    run(work)


def test_redirect_is_refused_and_its_target_not_asked(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as target:
            moved = wire.answer("308 Permanent Redirect", "", f"location: {target.base_url}/chat/completions")
            async with playing(moved) as server:
                failure = (await hear(client, server.base_url, api_key=CANARY)).result.failure
        assert target.asked == []
        assert "base_url must be the final address" in failure.message
        assert (failure.kind, failure.status) == ("protocol", 308)

    run(work)


def test_no_key_in_any_outcome(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    """Servers that echo the key in every place they can."""

    async def work(client: HttpClient) -> None:
        said = json.dumps({"error": {"message": f"bad {CANARY}", "code": CANARY, "param": CANARY, "type": CANARY}})
        headers = (f"x-request-id: {CANARY}", f"location: http://127.0.0.1/?{CANARY}")
        statuses = (
            "301 M",
            "400 B",
            "401 U",
            "402 P",
            "403 F",
            "404 N",
            "413 L",
            "418 T",
            "422 U",
            "429 R",
            "500 E",
            "503 U",
        )
        scripts = [wire.answer(status, body, *headers) for status in statuses for body in (said, f"<p>{CANARY}</p>")]
        inside = wire.events(wire.delta("A"), json.loads(said))
        scripts += [
            wire.answer("200 OK", f"<p>{CANARY}</p>", *headers, kind="text/html"),
            wire.answer("200 OK", said, *headers),
            [wire.head("200 OK", *headers), *wire.chunks(inside)],
            wire.stream(wire.events(wire.delta("A", finish=CANARY), "[DONE]")),
            wire.stream(wire.events(f"not json {CANARY}")),
            wire.stream(wire.events({"type": CANARY})),
            [f"HTTP/1.1 {CANARY}\r\n\r\n".encode(), wire.RESET],
        ]
        async with playing(*scripts) as server:
            for _ in scripts:
                result = (await hear(client, server.base_url, api_key=CANARY)).result
                assert result.failure is not None
                assert CANARY not in repr(result)
            refused = (await hear(client, f"http://{CANARY}@127.0.0.1:1/{CANARY}", api_key=CANARY)).result
        assert CANARY not in repr(refused)

    run(work)


@pytest.mark.parametrize("key", ["line\nbreak", "schlüssel-1", "nul\0byte"])
def test_key_that_no_header_can_carry_is_refused_without_showing_it(key: str, run: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        failure = (await hear(client, "http://127.0.0.1:1/v1", api_key=key)).result.failure
        assert failure.kind == "auth"
        assert failure.message.startswith("MY_TEST_KEY holds characters that no header can carry")

    run(work)


@pytest.mark.parametrize(
    "base_url",
    [
        "127.0.0.1:8080/v1",
        "localhost:8080",
        "ftp://127.0.0.1/v1",
        "http://",
        "http://[::1/v1",
        "http://127.0.0.1:99999/v1",
        "http://me:secret-9@127.0.0.1:1/v1",
        "http://a..b/v1",
        "",
    ],
)
def test_what_is_no_address_is_said_to_be_none(base_url: str, run: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        failure = (await hear(client, base_url)).result.failure
        assert (failure.kind, failure.retryable) == ("bad_request", False)
        assert "cannot be asked" in failure.message

    run(work)


# --- the list of models, and the door --------------------------------------------------------------------------------


def test_models_of_a_server(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        listing = wire.answer("200 OK", '{"object":"list","data":[{"id":"b"},{"id":"a"},{"name":"c"},{"x":1}]}')
        refusal = wire.answer("401 Unauthorized", f'{{"error":{{"message":"bad {CANARY}"}}}}')
        async with playing(listing, refusal, wire.answer("200 OK", "<p>Hi</p>", kind="text/html")) as server:
            chat = OpenAIChat(client)
            assert await chat.list_models(server.base_url, CANARY) == ["b", "a", "c"]
            assert server.asked[0].line == "GET /v1/models HTTP/1.1"
            assert server.asked[0].headers["authorization"] == f"Bearer {CANARY}"
            with pytest.raises(ProviderError, match="refused the key in MY_KEY") as refused:
                await chat.list_models(server.base_url, CANARY, api_key_env="MY_KEY")
            assert CANARY not in str(refused.value)
            with pytest.raises(ProviderError, match=r"GET http://127.0.0.1:\d+/v1/models was answered with status 200"):
                await chat.list_models(server.base_url, None)

    run(work)


def test_kinds_without_an_adapter_are_named() -> None:
    client = HttpClient()
    assert isinstance(provider_for("openai-chat", client), OpenAIChat)
    with pytest.raises(ConfigError, match="Supported for now: openai-chat"):
        provider_for("anthropic", client)


def test_done_is_a_value_that_names_what_was_served(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(wire.hello())) as server:
            heard = await hear(client, server.base_url)
        assert isinstance(heard.events[-1], Done)
        usage = heard.result.usage
        assert (usage.input, usage.output, usage.source) == (5, 2, "reported")
        assert heard.result.request_id == "c-1", "the answer's own id, where no header names the request"

    run(work)
