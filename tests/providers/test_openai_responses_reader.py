"""What servers that speak the Responses format really send is understood, however the bytes are cut."""

from __future__ import annotations

from typing import Any

import pytest

from compare.providers.http import Transport
from compare.providers.reply import Reply
from compare.providers.responsesreader import ResponsesReader
from compare.records import ChatResult, FailureKind, Finish, ProviderFailure
from tests.providers.drive import HearAll, by_size, by_transport, read_in_pieces
from tests.providers.responses_bodies import (
    AB,
    CALL,
    CREATED,
    USAGE,
    WHOLE,
    Case,
    function,
    message,
    response,
    sse,
)
from tests.providers.responses_cases import CASES


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
    result = _read(Case("", sse(CREATED)), None)
    assert result.failure is not None
    assert (result.failure.kind, result.failure.retryable) == ("truncated", True)


def test_who_answered_is_known_from_the_first_event_on() -> None:
    result = _read(Case("", sse(CREATED, *AB)), None)
    assert (result.model_served, result.request_id) == ("served-1", "resp_1")


def test_cut_after_the_terminal_event_does_no_harm() -> None:
    reply = Reply(CALL)
    reader = ResponsesReader(reply)
    reader.feed(sse(*AB, WHOLE))
    reader.cut(ProviderFailure("truncated", "broke"))
    assert reply.failure is None


def test_cut_before_the_terminal_event_keeps_the_text() -> None:
    reply = Reply(CALL)
    reader = ResponsesReader(reply)
    reader.feed(sse(*AB))
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
    result = _whole(response(thought, message("A", "b"), usage=USAGE, error=None))
    assert (result.text, result.reasoning, result.finish, result.model_served) == ("Ab", "Hm", "stop", "served-1")
    assert (result.usage.input, result.usage.cached, result.usage.output, result.usage.reasoning) == (9, 3, 4, 1)
    assert result.warnings == ()


@pytest.mark.parametrize(
    ("value", "finish", "raw", "kind"),
    [
        (response(message("A"), status="incomplete"), "length", "incomplete", None),
        (response(function()), "tool", "completed", None),
        (response(status="failed", error={"code": "server_error", "message": "x"}), "error", "server_error", "server"),
        (response(status="queued"), "error", "queued", "server"),
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
