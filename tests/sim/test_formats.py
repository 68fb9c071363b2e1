"""What holds in every wire format alike: one answer, one count of tokens, one plan of faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.settings import shipped
from compare.sim.faults import FaultKind, plan
from compare.sim.models import SIM_MODELS
from compare.sim.reply import SimMessage, SimRequest, prompt_tokens
from compare.sim.state import RecordedBody
from tests.sim.test_faults import message_meeting
from tests.sim.wires import WIRES, Chat

TALK = (
    ("system", "You help the staff of a warehouse."),
    ("user", "The gate code for the north warehouse is KX-4471-Q."),
    ("assistant", "Noted."),
    ("user", "What is the gate code for the north warehouse?"),
)
GERMAN = (
    ("user", "Der Name des Ladens ist Käsekönig 日本 \U0001f600."),
    ("user", "Wie ist der Name des Ladens?"),
)
MODELS = ("sim-lite", "sim-flash", "sim-large")
every_wire = pytest.mark.parametrize("wire", WIRES, ids=lambda w: w.name)
counting_wires = pytest.mark.parametrize("wire", [w for w in WIRES if w.count_path], ids=lambda w: w.name)


@every_wire
class TestAnswer:
    @pytest.mark.parametrize("model", MODELS)
    @pytest.mark.parametrize("think", [False, True])
    def test_the_pieces_join_to_the_answer_given_whole(self, sim: Any, wire: Chat, model: str, think: bool) -> None:
        whole = sim.any.whole(wire, model, TALK, think=think)
        raw = sim.any.stream(wire, model, TALK, think=think)
        assert wire.streamed(raw) == whole
        assert wire.is_ended(raw)
        assert whole.finish == wire.words[0]
        assert "KX-4471-Q" in whole.text

    def test_text_beyond_ascii_arrives_whole(self, sim: Any, wire: Chat) -> None:
        assert "Käsekönig" in wire.streamed(sim.any.stream(wire, "sim-large", GERMAN)).text

    def test_a_limit_ends_the_answer_and_is_used_up_exactly(self, sim: Any, wire: Chat) -> None:
        for got in (
            sim.any.whole(wire, "sim-large", TALK, most=20),
            wire.streamed(sim.any.stream(wire, "sim-large", TALK, most=20)),
        ):
            assert (got.finish, got.tokens.completion) == (wire.words[1], 20)
            assert sim.any.whole(wire, "sim-large", TALK).text.startswith(got.text)

    def test_an_empty_last_message_is_answered_or_refused_in_words(self, sim: Any, wire: Chat) -> None:
        response = sim.any.post(wire, "sim-lite", wire.body("sim-lite", (*TALK[:3], ("user", ""))))
        if wire.name.startswith("messages"):
            assert response.status_code == 400
            assert "text content blocks must be non-empty" in response.text
        else:
            assert wire.whole(response.json()).text

    def test_an_answer_that_is_stopped_by_the_server_has_no_end_mark(self, sim_at: Any, wire: Chat) -> None:
        running = sim_at(0.2)
        raw = running.any.on_the_socket(wire, "sim-lite+cut", TALK)
        assert not wire.is_ended(b"".join(raw.chunks()))


class TestSameEverywhere:
    @pytest.mark.parametrize("model", MODELS)
    @pytest.mark.parametrize("think", [False, True])
    def test_text_thoughts_and_tokens(self, sim: Any, model: str, think: bool) -> None:
        got = [sim.any.whole(wire, model, TALK, think=think)._replace(finish="") for wire in WIRES]
        assert set(got) == {got[0]}
        assert (got[0].thoughts != "") is think

    def test_on_every_shipped_thread(self, sim: Any) -> None:
        wires = [w for w in WIRES if w.name in ("chat", "responses", "messages", "gemini")]
        threads = [json.loads(path.read_text("utf-8")) for path in sorted(shipped("threads").glob("*.jsonl"))]
        assert len(threads) > 5
        for thread in threads:
            talk = [(m["role"], m["content"]) for m in thread["messages"]]
            while talk[-1][0] != "user":
                talk.pop()
            got = {sim.any.whole(wire, "sim-flash", talk)._replace(finish="") for wire in wires}
            assert len(got) == 1, thread["id"]

    @counting_wires
    @pytest.mark.parametrize("model", MODELS)
    def test_what_is_counted_beforehand_is_what_the_answer_reports(self, sim: Any, wire: Chat, model: str) -> None:
        expected = prompt_tokens(SimRequest(SIM_MODELS[model], tuple(SimMessage(r, t) for r, t in TALK)))
        assert wire.counted(sim.any.count(wire, model, TALK).json()) == expected
        assert sim.any.whole(wire, model, TALK).tokens.prompt == expected
        assert wire.streamed(sim.any.stream(wire, model, TALK, think=True)).tokens.prompt == expected


@every_wire
class TestThinking:
    def test_thoughts_come_before_the_same_text_and_are_counted_in_the_answer(self, sim: Any, wire: Chat) -> None:
        plain = sim.any.whole(wire, "sim-large", TALK)
        thought = sim.any.whole(wire, "sim-large", TALK, think=True)
        assert thought.text == plain.text
        assert (plain.thoughts, plain.tokens.thinking) == ("", 0)
        assert "message 2: KX-4471-Q" in thought.thoughts
        assert thought.tokens.thinking > 20
        assert thought.tokens.completion == plain.tokens.completion + thought.tokens.thinking

    def test_thinking_can_use_up_all_that_is_allowed_and_leave_no_text(self, sim: Any, wire: Chat) -> None:
        for got in (
            sim.any.whole(wire, "sim-large", TALK, think=True, most=16),
            wire.streamed(sim.any.stream(wire, "sim-large", TALK, think=True, most=16)),
        ):
            assert (got.text, got.finish) == ("", wire.words[1])
            assert (got.tokens.thinking, got.tokens.completion) == (16, 16)


@every_wire
class TestImages:
    def test_a_picture_in_the_last_message_is_named_as_unseen_and_counts_nothing(self, sim: Any, wire: Chat) -> None:
        talk = TALK[1:]
        plain = sim.any.whole(wire, "sim-large", talk)
        response = sim.any.post(wire, "sim-large", wire.with_image("sim-large", talk, at=2))
        got = wire.whole(response.json())
        assert got.text.startswith("I am a simulated model and do not see images")
        assert got.text.endswith(plain.text)
        assert got.tokens.prompt == plain.tokens.prompt

    def test_a_picture_in_an_earlier_message_changes_nothing(self, sim: Any, wire: Chat) -> None:
        talk = TALK[1:]
        response = sim.any.post(wire, "sim-large", wire.with_image("sim-large", talk, at=0))
        assert wire.whole(response.json()) == sim.any.whole(wire, "sim-large", talk)

    def test_it_is_said_in_the_language_of_the_answer(self, sim: Any, wire: Chat) -> None:
        response = sim.any.post(wire, "sim-large", wire.with_image("sim-large", GERMAN, at=1))
        assert wire.whole(response.json()).text.startswith("Ich bin ein simuliertes Modell und sehe keine Bilder")


class TestFlakyPlan:
    @every_wire
    @pytest.mark.parametrize("kind", ["rate_limit", "server_error"])
    def test_it_refuses_and_then_answers(self, sim: Any, wire: Chat, kind: FaultKind) -> None:
        talk = (("user", message_meeting(kind)),)
        first = sim.any.post(wire, "sim-flaky", wire.body("sim-flaky", talk))
        assert first.status_code == {"rate_limit": 429, "server_error": 500}[kind]
        assert sim.any.whole(wire, "sim-flaky", talk).finish == wire.words[0]

    @every_wire
    def test_it_breaks_off_and_then_answers(self, sim: Any, wire: Chat) -> None:
        talk = (("user", message_meeting("cut")),)
        assert not wire.is_ended(sim.any.stream(wire, "sim-flaky", talk))
        assert wire.is_ended(sim.any.stream(wire, "sim-flaky", talk))

    def test_attempts_are_counted_over_all_formats(self, sim: Any) -> None:
        talk = (("user", message_meeting("rate_limit")),)
        statuses = [
            sim.any.post(wire, "sim-flaky", wire.body("sim-flaky", talk)).status_code for wire in (*WIRES, WIRES[0])
        ]
        assert statuses == [429, 200, 429, 200, 429, 200, 429, 200]
        request = SimRequest(SIM_MODELS["sim-flaky"], tuple(SimMessage(r, t) for r, t in talk))
        assert plan(0, request.conversation_sha256, 1).kind == "rate_limit"


@every_wire
def test_the_log_holds_the_plain_body_and_knows_how_it_came(sim: Any, wire: Chat) -> None:
    body = wire.body("sim-lite", TALK)
    sim.any.post(wire, "sim-lite", body)
    (recorded,) = sim.requests
    assert recorded == body
    assert json.dumps(recorded) == json.dumps(body)
    assert isinstance(recorded, RecordedBody)
    assert recorded.path == wire.path("sim-lite", False)
    assert dict(wire.headers).items() <= recorded.headers.items()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3_000) | st.sampled_from(["", "user", "text", "high", "a\u2028b"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["type", "text", "role", "content", "parts", "effort", "data"]), inner)
    ),
    max_leaves=4,
)


@every_wire
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_that_is_json_makes_the_server_fail(sim: Any, wire: Chat, data: st.DataObject) -> None:
    stream = data.draw(st.booleans())
    body = wire.body("sim-lite", TALK, stream=stream, think=True)
    at: Any = body
    for _ in range(data.draw(st.integers(0, 4))):
        inner = [k for k in (at if isinstance(at, dict) else range(len(at))) if isinstance(at[k], dict | list)]
        if not inner:
            break
        at = at[data.draw(st.sampled_from(inner))]
    if isinstance(at, dict):
        at[data.draw(st.sampled_from([*at, "type", "content"]))] = data.draw(ANYTHING)
    else:
        at[-1] = data.draw(ANYTHING)
    response = sim.any.post(wire, "sim-lite", body, stream)
    assert response.status_code in (200, 400, 404), response.text
    if response.status_code != 200:
        assert len(wire.error(response.json())[1]) > 5
