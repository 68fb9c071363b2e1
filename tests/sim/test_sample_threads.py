"""What a first visitor sees on the shipped threads: the small memory loses early facts, the large one quotes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compare.settings import shipped
from compare.sim.models import SIM_MODELS

THREADS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(shipped("threads").glob("*.jsonl"))}


def prompt(thread: dict[str, Any]) -> list[tuple[str, str]]:
    messages = [(m["role"], m["content"]) for m in thread["messages"]]
    while messages[-1][0] != "user":
        messages.pop()
    return messages


@pytest.mark.parametrize("name", THREADS)
@pytest.mark.parametrize("model_id", ["sim-lite", "sim-flash", "sim-large"])
def test_a_fact_that_is_asked_for_is_quoted_exactly_where_it_is_remembered(sim: Any, name: str, model_id: str) -> None:
    messages = prompt(THREADS[name])
    memory = SIM_MODELS[model_id].memory_messages
    answer = sim.answer(model_id, *messages)
    for fact in THREADS[name].get("facts", []):
        if fact["asked"]:
            remembered = memory is None or fact["message"] > len(messages) - memory
            assert (fact["text"] in answer) is remembered, (fact, answer)


def test_on_threads_of_thirty_messages_the_difference_shows(sim: Any) -> None:
    long = {name: thread for name, thread in THREADS.items() if len(thread["messages"]) >= 30}
    assert long
    for name, thread in long.items():
        asked = [f["text"] for f in thread["facts"] if f["asked"]]
        lite, large = (sim.answer(m, *prompt(thread)) for m in ("sim-lite", "sim-large"))
        assert not any(text in lite for text in asked), name
        assert all(text in large for text in asked), name


@pytest.mark.parametrize("name", THREADS)
def test_every_turn_gets_an_answer_of_natural_length(sim: Any, name: str) -> None:
    messages = [(m["role"], m["content"]) for m in THREADS[name]["messages"]]
    for i, (role, _) in enumerate(messages):
        if role == "user":
            for model_id in ("sim-lite", "sim-flash", "sim-large"):
                assert 5 <= len(sim.answer(model_id, *messages[: i + 1]).split()) <= 200
