"""Pace: what is due when, on paper and over the wire."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from typing import Any

import pytest

from compare.sim.faults import STALL_S, Fault
from compare.sim.models import SIM_MODELS
from compare.sim.pace import schedule
from compare.sim.reply import Reply, SimMessage, SimRequest, reply_to

BUSY_S = 4.0
"""What a busy machine may add."""

ASK = (
    ("user", "The gate code for the north warehouse is KX-4471-Q, the deadline is 12 May, the budget is 4,200 EUR."),
    ("user", "What is the gate code for the north warehouse, when is the deadline, and how much is the budget?"),
)


def reply(model: str, seed: int = 0) -> Reply:
    return reply_to(SimRequest(SIM_MODELS[model], tuple(SimMessage(r, t) for r, t in ASK), seed=seed))


class TestSchedule:
    @pytest.mark.parametrize("model_id", ["sim-lite", "sim-flash", "sim-large"])
    def test_first_piece_and_rate_are_those_of_the_model(self, model_id: str) -> None:
        model, answer = SIM_MODELS[model_id], reply(model_id)
        timed = schedule(model, answer, Fault())
        assert timed[0].due_s * 1000 == pytest.approx(model.ttft_ms, rel=0.15)
        rate = answer.completion_tokens / (timed[-1].due_s - timed[0].due_s)
        assert rate == pytest.approx(model.tokens_per_s, rel=0.1)
        assert "".join(p.text for p in timed) == answer.text

    def test_a_longer_prompt_takes_longer_to_begin(self) -> None:
        model, answer = SIM_MODELS["sim-large"], reply("sim-large")
        longer = replace(answer, prompt_tokens=answer.prompt_tokens + 10_000)
        gained_s = schedule(model, longer, Fault())[0].due_s - schedule(model, answer, Fault())[0].due_s
        assert gained_s == pytest.approx(10 * model.prefill_ms_per_ktok / 1000, rel=0.15)

    def test_a_stall_moves_the_rest_and_loses_nothing(self) -> None:
        model, answer = SIM_MODELS["sim-flaky"], reply("sim-flaky")
        plain, stalled = schedule(model, answer, Fault()), schedule(model, answer, Fault("stall", 0.5))
        assert [p.text for p in stalled] == [p.text for p in plain]
        assert stalled[0].due_s == plain[0].due_s
        assert stalled[-1].due_s == pytest.approx(plain[-1].due_s + STALL_S)

    def test_the_same_answer_always_has_the_same_times(self) -> None:
        model = SIM_MODELS["sim-lite"]
        assert schedule(model, reply("sim-lite"), Fault()) == schedule(model, reply("sim-lite"), Fault())
        assert schedule(model, reply("sim-lite"), Fault()) != schedule(model, reply("sim-lite", 1), Fault())


class TestOverTheWire:
    def test_at_speed_1_lite_begins_and_ends_when_it_is_due(self, sim_at: Any) -> None:
        running = sim_at(1)
        model, answer = SIM_MODELS["sim-lite"], reply("sim-lite")
        due = schedule(model, answer, Fault())
        body = {"model": "sim-lite", "messages": [{"role": r, "content": t} for r, t in ASK], "stream": True}
        began = time.perf_counter()
        with running.client.stream("POST", "/chat/completions", json=body) as response:
            arrived = [(line, time.perf_counter() - began) for line in response.iter_lines()]
        at = [when for line, when in arrived if '"delta":{"content"' in line]
        # Never early; late only by what a busy machine adds.
        assert due[0].due_s <= at[0] < due[0].due_s + BUSY_S
        assert due[-1].due_s <= at[-1] < due[-1].due_s + BUSY_S
        assert len(at) == len(due)

    def test_a_whole_answer_takes_as_long_as_its_stream(self, sim_at: Any) -> None:
        running = sim_at(0.3)
        due_s = schedule(SIM_MODELS["sim-lite"], reply("sim-lite"), Fault())[-1].due_s * 0.3
        began = time.perf_counter()
        running.answer("sim-lite", *ASK)
        assert due_s <= time.perf_counter() - began < due_s + BUSY_S

    def test_at_speed_0_nothing_waits(self, sim: Any) -> None:
        sim.answer("sim-large", *ASK)
        took_ms = []
        for seed in range(20):
            began = time.perf_counter()
            sim.answer("sim-large", *ASK, seed=seed)
            took_ms.append((time.perf_counter() - began) * 1000)
        # At real pace each takes seconds; with Nagle's delay on the socket each would take over 40 ms.
        assert statistics.median(took_ms) < 35
