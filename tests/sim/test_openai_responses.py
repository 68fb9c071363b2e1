"""OpenAI's Responses byte by byte, over real HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.sim.wires import Responses, events

FACT = {"role": "user", "content": "The gate code for the north warehouse is KX-4471-Q."}
QUESTION = {"role": "user", "content": "What is the gate code for the north warehouse?"}
WIRE = Responses()


def ask(sim: Any, **fields: Any) -> Any:
    return sim.client.post("/responses", json={"model": "sim-large", "input": [FACT, QUESTION], **fields})


def stream(sim: Any, **fields: Any) -> list[dict[str, Any]]:
    return [json.loads(data) for _, data in events(ask(sim, stream=True, **fields).content)]


class TestStream:
    def test_events_come_in_the_vendors_order_and_are_numbered(self, sim: Any) -> None:
        found = stream(sim)
        assert [e["sequence_number"] for e in found] == list(range(len(found)))
        kinds = [e["type"] for e in found]
        n_deltas = kinds.count("response.output_text.delta")
        assert n_deltas > 20
        assert kinds == [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            *["response.output_text.delta"] * n_deltas,
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]

    def test_thinking_is_an_item_of_its_own_before_the_message(self, sim: Any) -> None:
        found = stream(sim, reasoning={"effort": "high", "summary": "auto"})
        assert [e["sequence_number"] for e in found] == list(range(len(found)))
        kinds = [e["type"] for e in found]
        end = kinds.index("response.output_item.done")
        assert kinds[2:4] == ["response.output_item.added", "response.reasoning_summary_part.added"]
        assert set(kinds[4 : end - 2]) == {"response.reasoning_summary_text.delta"}
        assert kinds[end - 2 : end + 3] == [
            "response.reasoning_summary_text.done",
            "response.reasoning_summary_part.done",
            "response.output_item.done",
            "response.output_item.added",
            "response.content_part.added",
        ]
        assert {e["output_index"] for e in found[2 : end + 1]} == {0}
        assert {e["output_index"] for e in found[end + 1 : -1]} == {1}
        assert found[end]["item"] == found[-1]["response"]["output"][0]

    def test_every_event_has_its_name_before_its_data_and_exactly_these_bytes(self, sim: Any) -> None:
        raw = ask(sim, stream=True, stream_options={"include_obfuscation": False}).content
        blocks = raw.decode().split("\n\n")
        assert blocks.pop() == ""
        for block in blocks:
            name, data = block.split("\n")
            assert name == f"event: {json.loads(data.removeprefix('data: '))['type']}"
        delta = next(b for b in blocks if b.startswith("event: response.output_text.delta"))
        value = json.loads(delta.split("\ndata: ")[1])
        assert re.fullmatch(r"msg_[0-9a-f]{32}", value["item_id"])
        assert delta == (
            "event: response.output_text.delta\n"
            f'data: {{"type":"response.output_text.delta","sequence_number":4,"item_id":"{value["item_id"]}",'
            f'"output_index":0,"content_index":0,"delta":{json.dumps(value["delta"])},"logprobs":[]}}'
        )

    def test_deltas_are_padded_unless_that_is_declined(self, sim: Any) -> None:
        deltas = [e for e in stream(sim) if e["type"] == "response.output_text.delta"]
        assert {(len(d["delta"]) + len(d["obfuscation"])) % 16 for d in deltas} == {0}
        plain = stream(sim, stream_options={"include_obfuscation": False})
        assert not any("obfuscation" in e for e in plain)
        assert [e["delta"] for e in plain if "delta" in e] == [d["delta"] for d in deltas]

    def test_the_last_event_carries_what_the_whole_answer_is(self, sim: Any) -> None:
        last = stream(sim, reasoning={"effort": "low"})[-1]["response"]
        whole = ask(sim, reasoning={"effort": "low"}).json()
        times = {"created_at": 0, "completed_at": 0}
        assert {**last, **times} == {**whole, **times}

    def test_responses_under_way_have_no_output_and_no_usage(self, sim: Any) -> None:
        for event in stream(sim)[:2]:
            response = event["response"]
            assert (response["status"], response["output"], response["usage"]) == ("in_progress", [], None)
            assert (response["completed_at"], response["service_tier"]) == (None, "auto")

    def test_an_incomplete_response_says_why_and_so_does_its_message(self, sim: Any) -> None:
        found = stream(sim, max_output_tokens=20)
        assert found[-1]["type"] == "response.incomplete"
        response = found[-1]["response"]
        assert response["status"] == "incomplete"
        assert response["incomplete_details"] == {"reason": "max_output_tokens"}
        assert (response["completed_at"], response["max_output_tokens"]) == (None, 20)
        assert response["output"][0]["status"] == "incomplete"

    def test_where_thinking_uses_up_everything_there_is_no_message_at_all(self, sim: Any) -> None:
        found = stream(sim, max_output_tokens=16, reasoning={"effort": "high"})
        assert [item["type"] for item in found[-1]["response"]["output"]] == ["reasoning"]
        assert not any("output_text" in e["type"] for e in found)

    def test_a_summary_that_is_declined_leaves_the_item_empty_and_the_tokens_counted(self, sim: Any) -> None:
        found = stream(sim, reasoning={"effort": "high", "summary": None})
        response = found[-1]["response"]
        assert response["output"][0]["summary"] == []
        assert response["usage"]["output_tokens_details"]["reasoning_tokens"] > 20
        assert not any("reasoning_summary" in e["type"] for e in found)
        assert [e["sequence_number"] for e in found] == list(range(len(found)))


class TestWhole:
    def test_the_response_gives_back_what_was_asked(self, sim: Any) -> None:
        body = ask(
            sim, instructions="Be brief.", temperature=0.3, top_p=0.9, store=False, reasoning={"effort": "low"}
        ).json()
        given = {k: body[k] for k in ("object", "model", "instructions", "temperature", "top_p", "store", "error")}
        assert given == {
            "object": "response",
            "model": "sim-large",
            "instructions": "Be brief.",
            "temperature": 0.3,
            "top_p": 0.9,
            "store": False,
            "error": None,
        }
        assert body["reasoning"] == {"effort": "low", "summary": None}
        assert re.fullmatch(r"resp_[0-9a-f]{32}", body["id"])
        assert body["usage"]["input_tokens_details"] == {"cache_write_tokens": 0, "cached_tokens": 0}

    def test_input_may_be_a_string_and_instructions_are_a_system_message(self, sim: Any) -> None:
        body = {
            "model": "sim-large",
            "instructions": "The office is at 17 Alder Lane.",
            "input": "Where is the office?",
        }
        whole = sim.client.post("/responses", json=body).json()
        assert "17 Alder Lane" in WIRE.whole(whole).text
        chat = sim.post("sim-large", ("system", body["instructions"]), ("user", body["input"])).json()
        assert WIRE.whole(whole).text == chat["choices"][0]["message"]["content"]
        assert whole["usage"]["input_tokens"] == chat["usage"]["prompt_tokens"]

    def test_items_of_earlier_answers_are_read(self, sim: Any) -> None:
        items = [
            {"type": "message", "role": "developer", "content": "The office is at 17 Alder Lane."},
            {"role": "user", "content": [{"type": "input_text", "text": "Look it up."}]},
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "function_call", "call_id": "c1", "name": "find", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": '{"badge_number": "B-90417"}'},
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": "Done.", "annotations": []}],
            },
            {"role": "user", "content": "What is the badge number, and what is the address of the office?"},
        ]
        text = WIRE.whole(ask(sim, input=items).json()).text
        assert "B-90417" in text
        assert "17 Alder Lane" in text

    def test_an_effort_of_none_thinks_nothing(self, sim: Any) -> None:
        plain = ask(sim).json()
        none = ask(sim, reasoning={"effort": "none"}).json()
        assert none["output"] == plain["output"]
        assert none["usage"] == plain["usage"]

    def test_a_lower_effort_thinks_less(self, sim: Any) -> None:
        low, high = (WIRE.whole(ask(sim, reasoning={"effort": e}).json()).tokens for e in ("low", "high"))
        assert low is not None
        assert high is not None
        assert 0 < low.thinking < high.thinking

    def test_files_are_taken_and_named_as_unread(self, sim: Any) -> None:
        parts = [
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"},
            {"type": "input_text", "text": "What is the gate code for the north warehouse?"},
        ]
        text = WIRE.whole(ask(sim, input=[FACT, {"role": "user", "content": parts}]).json()).text
        assert text.startswith("I am a simulated model and do not read attached files")
        assert "KX-4471-Q" in text


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "status", "code", "param"),
        [
            ({"model": "gpt-none"}, 404, "model_not_found", None),
            ({"model": None}, 400, None, None),
            ({"input": None}, 400, "missing_required_parameter", "input"),
            ({"input": []}, 400, "missing_required_parameter", "input"),
            ({"input": 3}, 400, "invalid_type", "input"),
            ({"input": ["hello"]}, 400, "invalid_type", "input[0]"),
            ({"input": [{"role": "robot", "content": ""}]}, 400, "invalid_value", "input[0].role"),
            ({"input": [{"role": "user"}]}, 400, "invalid_type", "input[0].content"),
            ({"input": [{"type": "item_reference", "id": "msg_1"}]}, 400, "invalid_value", "input[0].type"),
            (
                {"input": [{"role": "user", "content": [{"type": "text_input"}]}]},
                400,
                "invalid_value",
                "input[0].content[0]",
            ),
            (
                {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "data:nothing"}]}]},
                400,
                "invalid_image_url",
                "input[0].content[0].image_url",
            ),
            ({"instructions": 3}, 400, "invalid_type", "instructions"),
            ({"max_output_tokens": 15}, 400, "integer_below_min_value", "max_output_tokens"),
            ({"reasoning": "high"}, 400, "invalid_type", "reasoning"),
            ({"reasoning": {"effort": "enormous"}}, 400, "invalid_value", "reasoning.effort"),
            ({"temperature": "hot"}, 400, "invalid_type", "temperature"),
            ({"stop": ["x"]}, 400, "unknown_parameter", "stop"),
            ({"seed": 1}, 400, "unknown_parameter", "seed"),
            ({"max_tokens": 20}, 400, "unsupported_parameter", "max_tokens"),
            ({"messages": [FACT]}, 400, "unsupported_parameter", "messages"),
            ({"reasoning_effort": "low"}, 400, "unsupported_parameter", "reasoning_effort"),
            ({"previous_response_id": "resp_1"}, 400, "previous_response_not_found", "previous_response_id"),
            ({"input": "word " * 250_000}, 400, "context_length_exceeded", "input"),
        ],
    )
    def test_the_error_names_what_is_wrong(
        self, sim: Any, fields: dict[str, Any], status: int, code: str | None, param: str | None
    ) -> None:
        response = ask(sim, **fields)
        assert response.status_code == status, response.text
        error = response.json()["error"]
        assert list(error) == ["message", "type", "param", "code"]
        assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, param)
        assert len(error["message"]) > 20

    def test_other_methods_get_an_error_of_the_same_shape(self, sim: Any) -> None:
        response = sim.client.get("/responses")
        assert response.status_code == 405
        assert response.json()["error"]["message"].startswith("Invalid URL or method")
