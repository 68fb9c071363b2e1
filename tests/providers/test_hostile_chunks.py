"""Whatever a server puts into its chunks, a call ends in a result that keeps its own rules."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.providers.chatreader import ChatReader
from compare.providers.errorbody import parse_json
from compare.providers.failures import Call
from compare.providers.reply import Reply
from compare.records import ChatResult
from tests.providers.drive import read_anything

_KEYS = [
    "choices", "delta", "message", "content", "text", "type", "reasoning", "reasoning_content", "reasoning_details",
    "thinking", "refusal", "tool_calls", "function", "function_call", "name", "index", "finish_reason", "usage",
    "x_groq", "error", "code", "model", "id", "object", "prompt_tokens", "completion_tokens", "total_tokens",
]  # fmt: skip
_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 600)
    | st.floats()
    | st.sampled_from(["", "stop", "text", "error", "é", "\ud83c"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=14,
)
_chunk = st.one_of(
    _value,
    st.builds(lambda delta, **more: {"choices": [{"delta": delta, **more}]}, _value, finish_reason=_value),
    st.builds(lambda content: {"choices": [{"delta": {"content": content}}]}, _value),
)


def _read(*values: object) -> ChatResult:
    reply = Reply(Call("http://127.0.0.1:1/v1/chat/completions", "m"))
    said = (value if value == "[DONE]" else json.dumps(value) for value in values)
    return read_anything(ChatReader(reply), reply, (f"data: {text}\n\n".encode() for text in said))


@settings(max_examples=400)
@given(st.lists(_chunk, max_size=4), st.booleans())
def test_no_chunk_makes_it_fail(chunks: list[object], marked: bool) -> None:
    _read(*chunks, *(["[DONE]"] if marked else []))


@given(_value)
def test_no_json_answer_makes_it_fail(value: object) -> None:
    reply = Reply(Call("http://127.0.0.1:1/v1/chat/completions", "m"))
    reader = ChatReader(reply)
    reader.whole(value)
    assert reader.ended
    reply.result({})


@pytest.mark.parametrize(
    "around",
    [
        '{{"choices":[{{"delta":{{"content":{}}},"finish_reason":"stop"}}]}}',
        '{{"choices":[{{"delta":{{"reasoning":{}}},"finish_reason":"stop"}}]}}',
        '{{"choices":[{{"delta":{{"tool_calls":{}}},"finish_reason":"stop"}}]}}',
        '{{"choices":[{{"delta":{{}},"finish_reason":{}}}]}}',
        '{{"choices":[{{"finish_reason":"stop"}}],"usage":{{"prompt_tokens":{}}}}}',
        '{{"error":{}}}',
        '{{"choices":{}}}',
        "{}",
    ],
)
@pytest.mark.parametrize("depth", [500, 2000])
@pytest.mark.parametrize("brackets", ["[]", ('{"text":', "}"), ('{"content":[', "]}")])
def test_depth_does_not_make_it_fail(around: str, depth: int, brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    text = around.format(opening * depth + "1" + closing * depth)
    reply = Reply(Call("http://127.0.0.1:1/v1/chat/completions", "m"))
    reader = ChatReader(reply)
    reader.feed(f"data: {text}\n\ndata: [DONE]\n\n".encode())
    assert reader.ended
    result = reply.result({})
    json.dumps(result.usage.raw)


def test_depth_of_a_json_answer_does_not_make_it_fail() -> None:
    for depth in (500, 900, 1000):
        value = parse_json("[" * depth + "1" + "]" * depth)
        reply = Reply(Call("http://127.0.0.1:1/v1/chat/completions", "m"))
        ChatReader(reply).whole({"text": value})
        assert reply.failure is not None
        assert reply.failure.kind == "protocol"
