"""sim-flaky: the plan is a pure function, and each fault looks on the wire as a provider's does."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from compare.sim.faults import NO_FAULT, Attempts, FaultKind, plan
from compare.sim.models import SIM_MODELS
from compare.sim.reply import SimMessage, SimRequest


def conversation(n: int) -> str:
    return hashlib.sha256(str(n).encode()).hexdigest()


def message_meeting(kind: FaultKind, seed: int = 0) -> str:
    """A message at which the plan has this fault first."""
    for n in range(1000):
        text = f"My order number is {n}. What is my order number?"
        request = SimRequest(SIM_MODELS["sim-flaky"], (SimMessage("user", text),))
        if plan(seed, request.conversation_sha256, 1).kind == kind:
            return text
    raise AssertionError(f"no conversation in 1000 meets {kind}")


class TestPlan:
    def test_the_same_arguments_give_the_same_fault(self) -> None:
        assert [plan(1, conversation(n), 1) for n in range(50)] == [plan(1, conversation(n), 1) for n in range(50)]

    def test_another_seed_gives_other_faults(self) -> None:
        assert [plan(1, conversation(n), 1) for n in range(50)] != [plan(2, conversation(n), 1) for n in range(50)]

    def test_the_attempt_after_a_fault_goes_right(self) -> None:
        assert all(plan(0, conversation(n), 2) == NO_FAULT for n in range(200))

    def test_about_half_of_all_conversations_are_answered_at_once(self) -> None:
        kinds = Counter(plan(0, conversation(n), 1).kind for n in range(4000))
        assert set(kinds) == {"none", "stall", "cut", "rate_limit", "server_error"}
        assert 0.42 < kinds["none"] / 4000 < 0.50
        assert min(kinds.values()) > 300

    def test_a_stall_or_cut_comes_inside_the_answer(self) -> None:
        assert all(
            0.2 <= f.at <= 0.8 for n in range(300) if (f := plan(0, conversation(n), 1)).kind in ("cut", "stall")
        )

    def test_an_episode_ends_with_a_whole_answer_so_that_a_repeated_run_is_the_same(self) -> None:
        attempts = Attempts()
        first = next(n for n in range(100) if plan(0, conversation(n), 1).kind == "rate_limit")
        run = [attempts.next_fault(0, conversation(first)).kind for _ in range(4)]
        assert run == ["rate_limit", "none", "rate_limit", "none"]

    def test_counting_is_bounded(self) -> None:
        attempts = Attempts(keep=3)
        refused = [c for n in range(200) if plan(0, c := conversation(n), 1).kind == "server_error"][:4]
        for c in refused:
            assert attempts.next_fault(0, c).kind == "server_error"
        assert attempts.next_fault(0, refused[0]).kind == "server_error"  # forgotten: starts anew
        assert attempts.next_fault(0, refused[3]).kind == "none"


class TestWire:
    def test_a_429_says_when_to_come_back_and_then_succeeds(self, sim: Any) -> None:
        text = message_meeting("rate_limit")
        first = sim.post("sim-flaky", ("user", text))
        assert first.status_code == 429
        assert first.headers["retry-after"] == "0"  # scaled by speed, which is 0 here
        assert first.headers["retry-after-ms"] == "0"
        assert first.json()["error"]["code"] == "rate_limit_exceeded"
        assert sim.post("sim-flaky", ("user", text)).status_code == 200

    def test_a_500_then_succeeds(self, sim: Any) -> None:
        text = message_meeting("server_error")
        first = sim.post("sim-flaky", ("user", text))
        assert (first.status_code, first.json()["error"]["type"]) == (500, "server_error")
        assert sim.post("sim-flaky", ("user", text)).status_code == 200

    def test_a_cut_stream_ends_without_terminator_or_finish_reason(self, sim: Any) -> None:
        text = message_meeting("cut")
        body = {"model": "sim-flaky", "messages": [{"role": "user", "content": text}], "stream": True}
        cut = sim.client.post("/chat/completions", json=body).text
        assert "[DONE]" not in cut
        assert '"finish_reason":"stop"' not in cut
        whole = sim.client.post("/chat/completions", json=body).text
        assert whole.endswith("data: [DONE]\n\n")
        pieces = [_text(e) for e in cut.split("\n\n") if e]
        assert 0 < len("".join(pieces)) < len("".join(_text(e) for e in whole.split("\n\n")[:-2]))

    def test_without_a_stream_a_cut_is_a_server_error(self, sim: Any) -> None:
        text = message_meeting("cut")
        assert sim.post("sim-flaky", ("user", text), seed=0).status_code == 500
        assert sim.post("sim-flaky", ("user", text), seed=0).status_code == 200

    @pytest.mark.parametrize("kind", ["none", "stall"])
    def test_otherwise_the_answer_is_whole(self, sim: Any, kind: FaultKind) -> None:
        text = message_meeting(kind)
        body = {"model": "sim-flaky", "messages": [{"role": "user", "content": text}], "stream": True}
        assert sim.client.post("/chat/completions", json=body).text.endswith("data: [DONE]\n\n")

    def test_the_other_models_never_fail(self, sim: Any) -> None:
        for model in ("sim-lite", "sim-flash", "sim-large"):
            assert all(sim.post(model, ("user", f"Message {n}")).status_code == 200 for n in range(30))


def _text(event: str) -> str:
    return str(json.loads(event.removeprefix("data: "))["choices"][0]["delta"].get("content", ""))
