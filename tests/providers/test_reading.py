"""What holds for the answers of every wire format: how they end, what is said of an end, and that no key is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from compare.errors import ProviderError
from compare.providers.anthropicreader import MessagesReader
from compare.providers.chatreader import ChatReader
from compare.providers.failures import Call
from compare.providers.geminireader import GeminiReader
from compare.providers.reading import AnswerReader
from compare.providers.reply import Reply
from compare.providers.responsesreader import ResponsesReader
from compare.records import ChatResult

KEY = "canary-4f7Qx"
CALL = Call("http://127.0.0.1:1/v1/x", "m", "MY_KEY", KEY)


@dataclass(frozen=True)
class Format:
    """The events of one wire format."""

    name: str
    reader: Callable[..., AnswerReader]
    text: Callable[[str], dict[str, Any]]
    used_up: Callable[[dict[str, Any]], dict[str, Any]]
    """The end at a length limit, with a usage."""
    usage: Callable[[int], dict[str, Any]]
    """A usage of 9 tokens of input and all output reasoning."""
    odd_part: Callable[[str], dict[str, Any]]
    """A part of a type that is not known."""
    model: Callable[[str], dict[str, Any]]
    """An event that names the model."""
    tool: Callable[[str], dict[str, Any]]
    good_end: dict[str, Any]


def _choice(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def _candidate(*parts: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"parts": list(parts)}, "finishReason": finish}], **more}


def _whole_message(**more: Any) -> dict[str, Any]:
    return {"type": "message", "content": [], "stop_reason": "end_turn", **more}


def _response(status: str, *output: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": f"response.{status}", "response": {"status": status, "output": list(output), **more}}


FORMATS = [
    Format(
        "chat",
        ChatReader,
        text=lambda text: _choice({"content": text}),
        used_up=lambda usage: _choice({}, "length", usage=usage),
        usage=lambda n: {
            "prompt_tokens": 9, "completion_tokens": n, "completion_tokens_details": {"reasoning_tokens": n}
        },
        odd_part=lambda kind: _choice({"content": [{"type": kind}]}),
        model=lambda name: _choice({}, model=name),
        tool=lambda name: _choice({"tool_calls": [{"index": 0, "function": {"name": name}}]}),
        good_end=_choice({}, "stop"),
    ),
    Format(
        "responses",
        ResponsesReader,
        text=lambda text: {"type": "response.output_text.delta", "delta": text},
        used_up=lambda usage: _response("incomplete", incomplete_details={"reason": "max_output_tokens"}, usage=usage),
        usage=lambda n: {"input_tokens": 9, "output_tokens": n, "output_tokens_details": {"reasoning_tokens": n}},
        odd_part=lambda kind: _response("completed", {"type": kind}),
        model=lambda name: {"type": "response.created", "response": {"model": name}},
        tool=lambda name: {"type": "response.output_item.done", "item": {"type": "function_call", "name": name}},
        good_end=_response("completed"),
    ),
    Format(
        "anthropic",
        MessagesReader,
        text=lambda text: {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}},
        used_up=lambda usage: _whole_message(stop_reason="max_tokens", usage=usage),
        usage=lambda n: {"input_tokens": 9, "output_tokens": n, "output_tokens_details": {"thinking_tokens": n}},
        odd_part=lambda kind: {"type": "content_block_start", "content_block": {"type": kind}},
        model=lambda name: {"type": "message_start", "message": {"model": name}},
        tool=lambda name: {"type": "content_block_start", "content_block": {"type": "tool_use", "name": name}},
        good_end=_whole_message(),
    ),
    Format(
        "gemini",
        GeminiReader,
        text=lambda text: _candidate({"text": text}),
        used_up=lambda usage: _candidate(finish="MAX_TOKENS", usageMetadata=usage),
        usage=lambda n: {"promptTokenCount": 9, "thoughtsTokenCount": n, "totalTokenCount": 9 + n},
        odd_part=lambda kind: _candidate({kind: 1}),
        model=lambda name: _candidate(modelVersion=name),
        tool=lambda name: _candidate({"functionCall": {"name": name}}),
        good_end=_candidate(finish="STOP"),
    ),
]  # fmt: skip

of_every_format = pytest.mark.parametrize("wire_format", FORMATS, ids=lambda each: each.name)


def _event(value: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(value)}\n\n".encode()


def _read(wire_format: Format, *bodies: bytes, limit: int | None = None) -> ChatResult:
    reply = Reply(CALL)
    reader = wire_format.reader(reply, max_output_tokens=limit)
    reader.feed(b"".join(bodies))
    if not reader.ended:
        reader.close()
    assert reader.ended
    return reply.result({})


@of_every_format
def test_empty_answer_says_what_reasoning_used_and_what_to_do(wire_format: Format) -> None:
    end = _event(wire_format.used_up(wire_format.usage(812)))
    whole_budget = "Reasoning used the whole output budget"
    for limit, figures in ((812, " (812 of 812 tokens)"), (None, " (812 tokens)")):
        result = _read(wire_format, end, limit=limit)
        assert (result.text, result.finish, result.usage.reasoning) == ("", "length", 812)
        said = f"{whole_budget}{figures}, so no text came; allow more output tokens."
        assert said in result.warnings


@of_every_format
def test_empty_answer_without_known_reasoning_blames_the_limit_alone(wire_format: Format) -> None:
    end = _event(wire_format.used_up({}))
    for limit, figures in ((1812, " (1,812 tokens)"), (None, "")):
        said = f"The output budget{figures} was used up before any text came; allow more output tokens."
        assert said in _read(wire_format, end, limit=limit).warnings


@of_every_format
def test_body_that_ends_inside_an_event_is_cut_off(wire_format: Format) -> None:
    half = _event(wire_format.text("never"))[:30]
    for before, text, retryable in ((b"", "", True), (_event(wire_format.text("Ab")), "Ab", False)):
        result = _read(wire_format, before, half)
        assert result.failure is not None
        assert (result.failure.kind, result.failure.retryable, result.text) == ("truncated", retryable, text)
        assert f"after {len(text)} characters of text" in result.failure.message


@pytest.mark.parametrize("wire_format", [FORMATS[0], FORMATS[3]], ids=["chat", "gemini"])
def test_half_an_event_after_the_finish_reason_is_a_warning(wire_format: Format) -> None:
    half = _event(wire_format.text("never"))[:30]
    result = _read(wire_format, _event(wire_format.text("Ab")), _event(wire_format.good_end), half)
    assert (result.text, result.finish, result.failure) == ("Ab", "stop", None)
    assert "inside an event. The finish reason had come before, so the answer counts as complete." in result.warnings[0]


@of_every_format
def test_error_event_in_any_shape_ends_the_answer(wire_format: Format) -> None:
    for data, said in (("{}", "no reason given"), ('{"message":"No luck"}', "No luck"), ("out of memory", "memory")):
        result = _read(wire_format, _event(wire_format.text("Ab")), f"event: error\ndata: {data}\n\n".encode())
        assert result.failure is not None
        assert (result.text, result.failure.kind) == ("Ab", "server")
        assert said in result.failure.message


@of_every_format
def test_key_in_a_name_is_hidden_also_where_the_name_is_cut(wire_format: Format) -> None:
    for before in range(85, 101):
        name = "x" * before + KEY
        for body in (wire_format.odd_part(name), wire_format.tool(name)):
            warnings = _read(wire_format, _event(body), _event(wire_format.good_end)).warnings
            assert any("x" * before in warning for warning in warnings)
            assert not any("cana" in warning for warning in warnings)


@of_every_format
def test_key_in_the_name_of_the_model_that_answered_is_hidden(wire_format: Format) -> None:
    result = _read(wire_format, _event(wire_format.model(f"m-{KEY}")), _event(wire_format.good_end))
    assert result.model_served == "m-[key]"


def test_a_stream_without_end_is_cut_at_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.providers.reply.MAX_CHARS", 100)
    reply = Reply(Call("http://127.0.0.1:1/v1", "m"))
    reader = ChatReader(reply)
    event = b'data: {"choices": [{"delta": {"content": "0123456789"}}]}\n\n'
    for _ in range(10):
        reader.feed(event)
    with pytest.raises(ProviderError, match="more than 100 characters without an end"):
        reader.feed(event)
    assert reply.n_chars == 100, "what came before is kept"
