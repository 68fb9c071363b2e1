"""Simulated memories with a known rule: they answer a planted thread from what they keep of it, and nothing else."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from compare.probes.plant import Planted, Planting
from compare.probes.probe import Probe
from compare.probes.results import Result, result_of
from compare.records import Answer, Candidate, Message

Memory = Callable[[Probe, Sequence[Message]], list[Message]]
"""What of a thread is still known when its last message is answered."""

_VALUE = re.compile(r"\b[A-Z]{2}-\d{4}\b|\b\d{1,3}(?:,\d{3})? (?:euros|kg)\b")


def last(n: int) -> Memory:
    """The last n messages, the question included."""
    return lambda probe, messages: list(messages)[-n:]


def everything(probe: Probe, messages: Sequence[Message]) -> list[Message]:
    """All of it."""
    return list(messages)


def old_values(probe: Probe, messages: Sequence[Message]) -> list[Message]:
    """Never hears a correction."""
    return [message for message in messages if not message.text.startswith("A correction:")]


def logistic(intercept: float, slope: float, seed: int) -> Memory:
    """Knows all of a thread or none of it, with P = logistic(intercept - slope * log2(distance))."""
    rng = random.Random(seed)

    def kept(probe: Probe, messages: Sequence[Message]) -> list[Message]:
        eta = intercept - slope * math.log2(probe.distance_messages or 1)
        return list(messages) if rng.random() < 1 / (1 + math.exp(-eta)) else []

    return kept


def say(kept: Sequence[Message], question: str) -> str:
    """The value of the newest remembered message about each place that the question names, else that it is not
    known.
    """
    places = re.findall(r"\b[A-Z][a-z]+(?:wick|mar|stead|ford|dal|holm|moor|burg)\b", question)
    found = []
    for place in places:
        sentences = [part for m in kept if m.text != question for part in re.split(r"(?<=\.) ", m.text)]
        told = [part for part in sentences if place in part]
        values = [v for text in told for v in _of(text)]
        found.append(values[-1] if values else "I do not know that one")
    rule = next((m.text for m in kept if "henever I ask about" in m.text and m.text != question), "")
    if rule and places and places[0] in rule:
        word = rule.rpartition('word "')[2].partition('"')[0]
        return f"The roof, {word}" if "end your answer" in rule else f"{word}: the roof."
    return ". ".join(found) + "."


def _of(text: str) -> list[str]:
    """The values of a message; a name follows "is"."""
    return _VALUE.findall(text) or re.findall(r"contact in \w+ is (\w+)", text)


def ask(planting: Planting, memory: Memory, *, name: str = "memory", repeat: int = 1) -> list[Result]:
    """Every probe put to a memory, scored as answers are."""
    return [_asked(planted, memory, name, n) for n in range(repeat) for planted in planting.planted]


def _asked(planted: Planted, memory: Memory, name: str, repeat: int) -> Result:
    probe, messages = planted.probe, planted.thread.messages
    text = say(memory(probe, messages), probe.question)
    answer = Answer(
        id="a", candidate_id="c", prompt_leaf_id="m", turn=1, n_messages=len(messages), history="fixed",
        origin="batch", status="done", finish="stop", text=text, repeat=repeat,
    )  # fmt: skip
    stored = replace(probe, thread_id=planted.thread.content_sha256)
    return result_of(stored, answer, Candidate(model_id=name), name)
