"""What servers that speak Anthropic Messages send, and what must come of it, however the bytes are cut."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from compare.providers.anthropicreader import MessagesReader
from compare.providers.failures import Call
from compare.providers.http import Transport
from compare.providers.reply import Reply
from compare.records import ChatResult, FailureKind, Finish
from tests.providers.drive import HearAll, by_size, by_transport, read_in_pieces


@dataclass(frozen=True)
class Case:
    """A body, and what the call must give for it."""

    name: str
    body: bytes
    text: str = "Ab"
    finish: Finish = "stop"
    raw: str | None = "end_turn"
    reasoning: str = ""
    tokens: tuple[int | None, int | None] = (9, 4)
    kind: FailureKind | None = None
    says: str | tuple[str, ...] = ()
    """Words of the failure, or one for each warning where there is no failure."""


def _event(value: dict[str, Any], name: str | None = None, pad: str = "", end: str = "\n") -> str:
    name = value.get("type", "") if name is None else name
    return (f"event: {name}{end}" if name else "") + f"data: {json.dumps(value, ensure_ascii=False)}{pad}{end}{end}"


def _sse(*events: str) -> bytes:
    return "".join(events).encode("utf-8", "surrogatepass")


def _start(usage: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 9, "output_tokens": 1} if usage is None else usage
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "served-1", "content": [], **more}
    return {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}}


def _delta(kind: str, index: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **more}}


def _say(text: str, index: int = 0) -> dict[str, Any]:
    return _delta("text_delta", index, text=text)


def _open(kind: str, index: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": {"type": kind, **more}}


def _close(index: int = 0) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def _stop(reason: str | None = "end_turn", usage: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    usage = {"output_tokens": 4} if usage is None else usage
    return {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None, **more}, "usage": usage}


END = {"type": "message_stop"}
PING = {"type": "ping"}
AB = (_open("text", text=""), _say("A"), _say("b"), _close())


def _answer(*middle: dict[str, Any], stop: dict[str, Any] | None = None) -> bytes:
    return _sse(*(_event(value) for value in (_start(), *middle, stop or _stop(), END)))


CASES = [
    Case("a plain answer", _answer(*AB)),
    Case(
        "pings anywhere, JSON padded with spaces, events of an unknown type",
        _sse(
            _event(PING),
            _event(_start(), pad="     "),
            _event({"type": "weather_report", "wind": 3}),
            *(_event(value, pad="  ") + _event(PING) for value in AB),
            _event(_stop()),
            _event(END, pad=" "),
        ),
    ),
    Case("thinking, its signature, then text", _answer(
        _open("thinking", thinking="", signature=""),
        _delta("thinking_delta", thinking="H"),
        _delta("thinking_delta", thinking="m"),
        _delta("signature_delta", signature="c2ln"),
        _close(),
        _open("text", 1, text=""),
        _say("Ab", 1),
        _close(1),
    ), reasoning="Hm"),
    Case("thinking of which only the signature is shown", _answer(
        _open("thinking", thinking="", signature=""), _delta("signature_delta", signature="c2ln"), _close(), *AB
    )),
    Case("thinking that is encrypted", _answer(
        _open("redacted_thinking", data="c2VjcmV0"), _close(), *AB
    ), says=("came encrypted and cannot be shown",)),
    Case("several text blocks", _answer(
        *AB, _open("text", 1, text=""), _say(" and", 1), _close(1), _open("text", 2, text=" c"), _say("d", 2), _close(2)
    ), "Ab and cd"),
    Case("text and thinking that stand in the start of their blocks", _answer(
        _open("thinking", thinking="Hm"), _close(), _open("text", 1, text="A"), _say("b", 1), _close(1)
    ), reasoning="Hm"),
    Case("the last usage replaces the first, field by field", _sse(
        _event(_start({"input_tokens": 690, "cache_read_input_tokens": 2, "output_tokens": 8})),
        *map(_event, AB),
        _event(_stop(usage={"input_tokens": 3042, "cache_read_input_tokens": None, "output_tokens": 354})),
        _event(END),
    ), tokens=(3044, 354)),
    Case("usage in two message_delta events", _sse(
        *map(_event, (_start(), *AB, _stop(None, {"input_tokens": 11, "output_tokens": 2}), _stop(), END))
    ), tokens=(11, 4)),
    Case("no usage at all", _sse(
        *map(_event, (_start({}), *AB, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, END))
    ), tokens=(None, None)),
    Case("zeroes for usage", _sse(
        *map(_event, (_start({"input_tokens": 0, "output_tokens": 0}), *AB, _stop(usage={"output_tokens": 0}), END))
    ), tokens=(None, None), says=("0 input tokens", "0 output tokens")),
    Case("a stop reason that a later null does not take back", _sse(
        *map(_event, (_start(), *AB, _stop("max_tokens"), _stop(None), END))
    ), finish="length", raw="max_tokens"),
    Case("a stop sequence", _answer(*AB, stop=_stop("stop_sequence", stop_sequence="END")), raw="stop_sequence"),
    Case("a full context window", _answer(*AB, stop=_stop("model_context_window_exceeded")),
        finish="length", raw="model_context_window_exceeded", says=("filled the model's context window",)),
    Case("a length limit that thinking used up", _answer(
        _open("thinking", thinking=""), _delta("thinking_delta", thinking="Hm"), _close(), stop=_stop("max_tokens")
    ), "", "length", "max_tokens", reasoning="Hm", says=("allow more output tokens",)),
    Case("an answer without text", _answer(), "", says=("without any text",)),
    Case("a refusal after some text", _answer(
        *AB, stop=_stop("refusal", stop_details={"type": "refusal", "category": "cyber", "explanation": "Not that."})
    ), finish="content_filter", raw="refusal", says=("refused to answer (category cyber): Not that.",)),
    Case("a refusal before any text, which costs nothing", _answer(
        stop=_stop("refusal", {"output_tokens": 0}, stop_details=None)
    ), "", "content_filter", "refusal", tokens=(9, 0), says=("refused to answer.",)),
    Case("a filter in front of the model", _answer(*AB, stop=_stop("content_filter")),
        finish="content_filter", raw="content_filter"),
    Case("a tool that we would have to run", _answer(
        *AB,
        _open("tool_use", 1, id="toolu_1", name="find", input={}),
        _delta("input_json_delta", 1, partial_json='{"a": 1}'),
        _close(1),
        stop=_stop("tool_use"),
    ), finish="tool", raw="tool_use", says=("a tool that is not run here: find.",)),
    Case("tools that the server ran", _answer(
        _open("server_tool_use", id="srv_1", name="web_search", input={}),
        _delta("input_json_delta", partial_json="{}"),
        _close(),
        _open("web_search_tool_result", 1, content=[]),
        _close(1),
        _open("text", 2, text=""),
        _delta("citations_delta", 2, citation={"type": "web_search_result_location"}),
        _say("Ab", 2),
        _close(2),
    ), says=("type server_tool_use", "type web_search_tool_result", "type citations_delta")),
    Case("a paused turn", _answer(*AB, stop=_stop("pause_turn")), finish="tool", raw="pause_turn", says=("paused",)),
    Case("a reason that nobody knows", _answer(*AB, stop=_stop("moon_phase")),
        finish="error", raw="moon_phase", kind="server", says="'moon_phase'"),
    Case("an error event after status 200", _sse(
        _event(_start()), *map(_event, AB),
        _event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "r"}),
    ), finish="error", raw=None, tokens=(9, None), kind="overloaded", says="Overloaded"),
    Case("an error event before anything else", _sse(
        _event({"type": "error", "error": {"type": "api_error", "message": "Internal"}}),
    ), "", "error", None, tokens=(None, None), kind="server", says="Internal"),
    Case("an error of a gateway's own shape", _sse(
        _event(_start()), *map(_event, AB), 'data: {"error":{"message":"Upstream fell","code":502}}\n\n'
    ), finish="error", raw=None, tokens=(9, None), kind="server", says="Upstream fell"),
    Case("an error event that only its name tells", b'event: error\ndata: {"message":"No luck"}\n\n',
        "", "error", None, tokens=(None, None), kind="server", says="No luck"),
    Case("an error event that only its type tells", b'data: {"type":"error","message":"No luck"}\n\n',
        "", "error", None, tokens=(None, None), kind="server", says="No luck"),
    Case("an error event in plain words", b"event: error\ndata: out of memory\n\n",
        "", "error", None, tokens=(None, None), kind="server", says="out of memory"),
    Case("a clean end before message_stop", _sse(_event(_start()), *map(_event, AB)),
        finish="error", raw=None, tokens=(9, None), kind="truncated", says="after 2 characters"),
    Case("text alone, without a beginning and an end", _sse(_event(_say("A")), _event(_say("b"))),
        finish="error", raw=None, tokens=(None, None), kind="truncated", says="after 2 characters"),
    Case("nothing but pings", _sse(_event(PING), _event(PING)),
        "", "error", None, tokens=(None, None), kind="truncated", says="after 0 characters"),
    Case("a stop reason and no message_stop", _sse(*map(_event, (_start(), *AB, _stop()))),
        says=("without its end marker message_stop",)),
    Case("message_stop and no stop reason", _sse(*map(_event, (_start(), *AB, END))),
        raw=None, tokens=(9, None), says=("gave no finish reason",)),
    Case("message_stop and nothing else", _sse(_event(END)),
        "", "error", None, tokens=(None, None), kind="protocol", says="without text and without a finish reason"),
    Case("bytes after message_stop", _answer(*AB) + _sse(_event(_say("never")), "data: [DONE]\n\n")),
    Case("an end marker of another format before the end of the body", _sse(
        *map(_event, (_start(), *AB, _stop())), "data: [DONE]\n\n", _event(END)
    )),
    Case("a last event that no blank line closes", _answer(*AB).rstrip(b"\n")),
    Case("events without names", _sse(*(_event(value, "") for value in (_start(), *AB, _stop(), END)))),
    Case("lines end in CRLF", _sse(*(_event(value, end="\r\n") for value in (_start(), *AB, _stop(), END)))),
    Case("lines end in CR", _sse(*(_event(value, end="\r") for value in (_start(), *AB, _stop(), END)))),
    Case("comments, a BOM, no space after the colon, one value on several lines",
        b'\xef\xbb\xbf: hello\n\nevent:content_block_delta\nid: 7\nretry: 10\n'
        b'data:{"type":"content_block_delta",\ndata:"delta":{"type":"text_delta","text":"Ab"}}\n\n'
        + _sse(_event(_stop()), ": bye\n\n", _event(END)),
        tokens=(None, 4)),
    Case("characters of two, three and four bytes", _answer(_say("é日本"), _say("🎉ß")), "é日本🎉ß"),
    Case("characters that other line splitters split at",
        _answer(_say("a\u2028b\u2029c\u0085d"), _say("\x0b\x0c\x1c")), "a\u2028b\u2029c\u0085d\x0b\x0c\x1c"),
    Case("an emoji cut into its two UTF-16 units", _sse(
        'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a\\ud83c"}}\n\n',
        'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"\\udf89b"}}\n\n',
        _event(_stop()), _event(END),
    ), "a🎉b", tokens=(None, 4)),
    Case("half an emoji that stays alone", _sse(
        'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a\\ud83c"}}\n\n',
        _event(_stop()), _event(END),
    ), "a\ufffd", tokens=(None, 4)),
    Case("bytes that are not UTF-8", _sse(_event(_say("A"))).replace(b'"A"', b'"A\xff"') + _sse(
        _event(_stop()), _event(END)
    ), "A\ufffd", tokens=(None, 4)),
    Case("the whole message in one event", _sse(_event({
        "type": "message", "content": [{"type": "text", "text": "Ab"}], "stop_reason": "end_turn",
        "usage": {"input_tokens": 9, "output_tokens": 4},
    }))),
    Case("an event that is not JSON", _sse(_event(_start()), *map(_event, AB), "data: oops\n\n", _event(_stop())),
        finish="error", raw=None, tokens=(9, None), kind="protocol", says="not a JSON object"),
    Case("events of another format", b'data: {"object":"chat.completion.chunk","choices":[]}\n\ndata: [DONE]\n\n',
        "", "error", None, tokens=(None, None), kind="protocol", says="chat.completion.chunk"),
]  # fmt: skip

by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def _check(case: Case, result: ChatResult) -> None:
    assert (result.text, result.reasoning) == (case.text, case.reasoning)
    assert (result.finish, result.finish_raw) == (case.finish, case.raw)
    assert (result.usage.input, result.usage.output) == case.tokens
    if case.kind:
        assert isinstance(case.says, str)
        assert result.failure is not None
        assert result.failure.kind == case.kind
        assert case.says in result.failure.message
        assert not (result.failure.retryable and (case.text or case.reasoning)), "never again after the first piece"
    else:
        assert result.failure is None
        assert len(result.warnings) == len(case.says), result.warnings
        assert all(said in warning for said, warning in zip(case.says, result.warnings, strict=True))


def _reading() -> tuple[Reply, MessagesReader]:
    reply = Reply(Call("http://127.0.0.1:1/v1/messages", "m"))
    return reply, MessagesReader(reply)


@by_case
@by_size
def test_reader_understands_it_however_it_is_cut(case: Case, size: int | None) -> None:
    reply, reader = _reading()
    _check(case, read_in_pieces(reader, reply, case.body, size))


@by_transport
@by_size
def test_call_gives_it_over_a_real_socket(size: int | None, transport: Transport, hear_all: HearAll) -> None:
    hear_all(CASES, _check, size, transport, lambda _: dict(kind="anthropic", max_output_tokens=9))


def test_answer_names_its_model_and_itself() -> None:
    reply, reader = _reading()
    reader.feed(_answer(*AB))
    assert (reply.model_served, reply.request_id) == ("served-1", "msg_1")


def test_id_of_an_error_is_kept() -> None:
    reply, reader = _reading()
    error = {"type": "rate_limit_error", "message": "Slow down"}
    reader.feed(_sse(_event({"type": "error", "error": error, "request_id": "req_7"})))
    assert reply.failure is not None
    assert (reply.failure.kind, reply.failure.code, reply.failure.retryable) == ("rate_limit", "rate_limit_error", True)
    assert reply.failure.request_id == "req_7"


def test_answer_to_a_stream_request_may_be_one_json_object() -> None:
    reply, reader = _reading()
    reader.whole({
        "id": "msg_9",
        "type": "message",
        "model": "served-2",
        "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "c2ln"},
            {"type": "text", "text": "A"},
            {"type": "text", "text": "b"},
        ],
        "stop_reason": "max_tokens",
        "usage": {"input_tokens": 3, "cache_read_input_tokens": 4, "output_tokens": 2},
    })  # fmt: skip
    assert reader.started
    result = reply.result({})
    assert (result.text, result.reasoning, result.finish, result.model_served) == ("Ab", "Hm", "length", "served-2")
    assert (result.usage.input, result.usage.cached, result.usage.output) == (7, 4, 2)


def test_json_answer_of_a_simple_server_may_be_plain_text() -> None:
    reply, reader = _reading()
    reader.whole({"content": "Ab", "stop_reason": "end_turn"})
    assert (reply.result({}).text, reply.finish, reply.failure) == ("Ab", "stop", None)


@pytest.mark.parametrize(
    ("value", "kind", "says"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded", "Overloaded"),
        ({"error": {"message": "no such model", "code": 404}}, "not_found", "no such model"),
        ({"choices": [{"message": {"content": "Hi"}}]}, "protocol", "check base_url"),
        ({"type": "message", "content": []}, "protocol", "without text and without a finish reason"),
        ([], "protocol", "not a JSON object"),
        ("Hi", "protocol", "not a JSON object"),
    ],
)
def test_json_object_that_is_no_answer_is_a_failure(value: object, kind: str, says: str) -> None:
    reply, reader = _reading()
    reader.whole(value)
    assert reader.ended
    assert reply.failure is not None
    assert reply.failure.kind == kind
    assert says in reply.failure.message


def test_neighbouring_pieces_of_one_read_are_one_piece() -> None:
    reply, reader = _reading()
    thoughts = [_delta("thinking_delta", thinking=word) for word in "ab"]
    reader.feed(_sse(*map(_event, (*thoughts, _say("c"), _say("d")))))
    assert reply.take() == [("ab", True), ("cd", False)]
