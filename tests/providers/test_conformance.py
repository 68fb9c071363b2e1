"""What servers that speak Chat Completions really send, and what must come of it, however the bytes are cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from compare.providers.chatreader import ChatReader
from compare.providers.failures import Call
from compare.providers.http import Transport
from compare.providers.reply import Reply
from compare.records import FailureKind, Finish
from tests.providers.drive import HearAll, by_size, by_transport, read_in_pieces


@dataclass(frozen=True)
class Case:
    """A body, and what the call must give for it."""

    name: str
    body: bytes
    text: str = ""
    finish: Finish = "stop"
    raw: str | None = "stop"
    reasoning: str = ""
    tokens: tuple[int | None, int | None] = (None, None)
    kind: FailureKind | None = None
    says: str = ""
    """Words of the failure, or of a warning where there is no failure; empty: there are no warnings."""


def _delta(content: object = None, *, finish: str | None = None, **more: object) -> str:
    import json

    delta = dict(more) if content is None else {"content": content, **more}
    chunk = {"id": "c-1", "model": "served-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return json.dumps(chunk, ensure_ascii=False)


def _sse(*texts: str, end: str = "\n\n") -> bytes:
    return "".join(f"data: {text}{end}" for text in texts).encode("utf-8", "surrogatepass")


USAGE = '"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}'
STOP = _delta(finish="stop")
AB = (_delta("A"), _delta("b"))

CASES = [
    Case(
        "a role first, padding, unknown keys, usage null until a last chunk without choices",
        _sse(
            '{"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null}}],"usage":null}',
            '{"choices":[{"index":0,"delta":{"content":"Ab"},"logprobs":null}],"usage":null,"obfuscation":"xYz"}',
            '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}',
            '{"choices":[],' + USAGE + "}",
            "[DONE]",
        ),
        "Ab",
        tokens=(9, 4),
    ),
    Case("content null in the first chunk", _sse(_delta(role="assistant", content=None), *AB, STOP, "[DONE]"), "Ab"),
    Case(
        "comments between events, usage beside choices, a null reason after the real one",
        b": WORKING\n\n: WORKING\n\n"
        + _sse(*AB, STOP)
        + b": WORKING\n\n"
        + _sse('{"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],' + USAGE + "}", "[DONE]"),
        "Ab",
        tokens=(9, 4),
    ),
    Case(
        "usage below x_groq only",
        _sse(*AB, '{"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r",' + USAGE + "}}", "[DONE]"),
        "Ab",
        tokens=(9, 4),
    ),
    Case(
        "usage in the chunk before the last, and null in the last",
        _sse(*AB, '{"choices":[],' + USAGE + "}", STOP[:-1] + ',"usage":null}', "[DONE]"),
        "Ab",
        tokens=(9, 4),
    ),
    Case(
        "usage inside the choice",
        _sse(*AB, '{"choices":[{"delta":{},"finish_reason":"stop",' + USAGE + "}]}", "[DONE]"),
        "Ab",
        tokens=(9, 4),
    ),
    Case("no usage at all", _sse(*AB, STOP, "[DONE]"), "Ab"),
    Case(
        "thinking as lists of parts",
        _sse(
            _delta([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]),
            _delta([{"type": "thinking", "thinking": [{"type": "text", "text": "m."}]}]),
            _delta([{"type": "text", "text": "A"}, {"type": "text", "text": "b"}]),
            STOP,
            "[DONE]",
        ),
        "Ab",
        reasoning="Hmm.",
    ),
    Case("reasoning_content", _sse(_delta(reasoning_content="Hm"), *AB, STOP, "[DONE]"), "Ab", reasoning="Hm"),
    Case("reasoning", _sse(_delta(reasoning="Hm"), *AB, STOP, "[DONE]"), "Ab", reasoning="Hm"),
    Case(
        "both reasoning fields at once count once",
        _sse(
            _delta("", reasoning="Hm", reasoning_content="Hm", reasoning_details=[{"type": "x", "text": "Hm"}]),
            *AB,
            STOP,
            "[DONE]",
        ),
        "Ab",
        reasoning="Hm",
    ),
    Case(
        "reasoning_details alone, one of them encrypted",
        _sse(
            _delta("", reasoning=None, reasoning_details=[{"type": "reasoning.encrypted", "data": "Zm9v"}]),
            _delta("", reasoning_details=[{"type": "reasoning.summary", "summary": "Hm"}]),
            *AB,
            STOP,
            "[DONE]",
        ),
        "Ab",
        reasoning="Hm",
    ),
    Case("think tags stay text", _sse(_delta("<think>"), _delta("Hm</think>A"), STOP, "[DONE]"), "<think>Hm</think>A"),
    Case("lines end in CRLF", _sse(*AB, STOP, "[DONE]", end="\r\n\r\n"), "Ab"),
    Case("lines end in CR", _sse(*AB, STOP, "[DONE]", end="\r\r"), "Ab"),
    Case(
        "characters of two, three and four bytes",
        _sse(_delta("é日本"), _delta("🎉ß"), STOP, "[DONE]"),
        "é日本🎉ß",
    ),
    Case(
        "characters that other line splitters split at",
        _sse(_delta("a\u2028b\u2029c\u0085d"), '{"choices":[{"delta":{"content":"\x0b\x0c\x1c"}}]}', STOP, "[DONE]"),
        "a\u2028b\u2029c\u0085d\x0b\x0c\x1c",
    ),
    Case(
        "an emoji cut into its two UTF-16 units",
        _sse(
            '{"choices":[{"delta":{"content":"a\\ud83c"}}]}',
            '{"choices":[{"delta":{"content":"\\udf89b"}}]}',
            STOP,
            "[DONE]",
        ),
        "a🎉b",
    ),
    Case(
        "half an emoji that stays alone",
        _sse('{"choices":[{"delta":{"content":"a\\ud83c"},"finish_reason":"stop"}]}', "[DONE]"),
        "a\ufffd",
    ),
    Case(
        "bytes that are not UTF-8",
        _sse(_delta("A")) + b'data: {"choices":[{"delta":{"content":"\xff"},'
        b'"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        "A\ufffd",
    ),
    Case(
        "NaN among the log probabilities",
        _sse('{"choices":[{"delta":{"content":"Ab"},"logprobs":NaN,"finish_reason":"stop"}]}', "[DONE]"),
        "Ab",
    ),
    Case(
        "a BOM, no space after the colon, one value on several lines, ids and retry times",
        b'\xef\xbb\xbfdata:{"choices":\ndata:[{"delta":{"content":"Ab"}}]}\nid: 7\nretry: 10\nfoo: bar\n\n'
        + _sse(STOP, "[DONE]"),
        "Ab",
    ),
    Case("a last event that no blank line closes", _sse(*AB, STOP) + b"data: [DONE]", "Ab"),
    Case("bytes after the end marker", _sse(*AB, STOP, "[DONE]", _delta("never")), "Ab"),
    Case("a reason and no end marker", _sse(*AB, STOP), "Ab", says="without its end marker [DONE]"),
    Case("neither reason nor end marker", _sse(*AB), "Ab", "error", None, kind="truncated", says="after 2 characters"),
    Case("an end marker and no reason", _sse(*AB, "[DONE]"), "Ab", raw=None, says="gave no finish reason"),
    Case("an end marker and nothing else", _sse("[DONE]"), "", "error", None, kind="protocol", says="check base_url"),
    Case(
        "a length limit that reasoning used up",
        _sse(_delta(reasoning="Hm"), _delta(finish="length"), "[DONE]"),
        "",
        "length",
        "length",
        reasoning="Hm",
        says="allow more output tokens",
    ),
    Case("an answer without text", _sse(STOP, "[DONE]"), says="without any text"),
    Case("a filter", _sse(*AB, _delta(finish="content_filter"), "[DONE]"), "Ab", "content_filter", "content_filter"),
    Case(
        "a refusal in its own field",
        _sse(_delta(refusal="I can"), _delta(refusal="not."), STOP, "[DONE]"),
        "I cannot.",
        "content_filter",
        says="refused",
    ),
    Case(
        "tools",
        _sse(
            _delta("A", tool_calls=[{"index": 0, "id": "t", "function": {"name": "find", "arguments": ""}}]),
            _delta(tool_calls=[{"index": 0, "function": {"arguments": "{}"}}]),
            _delta(finish="tool_calls"),
            "[DONE]",
        ),
        "A",
        "tool",
        "tool_calls",
        says="a tool that is not run here: find.",
    ),
    Case(
        "a reason that nobody knows",
        _sse(*AB, _delta(finish="moon_phase"), "[DONE]"),
        "Ab",
        "error",
        "moon_phase",
        kind="server",
        says="'moon_phase'",
    ),
    Case(
        "an error event, and the end",
        _sse(*AB)
        + b'event: error\ndata: {"error":{"message":"No luck","type":"bad","code":"x","status_code":400}}\n\n',
        "Ab",
        "error",
        None,
        kind="bad_request",
        says="No luck",
    ),
    Case(
        "a chunk with an error, and the end marker",
        _sse(*AB, '{"choices":[{"delta":{"content":"c"}}],"error":{"code":502,"message":"Upstream fell"}}', "[DONE]"),
        "Abc",
        "error",
        None,
        kind="server",
        says="Upstream fell",
    ),
    Case(
        "an error field as older llama.cpp sends it",
        _sse(*AB) + b'error: {"code":500,"message":"slot lost","type":"server_error"}\n\n',
        "Ab",
        "error",
        None,
        kind="server",
        says="slot lost",
    ),
    Case(
        "an error event in plain words",
        b"event: error\ndata: out of memory\n\n",
        "",
        "error",
        None,
        kind="server",
        says="out of memory",
    ),
    Case(
        "an event that is not JSON",
        _sse(*AB, "oops", STOP, "[DONE]"),
        "Ab",
        "error",
        None,
        kind="protocol",
        says="not a JSON object",
    ),
    Case(
        "no choices in the first chunk, no delta in the second",
        _sse('{"choices":[],"prompt_filter_results":[]}', '{"choices":[{"index":0}]}', *AB, STOP, "[DONE]"),
        "Ab",
    ),
    Case(
        "a part that is not text",
        _sse(_delta([{"type": "text", "text": "A"}, {"type": "image_url", "image_url": {}}]), STOP, "[DONE]"),
        "A",
        says="image_url",
    ),
    Case(
        "the whole answer in one event",
        _sse('{"choices":[{"message":{"content":"Ab"},"finish_reason":"stop"}]}', "[DONE]"),
        "Ab",
    ),
    Case(
        "events of another format",
        b'event: message_start\ndata: {"type":"message_start","message":{"id":"m"}}\n\n',
        "",
        "error",
        None,
        kind="protocol",
        says="message_start",
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


@by_case
@by_size
def test_reader_understands_it_however_it_is_cut(case: Case, size: int | None) -> None:
    reply = Reply(Call("http://127.0.0.1:1/v1/chat/completions", "m"))
    _check(case, read_in_pieces(ChatReader(reply), reply, case.body, size))


@by_transport
@by_size
def test_call_gives_it_over_a_real_socket(size: int | None, transport: Transport, hear_all: HearAll) -> None:
    hear_all(CASES, _check, size, transport)


def test_answer_to_a_stream_request_may_be_one_json_object() -> None:
    body = {
        "id": "c-9",
        "model": "served-2",
        "choices": [{"message": {"content": "Ab", "reasoning_content": "Hm"}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }
    reply = Reply(Call("http://127.0.0.1:1/v1/chat/completions", "m"))
    ChatReader(reply).whole(body)
    reply.take()
    result = reply.result({})
    assert (result.text, result.reasoning, result.finish, result.model_served) == ("Ab", "Hm", "length", "served-2")
    assert result.usage.input == 3


def test_neighbouring_pieces_of_one_read_are_one_piece() -> None:
    reply = Reply(Call("http://127.0.0.1:1/v1/chat/completions", "m"))
    ChatReader(reply).feed(_sse(_delta(reasoning="a"), _delta(reasoning="b"), _delta("c"), _delta("d")))
    assert reply.take() == [("ab", True), ("cd", False)]
    assert reply.take() == []
