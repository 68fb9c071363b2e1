"""Whatever a server puts into its events, a call ends in a result that keeps its own rules."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.providers.anthropicreader import MessagesReader
from compare.providers.errorbody import parse_json
from compare.providers.failures import Call
from compare.providers.reply import Reply
from compare.records import ChatResult
from tests.providers.drive import read_anything

_KEYS = [
    "type", "message", "delta", "content_block", "content", "text", "thinking", "name", "index", "stop_reason",
    "stop_details", "category", "explanation", "usage", "input_tokens", "output_tokens", "cache_read_input_tokens",
    "output_tokens_details", "thinking_tokens", "error", "model", "id", "request_id", "data",
]  # fmt: skip
_TYPES = [
    "message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta",
    "message_stop", "ping", "message", "error", "text_delta", "thinking_delta", "text", "thinking", "tool_use", "odd",
]  # fmt: skip
_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 600)
    | st.floats()
    | st.sampled_from(["", "end_turn", "refusal", "é", "\ud83c", *_TYPES]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=14,
)
_event = st.one_of(
    _value,
    st.builds(
        lambda kind, **more: {"type": kind, **more},
        st.sampled_from(_TYPES),
        message=_value,
        delta=_value,
        content_block=_value,
        usage=_value,
    ),
    st.builds(
        lambda **delta: {"type": "content_block_delta", "delta": delta}, type=st.sampled_from(_TYPES), text=_value
    ),
)


def _read(*values: object) -> ChatResult:
    reply = Reply(Call("http://127.0.0.1:1/v1/messages", "m"))
    events = (f"event: e\ndata: {json.dumps(value)}\n\n".encode() for value in values)
    return read_anything(MessagesReader(reply), reply, events)


@settings(max_examples=400)
@given(st.lists(_event, max_size=4), st.booleans())
def test_no_event_makes_it_fail(events: list[object], marked: bool) -> None:
    _read(*events, *([{"type": "message_stop"}] if marked else []))


@given(_value)
def test_no_json_answer_makes_it_fail(value: object) -> None:
    reply = Reply(Call("http://127.0.0.1:1/v1/messages", "m"))
    reader = MessagesReader(reply)
    reader.whole(value)
    assert reader.ended
    reply.result({})


@pytest.mark.parametrize(
    "around",
    [
        '{{"type":"content_block_delta","delta":{}}}',
        '{{"type":"content_block_delta","delta":{{"type":"text_delta","text":{}}}}}',
        '{{"type":"content_block_start","content_block":{}}}',
        '{{"type":"message_start","message":{{"content":{}}}}}',
        '{{"type":"message_delta","delta":{{"stop_reason":{}}}}}',
        '{{"type":"message_delta","delta":{{}},"usage":{{"input_tokens":5,"more":{}}}}}',
        '{{"type":"error","error":{}}}',
        "{}",
    ],
)
@pytest.mark.parametrize("depth", [500, 2000])
@pytest.mark.parametrize("brackets", ["[]", ('{"text":', "}"), ('{"content":[', "]}")])
def test_depth_does_not_make_it_fail(around: str, depth: int, brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    text = around.format(opening * depth + "1" + closing * depth)
    reply = Reply(Call("http://127.0.0.1:1/v1/messages", "m"))
    reader = MessagesReader(reply)
    reader.feed(f'data: {text}\n\ndata: {{"type":"message_stop"}}\n\n'.encode())
    assert reader.ended
    json.dumps(reply.result({}).usage.raw)


def test_depth_of_a_json_answer_does_not_make_it_fail() -> None:
    for depth in (500, 900, 1000):
        reply = Reply(Call("http://127.0.0.1:1/v1/messages", "m"))
        MessagesReader(reply).whole({"text": parse_json("[" * depth + "1" + "]" * depth)})
        assert reply.failure is not None
        assert reply.failure.kind == "protocol"
