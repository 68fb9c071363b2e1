"""Runs for the hub's tests, what is kept of them, and waiting for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from compare.engine.ask import Question
from compare.engine.pane import Face, Pane
from compare.engine.run import Run
from compare.records import Answer, Candidate, Message, ModelSpec
from compare.threads.prompts import fixed_prompt


class Kept:
    """What was given to be saved, in order."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def __call__(self, answer: Answer) -> None:
        self.answers.append(answer)


def question(spec: ModelSpec, answer_id: str = "answer-0") -> Question:
    return Question(answer_id, Candidate(spec.id), spec, fixed_prompt([Message("user", "Where is it?", id="m0")]))


def run_of(specs: Sequence[ModelSpec], run_id: str = "run-1", *, blind: bool = False) -> Run:
    panes = [Pane(Face(spec.name), question=question(spec, f"answer-{n}")) for n, spec in enumerate(specs)]
    return Run(run_id, panes, title="A thread", thread=[], blind=blind)


def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    limit = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < limit, "it never came true"
        time.sleep(0.005)


def ended(run: Run) -> bool:
    return not run.snapshot(revealed=True)["running"]


def ops(run: Run) -> list[list[Any]]:
    return [op for frame in run.frames for op in orjson.loads(frame.split(b"data: ", 1)[1])]
