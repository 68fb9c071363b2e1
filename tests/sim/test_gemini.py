"""Gemini's generateContent byte by byte, of both API versions, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.sim.wires import PNG, Gemini, events

FACT = {"role": "user", "parts": [{"text": "The gate code for the north warehouse is KX-4471-Q."}]}
QUESTION = {"role": "user", "parts": [{"text": "What is the gate code for the north warehouse?"}]}
KEY = {"x-goog-api-key": "AIza-canary"}
WIRE = Gemini()


def ask(sim: Any, method: str = "generateContent", model: str = "sim-large", **fields: Any) -> httpx.Response:
    body = {"contents": [FACT, QUESTION], **fields}
    response: httpx.Response = sim.any.client.post(f"/v1beta/models/{model}:{method}", json=body, headers=KEY)
    return response


def stream(sim: Any, **fields: Any) -> list[dict[str, Any]]:
    return [json.loads(data) for _, data in events(ask(sim, "streamGenerateContent?alt=sse", **fields).content)]


def config(**fields: Any) -> dict[str, Any]:
    return {"generationConfig": fields}


class TestStream:
    def test_lines_end_in_cr_lf_and_every_event_has_exactly_these_bytes(self, sim: Any) -> None:
        response = ask(sim, "streamGenerateContent?alt=sse")
        assert response.headers["content-type"].startswith("text/event-stream")
        blocks = response.content.split(b"\r\n\r\n")
        assert blocks.pop() == b""
        assert b"\n" not in b"".join(blocks)
        first = json.loads(blocks[0].removeprefix(b"data: "))
        n_prompt = first["usageMetadata"]["promptTokenCount"]
        text = first["candidates"][0]["content"]["parts"][0]["text"]
        assert blocks[0].decode() == (
            f'data: {{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}],"role":"model"}},"index":0}}],'
            f'"usageMetadata":{{"promptTokenCount":{n_prompt},"totalTokenCount":{n_prompt},'
            f'"promptTokensDetails":[{{"modality":"TEXT","tokenCount":{n_prompt}}}]}},'
            f'"modelVersion":"sim-large","responseId":"{first["responseId"]}"}}'
        )

    def test_every_chunk_reports_usage_and_the_last_one_all_of_it(self, sim: Any) -> None:
        *before, last = stream(sim)
        assert all("candidatesTokenCount" not in c["usageMetadata"] for c in before)
        assert all(c["usageMetadata"]["promptTokenCount"] > 0 for c in before)
        assert last["usageMetadata"] == ask(sim).json()["usageMetadata"]

    def test_only_the_last_chunk_says_why_it_ended(self, sim: Any) -> None:
        *before, last = stream(sim)
        assert not any("finishReason" in c["candidates"][0] for c in before)
        assert last["candidates"][0] == {
            "content": {"parts": [{"text": ""}], "role": "model"},
            "finishReason": "STOP",
            "index": 0,
        }

    def test_thoughts_are_marked_parts_and_no_part_of_the_answers_tokens(self, sim: Any) -> None:
        found = stream(sim, **config(thinkingConfig={"includeThoughts": True}))
        marks = ["thought" in c["candidates"][0]["content"]["parts"][0] for c in found]
        n_thoughts = marks.index(False)
        assert marks == [True] * n_thoughts + [False] * (len(marks) - n_thoughts)
        usage, plain = found[-1]["usageMetadata"], ask(sim).json()["usageMetadata"]
        assert usage["candidatesTokenCount"] == plain["candidatesTokenCount"]
        assert usage["totalTokenCount"] == plain["totalTokenCount"] + usage["thoughtsTokenCount"]
        assert "thoughtsTokenCount" not in plain
        assert "thoughtsTokenCount" not in found[0]["usageMetadata"]
        assert found[n_thoughts]["usageMetadata"]["thoughtsTokenCount"] == usage["thoughtsTokenCount"]

    def test_thoughts_are_counted_and_not_shown_unless_they_are_asked_for(self, sim: Any) -> None:
        for thinking in ({"thinkingLevel": "HIGH"}, {"thinkingBudget": -1}, {"includeThoughts": False}):
            found = stream(sim, **config(thinkingConfig=thinking))
            assert not any("thought" in c["candidates"][0]["content"]["parts"][0] for c in found)
            assert found[-1]["usageMetadata"]["thoughtsTokenCount"] > 20

    def test_where_thinking_uses_up_everything_there_is_no_content_at_all(self, sim: Any) -> None:
        limits = config(maxOutputTokens=10, thinkingConfig={"thinkingLevel": "high"})
        (only,) = stream(sim, **limits)
        assert only["candidates"] == [{"finishReason": "MAX_TOKENS", "index": 0}]
        assert (only["usageMetadata"]["thoughtsTokenCount"], only["usageMetadata"]["candidatesTokenCount"]) == (10, 0)
        assert ask(sim, **limits).json()["candidates"] == only["candidates"]

    def test_without_alt_sse_it_is_one_json_array_of_the_same_chunks(self, sim: Any) -> None:
        response = ask(sim, "streamGenerateContent")
        assert response.headers["content-type"].startswith("application/json")
        assert response.json() == stream(sim)
        assert response.content.count(b",\r\n") == len(response.json()) - 1


class TestWhole:
    def test_the_body_has_these_fields(self, sim: Any) -> None:
        body = ask(sim).json()
        assert list(body) == ["candidates", "usageMetadata", "modelVersion", "responseId"]
        usage = body["usageMetadata"]
        assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"]

    def test_a_stop_sequence_ends_it_and_is_left_out(self, sim: Any) -> None:
        got = WIRE.whole(ask(sim, **config(stopSequences=["KX-"])).json())
        assert got.finish == "STOP"
        assert "KX-" not in got.text

    def test_seeds_choose_the_wording(self, sim: Any) -> None:
        texts = {WIRE.whole(ask(sim, **config(seed=n)).json()).text for n in range(8)}
        assert len(texts) > 3
        assert WIRE.whole(ask(sim, **config(seed=0)).json()).text == WIRE.whole(ask(sim).json()).text

    def test_names_may_be_written_with_underscores(self, sim: Any) -> None:
        with_underscores = ask(
            sim,
            system_instruction={"parts": {"text": "Help."}},
            generation_config={"max_output_tokens": 20, "thinking_config": {"thinking_budget": 0}},
        )
        camel = ask(
            sim,
            systemInstruction={"parts": [{"text": "Help."}]},
            **config(maxOutputTokens=20, thinkingConfig={"thinkingBudget": 0}),
        )
        assert with_underscores.json() == camel.json()

    def test_a_thinking_budget_bounds_the_thoughts(self, sim: Any) -> None:
        thinking = {"includeThoughts": True, "thinkingBudget": 12}
        got = WIRE.whole(ask(sim, **config(thinkingConfig=thinking)).json())
        assert got.tokens is not None
        assert got.tokens.thinking == 12
        assert got.text == WIRE.whole(ask(sim).json()).text

    def test_parts_of_earlier_turns_are_read(self, sim: Any) -> None:
        contents = [
            {"parts": [{"text": "Look up my badge number."}]},
            {
                "role": "model",
                "parts": [{"text": "It is X-1.", "thought": True}, {"functionCall": {"name": "find", "args": {}}}],
            },
            {
                "role": "user",
                "parts": [{"functionResponse": {"name": "find", "response": {"badge_number": "B-90417"}}}],
            },
            {"role": "user", "parts": [{"text": "What is"}, {"text": "the badge number?"}]},
        ]
        text = WIRE.whole(ask(sim, contents=contents).json()).text
        assert "B-90417" in text
        assert "X-1" not in text

    def test_files_are_taken_and_named_as_unread(self, sim: Any) -> None:
        parts = [{"fileData": {"mimeType": "application/pdf", "fileUri": "files/abc"}}, *QUESTION["parts"]]
        text = WIRE.whole(ask(sim, contents=[FACT, {"role": "user", "parts": parts}]).json()).text
        assert text.startswith("I am a simulated model and do not read attached files")


class TestCounting:
    def test_contents_alone_or_a_whole_request_are_counted(self, sim: Any) -> None:
        n_prompt = ask(sim).json()["usageMetadata"]["promptTokenCount"]
        assert ask(sim, "countTokens").json() == {
            "totalTokens": n_prompt,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": n_prompt}],
        }
        whole = {"contents": [FACT, QUESTION], "systemInstruction": {"parts": [{"text": "Help."}]}}
        counted = ask(sim, "countTokens", contents=None, generateContentRequest={"model": "models/sim-large", **whole})
        assert counted.json()["totalTokens"] == ask(sim, **whole).json()["usageMetadata"]["promptTokenCount"]


def _part(part: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [part]}]}


class TestRefusals:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"contents": None}, "contents is not specified"),
            ({"contents": []}, "contents is not specified"),
            ({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, "Please use a valid role: user, model."),
            ({"contents": [{"role": "user", "parts": []}]}, "contents[0].parts: contents.parts must not be empty"),
            ({"contents": ["x"]}, "contents[0].parts"),
            (_part("x"), "Invalid value at 'contents[0].parts[0]'"),
            (_part({}), "required oneof field 'data'"),
            (_part({"inlineData": {"mimeType": "image/png", "data": "%%%"}}), "expected 'mimeType' and base64 'data'"),
            (_part({"inlineData": {"data": PNG}}), "expected 'mimeType' and base64 'data'"),
            ({"messages": []}, 'Unknown name "messages": Cannot find field.'),
            (config(max_tokens=5), "Unknown name \"max_tokens\" at 'generation_config'"),
            (config(stop=["x"]), "Unknown name \"stop\" at 'generation_config'"),
            (config(thinkingConfig={"effort": "low"}), "at 'generation_config.thinking_config'"),
            ({"generationConfig": 3}, "Invalid value at 'generation_config': expected an object."),
            (config(maxOutputTokens=0), "max_output_tokens must be positive"),
            (config(stopSequences=list("abcdef")), "at most 5 strings"),
            (config(candidateCount=2), "Only one candidate can be specified"),
            (config(thinkingConfig={"thinkingBudget": 1, "thinkingLevel": "LOW"}), "only set one of"),
            (config(thinkingConfig={"thinkingBudget": -2}), "thinking_budget must be -1, 0 or positive"),
            (config(thinkingConfig={"thinkingLevel": "DEEP"}), "thinking_level': 'DEEP'"),
            (_part({"text": "word " * 250_000}), "exceeds the maximum number of tokens allowed (200000)"),
        ],
    )
    def test_the_error_names_what_is_wrong(self, sim: Any, fields: dict[str, Any], message: str) -> None:
        response = ask(sim, **fields)
        assert response.status_code == 400, response.text
        error = response.json()["error"]
        assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
        assert message in error["message"]

    def test_an_unknown_model_is_not_found_in_that_version(self, sim: Any) -> None:
        response = ask(sim, model="gemini-none")
        assert (response.status_code, response.json()["error"]["status"]) == (404, "NOT_FOUND")
        assert "models/gemini-none is not found for API version v1beta" in response.json()["error"]["message"]

    @pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent?alt=sse", "countTokens"])
    @pytest.mark.parametrize("version", ["v1", "v1beta"])
    def test_a_key_in_the_address_is_refused_and_not_repeated(self, sim: Any, version: str, method: str) -> None:
        joined = "&" if "?" in method else "?"
        path = f"/{version}/models/sim-lite:{method}{joined}key=AIza-canary"
        response = sim.any.client.post(path, json={"contents": [QUESTION]})
        assert response.status_code == 400
        assert "send it in the header x-goog-api-key" in response.json()["error"]["message"]
        assert "canary" not in response.text

    def test_a_stream_that_is_an_array_is_refused_by_an_array(self, sim: Any) -> None:
        (body,) = ask(sim, "streamGenerateContent", model="sim-lite+overloaded!").json()
        assert body["error"]["status"] == "UNAVAILABLE"
        assert ask(sim, "streamGenerateContent?alt=sse", model="sim-lite+overloaded!").json() == body

    def test_other_addresses_and_methods_get_an_error_of_the_same_shape(self, sim: Any) -> None:
        for path, status in (("/v1beta/nothing", 404), ("/v1/models/sim-lite:embedContent", 405)):
            response = sim.any.client.post(path, json={})
            assert response.status_code == status
            assert response.json()["error"]["message"].startswith("Invalid URL or method")
            assert "status" in response.json()["error"]
