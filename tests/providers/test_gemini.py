"""Gemini over real sockets: what is sent to both API versions, and what comes of what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from compare.errors import ProviderError
from compare.providers import provider_for
from compare.providers.gemini import Gemini
from compare.providers.http import HttpClient
from compare.records import ChatMessage, Image, ServedModel

Playing = Callable[..., AbstractAsyncContextManager[Any]]
CANARY = "canary-4f7Qx"
USAGE = {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}
HELLO = [
    {"candidates": [{"content": {"parts": [{"text": "Hel"}], "role": "model"}}], "usageMetadata": USAGE},
    {"candidates": [{"content": {"parts": [{"text": "lo"}], "role": "model"}, "finishReason": "STOP"}]},
]
USER, ANSWER, SYSTEM = (
    ChatMessage("user", "Hi"),
    ChatMessage("assistant", "Hello."),
    ChatMessage("system", "Be brief."),
)


@pytest.fixture
def hello(wire: Any) -> list[Any]:
    """A small answer as Gemini streams it."""
    return wire.stream(wire.events(*HELLO, end="\r\n\r\n"))  # type: ignore[no-any-return]


def _refusal(message: str, **more: object) -> str:
    return json.dumps([{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT", **more}}])


def _user(*texts: str) -> dict[str, Any]:
    return {"role": "user", "parts": [{"text": text} for text in texts]}


def _model(text: str) -> dict[str, Any]:
    return {"role": "model", "parts": [{"text": text}]}


def test_kind_has_its_adapter() -> None:
    assert isinstance(provider_for("gemini", HttpClient()), Gemini)


# --- what is sent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["v1beta", "v1"])
def test_request_holds_what_was_asked_for_and_the_key_only_in_its_header(
    version: str, run: Any, playing: Playing, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(hello) as server:
            base_url = f"http://127.0.0.1:{server.port}/{version}"
            plain = await hear(client, base_url, kind="gemini", model="gemini-9", api_key=CANARY)
            await hear(
                client,
                base_url,
                kind="gemini",
                model="models/gemini-9",
                temperature=0.5,
                max_output_tokens=64,
                stop=("END",),
                seed=7,
                messages=(SYSTEM, USER),
            )
        first, second = server.asked
        assert first.line == f"POST /{version}/models/gemini-9:streamGenerateContent?alt=sse HTTP/1.1"
        assert second.line == first.line
        assert [name for name, value in first.headers.items() if CANARY in value] == ["x-goog-api-key"]
        assert first.headers["content-type"] == "application/json"
        assert first.json == {"contents": [_user("Hi")]}
        assert CANARY not in repr(plain.result)
        assert (plain.result.text, plain.result.finish, plain.result.warnings) == ("Hello", "stop", ())
        assert (plain.result.usage.input, plain.result.usage.output) == (5, 2)
        assert "x-goog-api-key" not in second.headers
        assert second.json == {
            "contents": [_user("Hi")],
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "generationConfig": {"temperature": 0.5, "maxOutputTokens": 64, "stopSequences": ["END"], "seed": 7},
        }

    run(work)


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("tunedModels/mine", "/v1/tunedModels/mine:streamGenerateContent?a=b&alt=sse"),
        ("what is?this", "/v1/models/what%20is%3Fthis:streamGenerateContent?a=b&alt=sse"),
    ],
)
def test_address_keeps_its_query_and_names_any_model(
    model: str, path: str, run: Any, playing: Playing, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(hello) as server:
            await hear(client, f"{server.base_url}/?a=b", kind="gemini", model=model)
        assert server.asked[0].line.split(" ")[1] == path

    run(work)


@pytest.mark.parametrize(
    ("model", "effort", "sent"),
    [
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
        ("gemini-2.5-flash-lite", "minimal", {"thinkingBudget": 512, "includeThoughts": True}),
        ("models/gemini-2.5-pro", "low", {"thinkingBudget": 1024, "includeThoughts": True}),
        ("gemini-2.5-pro", "medium", {"thinkingBudget": 8192, "includeThoughts": True}),
        ("gemini-2.5-pro", "high", {"thinkingBudget": 24_576, "includeThoughts": True}),
        ("gemini-3-pro-preview", "low", {"thinkingLevel": "LOW", "includeThoughts": True}),
        ("gemini-3.5-flash", "minimal", {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
        ("gemini-flash-latest", "High", {"thinkingLevel": "HIGH", "includeThoughts": True}),
    ],
)
def test_reasoning_effort_becomes_a_budget_or_a_level(
    model: str, effort: str, sent: dict[str, Any], run: Any, playing: Playing, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(hello) as server:
            result = (await hear(client, server.base_url, kind="gemini", model=model, reasoning_effort=effort)).result
        assert server.asked[0].json["generationConfig"] == {"thinkingConfig": sent}
        assert result.params_sent == {"generationConfig": {"thinkingConfig": sent}}
        assert result.warnings == ()

    run(work)


@pytest.mark.parametrize(("model", "effort"), [("gemini-3.5-flash", "none"), ("gemini-2.5-pro", "utmost")])
def test_effort_that_the_model_has_no_word_for_is_left_out_with_a_warning(
    model: str, effort: str, run: Any, playing: Playing, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(hello) as server:
            result = (await hear(client, server.base_url, kind="gemini", model=model, reasoning_effort=effort)).result
        assert "generationConfig" not in server.asked[0].json
        (warning,) = result.warnings
        assert warning.startswith(f"Reasoning effort {effort} cannot be set for {model}, which knows ")

    run(work)


# --- conversations ---------------------------------------------------------------------------------------------------

OPENING, CLOSING = "(start of the conversation)", "Please continue."


@pytest.mark.parametrize(
    ("messages", "contents", "warned"),
    [
        ((USER, ANSWER, USER), [_user("Hi"), _model("Hello."), _user("Hi")], []),
        ((USER, USER), [_user("Hi\n\nHi")], ["in a row"]),
        ((USER, ANSWER, ANSWER, USER), [_user("Hi"), _model("Hello.\n\nHello."), _user("Hi")], ["in a row"]),
        ((ANSWER, USER), [_user(OPENING), _model("Hello."), _user("Hi")], ["put first"]),
        ((USER, ANSWER), [_user("Hi"), _model("Hello."), _user(CLOSING)], ["put last"]),
        ((ChatMessage("user", ""),), [_user("(empty message)")], ["empty message"]),
        ((), [_user(OPENING)], ["put first"]),
        (
            (USER, ANSWER, SYSTEM, USER),
            [_user("Hi"), _model("Hello."), _user("System message: Be brief.\n\nHi")],
            ["later system message"],
        ),
    ],
    ids=[
        "turns that alternate",
        "two of the user",
        "two of the model",
        "the model first",
        "the model last",
        "an empty message",
        "no message",
        "a later system message",
    ],
)
def test_every_thread_is_sent_in_turns_and_what_changed_is_said(
    messages: tuple[ChatMessage, ...],
    contents: list[Any],
    warned: list[str],
    run: Any,
    playing: Playing,
    hello: list[Any],
    hear: Any,
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(hello) as server:
            result = (await hear(client, server.base_url, kind="gemini", messages=messages)).result
        assert server.asked[0].json == {"contents": contents}
        assert len(result.warnings) == len(warned)
        assert all(words in warning for words, warning in zip(warned, result.warnings, strict=True))

    run(work)


def test_first_system_messages_are_one_system_text(run: Any, playing: Playing, hello: list[Any], hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        messages = (SYSTEM, ChatMessage("system", ""), ChatMessage("system", "Be kind."), USER)
        async with playing(hello) as server:
            result = (await hear(client, server.base_url, kind="gemini", messages=messages)).result
        assert server.asked[0].json["systemInstruction"] == {"parts": [{"text": "Be brief.\n\nBe kind."}]}
        assert server.asked[0].json["contents"] == [_user("Hi")]
        assert result.warnings == ()

    run(work)


def test_pictures_stand_before_the_text_of_their_message(
    run: Any, playing: Playing, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        picture = Image("image/png", "iVBORw0K")
        messages = (
            ChatMessage("user", "One", (picture,)),
            ChatMessage("user", "Two", (picture, picture)),
            ChatMessage("user", "", (picture,)),
        )
        async with playing(hello) as server:
            await hear(client, server.base_url, kind="gemini", messages=messages)
        sent = {"inlineData": {"mimeType": "image/png", "data": "iVBORw0K"}}
        parts = [sent, {"text": "One"}, sent, sent, {"text": "Two"}, sent]
        assert server.asked[0].json == {"contents": [{"role": "user", "parts": parts}]}

    run(work)


def test_picture_of_the_system_message_is_not_dropped_in_silence(
    run: Any, playing: Playing, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        messages = (ChatMessage("system", "Look.", (Image("image/png", "iVBORw0K"),)), USER)
        async with playing(hello) as server:
            result = (await hear(client, server.base_url, kind="gemini", messages=messages)).result
        assert "picture of the system message was left out" in result.warnings[0]

    run(work)


# --- what comes back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/json; charset=UTF-8", "text/event-stream"])
@pytest.mark.parametrize("indent", [None, 2])
def test_array_of_chunks_in_place_of_a_stream(
    kind: str, indent: int | None, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", json.dumps(HELLO, indent=indent), kind=kind)) as server:
            result = (await hear(client, server.base_url, kind="gemini")).result
        assert (result.text, result.finish, result.usage.output, result.warnings) == ("Hello", "stop", 2, ())

    run(work)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("Thinking level is not supported for this model.", {"thinkingLevel"}),
        ("Unable to submit request because thinking_level is not supported by this model.", {"thinkingLevel"}),
        (
            "Unable to submit because Thinking_config.include_thoughts is only enabled when thinking is enabled.",
            {"includeThoughts"},
        ),
        ("Invalid JSON payload received. Unknown name \"seed\" at 'generation_config': Cannot find field.", {"seed"}),
        (
            "Invalid JSON payload received. Unknown name \"thinkingLevel\" at 'generation_config.thinking_config'",
            {"thinkingLevel"},
        ),
    ],
)
def test_refused_parameter_is_left_out_once_and_remembered(
    message: str, gone: set[str], run: Any, playing: Playing, wire: Any, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("400 Bad Request", _refusal(message)), hello) as server:
            asked = {"kind": "gemini", "model": "gemini-9", "reasoning_effort": "low", "seed": 3}
            first = (await hear(client, server.base_url, **asked)).result
            second = (await hear(client, server.base_url, **asked)).result
        assert len(server.asked) == 3
        for request in server.asked[1:]:
            config = request.json["generationConfig"]
            sent = {"thinkingLevel", "includeThoughts", "seed"} & {*config, *config["thinkingConfig"]}
            assert sent == {"thinkingLevel", "includeThoughts", "seed"} - gone
        assert first.text == second.text == "Hello"
        assert "does not take generationConfig." in first.warnings[0]
        assert "asked again" in first.warnings[1]

    run(work)


@pytest.mark.parametrize(
    "message",
    [
        "Thinking is not enabled for models/gemini-2.0-flash",
        "thinking_config is not supported",
        "Invalid JSON payload received. Unknown name \"thinkingConfig\" at 'generation_config': Cannot find field.",
    ],
)
def test_model_that_does_not_reason_is_asked_without(
    message: str, run: Any, playing: Playing, wire: Any, hello: list[Any], hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        refuse = wire.answer("400 Bad Request", _refusal(message))
        async with playing(refuse, refuse, hello) as server:
            asked = {"kind": "gemini", "model": "gemini-2.5-x", "reasoning_effort": "high", "temperature": 0.1}
            result = (await hear(client, server.base_url, **asked)).result
        assert server.asked[2].json["generationConfig"] == {"temperature": 0.1}
        assert result.text == "Hello"
        assert any("thinkingBudget=24576" in warning for warning in result.warnings)

    run(work)


def test_level_that_a_model_dislikes_is_not_dropped_in_silence(
    run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        said = "Thinking level MEDIUM is not supported for this model."
        async with playing(wire.answer("400 Bad Request", _refusal(said))) as server:
            failure = (await hear(client, server.base_url, kind="gemini", reasoning_effort="medium")).result.failure
        assert len(server.asked) == 1
        assert failure.kind == "bad_request"
        assert said in failure.message

    run(work)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        ("400 Bad Request", "API key not valid. Please pass a valid API key.", "auth"),
        ("400 Bad Request", "API key expired. Please renew the API key.", "auth"),
        (
            "400 Bad Request",
            "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).",
            "context_length",
        ),
        ("404 Not Found", "models/m is not found for API version v1, or is not supported.", "not_found"),
        ("403 Forbidden", "Method doesn't allow unregistered callers.", "permission"),
        ("503 Service Unavailable", "The model is overloaded. Please try again later.", "overloaded"),
    ],
)
def test_errors_are_understood_alone_and_in_a_list_of_one(
    status: str, message: str, kind: str, run: Any, playing: Playing, wire: Any, hear: Any
) -> None:
    async def work(client: HttpClient) -> None:
        in_list = _refusal(message)
        for body in (in_list, json.dumps(json.loads(in_list)[0])):
            async with playing(wire.answer(status, body)) as server:
                failure = (await hear(client, server.base_url, kind="gemini", api_key=CANARY)).result.failure
            assert failure.kind == kind
            assert message.rstrip(".") in failure.message

    run(work)


def test_wait_that_only_the_body_names_is_part_of_the_failure(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        help_link = {"@type": "type.googleapis.com/google.rpc.Help", "links": []}
        wait = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "58s"}
        body = _refusal("You exceeded your current quota", details=[help_link, wait])
        answers = (
            wire.answer("429 Too Many Requests", body),
            wire.answer("429 Too Many Requests", body, "retry-after: 3"),
        )
        async with playing(*answers) as server:
            waits = [(await hear(client, server.base_url, kind="gemini")).result.failure.retry_after_s for _ in answers]
        assert waits == [58.0, 3.0]

    run(work)


def test_no_key_in_any_outcome(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        scripts = [
            wire.answer(status, body)
            for status in ("200 OK", "400 B", "401 U", "403 F", "404 N", "429 R", "500 E")
            for body in (_refusal(CANARY), f"<p>{CANARY}</p>", json.dumps({"candidates": [{"finishReason": CANARY}]}))
        ]
        blocked = {"promptFeedback": {"blockReason": CANARY, "blockReasonMessage": CANARY}}
        called = {"candidates": [{"content": {"parts": [{"functionCall": {"name": CANARY}}]}, "finishReason": "STOP"}]}
        odd = {"candidates": [{"content": {"parts": [{CANARY: 1}]}, "finishReason": "SPII", "finishMessage": CANARY}]}
        scripts += [wire.stream(wire.events(value)) for value in (blocked, called, odd, {"responseId": CANARY})]
        async with playing(*scripts) as server:
            for _ in scripts:
                result = (await hear(client, server.base_url, kind="gemini", api_key=CANARY)).result
                assert CANARY not in repr((result.failure, result.warnings, result.finish_raw, result.request_id))

    run(work)


# --- models and counts -----------------------------------------------------------------------------------------------


def test_models_come_from_all_pages_with_their_limits(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        flash = {
            "name": "models/gemini-9-flash",
            "displayName": "Gemini 9 Flash",
            "inputTokenLimit": 1048576,
            "outputTokenLimit": 65536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }
        embed = {"name": "models/embed-1", "supportedGenerationMethods": ["embedContent"]}
        pages: tuple[dict[str, Any], ...] = (
            {"models": [flash, embed], "nextPageToken": "to/2"},
            {"models": [{"name": "tunedModels/mine"}, {"x": 1}], "nextPageToken": "to/3"},
            {},
        )
        async with playing(*(wire.answer("200 OK", json.dumps(page)) for page in pages)) as server:
            served = await Gemini(client).list_models(server.base_url, CANARY)
        assert served == [
            ServedModel("gemini-9-flash", "Gemini 9 Flash", 1048576, 65536),
            ServedModel("tunedModels/mine"),
        ]
        assert [request.line.split()[:2] for request in server.asked] == [
            ["GET", "/v1/models?pageSize=1000"],
            ["GET", "/v1/models?pageSize=1000&pageToken=to%2F2"],
            ["GET", "/v1/models?pageSize=1000&pageToken=to%2F3"],
        ]
        assert {request.headers["x-goog-api-key"] for request in server.asked} == {CANARY}

    run(work)


def test_list_of_models_without_an_end_or_of_another_kind_is_refused(run: Any, playing: Playing, wire: Any) -> None:
    async def work(client: HttpClient) -> None:
        endless = wire.answer("200 OK", '{"models":[{"name":"models/a"}],"nextPageToken":"again"}')
        async with playing(endless) as server:
            with pytest.raises(ProviderError, match="more than 10 pages of models"):
                await Gemini(client).list_models(server.base_url, None)
            assert len(server.asked) == 10
        for body in ("{}", "[]", '{"data":[]}', '{"models":7}'):
            async with playing(wire.answer("200 OK", body)) as server:
                with pytest.raises(ProviderError, match="no model server's answer"):
                    await Gemini(client).list_models(server.base_url, None)

    run(work)


def test_count_covers_the_system_text(run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    async def work(client: HttpClient) -> None:
        async with playing(wire.answer("200 OK", '{"totalTokens": 31, "promptTokensDetails": []}')) as server:
            request = request_to(server.base_url, kind="gemini", model="gemini-9", messages=(SYSTEM, USER))
            counted = await Gemini(client).count_tokens(request, base_url=server.base_url, api_key=CANARY)
        assert counted == 31
        (asked,) = server.asked
        assert asked.line == "POST /v1/models/gemini-9:countTokens HTTP/1.1"
        assert asked.headers["x-goog-api-key"] == CANARY
        assert asked.json == {
            "generateContentRequest": {
                "model": "models/gemini-9",
                "contents": [_user("Hi")],
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
            }
        }

    run(work)


def test_count_that_is_none_is_refused(run: Any, playing: Playing, wire: Any, request_to: Any) -> None:
    async def work(client: HttpClient) -> None:
        for body in ("{}", "[31]", '{"totalTokens":"31"}', '{"totalTokens":true}'):
            async with playing(wire.answer("200 OK", body)) as server:
                request = request_to(server.base_url, kind="gemini")
                with pytest.raises(ProviderError, match="no model server's answer"):
                    await Gemini(client).count_tokens(request, base_url=server.base_url, api_key=None)
        async with playing(wire.answer("429 Too Many Requests", _refusal("Slow down"))) as server:
            with pytest.raises(ProviderError, match="Slow down"):
                await Gemini(client).count_tokens(request_to(server.base_url), base_url=server.base_url, api_key=None)

    run(work)
