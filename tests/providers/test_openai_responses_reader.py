"""What servers that speak the Responses format really send, and what must come of it, however the bytes are cut."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compare.providers.failures import Call
from compare.providers.http import Transport
from compare.providers.reply import Reply
from compare.providers.responsesreader import ResponsesReader
from compare.records import ChatResult, FailureKind, Finish, ProviderFailure
from tests.providers.drive import HearAll, by_size, by_transport, read_anything, read_in_pieces

CALL = Call("http://127.0.0.1:1/v1/responses", "m")
Event = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A body, and what the call must give for it."""

    name: str
    body: bytes
    text: str = ""
    finish: Finish = "stop"
    raw: str | None = "completed"
    reasoning: str = ""
    tokens: tuple[int | None, int | None] = (None, None)
    kind: FailureKind | None = None
    says: tuple[str, ...] = field(default=())
    """Words of the failure, then of each warning, in order."""
    limit: int | None = None


def _text(delta: Any, **more: Any) -> Event:
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    return {"type": "response.output_text.delta", **place, "delta": delta, **more}


def _summary(delta: str, part: int | None = 0, item: int = 0) -> Event:
    place: Event = {"item_id": f"rs_{item}", "output_index": item}
    if part is not None:
        place["summary_index"] = part
    return {"type": "response.reasoning_summary_text.delta", **place, "delta": delta}


def _thinking(delta: str, part: int = 0) -> Event:
    return {"type": "response.reasoning_text.delta", "output_index": 0, "content_index": part, "delta": delta}


def _message(*texts: str) -> Event:
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": parts}


def _function(name: str = "find", call_id: str = "call_1") -> Event:
    return {"type": "function_call", "id": "fc_1", "call_id": call_id, "name": name, "arguments": "{}"}


def _response(*output: Event, status: str = "completed", **more: Any) -> Event:
    return {"id": "resp_1", "object": "response", "model": "served-1", "status": status, "output": list(output), **more}


def _end(*output: Event, kind: str = "completed", **more: Any) -> Event:
    more = {"status": kind, **more}
    return {"type": f"response.{kind}", "response": _response(*output, **more)}


CREATED: Event = {"type": "response.created", "response": _response(status="in_progress", usage=None, error=None)}
AB = (_text("A"), _text("b"))
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 3},
    "output_tokens": 4,
    "output_tokens_details": {"reasoning_tokens": 1},
    "total_tokens": 13,
}
THOUGHTS = (("One", "rs_a"), (" two.", "rs_a"), ("Three.", "rs_b"))
AB_DONE = _message("Ab")
WHOLE = _end(_message("Ab"), usage=USAGE)


def _sse(*events: Event | str, end: str = "\n", named: bool = True) -> bytes:
    lines: list[str] = []
    for event in events:
        if isinstance(event, dict):
            if named and "type" in event:
                lines.append(f"event: {event['type']}")
            event = json.dumps(event, ensure_ascii=False)
        lines += [f"data: {event}", ""]
    return end.join([*lines, ""]).encode("utf-8", "surrogatepass")


def _done(kind: str, **more: Any) -> Event:
    return {"type": f"response.{kind}.done", "item_id": "msg_1", "output_index": 0, "content_index": 0, **more}


CASES = [
    Case(
        "an answer as OpenAI streams it, with padding and with every kind of event around the text",
        _sse(
            CREATED,
            {"type": "response.in_progress", "response": _response(status="in_progress")},
            {"type": "response.output_item.added", "output_index": 0, "item": {**_message(), "status": "in_progress"}},
            {"type": "response.content_part.added", "part": {"type": "output_text", "text": ""}},
            _text("A", obfuscation="xYz", sequence_number=4, logprobs=[]),
            _text("b", obfuscation="q", sequence_number=5, logprobs=[]),
            _done("output_text", text="Ab"),
            _done("content_part", part={"type": "output_text", "text": "Ab"}),
            {"type": "response.output_item.done", "output_index": 0, "item": _message("Ab")},
            WHOLE,
        ),
        "Ab",
        tokens=(9, 4),
    ),
    Case("events without a name", _sse(CREATED, *AB, WHOLE, named=False), "Ab", tokens=(9, 4)),
    Case(
        "events whose data has no type",
        b"".join(
            f"event: {e['type']}\ndata: {json.dumps({k: v for k, v in e.items() if k != 'type'})}\n\n".encode()
            for e in (CREATED, *AB, WHOLE)
        ),
        "Ab",
        tokens=(9, 4),
    ),
    Case(
        "a name that follows its data",
        b"".join(f"data: {json.dumps(e)}\nevent: {e['type']}\n\n".encode() for e in (CREATED, *AB, WHOLE)),
        "Ab",
        tokens=(9, 4),
    ),
    Case("[DONE] after the terminal event", _sse(*AB, WHOLE, "[DONE]"), "Ab", tokens=(9, 4)),
    Case("text after the terminal event", _sse(*AB, WHOLE, _text("never")), "Ab", tokens=(9, 4)),
    Case("lines end in CRLF", _sse(*AB, WHOLE, end="\r\n"), "Ab", tokens=(9, 4)),
    Case("lines end in CR", _sse(*AB, WHOLE, end="\r"), "Ab", tokens=(9, 4)),
    Case(
        "comments, a BOM, ids and retry times",
        b"\xef\xbb\xbf: WORKING\n\nid: 1\nretry: 10\n" + _sse(*AB) + b": WORKING\n\n" + _sse(WHOLE),
        "Ab",
        tokens=(9, 4),
    ),
    Case("a last event that no blank line closes", _sse(*AB, WHOLE).rstrip(b"\n"), "Ab", tokens=(9, 4)),
    Case(
        "characters of two, three and four bytes, and those that other line splitters split at",
        _sse(_text("é日本🎉"), _text("a\u2028b\u0085c\x0b"), _end()),
        "é日本🎉a\u2028b\u0085c\x0b",
    ),
    Case(
        "an emoji cut into its two UTF-16 units",
        _sse(
            '{"type":"response.output_text.delta","delta":"a\\ud83c"}',
            '{"type":"response.output_text.delta","delta":"\\udf89b"}',
            _end(_message("a🎉b")),
        ),
        "a🎉b",
    ),
    Case(
        "half an emoji that stays alone",
        _sse('{"type":"response.output_text.delta","delta":"a\\ud83c"}', _end(_message("ab"))),
        "a\ufffd",
    ),
    Case(
        "a summary of the thinking",
        _sse(CREATED, _summary("Let "), _summary("me."), *AB, WHOLE),
        "Ab",
        reasoning="Let me.",
        tokens=(9, 4),
    ),
    Case(
        "several summaries, in one item and in the next, stand apart",
        _sse(
            _summary("One"),
            _summary(" a."),
            _summary("Two.", 1),
            _summary("3.", 1, 1),
            _summary("4.", 0, 2),
            _end(AB_DONE),
        ),
        "Ab",
        reasoning="One a.\n\nTwo.\n\n3.\n\n4.",
    ),
    Case(
        "a summary whose parts are not numbered is one",
        _sse(_summary("One", None), _summary(" two", None), *AB, _end()),
        "Ab",
        reasoning="One two",
    ),
    Case(
        "items of thinking that are named and not numbered",
        _sse(*({**_summary(text), "item_id": name, "output_index": None} for text, name in THOUGHTS), *AB, _end()),
        "Ab",
        reasoning="One two.\n\nThree.",
    ),
    Case(
        "the thinking and then a summary of it",
        _sse(_thinking("Hm."), _summary("So."), *AB, _end()),
        "Ab",
        reasoning="Hm.\n\nSo.",
    ),
    Case(
        "a thought that is streamed and stands in the last event too",
        _sse(_summary("Hm"), *AB, _end({"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]})),
        "Ab",
        reasoning="Hm",
    ),
    Case(
        "the thinking itself",
        _sse(_thinking("Hm"), _thinking("m."), _thinking("So.", 1), *AB, _end()),
        "Ab",
        reasoning="Hmm.\n\nSo.",
    ),
    Case(
        "a thought between two pieces of text",
        _sse(_text("A"), _summary("Hm."), _text("b", output_index=2), _end()),
        "Ab",
        reasoning="Hm.",
    ),
    Case(
        "text, thinking and refusal that only the last event holds",
        _sse(
            CREATED,
            _end(
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": t} for t in ("One.", "Two.")]},
                _message("A", "b"),
                usage=USAGE,
            ),
        ),
        "Ab",
        reasoning="One.\n\nTwo.",
        tokens=(9, 4),
    ),
    Case(
        "several messages and parts are joined as given",
        _sse(
            _text("A"), _text("b", content_index=1), _text("c", output_index=1), _end(_message("A", "b"), _message("c"))
        ),
        "Abc",
    ),
    Case(
        "thinking that stands in the content of its item and has no summary",
        _sse(
            *AB,
            _end({"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]}),
        ),
        "Ab",
        reasoning="Hm",
    ),
    Case("an output that the last event leaves out", _sse(*AB, _end(usage=USAGE)), "Ab", tokens=(9, 4)),
    Case(
        "a last event with more text than the stream brought",
        _sse(*AB, _end(_message("Abcde"))),
        "Ab",
        says=("holds a text of 5 characters, its stream brought 2",),
    ),
    Case(
        "a refusal",
        _sse(
            {"type": "response.refusal.delta", "delta": "No"}, {"type": "response.refusal.delta", "delta": "."}, _end()
        ),
        "No.",
        "content_filter",
        says=("refused",),
    ),
    Case(
        "a refusal that only the last event holds",
        _sse(_end({"type": "message", "content": [{"type": "refusal", "refusal": "No."}]})),
        "No.",
        "content_filter",
        says=("refused",),
    ),
    Case(
        "a length limit",
        _sse(*AB, _end(AB_DONE, kind="incomplete", incomplete_details={"reason": "max_output_tokens"}, usage=USAGE)),
        "Ab",
        "length",
        "max_output_tokens",
        tokens=(9, 4),
        limit=4,
    ),
    Case(
        "a limit on messages",
        _sse(*AB, _end(kind="incomplete", incomplete_details={"reason": "max_messages"})),
        "Ab",
        "length",
        "max_messages",
    ),
    Case(
        "a length limit that thinking used up",
        _sse(_summary("Hm"), _end(kind="incomplete", incomplete_details={"reason": "max_output_tokens"})),
        "",
        "length",
        "max_output_tokens",
        reasoning="Hm",
        says=("allow more output tokens",),
    ),
    Case(
        "a filter",
        _sse(*AB, _end(kind="incomplete", incomplete_details={"reason": "content_filter"})),
        "Ab",
        "content_filter",
        "content_filter",
    ),
    Case(
        "a completed event whose status is incomplete",
        _sse(*AB, _end(status="incomplete", incomplete_details={"reason": "max_output_tokens"})),
        "Ab",
        "length",
        "max_output_tokens",
    ),
    Case(
        "a completed event whose status is incomplete, without a reason",
        _sse(*AB, _end(status="incomplete")),
        "Ab",
        "length",
        "incomplete",
        says=("incomplete without a reason",),
    ),
    Case(
        "a completed event whose status is failed, without a reason",
        _sse(*AB, _end(status="failed")),
        "Ab",
        "error",
        "failed",
        kind="server",
        says=("ended as 'failed', and gives no reason",),
    ),
    Case(
        "a completed event with the response as it began",
        _sse(*AB, _end(_message("Ab"), status="in_progress")),
        "Ab",
    ),
    Case("a completed event without a response", _sse(*AB, {"type": "response.completed"}), "Ab"),
    Case(
        "an incomplete reason that nobody knows",
        _sse(*AB, _end(kind="incomplete", incomplete_details={"reason": "moon_phase"})),
        "Ab",
        "error",
        "moon_phase",
        kind="server",
        says=("'moon_phase'",),
    ),
    Case(
        "a complete answer that used every token it was allowed",
        _sse(*AB, WHOLE),
        "Ab",
        tokens=(9, 4),
        says=("it used all 4 output tokens that were allowed",),
        limit=4,
    ),
    Case("a complete answer within its limit", _sse(*AB, WHOLE), "Ab", tokens=(9, 4), limit=5),
    Case(
        "a failed response",
        _sse(*AB, _end(kind="failed", error={"code": "rate_limit_exceeded", "message": "Slow down"}, usage=USAGE)),
        "Ab",
        "error",
        "rate_limit_exceeded",
        tokens=(9, 4),
        kind="rate_limit",
        says=("Slow down",),
    ),
    Case(
        "a cancelled response",
        _sse(*AB, _end(kind="cancelled", error=None)),
        "Ab",
        "error",
        "cancelled",
        kind="cancelled",
        says=("after 2 characters",),
    ),
    Case(
        "an error event",
        _sse(*AB, {"type": "error", "code": "server_error", "message": "No luck", "param": None}),
        "Ab",
        "error",
        None,
        kind="server",
        says=("No luck",),
    ),
    Case(
        "an error event with its words one level down",
        _sse(*AB, {"type": "error", "error": {"type": "overloaded_error", "message": "Busy"}}),
        "Ab",
        "error",
        None,
        kind="overloaded",
        says=("Busy",),
    ),
    Case(
        "an error that has neither name nor type, and [DONE]",
        _sse(*AB, {"error": {"message": "Upstream fell", "code": 502}}, "[DONE]"),
        "Ab",
        "error",
        None,
        kind="server",
        says=("Upstream fell",),
    ),
    Case(
        "an error event whose data has a type of its own",
        b'event: error\ndata: {"type":"invalid_request_error","message":"No such thing"}\n\n',
        "",
        "error",
        None,
        kind="server",
        says=("No such thing",),
    ),
    Case(
        "an error event in plain words",
        b"event: error\ndata: out of memory\n\n",
        "",
        "error",
        None,
        kind="server",
        says=("out of memory",),
    ),
    Case(
        "no terminal event",
        _sse(CREATED, *AB, _done("output_text", text="Ab")),
        "Ab",
        "error",
        None,
        kind="truncated",
        says=("after 2 characters of text, without a terminal event",),
    ),
    Case(
        "no terminal event but [DONE]",
        _sse(CREATED, *AB, "[DONE]"),
        "Ab",
        "error",
        None,
        kind="truncated",
        says=("without a terminal event",),
    ),
    Case(
        "a terminal event that breaks off",
        _sse(CREATED, *AB) + _sse(WHOLE)[:90],
        "Ab",
        "error",
        None,
        kind="truncated",
        says=("without a terminal event",),
    ),
    Case(
        "an empty piece and no terminal event",
        _sse(_text("")),
        "",
        "error",
        None,
        kind="truncated",
        says=("after 0 characters of text",),
    ),
    Case("[DONE] and nothing else", _sse("[DONE]"), "", "error", None, kind="protocol", says=("check base_url",)),
    Case(
        "a tool",
        _sse(
            {"type": "response.output_item.added", "output_index": 0, "item": _function()},
            {"type": "response.function_call_arguments.delta", "delta": "{}"},
            {"type": "response.output_item.done", "output_index": 0, "item": {**_function(), "id": "another"}},
            _end(_function(), usage=USAGE),
        ),
        "",
        "tool",
        tokens=(9, 4),
        says=("a tool that is not run here: find.",),
    ),
    Case(
        "text and two tools, in a last event without output",
        _sse(
            *AB,
            {"type": "response.output_item.done", "item": _function("find", "call_1")},
            {"type": "response.output_item.done", "item": _function("buy", "call_2")},
            _end(),
        ),
        "Ab",
        "tool",
        says=("not run here: find, buy.",),
    ),
    Case(
        "items and parts that cannot be shown",
        _sse(
            _end(_message("Ab"), {"type": "image_generation_call"}, {"type": "message", "content": [{"type": "audio"}]})
        ),
        "Ab",
        says=("an item of type image_generation_call", "a part of type audio"),
    ),
    Case("an answer without text", _sse(CREATED, _end()), says=("without any text",)),
    Case(
        "events that nobody knows",
        _sse({"type": "response.moon.rising", "error": "not ours"}, {"type": "keepalive"}, {"a": 1}, *AB, WHOLE),
        "Ab",
        tokens=(9, 4),
    ),
    Case(
        "an event that is not JSON",
        _sse(*AB, "oops", WHOLE),
        "Ab",
        "error",
        None,
        kind="protocol",
        says=("not a JSON object",),
    ),
    Case(
        "events of another format",
        _sse({"id": "c-1", "choices": [{"index": 0, "delta": {"content": "Ab"}}]}, "[DONE]"),
        "",
        "error",
        None,
        kind="protocol",
        says=("choices",),
    ),
    Case(
        "a usage of zeros",
        _sse(*AB, _end(usage={"input_tokens": 0, "output_tokens": 0, "total_tokens": 0})),
        "Ab",
        says=("0 input tokens", "0 output tokens"),
    ),
]


def _read(case: Case, size: int | None) -> ChatResult:
    reply = Reply(CALL)
    return read_in_pieces(ResponsesReader(reply, max_output_tokens=case.limit), reply, case.body, size)


def _check(case: Case, result: ChatResult) -> None:
    assert (result.text, result.reasoning) == (case.text, case.reasoning)
    assert (result.finish, result.finish_raw) == (case.finish, case.raw)
    assert (result.usage.input, result.usage.output) == case.tokens
    said = list(result.warnings)
    if case.kind is None:
        assert result.failure is None
    else:
        assert result.failure is not None
        assert result.failure.kind == case.kind
        assert not (result.failure.retryable and (case.text or case.reasoning)), "never again after the first piece"
        said.insert(0, result.failure.message)
    assert len(said) == len(case.says), said
    assert all(words in sentence for words, sentence in zip(case.says, said, strict=True)), said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@by_size
def test_reader_understands_it_however_it_is_cut(case: Case, size: int | None) -> None:
    _check(case, _read(case, size))


@by_transport
@by_size
def test_call_gives_it_over_a_real_socket(size: int | None, transport: Transport, hear_all: HearAll) -> None:
    hear_all(CASES, _check, size, transport, lambda case: {"kind": "openai-responses", "max_output_tokens": case.limit})


def test_stream_that_ends_before_any_text_may_be_asked_for_again() -> None:
    result = _read(Case("", _sse(CREATED)), None)
    assert result.failure is not None
    assert (result.failure.kind, result.failure.retryable) == ("truncated", True)


def test_who_answered_is_known_from_the_first_event_on() -> None:
    result = _read(Case("", _sse(CREATED, *AB)), None)
    assert (result.model_served, result.request_id) == ("served-1", "resp_1")


def test_cut_after_the_terminal_event_does_no_harm() -> None:
    reply = Reply(CALL)
    reader = ResponsesReader(reply)
    reader.feed(_sse(*AB, WHOLE))
    reader.cut(ProviderFailure("truncated", "broke"))
    assert reply.failure is None


def test_cut_before_the_terminal_event_keeps_the_text() -> None:
    reply = Reply(CALL)
    reader = ResponsesReader(reply)
    reader.feed(_sse(*AB))
    reader.cut(ProviderFailure("timeout", "too late"))
    result = reply.result({})
    assert (result.text, result.finish, result.failure) == ("Ab", "error", ProviderFailure("timeout", "too late"))


# --- one JSON value in place of a stream -----------------------------------------------------------------------------


def _whole(value: Any) -> ChatResult:
    reply = Reply(CALL)
    reader = ResponsesReader(reply)
    reader.whole(value)
    assert reader.ended
    return reply.result({})


def test_answer_to_a_stream_request_may_be_one_json_object() -> None:
    thought = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}
    result = _whole(_response(thought, _message("A", "b"), usage=USAGE, error=None))
    assert (result.text, result.reasoning, result.finish, result.model_served) == ("Ab", "Hm", "stop", "served-1")
    assert (result.usage.input, result.usage.cached, result.usage.output, result.usage.reasoning) == (9, 3, 4, 1)
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("value", "finish", "raw", "kind"),
    [
        (_response(_message("A"), status="incomplete"), "length", "incomplete", None),
        (_response(_function()), "tool", "completed", None),
        (_response(status="failed", error={"code": "server_error", "message": "x"}), "error", "server_error", "server"),
        (_response(status="queued"), "error", "queued", "server"),
        ({"output": []}, "error", "(no word)", "server"),
        ({"error": {"message": "No", "code": 429}}, "error", None, "rate_limit"),
        ({"choices": [{"message": {"content": "A"}}]}, "error", None, "protocol"),
        ("Hello", "error", None, "protocol"),
    ],
)
def test_json_object_that_is_no_complete_answer(
    value: Any, finish: Finish, raw: str | None, kind: FailureKind | None
) -> None:
    result = _whole(value)
    assert (result.finish, result.finish_raw) == (finish, raw)
    assert (result.failure.kind if result.failure else None) == kind


# --- whatever a server puts into its events --------------------------------------------------------------------------

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
    _whole(value)


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
