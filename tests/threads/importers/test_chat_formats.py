"""Formats of conversations without a log's numbers: what becomes of each part."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compare.records import Recorded, Thread
from compare.threads.attachments import images_of
from compare.threads.importers import read_bytes
from tests.threads.importers.files import chatgpt, lines, node, only, read, said

PIXEL = "iVBORw0KGgoAAAANSUhEUg=="


# --- OpenAI ----------------------------------------------------------------------------------------------------------


def test_a_refusal_is_what_the_model_said() -> None:
    spoken = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
    in_parts = {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    thread = only(read([{"role": "user", "content": "hi"}, spoken, in_parts]))
    assert said(thread)[1:] == [("assistant", "I cannot help with that."), ("assistant", "No.")]


def test_a_picture_in_a_content_part_is_one_of_the_message() -> None:
    url = f"data:image/png;base64,{PIXEL}"
    content = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    (message,) = only(read([{"role": "user", "content": content}])).messages
    assert [image.data_url for image in images_of(message)] == [url]


def test_a_line_of_a_batch_file_is_its_request() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    thread = only(read({"custom_id": "r-1", "method": "POST", "url": "/v1/chat/completions", "body": body}))
    assert (said(thread), thread.source_ref) == ([("user", "hi")], "r-1")


def test_responses_may_bring_their_numbers() -> None:
    given = {"text": "Hello.", "total_ms": 812.5, "in_reported": 40, "cost_usd": "0.0004", "ttft_ms": -3}
    (one,) = only(read({"messages": [{"role": "user", "content": "hi"}], "responses": {"gpt": given}})).recorded
    assert (one.name, one.text, one.total_ms, one.in_reported) == ("gpt", "Hello.", 812.5, 40)
    assert (str(one.cost_usd), one.ttft_ms) == ("0.0004", None)


# --- Anthropic -------------------------------------------------------------------------------------------------------


def anthropic() -> dict[str, Any]:
    return {
        "model": "claude",
        "system": [{"type": "text", "text": "Be kind."}],
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "Where is my order?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Look it up.", "signature": "x"},
                {"type": "text", "text": "One moment."},
                {"type": "tool_use", "id": "tu1", "name": "find_order", "input": {"n": 5}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "tu1", "content": [{"type": "text", "text": "in Lisbon"}]},
                {"type": "text", "text": "Well?"}]},
            {"role": "assistant", "content": "It is in Lisbon."},
        ],
    }  # fmt: skip


def test_anthropic_blocks_become_messages_calls_and_results() -> None:
    reading = read(anthropic())
    thread = only(reading)
    assert reading.headline == "Anthropic messages, 1 conversation"
    assert said(thread) == [
        ("system", "Be kind."),
        ("user", "Where is my order?\n[image_url]"),
        ("assistant", 'One moment.\n[tool call] find_order({"n": 5})'),
        ("tool", "[tool result: tu1] in Lisbon"),
        ("user", "Well?"),
        ("assistant", "It is in Lisbon."),
    ]
    assert images_of(thread.messages[1])[0].base64 == PIXEL


def test_anthropic_thinking_is_kept_apart_from_what_was_said() -> None:
    thread = only(read(anthropic()))
    assert not any("Look it up" in m.text + m.parts_json for m in thread.messages)
    assert [(one.turn, one.reasoning) for one in thread.recorded] == [(1, "Look it up.")]


# --- Gemini ----------------------------------------------------------------------------------------------------------


def test_gemini_parts_calls_and_responses() -> None:
    call = {"functionCall": {"name": "find_order", "args": {"n": 5}}}
    response = {"functionResponse": {"name": "find_order", "response": {"city": "Lisbon"}}}
    document = {
        "systemInstruction": {"parts": [{"text": "Be kind."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Where?"}, {"inlineData": {"mimeType": "image/png", "data": PIXEL}}]},
            {"role": "model", "parts": [{"text": "Hm.", "thought": True}, call]},
            {"role": "user", "parts": [response]},
            {"role": "model", "parts": [{"text": "In Lisbon."}, {"executableCode": {"language": "PYTHON",
             "code": "1"}}]},
        ],
    }  # fmt: skip
    reading = read(document)
    thread = only(reading)
    assert reading.kind == "Gemini contents"
    assert said(thread) == [
        ("system", "Be kind."),
        ("user", "Where?\n[image_url]"),
        ("assistant", '[tool call] find_order({"n": 5})'),
        ("tool", '[tool result: find_order] {"city": "Lisbon"}'),
        ("assistant", "In Lisbon.\n```python\n1\n```"),
    ]
    assert images_of(thread.messages[1])[0].base64 == PIXEL
    assert [one.reasoning for one in thread.recorded] == ["Hm."]


def test_a_list_of_gemini_contents_is_one_thread() -> None:
    contents = [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": [{"text": "Hello."}]}]
    assert said(only(read(contents))) == [("user", "hi"), ("assistant", "Hello.")]


# --- ChatGPT ---------------------------------------------------------------------------------------------------------


def test_a_chatgpt_tree_keeps_the_shown_path_and_every_branch() -> None:
    conversation = chatgpt(
        node("root", None),
        node("s", "root", "system", ""),
        node("u1", "s", "user", "Plan a trip."),
        node("a1", "u1", "assistant", "To Lisbon?", metadata={"model_slug": "gpt-4o-mini"}),
        node("a2", "u1", "assistant", "To Porto?"),
        node("u2", "a2", "user", "Yes."),
        node("a3", "u2", "assistant", "Done."),
        current="a3",
    )
    reading = read([conversation, conversation])
    assert reading.headline == "ChatGPT export, 2 conversations"
    thread = reading.threads[0]
    assert said(thread) == [
        ("user", "Plan a trip."),
        ("assistant", "To Porto?"),
        ("user", "Yes."),
        ("assistant", "Done."),
    ]
    assert [said(branch) for branch in thread.branches] == [[("user", "Plan a trip."), ("assistant", "To Lisbon?")]]
    assert (thread.title, thread.source_ref) == ("Trip", "c-1")
    assert thread.branches[0].recorded[0].model_served == "gpt-4o-mini"
    assert thread.recorded[0].started_at == "2024-06-01T10:00:00.500+00:00"


def test_chatgpt_leaves_out_what_was_hidden_and_keeps_custom_instructions() -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    profile = {"user_profile": "I am a baker.", "user_instructions": "Be short."}
    conversation = chatgpt(
        node("h", None, "system", "internal", metadata=hidden),
        node("p", "h", "user", profile, what="user_editable_context", metadata=hidden),
        node("u", "p", "user", "hi"),
        node("t", "u", "assistant", {"thoughts": [{"summary": "Plan", "content": "Greet."}]}, what="thoughts"),
        node("c", "t", "assistant", "print(1)", what="code", recipient="python"),
        node("r", "c", "tool", "1", what="execution_output", author_name="python"),
        node("a", "r", "assistant", "Hello."),
        current="a",
    )
    thread = only(read([conversation]))
    assert said(thread) == [
        ("system", "I am a baker.\n\nBe short."),
        ("user", "hi"),
        ("assistant", "[tool call] python(```\nprint(1)\n```)"),
        ("tool", "[tool result: python] 1"),
        ("assistant", "Hello."),
    ]
    assert [one.reasoning for one in thread.recorded] == ["Greet.", ""]


def test_chatgpt_multimodal_parts_name_what_cannot_be_kept() -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-x"}
    files = {"attachments": [{"id": "f", "name": "trip.pdf"}]}
    conversation = chatgpt(node("u", None, "user", [picture, "Look."], what="multimodal_text", metadata=files))
    assert said(only(read([conversation]))) == [("user", "[image_asset_pointer]\nLook.\n[file: trip.pdf]")]


def test_a_chatgpt_tree_without_a_current_node_or_children_is_read_by_its_parents() -> None:
    conversation = chatgpt(node("u", None, "user", "hi"), node("a", "u", "assistant", "Hello."))
    for one in conversation["mapping"].values():
        del one["children"]
    assert said(only(read([conversation]))) == [("user", "hi"), ("assistant", "Hello.")]


def test_a_chatgpt_tree_that_goes_round_in_a_circle_is_refused() -> None:
    good = chatgpt(node("u", None, "user", "hi"))
    bad = chatgpt(node("u", "a", "user", "hi"), node("a", "u", "assistant", "Hello."))
    reading = read([good, bad])
    assert [(r.line, r.unit) for r in reading.refused] == [(2, "record")]
    assert "circle" in reading.refused[0].reason


def test_a_tree_of_many_branches_is_read_at_once() -> None:
    nodes = [node("u", None, "user", "hi")] + [node(f"a{i}", "u", "assistant", f"Answer {i}") for i in range(1_500)]
    assert len(only(read([chatgpt(*nodes, current="a7")])).branches) == 1_499


# --- Claude ----------------------------------------------------------------------------------------------------------


def claude(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"uuid": "c1", "name": "Bread", "created_at": "2026-01-05T10:00:00.000000Z", "chat_messages": list(messages)}


def test_a_claude_export_with_blocks_and_attached_text() -> None:
    attached = [{"file_name": "recipe.txt", "extracted_content": "flour\nwater\n"}]
    thinking = {"type": "thinking", "thinking": "Bake."}
    document = [claude(
        {"uuid": "1", "sender": "human", "text": "Look.", "content": [{"type": "text", "text": "Look."}],
         "attachments": attached, "files": [{"file_name": "cake.png"}], "created_at": "2026-01-05T10:00:00Z"},
        {"uuid": "2", "sender": "assistant", "text": "", "created_at": "2026-01-05T10:00:05Z",
         "content": [thinking, {"type": "text", "text": "More water."}]},
        {"uuid": "3", "sender": "human", "text": "Thanks.", "content": []},
    )]  # fmt: skip
    reading = read(document)
    thread = only(reading)
    assert (reading.kind, thread.title, thread.source_ref) == ("Claude export", "Bread", "c1")
    assert said(thread) == [
        ("user", "Look.\nrecipe.txt:\n```\nflour\nwater\n```\n[file: cake.png]"),
        ("assistant", "More water."),
        ("user", "Thanks."),
    ]
    (one,) = thread.recorded
    assert (one.started_at, one.reasoning, one.in_thread) == ("2026-01-05T10:00:05.000+00:00", "Bake.", True)


def test_claude_messages_that_name_their_parents_are_a_tree() -> None:
    def message(uuid: str, parent: str, sender: str, text: str) -> dict[str, Any]:
        return {"uuid": uuid, "parent_message_uuid": parent, "sender": sender, "text": text}

    start = "00000000-0000-4000-8000-000000000000"
    document = claude(
        message("1", start, "human", "hi"), message("2", "1", "assistant", "one"), message("3", "1", "assistant", "two")
    )
    thread = only(read([document]))
    assert said(thread) == [("user", "hi"), ("assistant", "two")]
    assert [said(branch) for branch in thread.branches] == [[("user", "hi"), ("assistant", "one")]]


# --- ShareGPT, LMSYS, WildChat ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["object", "list"])
def test_sharegpt_turns(shape: str) -> None:
    turns = [{"from": "system", "value": "Be kind."}, {"from": "human", "value": "hi"},
             {"from": "function_call", "value": "{}"}, {"from": "observation", "value": "1"},
             {"from": "gpt", "value": "Hello."}]  # fmt: skip
    reading = read_bytes(lines({"id": "x", "conversations": turns} if shape == "object" else turns), source="s.jsonl")
    assert reading.kind == "ShareGPT"
    assert said(only(reading)) == [("system", "Be kind."), ("user", "hi"), ("assistant", "[tool call] call({})"),
                                   ("tool", "[tool result] 1"), ("assistant", "Hello.")]  # fmt: skip


def test_a_sharegpt_turn_from_nobody_known_is_refused_with_its_place() -> None:
    good, bad = ({"conversations": [{"from": who, "value": "hi"}]} for who in ("human", "narrator"))
    reading = read_bytes(lines(good, bad), source="s.jsonl")
    assert "turn 1 is from 'narrator'; known are human" in reading.refused[0].reason
    assert (reading.n_read, reading.n_kept, reading.n_refused) == (2, 1, 1)


def turns(*texts: str) -> list[dict[str, Any]]:
    return [{"role": "assistant" if i % 2 else "user", "content": text} for i, text in enumerate(texts)]


def test_two_answers_of_an_arena_to_one_question_are_one_thread_with_both() -> None:
    row = {"question_id": "q1", "model_a": "vicuna", "model_b": "koala", "winner": "model_a",
           "conversation_a": turns("hi", "Hello."), "conversation_b": turns("hi", "Good day.")}  # fmt: skip
    thread = only(read_bytes(lines(row), source="arena.jsonl"))
    assert said(thread) == [("user", "hi")]
    assert thread.recorded == (
        Recorded("vicuna", "Hello.", model_served="vicuna"), Recorded("koala", "Good day.", model_served="koala")
    )  # fmt: skip


def test_two_long_conversations_of_an_arena_are_branches_from_their_question() -> None:
    row = {"model_a": "vicuna", "model_b": "koala", "conversation_a": turns("hi", "A1", "and?", "A2"),
           "conversation_b": turns("hi", "B1", "and?", "B2")}  # fmt: skip
    thread = only(read_bytes(lines(row), source="arena.jsonl"))
    assert [(one.name, one.turn, one.text) for one in thread.recorded] == [("vicuna", 1, "A1"), ("vicuna", 2, "A2")]
    (branch,) = thread.branches
    assert [(one.name, one.text) for one in branch.recorded] == [("koala", "B1"), ("koala", "B2")]


def test_two_conversations_about_different_things_are_two_threads_of_one_record() -> None:
    row = {"model_a": "a", "model_b": "b", "conversation_a": turns("x", "1"), "conversation_b": turns("y", "2")}
    reading = read_bytes(lines(row), source="arena.jsonl")
    assert (len(reading.threads), reading.n_read, reading.n_kept) == (2, 1, 1)


def test_prompts_and_responses_of_an_arena_as_json_in_texts() -> None:
    row = {"id": 1, "model_a": "a", "model_b": "b", "prompt": '["hi"]', "response_a": '["A"]', "response_b": '["B"]'}
    assert [one.text for one in only(read_bytes(lines(row), source="x.jsonl")).recorded] == ["A", "B"]


def test_a_wildchat_row_knows_its_model_and_time() -> None:
    conversation = turns("hi", "Hello.")
    conversation[1]["timestamp"] = "2023-04-09T00:02:53"
    row = {"conversation_hash": "h", "model": "gpt-3.5-turbo-0301", "language": "English", "conversation": conversation}
    reading = read_bytes(lines(row), source="wild.jsonl")
    thread = only(reading)
    assert reading.kind == "LMSYS or WildChat rows"
    (one,) = thread.recorded
    assert (one.name, one.in_thread, one.turn) == ("production", True, 1)
    assert (one.model_served, one.started_at) == ("gpt-3.5-turbo-0301", "2023-04-09T00:02:53.000+00:00")


def test_a_page_of_a_data_set_is_its_rows() -> None:
    page = {"features": [], "rows": [{"row_idx": i, "row": {"messages": turns(f"hi {i}")}} for i in range(3)]}
    assert len(read(page).threads) == 3


def test_formats_may_be_mixed_in_one_file() -> None:
    records = [{"messages": turns("a")}, {"conversations": [{"from": "human", "value": "b"}]}, {"messages": turns("c")}]
    reading = read_bytes(lines(*records), source="mixed.jsonl")
    assert [said(t)[0][1] for t in reading.threads] == ["a", "b", "c"]
    assert reading.kind == "OpenAI messages and ShareGPT"


def exported(thread: Thread) -> list[dict[str, Any]]:
    return [json.loads(m.parts_json) if m.parts_json else {"role": m.role, "content": m.text} for m in thread.messages]


def test_what_came_from_another_format_goes_out_as_openai_messages_and_comes_back_the_same() -> None:
    first = only(read(anthropic()))
    again = only(read({"messages": exported(first)}))
    assert again.messages == first.messages
    assert again.content_sha256 == first.content_sha256
