"""What Gemini and gateways that speak like it send, and what must come of it, however the bytes are cut."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.providers.failures import Call
from compare.providers.geminireader import GeminiReader
from compare.providers.http import Transport
from compare.providers.reply import Reply
from compare.records import ChatResult, FailureKind, Finish
from tests.providers.drive import HearAll, by_size, by_transport, read_anything, read_in_pieces

CALL = Call("http://127.0.0.1:1/v1beta/models/m:streamGenerateContent?alt=sse", "m")


@dataclass(frozen=True)
class Case:
    """A body, and what the call must give for it."""

    name: str
    body: bytes
    text: str = ""
    finish: Finish = "stop"
    raw: str | None = "STOP"
    reasoning: str = ""
    tokens: tuple[int | None, int | None] = (None, None)
    kind: FailureKind | None = None
    says: str = ""
    """Words of the failure, or of a warning where there is no failure; empty: there are no warnings."""


def _part(text: str | None = None, **more: object) -> dict[str, object]:
    return dict(more) if text is None else {"text": text, **more}


def _chunk(*parts: object, finish: str | None = None, usage: object = None, **more: object) -> str:
    candidate: dict[str, object] = {"content": {"parts": list(parts), "role": "model"}} if parts else {}
    if finish:
        candidate["finishReason"] = finish
    value: dict[str, object] = {"candidates": [{**candidate, "index": 0}], **more}
    if usage is not None:
        value["usageMetadata"] = usage
    return json.dumps({**value, "modelVersion": "served-1", "responseId": "r-1"}, ensure_ascii=False)


def _sse(*texts: str, end: str = "\r\n\r\n") -> bytes:
    return "".join(f"data: {text}{end}" for text in texts).encode("utf-8", "surrogatepass")


def _count(prompt: int, **more: int) -> dict[str, int]:
    return {"promptTokenCount": prompt, **more}


AB = (_chunk(_part("A")), _chunk(_part("b")))
STOP = _chunk(_part(""), finish="STOP")
LAST = _chunk(_part("b"), finish="STOP", usage=_count(13, candidatesTokenCount=8, totalTokenCount=21))

CASES = [
    Case(
        "usage in every chunk: the last one counts, though the prompt's figure changed, and nothing is summed",
        _sse(
            _chunk(_part("A"), usage=_count(15, totalTokenCount=15)),
            _chunk(_part(""), usage=_count(15, candidatesTokenCount=3, totalTokenCount=18)),
            LAST,
        ),
        "Ab",
        tokens=(13, 8),
    ),
    Case("lines end in LF", _sse(AB[0], LAST, end="\n\n"), "Ab", tokens=(13, 8)),
    Case("lines end in CR", _sse(AB[0], LAST, end="\r\r"), "Ab", tokens=(13, 8)),
    Case("a last event that no blank line closes", _sse(AB[0]) + f"data: {LAST}".encode(), "Ab", tokens=(13, 8)),
    Case(
        "comments between events, and an end marker of another format",
        b": waiting\r\n\r\n" + _sse(*AB, STOP, "[DONE]"),
        "Ab",
    ),
    Case(
        "a chunk that names only the traffic leaves the figures alone",
        _sse(AB[0], LAST, _chunk(_part(""), usage={"trafficType": "ON_DEMAND"})),
        "Ab",
        tokens=(13, 8),
    ),
    Case(
        "a chunk with usage alone after the finish reason",
        _sse(*AB, STOP, json.dumps({"usageMetadata": _count(9, candidatesTokenCount=2)})),
        "Ab",
        tokens=(9, 2),
    ),
    Case("a missing finish reason after the real one", _sse(*AB, STOP, STOP.replace('"STOP"', "null")), "Ab"),
    Case(
        "an unspecified reason after the real one",
        _sse(*AB, STOP, _chunk(_part(""), finish="FINISH_REASON_UNSPECIFIED")),
        "Ab",
    ),
    Case(
        "thoughts are kept apart and counted into the output",
        _sse(
            _chunk(_part("H", thought=True)),
            _chunk(_part("m", thought=True), _part("A", thoughtSignature="c2ln")),
            _chunk(
                _part("b"),
                finish="STOP",
                usage=_count(5, candidatesTokenCount=1, thoughtsTokenCount=100, totalTokenCount=106),
            ),
        ),
        "Ab",
        reasoning="Hm",
        tokens=(5, 101),
    ),
    Case("a signature without text", _sse(*AB, _chunk(_part(thoughtSignature="c2ln"), finish="STOP")), "Ab"),
    Case(
        "characters of two, three and four bytes, and some that other line splitters split at",
        _sse(_chunk(_part("é日本")), _chunk(_part("🎉a\u2028b\u2029c\u0085d")), STOP),
        "é日本🎉a\u2028b\u2029c\u0085d",
    ),
    Case(
        "an emoji cut into its two UTF-16 units",
        _sse(
            r'{"candidates":[{"content":{"parts":[{"text":"a\ud83c"}]}}]}',
            r'{"candidates":[{"content":{"parts":[{"text":"\udf89b"}]},"finishReason":"STOP"}]}',
        ),
        "a🎉b",
    ),
    Case(
        "an answer that is empty because reasoning used the budget: a candidate without parts",
        _sse(
            '{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS","index":0}],'
            '"usageMetadata":{"promptTokenCount":9,"thoughtsTokenCount":1961,"totalTokenCount":1970}}'
        ),
        "",
        "length",
        "MAX_TOKENS",
        tokens=(9, 1961),
        says="Reasoning used the whole output budget (1,961 of 2,000 tokens), so no text came; allow more",
    ),
    Case(
        "the same of a candidate without content, and without figures",
        _sse('{"candidates":[{"finishReason":"MAX_TOKENS","index":0}]}'),
        "",
        "length",
        "MAX_TOKENS",
        says="The output budget (2,000 tokens) was used up before any text came; allow more output tokens.",
    ),
    Case(
        "text up to the length limit", _sse(*AB, _chunk(_part(""), finish="MAX_TOKENS")), "Ab", "length", "MAX_TOKENS"
    ),
    Case("an answer without text", _sse(STOP), says="without any text"),
    Case("a filter in mid text", _sse(*AB, _chunk(finish="SAFETY")), "Ab", "content_filter", "SAFETY"),
    Case(
        "a filter that says more",
        _sse(_chunk(finish="MODEL_ARMOR").replace('"index"', '"finishMessage": "Against rule 7.", "index"')),
        "",
        "content_filter",
        "MODEL_ARMOR",
        says="MODEL_ARMOR: Against rule 7.",
    ),
    Case(
        "a prompt that was blocked, without candidates",
        _sse(
            '{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT","blockReasonMessage":"Not this."},'
            '"usageMetadata":{"promptTokenCount":6,"totalTokenCount":6},"modelVersion":"served-1"}'
        ),
        "",
        "content_filter",
        "PROHIBITED_CONTENT",
        tokens=(6, 0),
        says="did not let the prompt through (PROHIBITED_CONTENT). Not this.",
    ),
    Case(
        "feedback on a prompt that was let through",
        _sse('{"promptFeedback":{"safetyRatings":[{"probability":"LOW"}]}}', *AB, STOP),
        "Ab",
    ),
    Case(
        "neither a finish reason nor anything else at the end",
        _sse(*AB),
        "Ab",
        "error",
        None,
        kind="truncated",
        says="after 2 characters of text, without a finish reason",
    ),
    Case(
        "a cut stream has the prompt's figure and no output",
        _sse(_chunk(_part("A"), usage=_count(15, totalTokenCount=15))),
        "A",
        "error",
        None,
        tokens=(15, None),
        kind="truncated",
        says="after 1 characters",
    ),
    Case(
        "a reason that nobody knows",
        _sse(*AB, _chunk(finish="MOON_PHASE")),
        "Ab",
        "error",
        "MOON_PHASE",
        kind="server",
        says="'MOON_PHASE'",
    ),
    Case(
        "a reason that is known and no good end",
        _sse(*AB, _chunk(finish="MALFORMED_RESPONSE")),
        "Ab",
        "error",
        "MALFORMED_RESPONSE",
        kind="server",
        says="may be incomplete",
    ),
    Case(
        "a reason that says it is none",
        _sse(*AB, _chunk(finish="FINISH_REASON_UNSPECIFIED")),
        "Ab",
        "error",
        "FINISH_REASON_UNSPECIFIED",
        kind="server",
        says="UNSPECIFIED",
    ),
    Case(
        "a tool",
        _sse(_chunk(_part("A")), _chunk(_part(functionCall={"name": "find", "args": {}}), finish="STOP")),
        "A",
        "tool",
        says="a tool that is not run here: find.",
    ),
    Case(
        "a tool that went wrong", _sse(_chunk(finish="MALFORMED_FUNCTION_CALL")), "", "tool", "MALFORMED_FUNCTION_CALL"
    ),
    Case(
        "a part that is not text",
        _sse(_chunk(_part("A"), _part(inlineData={"mimeType": "image/png", "data": ""})), STOP),
        "A",
        says="inlineData",
    ),
    Case(
        "an error as an event",
        _sse(*AB, '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}', STOP),
        "Ab",
        "error",
        None,
        kind="overloaded",
        says="The model is overloaded",
    ),
    Case(
        "an error in a list of one as an event",
        _sse(*AB, '[{"error":{"code":500,"message":"Internal","status":"INTERNAL"}}]'),
        "Ab",
        "error",
        None,
        kind="server",
        says="Internal",
    ),
    Case(
        "an error after the finish reason is still one",
        _sse(*AB, STOP, '{"error":{"code":500,"message":"Late"}}'),
        "Ab",
        "error",
        kind="server",
        says="Late",
    ),
    Case(
        "an error event in plain words",
        _sse(*AB) + b"event: error\r\ndata: out of memory\r\n\r\n",
        "Ab",
        "error",
        None,
        kind="server",
        says="out of memory",
    ),
    Case(
        "an error event that says nothing",
        b"event: error\r\ndata: {}\r\n\r\n",
        "",
        "error",
        None,
        kind="server",
        says="no reason given",
    ),
    Case(
        "an event that is not JSON",
        _sse(*AB, "oops", STOP),
        "Ab",
        "error",
        None,
        kind="protocol",
        says="not a JSON object",
    ),
    Case(
        "events of another format",
        _sse('{"choices":[{"delta":{"content":"A"}}]}'),
        "",
        "error",
        None,
        kind="protocol",
        says="choices",
    ),
]

by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def _check(case: Case, result: Any) -> None:
    assert result.text == case.text
    assert result.reasoning == case.reasoning
    assert (result.finish, result.finish_raw) == (case.finish, case.raw)
    assert (result.usage.input, result.usage.output) == case.tokens
    if case.kind:
        assert result.failure is not None
        assert result.failure.kind == case.kind
        assert case.says in result.failure.message
        assert not (result.failure.retryable and (case.text or case.reasoning)), "never again after the first piece"
    else:
        assert result.failure is None
        assert [case.says in warning for warning in result.warnings] == ([True] if case.says else [])


def _reader() -> tuple[Reply, GeminiReader]:
    reply = Reply(CALL)
    return reply, GeminiReader(reply, max_output_tokens=2000)


def _whole(value: Any) -> ChatResult:
    reply, reader = _reader()
    reader.whole(value)
    assert reader.ended
    return reply.result({})


@by_case
@by_size
def test_reader_understands_it_however_it_is_cut(case: Case, size: int | None) -> None:
    reply, reader = _reader()
    _check(case, read_in_pieces(reader, reply, case.body, size))


@by_transport
@by_size
def test_call_gives_it_over_a_real_socket(size: int | None, transport: Transport, hear_all: HearAll) -> None:
    hear_all(CASES, _check, size, transport, lambda _: dict(kind="gemini", max_output_tokens=2000))


def test_source_of_an_answer_is_kept() -> None:
    result = _whole([json.loads(AB[0]), json.loads(LAST)])
    assert (result.text, result.model_served, result.request_id) == ("Ab", "served-1", "r-1")


def test_empty_answer_without_a_limit_of_ours_names_the_reasoning_alone() -> None:
    reply = Reply(CALL)
    candidate = {"finishReason": "MAX_TOKENS", "index": 0}
    usage = _count(9, thoughtsTokenCount=61, totalTokenCount=70)
    GeminiReader(reply).whole({"candidates": [candidate], "usageMetadata": usage})
    (warning,) = reply.result({}).warnings
    assert warning == ("Reasoning used the whole output budget (61 tokens), so no text came; allow more output tokens.")


# --- JSON in place of a stream ---------------------------------------------------------------------------------------


def test_one_json_object_is_an_answer() -> None:
    result = _whole(json.loads(_chunk(_part("Hm", thought=True), _part("Ab"), finish="STOP", usage=_count(3))))
    assert (result.text, result.reasoning, result.finish, result.warnings) == ("Ab", "Hm", "stop", ())
    assert result.usage.input == 3


def test_array_of_chunks_is_an_answer_and_its_last_usage_counts() -> None:
    result = _whole([json.loads(text) for text in (*AB[:1], LAST)])
    assert (result.text, result.usage.input, result.usage.output) == ("Ab", 13, 8)


def test_object_without_a_finish_reason_is_whole_and_an_array_without_one_is_cut() -> None:
    alone = _whole(json.loads(AB[0]))
    assert (alone.text, alone.finish, alone.finish_raw) == ("A", "stop", None)
    assert "gave no finish reason" in alone.warnings[0]
    array = _whole([json.loads(text) for text in AB])
    assert array.failure is not None
    assert (array.text, array.failure.kind) == ("Ab", "truncated")


def test_error_in_a_list_of_one_in_place_of_an_answer() -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
    error = {"code": 429, "message": "Quota", "status": "RESOURCE_EXHAUSTED", "details": [detail]}
    failure = _whole([{"error": error}]).failure
    assert failure is not None
    assert (failure.kind, failure.retryable, failure.retry_after_s) == ("rate_limit", True, 7.0)


@pytest.mark.parametrize("value", [[], {}, None, 7, "words", {"models": []}])
def test_json_of_another_kind_is_no_answer(value: object) -> None:
    failure = _whole(value).failure
    assert failure is not None
    assert failure.kind == "protocol"


# --- hostile servers -------------------------------------------------------------------------------------------------

_KEYS = [
    "candidates", "content", "parts", "text", "thought", "functionCall", "name", "finishReason", "finishMessage",
    "usageMetadata", "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount",
    "promptFeedback", "blockReason", "blockReasonMessage", "error", "code", "message", "status", "details",
    "retryDelay", "modelVersion", "responseId",
]  # fmt: skip
_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 600)
    | st.floats()
    | st.sampled_from(["", "STOP", "SAFETY", "é", "\ud83c"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=14,
)
_any_chunk = st.one_of(
    _value,
    st.builds(
        lambda parts, **more: {"candidates": [{"content": {"parts": parts}, **more}]}, _value, finishReason=_value
    ),
    st.builds(
        lambda part, usage: {"candidates": [{"content": {"parts": [part]}}], "usageMetadata": usage}, _value, _value
    ),
)


@settings(max_examples=400)
@given(st.lists(_any_chunk, max_size=4))
def test_no_chunk_makes_it_fail(chunks: list[object]) -> None:
    reply, reader = _reader()
    read_anything(reader, reply, (f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks))


@given(_value)
def test_no_json_answer_makes_it_fail(value: object) -> None:
    _whole(value)


@pytest.mark.parametrize(
    "around",
    [
        '{{"candidates":[{{"content":{{"parts":{}}},"finishReason":"STOP"}}]}}',
        '{{"candidates":[{{"finishReason":{}}}]}}',
        '{{"candidates":[{{"finishReason":"STOP"}}],"usageMetadata":{{"promptTokenCount":{}}}}}',
        '{{"promptFeedback":{}}}',
        '{{"error":{}}}',
        '{{"error":{{"message":"a","details":[{}]}}}}',
        "{}",
    ],
)
@pytest.mark.parametrize("depth", [500, 2000])
@pytest.mark.parametrize("brackets", ["[]", ('{"text":', "}"), ('{"retryDelay":[', "]}")])
def test_depth_does_not_make_it_fail(around: str, depth: int, brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    text = around.format(opening * depth + "1" + closing * depth)
    reply, reader = _reader()
    reader.feed(f"data: {text}\n\n".encode())
    reader.close()
    assert reader.ended
    json.dumps(reply.result({}).usage.raw)


def test_key_in_the_servers_words_is_hidden_also_where_they_are_cut() -> None:
    call = Call(CALL.url, "m", "MY_KEY", "canary-4f7Qx")
    for before in range(480, 505):
        reply = Reply(call)
        said = "x" * before + "canary-4f7Qx"
        candidate = {"finishReason": "SAFETY", "finishMessage": said}
        GeminiReader(reply).whole({"candidates": [candidate]})
        assert "cana" not in repr(reply.result({}).warnings)
