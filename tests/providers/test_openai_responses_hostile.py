"""Whatever a server puts into its events of the Responses format, reading them never fails."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compare.providers.reply import Reply
from compare.providers.responsesreader import ResponsesReader
from tests.providers.drive import read_anything
from tests.providers.responses_bodies import CALL

_KINDS = [
    "response.created", "response.output_item.added", "response.output_item.done", "response.output_text.delta",
    "response.refusal.delta", "response.reasoning_text.delta", "response.reasoning_summary_text.delta",
    "response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.x", "error",
]  # fmt: skip
_KEYS = [
    "type", "response", "item", "delta", "output", "content", "summary", "text", "refusal", "status", "error", "code",
    "message", "incomplete_details", "reason", "usage", "input_tokens", "output_tokens", "input_tokens_details",
    "cached_tokens", "id", "model", "object", "name", "call_id", "output_index", "summary_index", "item_id",
]  # fmt: skip
_WORDS = ["", "message", "reasoning", "function_call", "output_text", "refusal", "completed", "incomplete", "\ud83c"]
_value = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 600) | st.floats() | st.sampled_from(_WORDS + _KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=14,
)
_event = st.one_of(
    _value,
    st.builds(lambda kind, rest: {**rest, "type": kind}, st.sampled_from(_KINDS), st.dictionaries(
        st.sampled_from(_KEYS), _value, max_size=4)),
    st.builds(lambda kind, response: {"type": kind, "response": response}, st.sampled_from(_KINDS), st.dictionaries(
        st.sampled_from(_KEYS), _value, max_size=6)),
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(_event, max_size=4))
@example([{"type": "response.output_item.added", "item": {"type": []}}])
@example(
    [{"type": "response.completed", "response": {"status": {}, "output": [{"type": []}, {"content": [{"type": {}}]}]}}]
)
@example([{"type": "response.incomplete", "response": {"incomplete_details": {"reason": []}}}])
def test_no_event_makes_it_fail(events: list[Any]) -> None:
    reply = Reply(CALL)
    sent = (f"data: {json.dumps(event)}\n\n".encode() for event in events)
    read_anything(ResponsesReader(reply, max_output_tokens=5), reply, sent)


@given(_value)
def test_no_json_answer_makes_it_fail(value: Any) -> None:
    reply = Reply(CALL)
    reader = ResponsesReader(reply)
    reader.whole(value)
    assert reader.ended
    assert reply.result({}).text is not None


@pytest.mark.parametrize(
    "around",
    [
        '{{"type":"response.output_text.delta","delta":{}}}',
        '{{"type":"response.reasoning_text.delta","delta":"a","output_index":{}}}',
        '{{"type":"response.output_item.done","item":{}}}',
        '{{"type":"response.completed","response":{{"output":{},"usage":{{"input_tokens":{}}}}}}}',
        '{{"type":"response.failed","response":{{"error":{}}}}}',
        '{{"type":"error","message":{}}}',
        '{{"type":{}}}',
        "{}",
    ],
)
@pytest.mark.parametrize("depth", [500, 2000])
@pytest.mark.parametrize("brackets", ["[]", ('{"content":[', "]}")])
def test_depth_does_not_make_it_fail(around: str, depth: int, brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    deep = opening * depth + "1" + closing * depth
    reply = Reply(CALL)
    reader = ResponsesReader(reply)
    reader.feed(f"data: {around.format(deep, deep)}\n\ndata: [DONE]\n\n".encode())
    assert reader.ended
    json.dumps(reply.result({}).usage.raw)
