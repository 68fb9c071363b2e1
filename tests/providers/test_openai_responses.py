"""The Responses format over real sockets: what is sent, and what comes of what comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from compare.errors import ProviderError
from compare.providers import provider_for
from compare.providers.failures import Call
from compare.providers.http import HttpClient
from compare.records import (
    ChatMessage,
    ChatRequest,
    ChatResult,
    Done,
    Event,
    Image,
    ModelSpec,
    ReasoningDelta,
    ServedModel,
    Settings,
    Started,
    TextDelta,
)

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"
HI = ChatMessage("user", "Hi")
PICTURE = Image("image/png", "aGk=")


def _events(*events: dict[str, Any], end: str = "\n") -> bytes:
    return "".join(f"event: {e['type']}{end}data: {json.dumps(e)}{end}{end}" for e in events).encode()


def _delta(text: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "delta": text}


def _completed(text: str) -> dict[str, Any]:
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    usage = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
    response = {"id": "resp_1", "object": "response", "model": "served-1", "status": "completed", "output": [message]}
    return {"type": "response.completed", "response": {**response, "usage": usage}}


HELLO = _events(
    {"type": "response.created", "response": {"id": "resp_1", "model": "served-1", "status": "in_progress"}},
    {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "Hm."},
    _delta("Hel"),
    _delta("lo"),
    _completed("Hello"),
)


def _request(base_url: str, *messages: ChatMessage, total_timeout_s: float = 10.0, **settings: Any) -> ChatRequest:
    spec = ModelSpec("local", "openai-responses", base_url, "m", api_key_env="MY_TEST_KEY")
    return ChatRequest(spec, messages or (HI,), Settings(**settings), total_timeout_s, seed=7)


async def _ask(
    client: HttpClient, base_url: str, *messages: ChatMessage, api_key: str | None = None, **more: Any
) -> tuple[ChatResult, list[Event]]:
    """Ask as the engine does, and check what holds for every call."""
    provider = provider_for("openai-responses", client)
    stream = provider.stream(_request(base_url, *messages, **more), base_url=base_url, api_key=api_key)
    events = [event async for event in stream]
    done = events[-1]
    assert isinstance(done, Done), "Done is last"
    assert sum(isinstance(event, Done) for event in events) == 1, "and comes once"
    assert done.result.text == "".join(e.text for e in events if isinstance(e, TextDelta))
    assert done.result.reasoning == "".join(e.text for e in events if isinstance(e, ReasoningDelta))
    assert (done.result.failure is not None) == (done.result.finish == "error")
    return done.result, events


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_request_holds_what_was_asked_for_and_nothing_else(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO)) as server:
            plain, _ = await _ask(client, server.base_url, api_key=CANARY)
            await _ask(client, server.base_url, temperature=0.5, max_output_tokens=64, reasoning_effort="low")
        first, second = server.asked
        assert first.line == "POST /v1/responses HTTP/1.1"
        assert first.headers["authorization"] == f"Bearer {CANARY}"
        assert first.json == {
            "model": "m",
            "stream": True,
            "store": False,
            "metadata": {"seed": "7"},
            "input": [{"type": "message", "role": "user", "content": "Hi"}],
        }, "nothing is stored there, and there is no field for a seed"
        assert plain.params_sent == {"model": "m", "stream": True, "store": False, "metadata": {"seed": "7"}}
        assert plain.warnings == ()
        assert "authorization" not in second.headers
        added = {k: v for k, v in second.json.items() if k not in first.json}
        assert added == {
            "temperature": 0.5,
            "max_output_tokens": 64,
            "reasoning": {"effort": "low", "summary": "auto"},
        }

    run(work)


def _sent(*messages: ChatMessage, **settings: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Body and warnings of a request, by way of a server that only listens."""

    async def whole() -> tuple[dict[str, Any], tuple[str, ...]]:
        bodies: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            bodies.append(await reader.readexactly(length))
            body = json.dumps(_completed("Hello")["response"]).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n")
            writer.write(b"content-length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = HttpClient()
        base_url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
        result, _ = await _ask(client, base_url, *messages, **settings)
        await client.aclose()
        listening.close()
        value = json.loads(bodies[0])
        assert isinstance(value, dict)
        return value, result.warnings

    return asyncio.run(whole())


def _item(role: str, content: object) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": content}


def test_leading_system_messages_are_the_instructions_and_later_ones_keep_their_place() -> None:
    body, warnings = _sent(
        ChatMessage("system", "Be brief."),
        ChatMessage("system", "Be kind."),
        HI,
        ChatMessage("assistant", "Yes?"),
        ChatMessage("system", "Now in French."),
        ChatMessage("user", "Go on."),
    )
    assert body["instructions"] == "Be brief.\n\nBe kind."
    assert body["input"] == [
        _item("user", "Hi"),
        _item("assistant", "Yes?"),
        _item("system", "Now in French."),
        _item("user", "Go on."),
    ]
    assert warnings == ()


def test_conversation_of_system_messages_alone_is_the_input() -> None:
    body, _ = _sent(ChatMessage("system", "Be brief."))
    assert body["input"] == [_item("system", "Be brief.")]
    assert "instructions" not in body


@pytest.mark.parametrize(
    "messages",
    [
        (ChatMessage("assistant", "Hello."), HI),
        (HI, ChatMessage("assistant", "I think")),
        (HI, HI, ChatMessage("assistant", "a"), ChatMessage("assistant", "b"), HI),
        (ChatMessage("user", ""),),
    ],
    ids=["begins with the assistant", "ends with it", "two of one role in a row", "an empty message"],
)
def test_unusual_order_is_sent_as_it_is(messages: tuple[ChatMessage, ...]) -> None:
    body, warnings = _sent(*messages)
    assert body["input"] == [_item(m.role, m.content) for m in messages]
    assert warnings == ()


def test_images_go_before_the_text_of_their_message() -> None:
    body, warnings = _sent(
        ChatMessage("system", "Look.", (PICTURE,)),
        ChatMessage("user", "What is it?", (PICTURE, Image("image/jpeg", "eW8="))),
        ChatMessage("user", "", (PICTURE,)),
    )
    first = {"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,aGk="}
    second = {"type": "input_image", "detail": "auto", "image_url": "data:image/jpeg;base64,eW8="}
    assert body["input"] == [
        _item("system", [first, {"type": "input_text", "text": "Look."}]),
        _item("user", [first, second, {"type": "input_text", "text": "What is it?"}]),
        _item("user", [first]),
    ]
    assert "instructions" not in body, "they are text only"
    assert warnings == ()


def test_what_the_format_cannot_carry_is_left_out_with_a_word() -> None:
    body, warnings = _sent(HI, ChatMessage("assistant", "See.", (PICTURE,)), HI, stop=("END",))
    assert body["input"][1] == _item("assistant", "See.")
    assert not {"stop", "seed"} & set(body)
    assert warnings == (
        "An assistant's message cannot hold images in the Responses format; they were left out.",
        "Stop sequences cannot be set for models that are asked in the Responses format: they were left out.",
    )


def test_without_thinking_no_summary_of_it_is_asked_for() -> None:
    assert _sent(HI, reasoning_effort="none")[0]["reasoning"] == {"effort": "none"}


@pytest.mark.parametrize(
    ("base_url", "name", "value"),
    [
        ("https://r.openai.azure.com/openai/v1?api-version=preview", "api-key", CANARY),
        ("https://bedrock-mantle.us-east-1.api.aws/openai/v1", "Authorization", f"Bearer {CANARY}"),
        ("https://openrouter.ai/api/v1", "Authorization", f"Bearer {CANARY}"),
    ],
)
def test_key_goes_in_the_header_that_the_host_wants_and_nowhere_else(base_url: str, name: str, value: str) -> None:
    seen: list[Any] = []

    class Listening(HttpClient):
        def open(self, call: Call, headers: Any, body: bytes | None = None, *, spent_s: float = 0.0) -> Any:
            seen.append((call.url, dict(headers), body))
            raise ProviderError(call.failure("connection", "nothing is sent here"))

    async def whole() -> None:
        result, _ = await _ask(Listening(), base_url, api_key=CANARY)
        assert result.failure is not None

    asyncio.run(whole())
    url, headers, body = seen[0]
    assert headers[name] == value
    assert [k for k, v in headers.items() if CANARY in v] == [name]
    assert CANARY not in url
    assert CANARY.encode() not in body
    assert url == base_url.replace("/v1", "/v1/responses"), "a query stays at the end"


# --- what comes back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 7, 64, None])
def test_answer_is_the_same_however_its_bytes_are_cut(size: int | None, run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO, size)) as server:
            result, events = await _ask(client, server.base_url)
        assert (result.text, result.reasoning, result.finish, result.failure) == ("Hello", "Hm.", "stop", None)
        assert (result.usage.input, result.usage.output, result.usage.source) == (5, 2, "reported")
        assert (result.model_served, result.request_id) == ("served-1", "resp_1")
        assert isinstance(events[0], Started)
        assert isinstance(events[1], ReasoningDelta)

    run(work)


# --- what is refused -------------------------------------------------------------------------------------------------


def _refusal(param: str, code: str = "unsupported_parameter") -> str:
    message = f"Unsupported parameter: '{param}' is not supported with this model."
    return json.dumps({"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}})


def test_refused_parameters_are_left_out_in_turn_and_remembered(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        scripts = (
            wire.answer("400 Bad Request", _refusal("temperature")),
            wire.answer("400 Bad Request", _refusal("reasoning.summary", "unsupported_value")),
            wire.stream(HELLO),
        )
        async with playing(*scripts) as server:
            first, _ = await _ask(client, server.base_url, temperature=0.2, reasoning_effort="low")
            second, _ = await _ask(client, server.base_url, temperature=0.3, reasoning_effort="low")
        assert len(server.asked) == 4
        assert server.asked[2].json["reasoning"] == {"effort": "low"}
        assert "temperature" not in server.asked[2].json
        assert "temperature" not in server.asked[3].json
        assert first.text == second.text == "Hello"
        assert first.warnings == (
            "The server does not take temperature=0.2: it was left out.",
            "The server does not take reasoning.summary=auto: it was left out.",
            "It was asked again for this answer, whose times include the refused request.",
        )
        assert second.warnings[0] == "The server does not take temperature=0.3: it was left out."

    run(work)


def test_model_that_does_not_think_is_asked_without_an_effort(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        scripts = (
            wire.answer("400 Bad Request", _refusal("reasoning.effort")),
            wire.answer("400 Bad Request", _refusal("reasoning.summary")),
            wire.stream(HELLO),
        )
        async with playing(*scripts) as server:
            result, _ = await _ask(client, server.base_url, reasoning_effort="low")
        assert result.text == "Hello"
        assert "reasoning" not in server.asked[2].json

    run(work)


def test_no_key_in_any_outcome(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        said = {"message": f"bad {CANARY}", "code": CANARY, "param": CANARY, "type": CANARY}
        tool = {"type": "response.output_item.done", "item": {"type": "function_call", "name": CANARY}}
        bodies = (
            {"type": "error", **said},
            {"type": "response.failed", "response": {"status": "failed", "error": said, "id": CANARY}},
            {"type": "response.completed", "response": {"status": CANARY}},
            {"type": "response.incomplete", "response": {"incomplete_details": {"reason": CANARY}}},
            {"type": "response.completed", "response": {"output": [{"type": CANARY}], "id": CANARY, "model": CANARY}},
            {"type": CANARY},
        )
        scripts = [wire.stream(_events(tool, body)) for body in bodies]
        scripts += [wire.answer(status, json.dumps({"error": said})) for status in ("400 B", "401 U", "500 E")]
        scripts += [wire.answer("200 OK", json.dumps({"error": said})), wire.answer("200 OK", f'"{CANARY}"')]
        async with playing(*scripts) as server:
            for _ in scripts:
                result, _ = await _ask(client, server.base_url, api_key=CANARY)
                assert CANARY not in repr(result)

    run(work)


# --- models and counts -----------------------------------------------------------------------------------------------


def test_models_of_a_server_with_the_limits_that_it_says(run: Any, playing: Playing, wire: Any) -> None:
    listing = {
        "object": "list",
        "data": [
            {"id": "plain", "object": "model", "created": 1, "owned_by": "openai", "shutdown_date": None},
            {"id": "a/b", "name": "B", "context_length": 8192, "top_provider": {"max_completion_tokens": 1024}},
            {"id": "groq", "context_window": 131072, "max_completion_tokens": 65536},
            {"id": "vllm", "max_model_len": 4096},
            {"id": "lc", "meta": {"n_ctx": 2048, "n_ctx_train": 4096}},
            {"id": "mistral", "name": "mistral", "max_context_length": 32768},
            {"id": "odd", "context_length": "8k", "top_provider": None, "meta": []},
            {"id": None},
            "no object",
        ],
    }

    async def work(client: HttpClient) -> None:
        refusal = wire.answer("401 Unauthorized", f'{{"error":{{"message":"bad {CANARY}"}}}}')
        async with playing(wire.answer("200 OK", json.dumps(listing)), refusal, wire.answer("200 OK", "{}")) as server:
            provider = provider_for("openai-responses", client)
            assert await provider.list_models(server.base_url, CANARY) == [
                ServedModel("plain"),
                ServedModel("a/b", "B", 8192, 1024),
                ServedModel("groq", "", 131072, 65536),
                ServedModel("vllm", "", 4096),
                ServedModel("lc", "", 2048),
                ServedModel("mistral", "", 32768),
                ServedModel("odd"),
            ]
            assert server.asked[0].line == "GET /v1/models HTTP/1.1"
            with pytest.raises(ProviderError, match="refused the key in MY_KEY") as refused:
                await provider.list_models(server.base_url, CANARY, api_key_env="MY_KEY")
            assert CANARY not in str(refused.value)
            with pytest.raises(ProviderError, match="no model server's answer"):
                await provider.list_models(server.base_url, None)

    run(work)


def test_tokens_are_counted_for_exactly_the_conversation_that_is_sent(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        answers = (
            wire.answer("200 OK", '{"object":"response.input_tokens","input_tokens":74}'),
            wire.answer("200 OK", '{"input_tokens":"many"}'),
            wire.answer("404 Not Found", '{"error":{"message":"no such endpoint"}}'),
            wire.stream(HELLO),
        )
        messages = (ChatMessage("system", "Be brief."), HI)
        async with playing(*answers) as server:
            provider = provider_for("openai-responses", client)
            request = _request(server.base_url, *messages, temperature=0.5, stop=("END",))
            assert await provider.count_tokens(request, base_url=server.base_url, api_key=CANARY) == 74
            with pytest.raises(ProviderError, match="no model server's answer"):
                await provider.count_tokens(request, base_url=server.base_url, api_key=None)
            with pytest.raises(ProviderError, match="no such endpoint"):
                await provider.count_tokens(request, base_url=server.base_url, api_key=None)
            await _ask(client, server.base_url, *messages)
        asked, sent = server.asked[0], server.asked[3]
        assert asked.line == "POST /v1/responses/input_tokens HTTP/1.1"
        assert asked.headers["authorization"] == f"Bearer {CANARY}"
        assert asked.json == {k: sent.json[k] for k in ("model", "instructions", "input")}

    run(work)
