"""Anthropic Messages over real sockets: what is sent, and what is made of what a server refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from compare.errors import ProviderError
from compare.providers import provider_for
from compare.providers.anthropic import AnthropicMessages
from compare.providers.failures import Call
from compare.providers.http import HttpClient
from compare.providers.quirks import messages_quirks_of
from compare.records import ChatMessage, Done, ServedModel

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"


def _events(*values: dict[str, Any]) -> bytes:
    return "".join(f"event: {value['type']}\ndata: {json.dumps(value)}\n\n" for value in values).encode()


def _say(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


START = {"type": "message_start", "message": {"id": "msg_1", "model": "served-1", "usage": {"input_tokens": 5}}}
STOP = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}
END = {"type": "message_stop"}
HELLO = _events(START, _say("Hel"), _say("lo"), STOP, END)


def _refusal(message: str, kind: str = "invalid_request_error") -> str:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_7"})


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_request_holds_what_was_asked_for_and_nothing_else(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO)) as server:
            plain = await hear(client, server.base_url, kind="anthropic", api_key=CANARY, max_output_tokens=64)
            await hear(
                client,
                server.base_url,
                kind="anthropic",
                max_output_tokens=64,
                temperature=0.5,
                stop=("END", "STOP"),
                seed=7,
            )
            await hear(client, server.base_url, kind="anthropic", max_output_tokens=64, reasoning_effort="high")
        first, second, third = server.asked
        assert first.line == "POST /v1/messages HTTP/1.1"
        assert first.headers["x-api-key"] == CANARY
        assert first.headers["content-type"] == "application/json"
        assert first.json == {
            "model": "m",
            "stream": True,
            "max_tokens": 64,
            "messages": [{"role": "user", "content": "Hi"}],
        }
        assert plain.result.params_sent == {k: v for k, v in first.json.items() if k != "messages"}
        assert plain.result.warnings == ()
        assert plain.result.usage.input == 5
        assert "x-api-key" not in second.headers
        assert {k: v for k, v in second.json.items() if k not in first.json} == {
            "temperature": 0.5,
            "stop_sequences": ["END", "STOP"],
            "metadata": {"user_id": "seed-7"},
        }
        assert {k: v for k, v in third.json.items() if k not in first.json} == {
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": "high"},
        }

    run(work)


@pytest.mark.parametrize(
    ("base", "asked"),
    [
        ("", "/v1/messages"),
        ("/", "/v1/messages"),
        ("/v1", "/v1/messages"),
        ("/v1/", "/v1/messages"),
        ("/anthropic", "/anthropic/v1/messages"),
        ("/anthropic/v1?api-version=2", "/anthropic/v1/messages?api-version=2"),
        ("/eu?tenant=a", "/eu/v1/messages?tenant=a"),
    ],
)
def test_base_url_may_hold_the_version_or_not(
    base: str, asked: str, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO)) as server:
            heard = await hear(client, server.base_url.removesuffix("/v1") + base, kind="anthropic")
            assert heard.result.text == "Hello"
        assert server.asked[0].line.split()[1] == asked

    run(work)


def test_vertex_has_the_model_in_the_address_and_the_version_in_the_body(
    run: Any, playing: Playing, wire: Any, hear: Any, request_to: Any
) -> None:
    path = "/projects/p/locations/l/publishers/anthropic/models"

    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO), wire.answer("200 OK", '{"input_tokens": 3}')) as server:
            about = {"kind": "anthropic", "model": "claude-x@20251001", "max_output_tokens": 9}
            await hear(client, server.base_url + path, **about)
            request = request_to(server.base_url + path, **about)
            provider = provider_for("anthropic", client)
            assert await provider.count_tokens(request, base_url=server.base_url + path, api_key=None) == 3
        asked, counted = server.asked
        assert asked.line.split()[1] == f"/v1{path}/claude-x@20251001:streamRawPredict"
        assert asked.json["anthropic_version"] == asked.headers["anthropic-version"]
        assert "model" not in asked.json
        assert counted.line.split()[1] == f"/v1{path}/count-tokens:rawPredict"
        assert counted.json["model"] == "claude-x@20251001"

    run(work)


@pytest.mark.parametrize(
    ("settings", "spec", "sent", "warned"),
    [
        ({"max_output_tokens": 64}, {"max_output_tokens": 32_000}, 64, False),
        ({}, {"max_output_tokens": 32_000}, 32_000, False),
        ({}, {}, 4096, True),
    ],
)
def test_length_limit_is_always_sent_and_a_chosen_one_is_named(
    settings: Any, spec: Any, sent: int, warned: bool, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO)) as server:
            result = (await hear(client, server.base_url, kind="anthropic", spec=spec, **settings)).result
        assert server.asked[0].json["max_tokens"] == sent
        assert ["4,096 tokens were chosen" in warning for warning in result.warnings] == [True] * warned

    run(work)


@pytest.mark.parametrize(
    ("effort", "thinking", "sent", "warned"),
    [
        ("none", {"type": "disabled"}, None, False),
        ("minimal", {"type": "adaptive", "display": "summarized"}, "low", True),
        ("xhigh", {"type": "adaptive", "display": "summarized"}, "xhigh", False),
    ],
)
def test_reasoning_effort_in_words_that_this_format_has(
    effort: str, thinking: Any, sent: str | None, warned: bool, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO)) as server:
            about = {"kind": "anthropic", "max_output_tokens": 9, "reasoning_effort": effort}
            result = (await hear(client, server.base_url, **about)).result
        assert server.asked[0].json["thinking"] == thinking
        assert server.asked[0].json.get("output_config") == ({"effort": sent} if sent else None)
        assert ["minimal" in warning for warning in result.warnings] == [True] * warned

    run(work)


def test_stop_sequence_of_white_space_is_left_out_with_a_warning(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO)) as server:
            about = {"kind": "anthropic", "max_output_tokens": 9}
            one = (await hear(client, server.base_url, stop=("\n", "END"), **about)).result
            none = (await hear(client, server.base_url, stop=("\n\n",), **about)).result
        assert server.asked[0].json["stop_sequences"] == ["END"]
        assert "stop_sequences" not in server.asked[1].json
        assert one.warnings == none.warnings
        assert "white space alone cannot be set" in one.warnings[0]

    run(work)


# --- versions and keys -----------------------------------------------------------------------------------------------


async def _headers_and_body(
    client: HttpClient, playing: Playing, wire: Any, request_to: Any, *, version: str, **about: Any
) -> tuple[Mapping[str, str], dict[str, Any], tuple[str, ...]]:
    async with playing(wire.stream(HELLO)) as server:
        spec = {"api_version": version}
        request = request_to(server.base_url, kind="anthropic", max_output_tokens=9, spec=spec, **about)
        stream = AnthropicMessages(client).stream(request, base_url=server.base_url, api_key=None)
        events = [event async for event in stream]
    assert isinstance(events[-1], Done)
    return server.asked[0].headers, server.asked[0].json, events[-1].result.warnings


def test_version_of_2023_takes_a_temperature(run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    async def work(client: HttpClient) -> None:
        for version in ("", "2023-06-01"):
            headers, body, warnings = await _headers_and_body(
                client, playing, wire, request_to, version=version, temperature=0.2
            )
            assert headers["anthropic-version"] == "2023-06-01"
            assert (body["temperature"], warnings) == (0.2, ())

    run(work)


def test_version_of_2026_is_sent_no_temperature_and_the_answer_says_so(
    run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    async def work(client: HttpClient) -> None:
        headers, body, warnings = await _headers_and_body(
            client, playing, wire, request_to, version="2026-10-21", temperature=0.2
        )
        assert headers["anthropic-version"] == "2026-10-21"
        assert set(body) == {"model", "stream", "max_tokens", "messages"}
        assert warnings == (
            "The temperature cannot be set for local in version 2026-10-21 of its API: 0.2 was left out.",
        )

    run(work)


@pytest.mark.parametrize(
    ("temperature", "effort", "is_sent"),
    [(0.2, "high", False), (1.0, "high", True), (0.2, "none", True), (0.0, None, True)],
)
def test_temperature_and_thinking_exclude_each_other(
    temperature: float, effort: str | None, is_sent: bool, run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    async def work(client: HttpClient) -> None:
        _, body, warnings = await _headers_and_body(
            client, playing, wire, request_to, version="", temperature=temperature, reasoning_effort=effort
        )
        assert body.get("temperature") == (temperature if is_sent else None)
        assert ["together with a reasoning effort" in warning for warning in warnings] == [True] * (not is_sent)

    run(work)


@pytest.mark.parametrize(
    ("base_url", "version", "bearer"),
    [
        ("https://api.anthropic.com", "2026-10-21", False),
        ("https://API.anthropic.com/v1", "2026-10-21", False),
        ("https://bedrock-mantle.us-east-1.api.aws/anthropic", "2023-06-01", True),
        ("https://us-east5-aiplatform.googleapis.com/v1", "vertex-2023-10-16", True),
        ("http://127.0.0.1:8080", "2023-06-01", False),
        ("https://api.anthropic.com.example.org", "2023-06-01", False),
        ("http://[::1", "2023-06-01", False),
    ],
)
def test_version_and_kind_of_key_follow_from_the_server(base_url: str, version: str, bearer: bool) -> None:
    quirks = messages_quirks_of(base_url)
    assert (quirks.version, quirks.bearer) == (version, bearer)


@pytest.mark.parametrize(
    ("key_env", "key", "name", "value"),
    [
        ("ANTHROPIC_API_KEY", CANARY, "x-api-key", CANARY),
        (None, CANARY, "x-api-key", CANARY),
        ("ANTHROPIC_AUTH_TOKEN", CANARY, "authorization", f"Bearer {CANARY}"),
        ("AWS_BEARER_TOKEN_BEDROCK", CANARY, "authorization", f"Bearer {CANARY}"),
        ("ANTHROPIC_API_KEY", "sk-ant-oat01-x", "authorization", "Bearer sk-ant-oat01-x"),
    ],
)
def test_key_goes_in_one_header_and_a_token_as_bearer(
    key_env: str | None, key: str, name: str, value: str, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.stream(HELLO), wire.answer("200 OK", '{"data": []}')) as server:
            await hear(client, server.base_url, kind="anthropic", api_key=key, spec={"api_key_env": key_env})
            await AnthropicMessages(client).list_models(server.base_url, key, api_key_env=key_env)
        for asked in server.asked:
            assert {n: v for n, v in asked.headers.items() if key in v} == {name: value}
            assert key not in asked.line
            assert ("anthropic-beta" in asked.headers) == key.startswith("sk-ant-oat")
        assert key.encode() not in server.asked[0].body

    run(work)


# --- what a server refuses -------------------------------------------------------------------------------------------


def test_parameters_that_a_model_does_not_take_are_left_out_in_turn_and_remembered(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    said = (
        "`temperature` is deprecated for this model.",
        "adaptive thinking is not supported on this model",
        "This model does not support the effort parameter.",
    )

    async def work(client: HttpClient) -> None:
        refusals = [wire.answer("400 Bad Request", _refusal(words)) for words in said]
        async with playing(*refusals, wire.stream(HELLO)) as server:
            about = {"kind": "anthropic", "max_output_tokens": 9, "temperature": 1.0, "reasoning_effort": "low"}
            first = (await hear(client, server.base_url, **about)).result
            second = (await hear(client, server.base_url, **about)).result
        assert [len(asked.json) for asked in server.asked] == [7, 6, 5, 4, 4]
        assert first.text == second.text == "Hello"
        assert first.warnings == (
            "The server does not take temperature=1.0: it was left out.",
            "The server does not take thinking: it was left out.",
            "The server does not take output_config.effort=low: it was left out.",
            "It was asked again for this answer, whose times include the refused request.",
        )
        assert second.warnings == first.warnings[:3]

    run(work)


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ("thinking: Extra inputs are not permitted", "thinking"),
        ("thinking.adaptive.display: Extra inputs are not permitted", "thinking"),
        ("Only 'enabled' and 'disabled' are supported for thinking; 'adaptive' is not supported.", "thinking"),
        ("output_config: Extra inputs are not permitted", "output_config"),
        ("stop_sequences: Extra inputs are not permitted", "stop_sequences"),
    ],
)
def test_refusals_in_the_words_of_other_servers(
    said: str, left_out: str, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("400 Bad Request", _refusal(said)), wire.stream(HELLO)) as server:
            about = {"kind": "anthropic", "max_output_tokens": 9, "stop": ("END",), "reasoning_effort": "low"}
            assert (await hear(client, server.base_url, **about)).result.text == "Hello"
        assert set(server.asked[0].json) - set(server.asked[1].json) == {left_out}

    run(work)


@pytest.mark.parametrize(
    "said",
    [
        "thinking: adaptive is supported here, but max_tokens leaves no room for it",
        "models that support the effort parameter take low, medium or high",
    ],
)
def test_complaint_about_a_value_is_not_taken_for_a_refusal(
    said: str, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("400 Bad Request", _refusal(said)), wire.stream(HELLO)) as server:
            about = {"kind": "anthropic", "max_output_tokens": 9, "reasoning_effort": "low"}
            failure = (await hear(client, server.base_url, **about)).result.failure
        assert len(server.asked) == 1
        assert failure.kind == "bad_request"
        assert said in failure.message

    run(work)


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        ("400 Bad Request", _refusal("max_tokens: 99 > 64, which is the maximum"), "bad_request"),
        ("400 Bad Request", _refusal("max_tokens is not supported"), "unsupported_param"),
        ("400 Bad Request", _refusal("prompt is too long: 210000 tokens > 200000 maximum"), "context_length"),
        (
            "400 Bad Request",
            _refusal("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"),
            "context_length",
        ),
        ("400 Bad Request", _refusal("Your credit balance is too low to access the API"), "billing"),
        ("401 Unauthorized", _refusal("invalid x-api-key", "authentication_error"), "auth"),
        ("402 Payment Required", _refusal("Pay", "billing_error"), "billing"),
        ("403 Forbidden", _refusal("No", "permission_error"), "permission"),
        ("404 Not Found", _refusal("model: m", "not_found_error"), "not_found"),
        ("429 Too Many Requests", _refusal("Slow", "rate_limit_error"), "rate_limit"),
        ("500 Internal Server Error", _refusal("Oh", "api_error"), "server"),
        ("504 Gateway Timeout", _refusal("Late", "timeout_error"), "timeout"),
        ("529 Overloaded", _refusal("Overloaded", "overloaded_error"), "overloaded"),
    ],
)
def test_what_is_no_matter_of_parameters_is_asked_once_and_named(
    status: str, said: str, kind: str, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer(status, said, "retry-after: 3", "request-id: req_9")) as server:
            about = {"kind": "anthropic", "api_key": CANARY, "max_output_tokens": 9}
            failure = (await hear(client, server.base_url, **about)).result.failure
        assert len(server.asked) == 1
        assert (failure.kind, failure.status) == (kind, int(status[:3]))
        assert failure.retryable == (kind in ("rate_limit", "server", "timeout", "overloaded"))
        assert (failure.retry_after_s, failure.request_id) == (3.0, "req_9")

    run(work)


def test_no_key_in_any_outcome_and_no_part_of_one(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    """Servers that echo the key in every place they can."""
    key = CANARY + "0123456789" * 12  # longer than what is shown of most words
    said = _refusal(f"bad {key}", key)
    leaky = {"id": key, "model": key, "usage": {"input_tokens": 5}}
    block = {"type": "content_block_start", "content_block": {"type": key}}
    why = {"category": key, "explanation": f"{'x' * 450} {key}"}
    stop = {"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": why}}

    async def work(client: HttpClient) -> None:
        scripts = [
            *(wire.answer(status, said, f"request-id: {key}") for status in ("400 B", "401 U", "500 E")),
            wire.answer("200 OK", said),
            wire.stream(_events(START, _say("A"), json.loads(said))),
            wire.stream(_events({"type": "message_start", "message": leaky}, block, _say("A"), stop, END)),
            wire.stream(_events(START, _say("A"), {**stop, "delta": {"stop_reason": key}}, END)),
            wire.stream(_events(START) + f"data: {key}\n\n".encode()),
        ]
        async with playing(*scripts) as server:
            for _ in scripts:
                result = (await hear(client, server.base_url, kind="anthropic", api_key=key)).result
                assert CANARY not in repr(result)
        assert len(server.asked) == len(scripts)

    run(work)


# --- breaks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [True, False])
def test_end_without_a_stop_reason_may_be_asked_again_only_before_any_text(
    begun: bool, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        body = _events(START, *([_say("Hello")] if begun else []), {"type": "ping"})
        async with playing(wire.stream(body)) as server:
            failure = (await hear(client, server.base_url, kind="anthropic")).result.failure
        assert (failure.kind, failure.retryable) == ("truncated", not begun)

    run(work)


# --- models and counts -----------------------------------------------------------------------------------------------


def test_models_of_all_pages_with_their_limits(run: Any, playing: Playing, wire: Any) -> None:
    pages = [
        {
            "data": [
                {"id": "a", "display_name": "Model A", "max_input_tokens": 1_000_000, "max_tokens": 128_000},
                {"id": "b", "max_input_tokens": None, "max_tokens": 0},
            ],
            "has_more": True,
            "last_id": "b",
        },
        {"data": [{"id": "c"}, {"x": 1}, "d"], "has_more": False, "last_id": "c"},
    ]

    async def work(client: HttpClient) -> None:
        async with playing(*(wire.answer("200 OK", json.dumps(page)) for page in pages)) as server:
            served = await provider_for("anthropic", client).list_models(server.base_url, CANARY)
        assert served == [ServedModel("a", "Model A", 1_000_000, 128_000), ServedModel("b"), ServedModel("c")]
        assert [asked.line for asked in server.asked] == [
            "GET /v1/models?limit=1000 HTTP/1.1",
            "GET /v1/models?limit=1000&after_id=b HTTP/1.1",
        ]
        assert all(asked.headers["anthropic-version"] for asked in server.asked)

    run(work)


def test_list_that_never_ends_is_left(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        def page(last: str) -> list[Any]:
            return list(wire.answer("200 OK", json.dumps({"data": [{"id": last}], "has_more": True, "last_id": last})))

        async with playing(page("same")) as server:
            assert len(await AnthropicMessages(client).list_models(server.base_url, None)) == 2
        async with playing(*(page(f"m{i}") for i in range(30))) as server:
            with pytest.raises(ProviderError, match="names more than 10 pages of models"):
                await AnthropicMessages(client).list_models(server.base_url, None)
        assert len(server.asked) == 10

    run(work)


@pytest.mark.parametrize("body", ['{"models": 3}', "[]", '"hi"', "<p>Hi</p>"])
def test_list_of_something_else_is_not_taken_for_one(body: str, run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", body)) as server:
            with pytest.raises(ProviderError, match="check base_url"):
                await AnthropicMessages(client).list_models(server.base_url, None)

    run(work)


def test_count_asks_for_the_same_conversation(run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    messages = (ChatMessage("system", "Be kind."), ChatMessage("user", "Hi"))

    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", '{"input_tokens": 41}')) as server:
            request = request_to(server.base_url, kind="anthropic", messages=messages, temperature=0.5)
            provider = provider_for("anthropic", client)
            assert await provider.count_tokens(request, base_url=server.base_url, api_key=CANARY) == 41
        assert server.asked[0].line == "POST /v1/messages/count_tokens HTTP/1.1"
        assert server.asked[0].headers["x-api-key"] == CANARY
        assert server.asked[0].json == {
            "model": "m",
            "system": "Be kind.",
            "messages": [{"role": "user", "content": "Hi"}],
        }

    run(work)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        ("200 OK", '{"input_tokens": "41"}', "check base_url"),
        ("200 OK", '{"input_tokens": -1}', "check base_url"),
        ("200 OK", "[41]", "check base_url"),
        ("404 Not Found", '{"error":{"message":"no such route"}}', "no such route"),
        ("401 Unauthorized", _refusal(f"bad key {CANARY}"), "refused the key in MY_TEST_KEY"),
    ],
)
def test_count_that_is_none_is_an_error(
    status: str, body: str, says: str, run: Any, playing: Playing, wire: Any, request_to: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer(status, body)) as server:
            request = request_to(server.base_url, kind="anthropic")
            with pytest.raises(ProviderError, match=says) as refused:
                await AnthropicMessages(client).count_tokens(request, base_url=server.base_url, api_key=CANARY)
            assert CANARY not in str(refused.value)

    run(work)


def test_call_that_is_shown_holds_no_key() -> None:
    assert CANARY not in repr(Call("http://127.0.0.1:1/v1/messages", "m", "MY_TEST_KEY", CANARY))
