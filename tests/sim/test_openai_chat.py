"""The wire format byte by byte, over real HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from compare.sim.models import SIM_MODELS

FACT = ("user", "The gate code for the north warehouse is KX-4471-Q.")
QUESTION = ("user", "What is the gate code for the north warehouse?")


def raw_stream(
    sim: Any, *messages: tuple[str, str], model: str = "sim-large", **fields: Any
) -> tuple[httpx.Response, bytes]:
    body = {"model": model, "messages": [{"role": r, "content": c} for r, c in messages], "stream": True, **fields}
    with sim.client.stream("POST", "/chat/completions", json=body) as response:
        return response, b"".join(response.iter_raw())


def events(raw: bytes) -> list[bytes]:
    assert raw.endswith(b"\n\n")
    found = raw[:-2].split(b"\n\n")
    assert all(e.startswith(b"data: ") for e in found)
    return [e[6:] for e in found]


class TestStream:
    def test_it_is_an_event_stream_with_a_request_id(self, sim: Any) -> None:
        response, _ = raw_stream(sim, FACT, QUESTION)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["transfer-encoding"] == "chunked"
        assert response.headers["x-request-id"].startswith("req_")

    def test_every_chunk_has_exactly_these_bytes(self, sim: Any) -> None:
        _, raw = raw_stream(sim, FACT, QUESTION)
        found = events(raw)
        head = json.loads(found[0])
        assert re.fullmatch(r"chatcmpl-[0-9a-f]{28}", head["id"])
        shared = (
            f'{{"id":"{head["id"]}","object":"chat.completion.chunk","created":{head["created"]},"model":"sim-large",'
            '"service_tier":"default","system_fingerprint":"fp_sim_large","choices":[{"index":0,"delta":'
        )
        after = ',"logprobs":null,"finish_reason":null}]}'
        assert found[0].decode() == shared + '{"role":"assistant","content":"","refusal":null}' + after
        for event in found[1:-2]:
            text = json.loads(event)["choices"][0]["delta"]["content"]
            assert text
            assert (
                event.decode()
                == shared + json.dumps({"content": text}, separators=(",", ":"), ensure_ascii=False) + after
            )
        assert found[-2].decode() == shared + '{},"logprobs":null,"finish_reason":"stop"}]}'
        assert found[-1] == b"[DONE]"

    def test_usage_comes_last_and_alone_when_asked_for(self, sim: Any) -> None:
        _, raw = raw_stream(sim, FACT, QUESTION, stream_options={"include_usage": True})
        *chunks, last, done = events(raw)
        assert done == b"[DONE]"
        assert all(json.loads(c)["usage"] is None for c in chunks)
        usage = json.loads(last)
        assert usage["choices"] == []
        assert usage["usage"] == sim.post("sim-large", FACT, QUESTION).json()["usage"]

    def test_no_chunk_speaks_of_usage_unless_asked(self, sim: Any) -> None:
        _, raw = raw_stream(sim, FACT, QUESTION)
        assert b"usage" not in raw

    def test_the_pieces_join_to_the_answer_given_whole(self, sim: Any) -> None:
        _, raw = raw_stream(sim, FACT, QUESTION)
        pieces = [json.loads(e)["choices"][0]["delta"].get("content", "") for e in events(raw)[:-1]]
        assert "".join(pieces) == sim.answer("sim-large", FACT, QUESTION)
        assert len(pieces) > 20

    def test_text_beyond_ascii_arrives_whole(self, sim: Any) -> None:
        message = "Der Name des Ladens ist Käsekönig \u2028\u65e5\u672c \U0001f600."
        _, raw = raw_stream(sim, ("user", message), ("user", "Wie ist der Name des Ladens?"))
        text = "".join(json.loads(e)["choices"][0]["delta"].get("content", "") for e in events(raw)[:-1])
        assert "Käsekönig" in text


class TestWhole:
    def test_the_body_has_these_fields(self, sim: Any) -> None:
        body = sim.post("sim-flash", FACT, QUESTION).json()
        assert list(body) == [
            "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint",
        ]  # fmt: skip
        assert body["object"] == "chat.completion"
        (choice,) = body["choices"]
        assert {k: choice[k] for k in ("index", "logprobs", "finish_reason")} == {
            "index": 0,
            "logprobs": None,
            "finish_reason": "stop",
        }
        assert choice["message"]["role"] == "assistant"
        assert choice["message"]["refusal"] is None

    def test_usage_adds_up_and_names_its_details(self, sim: Any) -> None:
        usage = sim.post("sim-flash", FACT, QUESTION).json()["usage"]
        assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
        assert usage["prompt_tokens_details"] == {"cached_tokens": 0, "audio_tokens": 0}
        assert usage["completion_tokens_details"]["reasoning_tokens"] == 0

    def test_a_limit_ends_the_answer_with_length_and_exactly_so_many_tokens(self, sim: Any) -> None:
        for field in ("max_tokens", "max_completion_tokens"):
            body = sim.post("sim-large", FACT, QUESTION, **{field: 12}).json()
            assert body["choices"][0]["finish_reason"] == "length"
            assert body["usage"]["completion_tokens"] == 12
            whole = sim.answer("sim-large", FACT, QUESTION)
            assert whole.startswith(body["choices"][0]["message"]["content"])

    def test_a_stop_sequence_ends_it_and_is_left_out(self, sim: Any) -> None:
        body = sim.post("sim-large", FACT, QUESTION, stop=["KX-", "never there"]).json()
        assert body["choices"][0]["finish_reason"] == "stop"
        assert "KX-" not in body["choices"][0]["message"]["content"]
        assert sim.post("sim-large", FACT, QUESTION, stop="KX-").json()["choices"] == body["choices"]

    def test_a_stop_sequence_at_the_very_start_leaves_an_empty_answer(self, sim: Any) -> None:
        first = sim.answer("sim-lite", FACT, QUESTION)[:6]
        body = sim.post("sim-lite", FACT, QUESTION, stop=[first]).json()
        assert body["choices"][0]["message"]["content"] == ""
        assert body["usage"]["completion_tokens"] == 0
        _, raw = raw_stream(sim, FACT, QUESTION, model="sim-lite", stop=[first])
        assert len(events(raw)) == 3  # role, finish, [DONE]

    def test_unknown_headers_fields_and_any_key_are_accepted(self, sim: Any) -> None:
        response = sim.client.post(
            "/chat/completions",
            json={"model": "sim-lite", "messages": [{"role": "user", "content": "Hi"}], "store": False, "brand_new": 1,
                  "temperature": 0.3, "top_p": 1},
            headers={"authorization": "Bearer anything", "x-unknown": "yes"},
        )  # fmt: skip
        assert response.status_code == 200

    def test_roles_and_parts_of_the_format_are_read(self, sim: Any) -> None:
        messages = [
            {"role": "developer", "content": "The office is at 17 Alder Lane."},
            {
                "role": "user",
                "content": [{"type": "text", "text": "The parking"}, {"type": "text", "text": "level is D8."}],
            },
            {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function"}]},
            {"role": "tool", "tool_call_id": "1", "content": '{"badge_number": "B-90417"}'},
            {"role": "user", "content": "What is the badge number, and what is the address of the office?"},
        ]
        response = sim.client.post("/chat/completions", json={"model": "sim-large", "messages": messages})
        text = response.json()["choices"][0]["message"]["content"]
        assert "B-90417" in text
        assert "17 Alder Lane" in text

    def test_pictures_by_address_and_files_are_taken(self, sim: Any) -> None:
        for part in (
            {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png", "detail": "low"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
        ):
            message = {"role": "user", "content": [part]}
            response = sim.client.post("/chat/completions", json={"model": "sim-lite", "messages": [message]})
            text = response.json()["choices"][0]["message"]["content"]
            assert re.match(r"I am a simulated model and do not (see images|read attached files)", text)

    def test_the_log_holds_what_was_sent(self, sim: Any) -> None:
        sim.post("sim-lite", FACT, QUESTION, temperature=0.5)
        (body,) = sim.requests
        assert body["model"] == "sim-lite"
        assert [m["content"] for m in body["messages"]] == [FACT[1], QUESTION[1]]
        assert body["temperature"] == 0.5


class TestThinking:
    def test_thoughts_come_between_the_role_and_the_text_in_a_field_of_their_own(self, sim: Any) -> None:
        _, raw = raw_stream(sim, FACT, QUESTION, reasoning_effort="high")
        deltas = [json.loads(e)["choices"][0]["delta"] for e in events(raw)[:-1]]
        kinds = [next(iter(d), "") for d in deltas]
        n_thoughts = kinds.count("reasoning_content")
        assert n_thoughts > 20
        assert kinds == [
            "role", *["reasoning_content"] * n_thoughts, *["content"] * (len(kinds) - n_thoughts - 2), "",
        ]  # fmt: skip
        message = sim.post("sim-large", FACT, QUESTION, reasoning_effort="high").json()["choices"][0]["message"]
        assert "".join(d.get("reasoning_content", "") for d in deltas) == message["reasoning_content"]

    def test_none_is_the_same_as_not_to_ask(self, sim: Any) -> None:
        plain = sim.post("sim-large", FACT, QUESTION).json()
        none = sim.post("sim-large", FACT, QUESTION, reasoning_effort="none").json()
        assert {**none, "created": 0} == {**plain, "created": 0}

    def test_a_lower_effort_thinks_less(self, sim: Any) -> None:
        used = [
            sim.post("sim-large", FACT, QUESTION, reasoning_effort=e).json()["usage"]["completion_tokens_details"][
                "reasoning_tokens"
            ]
            for e in ("minimal", "low", "medium", "max")
        ]
        assert used[0] == used[1] < used[2] == used[3]


class TestModels:
    def test_the_list_names_all_of_them(self, sim: Any) -> None:
        body = sim.client.get("/models").json()
        assert body["object"] == "list"
        assert (
            [m["id"] for m in body["data"]] == ["sim-lite", "sim-flash", "sim-large", "sim-flaky"] == list(SIM_MODELS)
        )
        assert all(m["object"] == "model" and m["owned_by"] and m["created"] for m in body["data"])

    def test_one_can_be_looked_up(self, sim: Any) -> None:
        assert sim.client.get("/models/sim-large").json()["id"] == "sim-large"
        assert sim.client.get("/models/nothing").status_code == 404


USER = {"role": "user", "content": "Hello"}


def _image(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "status", "code", "param"),
        [
            ({"model": "gpt-none", "messages": [USER]}, 404, "model_not_found", None),
            ({"messages": [USER]}, 400, None, None),
            ({"model": "sim-lite"}, 400, "missing_required_parameter", "messages"),
            ({"model": "sim-lite", "messages": []}, 400, "empty_array", "messages"),
            ({"model": "sim-lite", "messages": "hello"}, 400, "invalid_type", "messages"),
            ({"model": "sim-lite", "messages": ["hello"]}, 400, "invalid_type", "messages[0]"),
            (
                {"model": "sim-lite", "messages": [{"role": "robot", "content": ""}]},
                400,
                "invalid_value",
                "messages[0].role",
            ),
            ({"model": "sim-lite", "messages": [{"role": "user"}]}, 400, "invalid_type", "messages[0].content"),
            (
                {"model": "sim-lite", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
                400,
                "invalid_value",
                "messages[0].content[0]",
            ),
            (
                {"model": "sim-lite", "messages": [{"role": "user", "content": [_image("data:image/png;base64,%%%")]}]},
                400,
                "invalid_image_url",
                "messages[0].content[0].image_url",
            ),
            (
                {"model": "sim-lite", "messages": [USER], "reasoning_effort": "enormous"},
                400,
                "invalid_value",
                "reasoning_effort",
            ),
            ({"model": "sim-lite", "messages": [USER], "max_tokens": 0}, 400, "integer_below_min_value", "max_tokens"),
            (
                {"model": "sim-lite", "messages": [USER], "max_tokens": 5, "max_completion_tokens": 5},
                400,
                "invalid_parameter_combination",
                "max_tokens",
            ),
            ({"model": "sim-lite", "messages": [USER], "stop": list("abcde")}, 400, "invalid_type", "stop"),
            ({"model": "sim-lite", "messages": [USER], "n": 2}, 400, None, "n"),
            ({"model": "sim-lite", "messages": [USER], "stream_options": {}}, 400, None, "stream_options"),
            (
                {"model": "sim-lite", "messages": [{"role": "user", "content": "word " * 40_000}]},
                400,
                "context_length_exceeded",
                "messages",
            ),
        ],
    )
    def test_the_error_names_what_is_wrong(
        self, sim: Any, body: dict[str, Any], status: int, code: str | None, param: str | None
    ) -> None:
        response = sim.client.post("/chat/completions", json=body)
        assert response.status_code == status
        error = response.json()["error"]
        assert list(error) == ["message", "type", "param", "code"]
        assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, param)
        assert len(error["message"]) > 20

    @pytest.mark.parametrize("raw", [b"{", b"", b"[1]", b'"hello"', b"\xff\xfe"])
    def test_a_body_that_is_no_json_object_is_refused(self, sim: Any, raw: bytes) -> None:
        response = sim.client.post("/chat/completions", content=raw)
        assert response.status_code == 400
        assert response.json()["error"]["type"] == "invalid_request_error"

    def test_other_addresses_and_methods_get_an_error_of_the_same_shape(self, sim: Any) -> None:
        assert sim.client.get("/nothing").json()["error"]["message"].startswith("Invalid URL")
        assert sim.client.get("/nothing").status_code == 404
        assert sim.client.get("/chat/completions").status_code == 405
