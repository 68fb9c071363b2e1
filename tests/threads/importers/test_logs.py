"""Logs with numbers: the calls of a conversation are one thread whose replies carry what was measured."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from compare.records import Recorded, Thread
from compare.threads.importers import Reading, read_bytes
from tests.threads.importers.files import batch, lines, only, parts, read, said, span

SYSTEM = parts("system", "Be kind.")
TALK = [("user", "Hi."), ("assistant", "Hello."), ("user", "Where is it?"), ("assistant", "In Lisbon.")]


def current(*prompt: Any, answer: str, session: str | None = "s-1", **more: Any) -> dict[str, Any]:
    """Attributes of a call in the current convention."""
    found = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 40,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.input.messages": json.dumps(prompt),
        "gen_ai.output.messages": json.dumps([parts("assistant", answer, finish_reason="stop")]),
        **more,
    }
    return {**found, "gen_ai.conversation.id": session} if session else found


def talk(session: str | None = "s-1") -> list[dict[str, Any]]:
    """A conversation of two calls, the second repeating the first."""
    first, answer, second = (parts(role, text) for role, text in TALK[:3])
    return [
        span(current(SYSTEM, first, answer="Hello.", session=session), start_s=0, ms=1500),
        span(current(SYSTEM, first, answer, second, answer="In Lisbon.", session=session,
                     **{"gen_ai.usage.input_tokens": 61}), start_s=20, ms=900),
    ]  # fmt: skip


def numbers(thread: Thread) -> list[tuple[int, int | None, float | None]]:
    return [(one.turn, one.in_reported, one.total_ms) for one in thread.recorded]


# --- OpenTelemetry ---------------------------------------------------------------------------------------------------


def test_spans_of_a_conversation_are_one_thread_with_the_numbers_of_each_reply() -> None:
    reading = read_bytes(lines(*[batch(one) for one in talk()]), source="traces.json")
    thread = only(reading)
    assert reading.kind == "OpenTelemetry spans"
    assert (reading.n_read, reading.n_kept, reading.n_threads) == (2, 2, 1)
    assert said(thread) == [("system", "Be kind."), *TALK]
    assert numbers(thread) == [(1, 40, 1500.0), (2, 61, 900.0)]
    first = thread.recorded[0]
    assert (first.name, first.text, first.in_thread) == ("production", "Hello.", True)
    assert (first.model_served, first.out_reported, first.finish) == ("gpt-4o-2024-08-06", 7, "stop")
    assert first.started_at == "2024-06-01T10:00:00.000+00:00"
    assert thread.source_ref == "s-1"


def test_spans_in_any_order_and_in_one_document_are_the_same_thread() -> None:
    thread = only(read(batch(*reversed(talk()))))
    assert said(thread)[1:] == TALK
    assert numbers(thread) == [(1, 40, 1500.0), (2, 61, 900.0)]


def test_without_a_conversation_s_id_the_longer_prompt_says_what_belongs_together() -> None:
    other = span(current(SYSTEM, parts("user", "Else?"), answer="No.", session=None), start_s=5)
    reading = read(batch(*talk(session=None), other))
    assert [said(t)[1:] for t in reading.threads] == [TALK, [("user", "Else?"), ("assistant", "No.")]]
    assert numbers(reading.threads[0]) == [(1, 40, 1500.0), (2, 61, 900.0)]


def test_a_call_that_sends_only_its_new_question_follows_the_call_before_it() -> None:
    calls = [
        span(current(SYSTEM, parts("user", "Hi."), answer="Hello."), start_s=0),
        span(current(SYSTEM, parts("user", "Where is it?"), answer="In Lisbon."), start_s=9),
    ]
    assert said(only(read(batch(*calls))))[1:] == TALK


def test_an_answer_that_was_asked_for_again_is_a_branch() -> None:
    first = parts("user", "Hi.")
    calls = [
        span(current(first, answer="Go away."), start_s=0),
        span(current(first, answer="Hello."), start_s=3),
        span(
            current(first, parts("assistant", "Hello."), parts("user", "Where is it?"), answer="In Lisbon."), start_s=9
        ),
    ]
    thread = only(read(batch(*calls)))
    assert said(thread) == TALK
    assert [said(branch) for branch in thread.branches] == [[("user", "Hi."), ("assistant", "Go away.")]]


def test_another_prompt_in_the_same_session_is_a_thread_of_its_own() -> None:
    title = span(current(parts("system", "Name this."), parts("user", "Hi."), answer="Greeting"), start_s=1)
    reading = read(batch(*talk(), title))
    assert [t.source_ref for t in reading.threads] == ["s-1-1", "s-1-2"]
    assert [len(t.messages) for t in reading.threads] == [5, 3]


def test_numbered_attributes_and_events_of_older_versions_are_read() -> None:
    numbered = {
        "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "Hi.", "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Hello.",
        "gen_ai.completion.0.finish_reason": "length", "gen_ai.usage.prompt_tokens": 9,
        "gen_ai.usage.completion_tokens": 2, "traceloop.association.properties.session_id": "x",
    }  # fmt: skip
    events = [
        {"name": "gen_ai.content.prompt", "timeUnixNano": "1",
         "attributes": [{"key": "gen_ai.prompt", "value": {"stringValue": '[{"role": "user", "content": "Hi."}]'}}]},
        {"name": "gen_ai.content.completion", "timeUnixNano": "2",
         "attributes": [{"key": "gen_ai.completion", "value": {"stringValue": "Hello."}}]},
    ]  # fmt: skip
    per_message = [
        {"name": "gen_ai.user.message", "attributes": [{"key": "content", "value": {"stringValue": "Hi."}}]},
        {"name": "gen_ai.choice", "attributes": [
            {"key": "message", "value": {"stringValue": '{"role": "assistant", "content": "Hello."}'}},
            {"key": "finish_reason", "value": {"stringValue": "stop"}}]},
    ]  # fmt: skip
    for one in (span(numbered), span({"gen_ai.request.model": "m"}, events=events),
                span({"gen_ai.request.model": "m"}, events=per_message)):  # fmt: skip
        assert said(only(read(batch(one)))) == TALK[:2]
    (known,) = only(read(batch(span(numbered)))).recorded
    assert (known.in_reported, known.out_reported, known.finish) == (9, 2, "length")


def test_structured_messages_tools_and_thinking_of_a_span() -> None:
    call = {"type": "tool_call", "id": "c1", "name": "find", "arguments": {"n": 5}}
    told = {"type": "tool_call_response", "id": "c1", "response": {"city": "Lisbon"}}
    thought = {"type": "reasoning", "content": "Easy."}
    prompt = [parts("user", "Where?"), {"role": "assistant", "parts": [call]}, {"role": "tool", "parts": [told]}]
    calls = [
        span({**current(prompt[0], answer="x"), "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [call], "finish_reason": "tool_call"}])}, start_s=0),
        span({**current(*prompt, answer="x"), "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [thought, {"type": "text", "content": "In Lisbon."}]}])}, start_s=2),
    ]  # fmt: skip
    thread = only(read(batch(*calls)))
    assert said(thread) == [
        ("user", "Where?"),
        ("assistant", '[tool call] find({"n": 5})'),
        ("tool", '[tool result: c1] {"city": "Lisbon"}'),
        ("assistant", "In Lisbon."),
    ]
    assert [(one.text[:11], one.reasoning) for one in thread.recorded] == [("[tool call]", ""), ("In Lisbon.", "Easy.")]


def test_spans_of_other_work_are_passed_over_and_counted() -> None:
    agent = span({**current(parts("user", "Hi."), answer="Hello."), "gen_ai.operation.name": "invoke_agent"})
    reading = read(batch(*talk(), agent, span({"db.system": "postgresql"})))
    assert (reading.n_read, reading.n_threads) == (2, 1)
    assert "2 spans that are no calls of a model were passed over." in reading.notes


def test_a_span_without_messages_is_refused_with_what_to_switch_on_and_the_others_come_in() -> None:
    bare = span({"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}, start_s=7)
    reading = read(batch(*talk(), bare))
    assert (reading.n_read, reading.n_kept, reading.n_refused) == (3, 2, 1)
    assert "span s7: it has no messages. Recording them must be switched on" in reading.refused[0].reason


def test_a_first_token_and_a_clock_that_ran_backwards() -> None:
    event = {"name": "gen_ai.first_token", "timeUnixNano": str(1_717_236_000_250_000_000)}
    (known,) = only(read(batch(span(current(parts("user", "Hi."), answer="Hello."), events=[event])))).recorded
    assert known.ttft_ms == 250.0
    (known,) = only(read(batch(span(current(parts("user", "Hi."), answer="Hello."), ms=-5)))).recorded
    assert known.total_ms is None


# --- LiteLLM ---------------------------------------------------------------------------------------------------------


def payload(n: int, messages: Any, answer: str, **more: Any) -> dict[str, Any]:
    """A standard logging payload."""
    response = {"id": f"chatcmpl-{n}", "model": "gpt-4o-2024-08-06", "choices": [
        {"finish_reason": "stop", "index": 0, "message": {"role": "assistant", "content": answer, "tool_calls": None}}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 5,
                  "prompt_tokens_details": {"cached_tokens": 16}}}  # fmt: skip
    start = 1_717_236_000.0 + 10 * n
    return {
        "id": f"call-{n}", "trace_id": "tr", "call_type": "acompletion", "stream": True, "status": "success",
        "response_cost": 0.000125, "model": "gpt-4o", "startTime": start, "completionStartTime": start + 0.31,
        "endTime": start + 1.25, "prompt_tokens": 30, "completion_tokens": 5, "total_tokens": 35,
        "messages": messages, "response": response, "metadata": {}, **more,
    }  # fmt: skip


def openai(*told: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": text} for role, text in told]


def test_litellm_payloads_of_one_trace_are_one_thread() -> None:
    calls = [payload(1, openai(TALK[0]), "Hello."), payload(2, openai(*TALK[:3]), "In Lisbon.")]
    reading = read_bytes(lines(*calls), source="litellm.jsonl")
    thread = only(reading)
    assert reading.kind == "LiteLLM log"
    assert said(thread) == TALK
    assert thread.recorded[1] == Recorded(
        "production", "In Lisbon.", 2, True, ttft_ms=310.0, total_ms=1250.0, in_reported=30, out_reported=5, cached=16,
        cost_usd=Decimal("0.000125"), started_at="2024-06-01T10:00:20.000+00:00", model_served="gpt-4o-2024-08-06",
        request_id="chatcmpl-2",
    )  # fmt: skip


def test_rows_of_the_spend_log_have_json_in_their_texts() -> None:
    row = {"request_id": "r1", "call_type": "acompletion", "spend": 0.002, "startTime": "2024-06-01T10:00:00.000Z",
           "endTime": "2024-06-01 10:00:02.500", "completionStartTime": "2024-06-01T10:00:00.400Z", "model": "gpt-4o",
           "session_id": "s", "prompt_tokens": 11, "completion_tokens": 2, "messages": json.dumps(openai(TALK[0])),
           "response": json.dumps({"choices": [{"message": {"role": "assistant", "content": "Hello."}}]})}  # fmt: skip
    thread = only(read([row]))
    (known,) = thread.recorded
    assert said(thread) == TALK[:2]
    assert (known.ttft_ms, known.total_ms, str(known.cost_usd), known.model_served) == (
        400.0,
        2500.0,
        "0.002",
        "gpt-4o",
    )


def test_calls_that_failed_keep_their_question_and_embeddings_are_passed_over() -> None:
    failed = payload(1, openai(TALK[0]), "", status="failure", response=None)
    embedding = payload(2, openai(TALK[0]), "", call_type="aembedding")
    reading = read_bytes(lines(failed, embedding), source="litellm.jsonl")
    thread = only(reading)
    assert (said(thread), thread.recorded) == ([TALK[0]], ())
    assert reading.n_read == 1
    assert any("1 of 1 calls have no answer" in note for note in reading.notes)
    assert any("1 calls that are no conversation" in note for note in reading.notes)


def test_equal_questions_of_different_people_are_threads_with_numbers_of_their_own() -> None:
    calls = [
        payload(n, openai(TALK[0]), answer, trace_id=f"t{n}") for n, answer in enumerate(["Hello.", "Hey.", "Hi!"])
    ]
    reading = read_bytes(lines(*calls), source="litellm.jsonl")
    assert [t.recorded[0].request_id for t in reading.threads] == ["chatcmpl-0", "chatcmpl-1", "chatcmpl-2"]


# --- Langfuse --------------------------------------------------------------------------------------------------------


def generation(n: int, prompt: Any, answer: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": f"obs-{n}", "traceId": f"trace-{n}", "type": "GENERATION", "name": "llm", "model": "claude-sonnet",
        "startTime": f"2026-03-01T10:00:{10 * n:02}.000Z", "completionStartTime": f"2026-03-01T10:00:{10 * n:02}.420Z",
        "endTime": f"2026-03-01T10:00:{10 * n + 2:02}.000Z", "input": prompt, "output": answer,
        "usageDetails": {"input": 20, "output": 6, "cache_read_input_tokens": 100, "total": 126},
        "costDetails": {"input": 0.001, "output": 0.002, "total": 0.003}, "level": "DEFAULT", **more,
    }  # fmt: skip


def traces() -> list[dict[str, Any]]:
    other = {"id": "sp", "traceId": "trace-1", "type": "SPAN", "name": "retrieve"}
    said_so = {"role": "assistant", "content": "Hello."}
    return [
        {"id": "trace-1", "name": "support", "sessionId": "s", "observations": [
            other, generation(1, openai(TALK[0]), said_so)]},
        {"id": "trace-2", "name": "support", "sessionId": "s", "observations": [
            generation(2, {"messages": openai(*TALK[:3])}, "In Lisbon.")]},
    ]  # fmt: skip


def test_langfuse_traces_of_a_session_are_one_thread() -> None:
    reading = read(traces())
    thread = only(reading)
    assert reading.kind == "Langfuse export"
    assert (said(thread), thread.title, thread.source_ref) == (TALK, "support", "s")
    first = thread.recorded[0]
    assert (first.in_reported, first.cached, first.out_reported) == (120, 100, 6)
    assert (first.ttft_ms, first.total_ms, str(first.cost_usd)) == (420.0, 2000.0, "0.003")
    assert (first.model_served, first.request_id) == ("claude-sonnet", "obs-1")
    assert "1 observations that are no model's answers were passed over." in reading.notes


def test_langfuse_observations_alone_in_the_spelling_of_its_files() -> None:
    one = generation(1, json.dumps(openai(TALK[0])), json.dumps({"role": "assistant", "content": "Hello."}))
    spelt = {"start_time": one.pop("startTime"), "end_time": one.pop("endTime"), "trace_id": one.pop("traceId"),
             "usage_details": one.pop("usageDetails"), "cost_details": one.pop("costDetails")}  # fmt: skip
    thread = only(read_bytes(lines({**one, **spelt}), source="observations.jsonl"))
    assert (said(thread), thread.recorded[0].total_ms) == (TALK[:2], 2000.0)


def test_an_observation_that_cannot_be_read_is_refused_by_its_id_and_the_trace_comes_in() -> None:
    document = traces()
    document[0]["observations"].append(generation(3, 17, "x"))
    reading = read(document)
    assert (reading.n_read, reading.n_kept, reading.n_refused, len(reading.threads)) == (3, 2, 1, 1)
    assert reading.refused[0].reason.startswith("observation obs-3: the call's messages are a number")


def test_wrong_types_everywhere_are_refused_in_sentences() -> None:
    odd: list[Any] = [
        {"resourceSpans": 5}, {"resourceSpans": [5, {"scopeSpans": [{"spans": [5, {"attributes": 7}]}]}]},
        {"observations": [1, None, {"type": "GENERATION"}]}, {"mapping": []},
        {"mapping": {"a": 1, "b": {"message": 2}}},
        {"chat_messages": 1}, {"chat_messages": [1]}, {"contents": [1]}, {"contents": [{"role": "x", "parts": 1}]},
        {"conversation": [1]}, {"conversation_a": 1}, {"messages": [], "response": [], "call_type": "acompletion"},
        {"messages": {}, "call_type": []}, {"conversations": [{"from": 1, "value": 2}]}, {"system": 5, "messages": [1]},
        {"system": 5, "messages": [{"role": "user", "content": 5}]}, 5, None, "x", [], {}, [[[]]],
    ]  # fmt: skip
    good = {"messages": openai(TALK[0])}
    reading: Reading = read_bytes(lines(good, *odd), source="odd.jsonl")
    assert (len(reading.threads), reading.n_kept) == (1, 1)
    assert reading.n_read == reading.n_kept + reading.n_refused
    assert all(refusal.reason.endswith((".", ")")) for refusal in reading.refused), reading.refused
    assert not any("unexpected kind" in refusal.reason for refusal in reading.refused), reading.refused
