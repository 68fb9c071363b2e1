"""Anthropic's Messages byte by byte, of both API versions, over real HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from tests.sim.wires import PNG, Messages, events

FACT = {"role": "user", "content": "The gate code for the north warehouse is KX-4471-Q."}
QUESTION = {"role": "user", "content": "What is the gate code for the north warehouse?"}
OLD, NEW = "2023-06-01", "2026-10-21"
WIRE = Messages()
both_versions = pytest.mark.parametrize("version", [OLD, NEW])


def ask(sim: Any, version: str | None = NEW, path: str = "/messages", **fields: Any) -> httpx.Response:
    headers = {} if version is None else {"anthropic-version": version}
    body = {"model": "sim-large", "max_tokens": 2_000, "messages": [FACT, QUESTION], **fields}
    response: httpx.Response = sim.client.post(
        path, json={k: v for k, v in body.items() if v is not None}, headers=headers
    )
    return response


def stream(sim: Any, **fields: Any) -> list[dict[str, Any]]:
    return [json.loads(data) for _, data in events(ask(sim, stream=True, **fields).content)]


class TestStream:
    def test_events_come_in_the_vendors_order(self, sim: Any) -> None:
        kinds = [e["type"] for e in stream(sim)]
        n_deltas = kinds.count("content_block_delta")
        assert n_deltas > 20
        assert kinds == [
            "message_start",
            "content_block_start",
            "ping",
            *["content_block_delta"] * n_deltas,
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]

    def test_every_event_has_exactly_these_bytes(self, sim: Any) -> None:
        blocks = ask(sim, stream=True).content.decode().split("\n\n")
        assert blocks.pop() == ""
        for block in blocks:
            name, data = block.split("\n")
            assert name == f"event: {json.loads(data.removeprefix('data: '))['type']}"
        assert blocks[1].endswith('{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}')
        assert blocks[2] == 'event: ping\ndata: {"type":"ping"}'
        text = json.loads(blocks[3].split("\ndata: ")[1])["delta"]["text"]
        assert blocks[3] == (
            'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
            f'"delta":{{"type":"text_delta","text":{json.dumps(text)}}}}}'
        )
        assert blocks[-3] == 'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}'
        assert blocks[-1] == 'event: message_stop\ndata: {"type":"message_stop"}'

    def test_a_thinking_block_comes_first_and_is_signed(self, sim: Any) -> None:
        found = stream(sim, thinking={"type": "enabled", "budget_tokens": 1_024})
        starts = [e for e in found if e["type"] == "content_block_start"]
        assert [(e["index"], e["content_block"]["type"]) for e in starts] == [(0, "thinking"), (1, "text")]
        assert starts[0]["content_block"] == {"type": "thinking", "thinking": "", "signature": ""}
        deltas = [e for e in found if e["type"] == "content_block_delta"]
        kinds = [e["delta"]["type"] for e in deltas]
        signed = kinds.index("signature_delta")
        assert kinds == ["thinking_delta"] * signed + ["signature_delta"] + ["text_delta"] * (len(kinds) - signed - 1)
        assert [e["index"] for e in deltas] == [0] * (signed + 1) + [1] * (len(kinds) - signed - 1)
        whole = ask(sim, thinking={"type": "enabled", "budget_tokens": 1_024}).json()
        assert whole["content"][0]["signature"] == deltas[signed]["delta"]["signature"]
        assert re.fullmatch(r"[A-Za-z0-9+/]{86}==", whole["content"][0]["signature"])

    def test_usage_stands_at_both_ends_and_is_never_to_be_added(self, sim: Any) -> None:
        found = stream(sim)
        begun, ended = found[0]["message"]["usage"], found[-2]["usage"]
        assert begun["input_tokens"] == ended["input_tokens"] > 0
        assert begun["output_tokens"] == 1 < ended["output_tokens"]
        assert ended["output_tokens_details"] == {"thinking_tokens": 0}
        whole = ask(sim).json()["usage"]
        assert {k: whole[k] for k in ended} == ended

    def test_the_message_begins_without_content_and_without_a_stop_reason(self, sim: Any) -> None:
        message = stream(sim)[0]["message"]
        assert (message["content"], message["stop_reason"], message["role"]) == ([], None, "assistant")
        assert re.fullmatch(r"msg_01[0-9a-f]{22}", message["id"])

    def test_thinking_that_is_to_be_left_out_leaves_a_signed_block_without_words(self, sim: Any) -> None:
        config = {"type": "adaptive", "display": "omitted"}
        found = stream(sim, thinking=config)
        assert not any(e.get("delta", {}).get("type") == "thinking_delta" for e in found)
        assert any(e.get("delta", {}).get("type") == "signature_delta" for e in found)
        assert found[-2]["usage"]["output_tokens_details"]["thinking_tokens"] > 20
        block = ask(sim, thinking=config).json()["content"][0]
        assert (block["type"], block["thinking"]) == ("thinking", "")


class TestWhole:
    def test_the_message_has_these_fields(self, sim: Any) -> None:
        body = ask(sim).json()
        assert list(body) == ["model", "id", "type", "role", "content", "stop_reason", "stop_sequence", "usage"]
        assert (body["type"], body["stop_reason"], body["stop_sequence"]) == ("message", "end_turn", None)
        assert [b["type"] for b in body["content"]] == ["text"]

    def test_a_stop_sequence_is_named(self, sim: Any) -> None:
        body = ask(sim, stop_sequences=["never there", "KX-"]).json()
        assert (body["stop_reason"], body["stop_sequence"]) == ("stop_sequence", "KX-")
        assert "KX-" not in body["content"][0]["text"]
        ends = [e for e in stream(sim, stop_sequences=["KX-"]) if e["type"] == "message_delta"]
        assert ends[0]["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": "KX-"}

    def test_an_answer_that_stops_at_once_has_no_content(self, sim: Any) -> None:
        first = ask(sim).json()["content"][0]["text"][:5]
        assert ask(sim, stop_sequences=[first]).json()["content"] == []
        kinds = [e["type"] for e in stream(sim, stop_sequences=[first])]
        assert kinds == ["message_start", "message_delta", "message_stop"]

    def test_system_and_content_may_be_text_or_blocks(self, sim: Any) -> None:
        plain = ask(sim, system="The office is at 17 Alder Lane.").json()
        blocks = ask(
            sim,
            system=[
                {"type": "text", "text": "The office is at 17 Alder Lane.", "cache_control": {"type": "ephemeral"}}
            ],
            messages=[
                {"role": m["role"], "content": [{"type": "text", "text": m["content"]}]} for m in (FACT, QUESTION)
            ],
        ).json()
        assert plain == blocks
        asked = ask(sim, system="The office is at 17 Alder Lane.", messages=[_user("Where is the office?")]).json()
        assert "17 Alder Lane" in asked["content"][0]["text"]

    def test_blocks_of_earlier_turns_are_read(self, sim: Any) -> None:
        messages = [
            _user("Look up my badge number."),
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "It is X-1.", "signature": "abc"},
                    {"type": "tool_use", "id": "t1", "name": "find", "input": {}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "t1", "content": '{"badge_number": "B-90417"}'},
                    {"type": "tool_result", "tool_use_id": "t2", "content": []},
                ],
            },
            {"role": "system", "content": "Be polite."},
            _user("What is the badge number?"),
        ]
        text = ask(sim, messages=messages).json()["content"][0]["text"]
        assert "B-90417" in text
        assert "X-1" not in text

    def test_either_header_may_carry_the_key(self, sim: Any) -> None:
        for headers in ({"x-api-key": "sk-canary-2"}, {"authorization": "Bearer sk-canary-2"}):
            body = {"model": "sim-lite+bad_key", "max_tokens": 9, "messages": [QUESTION]}
            sent = {"anthropic-version": NEW, "x-unknown": "yes", **headers}
            assert "sk-canary-2" in sim.client.post("/messages", json=body, headers=sent).json()["error"]["message"]
            ok = sim.client.post("/messages", json={**body, "model": "sim-lite"}, headers=sent)
            assert ok.status_code == 200

    def test_answers_and_errors_have_a_request_id(self, sim: Any) -> None:
        assert re.fullmatch(r"req_[0-9a-f]{24}", ask(sim).headers["request-id"])
        refused = ask(sim, max_tokens=None)
        assert refused.json()["request_id"] == refused.headers["request-id"]

    @pytest.mark.parametrize(
        ("fields", "thinks"),
        [
            ({}, False),
            ({"thinking": {"type": "disabled"}}, False),
            ({"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}}, False),
            ({"thinking": {"type": "between_tools"}}, False),
            ({"thinking": {"type": "adaptive"}}, True),
            ({"thinking": {"type": "enabled", "budget_tokens": 1_024}}, True),
            ({"output_config": {"effort": "low"}}, True),
        ],
    )
    def test_it_thinks_where_it_is_asked_to(self, sim: Any, fields: dict[str, Any], thinks: bool) -> None:
        got = WIRE.whole(ask(sim, **fields).json())
        assert got.tokens is not None
        assert (got.thoughts != "", got.tokens.thinking > 0) == (thinks, thinks)

    def test_files_are_taken_and_named_as_unread(self, sim: Any) -> None:
        source = {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}
        content = [{"type": "document", "source": source}, {"type": "text", "text": QUESTION["content"]}]
        text = ask(sim, messages=[FACT, {"role": "user", "content": content}]).json()["content"][0]["text"]
        assert text.startswith("I am a simulated model and do not read attached files")


class TestVersions:
    @both_versions
    def test_both_are_served(self, sim: Any, version: str) -> None:
        assert ask(sim, version).json()["content"] == ask(sim).json()["content"]

    def test_a_request_without_a_version_or_with_an_unknown_one_is_refused(self, sim: Any) -> None:
        for path in ("/messages", "/messages/count_tokens"):
            missing, unknown = ask(sim, None, path, max_tokens=None), ask(sim, "2024-01-01", path, max_tokens=None)
            assert (missing.status_code, unknown.status_code) == (400, 400)
            assert missing.json()["error"]["message"] == "anthropic-version: header is required"
            assert '"2024-01-01" is not a valid version' in unknown.json()["error"]["message"]

    @pytest.mark.parametrize(("name", "value"), [("temperature", 1.0), ("top_p", 1), ("top_k", 40)])
    def test_the_new_one_takes_no_sampling_parameters(self, sim: Any, name: str, value: float) -> None:
        assert ask(sim, OLD, **{name: value}).status_code == 200
        refused = ask(sim, NEW, **{name: value})
        assert refused.status_code == 400
        assert refused.json()["error"] == {
            "type": "invalid_request_error",
            "message": f"{name}: Extra inputs are not permitted",
        }

    def test_the_old_one_takes_no_temperature_while_thinking(self, sim: Any) -> None:
        thinking = {"type": "adaptive"}
        assert ask(sim, OLD, temperature=1, thinking=thinking).status_code == 200
        assert "may only be set to 1" in ask(sim, OLD, temperature=0.5, thinking=thinking).text
        assert "from 0 to 1" in ask(sim, OLD, temperature=1.5).text


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _image(**source: Any) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "image", "source": {"type": "base64", **source}}]}]


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"model": None}, "model: Field required"),
            ({"max_tokens": None}, "max_tokens: Field required"),
            ({"max_tokens": 0}, "max_tokens: Input should be a valid integer"),
            ({"max_tokens": 20_000}, "max_tokens: 20000 > 16384"),
            ({"messages": None}, "messages: Field required"),
            ({"messages": []}, "messages: at least one message is required"),
            ({"messages": [FACT, {"role": "assistant", "content": "It is"}]}, "must end with a user message"),
            ({"messages": [_user("")]}, "messages.0: text content blocks must be non-empty"),
            ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, "must be non-empty"),
            ({"messages": [_user(" \n")]}, "text content blocks must contain non-whitespace text"),
            ({"messages": [{"role": "user", "content": []}]}, "messages.0: user messages must have non-empty content"),
            ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
            ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role: Input should be"),
            ({"messages": [{"role": "user", "content": [{"type": "video"}]}]}, "messages.0.content.0.type: Input"),
            ({"messages": _image(media_type="image/tiff", data=PNG)}, "base64.media_type: Input should be"),
            ({"messages": _image(media_type="image/png", data="%%%")}, "invalid base64 data"),
            ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, "image.source: Field required"),
            ({"system": [{"type": "text", "text": ""}]}, "system: text content blocks must be non-empty"),
            ({"stop_sequences": "x"}, "stop_sequences: Input should be a valid list"),
            ({"stop_sequences": [" "]}, "each stop sequence must contain non-whitespace"),
            ({"thinking": {"type": "deep"}}, "thinking.type: Input should be"),
            ({"thinking": {"type": "enabled"}}, "greater than or equal to 1024"),
            ({"thinking": {"type": "enabled", "budget_tokens": 2_000}}, "must be greater than"),
            ({"output_config": {"effort": "minimal"}}, "output_config.effort: Input should be"),
            ({"seed": 1}, "seed: Extra inputs are not permitted"),
            ({"stop": ["x"]}, "stop: Extra inputs are not permitted"),
            ({"reasoning_effort": "low"}, "reasoning_effort: Extra inputs are not permitted"),
            ({"messages": [_user("word " * 250_000)]}, "tokens > 200000 maximum"),
        ],
    )
    def test_the_error_names_what_is_wrong(self, sim: Any, fields: dict[str, Any], message: str) -> None:
        response = ask(sim, **fields)
        assert response.status_code == 400, response.text
        body = response.json()
        assert list(body) == ["type", "error", "request_id"]
        assert (body["type"], body["error"]["type"]) == ("error", "invalid_request_error")
        assert message in body["error"]["message"]

    def test_an_unknown_model_is_not_found(self, sim: Any) -> None:
        response = ask(sim, model="claude-none")
        assert (response.status_code, response.json()["error"]["type"]) == (404, "not_found_error")
        assert response.json()["error"]["message"] == "model: claude-none"

    @pytest.mark.parametrize("raw", [b"{", b"", b"[1]", b"\xff\xfe"])
    def test_a_body_that_is_no_json_object_is_refused(self, sim: Any, raw: bytes) -> None:
        response = sim.client.post("/messages", content=raw, headers={"anthropic-version": NEW})
        assert (response.status_code, response.json()["error"]["type"]) == (400, "invalid_request_error")

    def test_other_addresses_and_methods_get_an_error_of_the_same_shape(self, sim: Any) -> None:
        for response, status in (
            (sim.client.get("/messages"), 405),
            (sim.client.get("/nothing", headers={"anthropic-version": NEW}), 404),
        ):
            assert response.status_code == status
            assert response.json()["type"] == "error"
            assert response.json()["error"]["message"].startswith("Invalid URL or method")


class TestCounting:
    @both_versions
    def test_a_bound_on_the_answer_is_not_needed(self, sim: Any, version: str) -> None:
        response = ask(sim, version, "/messages/count_tokens", max_tokens=None, system="Help.")
        assert response.json() == {"input_tokens": ask(sim, system="Help.").json()["usage"]["input_tokens"]}

    def test_what_is_wrong_is_refused_there_as_well(self, sim: Any) -> None:
        for fields in ({"messages": [_user("")]}, {"temperature": 1}, {"messages": []}):
            assert ask(sim, NEW, "/messages/count_tokens", max_tokens=None, **fields).status_code == 400
