"""Replays stored threads against candidates: every cell asked once, saved as it ends, never asked again on resume.

A *cell* is one turn of one thread for one candidate and repeat. Cells of one thread under own history form a *chain*:
they are asked in order, each with the candidate's answers to the ones before. Under fixed history each chain has one
cell, so that all can run at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from compare.engine.ask import ask
from compare.engine.attempts import Meanwhile, Watched, Watcher
from compare.engine.backend import Backend
from compare.engine.complete import complete, was_cancelled
from compare.engine.question import Question, unanswered
from compare.records import Answer, Candidate, History, ModelSpec, Thread
from compare.store.store import Store
from compare.threads.prompts import OwnAnswer, Prompt, fixed_prompt, own_prompt, user_turns

Turns = Literal["last", "all"]

_PATIENCE_S = 300.0
"""So long after an endpoint went down, a job still waits for it: going on would fail one cell after the other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked. Threads are stored ones (their messages carry ids)."""

    threads: tuple[Thread, ...]
    candidates: tuple[tuple[Candidate, ModelSpec], ...]
    history: History = "fixed"
    turns: Turns = "last"
    repeat: int = 1

    @property
    def spec_json(self) -> str:
        """Identity of the job: the same plan again can be resumed."""
        body = {
            "threads": [thread.content_sha256 for thread in self.threads],
            "candidates": [candidate.id for candidate, _ in self.candidates],
            "history": self.history,
            "turns": self.turns,
            "repeat": self.repeat,
        }
        return json.dumps(body, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Chain:
    """Cells that must be asked in order."""

    thread: Thread
    candidate: Candidate
    spec: ModelSpec
    repeat: int
    turns: tuple[int, ...]


@dataclass(slots=True)
class Tally:
    """What has become of the cells so far."""

    total: int
    asked: int = 0
    reused: int = 0
    failed: int = 0
    """Of the asked ones; includes turns that could not be asked because an earlier turn of their chain failed."""

    @property
    def finished(self) -> int:
        """Cells with an outcome."""
        return self.asked + self.reused


OnCell = Callable[[Thread, Answer, bool], None]
"""Sees every cell with an outcome: its thread, its answer, and whether it was reused from an earlier run."""
OnNote = Callable[[str], None]
"""Hears what goes on while no text comes; every cell that waits for the same thing says so. Must not block."""


def _silent(_: str) -> None:
    pass


def chains(plan: Plan) -> Iterator[Chain]:
    """The chains of a plan, thread by thread, so that candidates advance together."""
    for thread in plan.threads:
        n_turns = len(user_turns(thread.messages))
        # Own history needs the earlier answers even where only the last turn is wanted.
        wanted = range(1, n_turns + 1) if plan.turns == "all" or plan.history == "own" else range(n_turns, n_turns + 1)
        for repeat in range(plan.repeat):
            for candidate, spec in plan.candidates:
                if plan.history == "own":
                    yield Chain(thread, candidate, spec, repeat, tuple(wanted))
                else:
                    yield from (Chain(thread, candidate, spec, repeat, (turn,)) for turn in wanted)


def cell_key(job_id: str, chain: Chain, turn: int) -> str:
    """The name under which a finished cell is claimed."""
    body = [job_id, chain.thread.content_sha256, turn, chain.candidate.id, chain.repeat]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()[:40]


async def replay(
    plan: Plan,
    job_id: str,
    store: Store,
    backend: Backend,
    *,
    concurrency: int,
    on_cell: OnCell,
    on_note: OnNote = _silent,
) -> Tally:
    """Ask every cell of the plan that the job has not finished yet.

    Args:
        plan: what to ask.
        job_id: a stored job; its finished cells are reused.
        store: where answers go, each as it ends.
        backend: the running loop's.
        concurrency: chains at work at once.
        on_cell: called on the running loop for every cell.
        on_note: called there with what goes on while no text comes: a server is left alone, a summary is made.

    Returns:
        The final tally. Cancelling stops after saving what has arrived; stopped cells are asked again on resume.
    """
    done = {a.cell_key: a for a in store.job_answers(job_id) if a.cell_key}
    todo = chains(plan)
    tally = Tally(total=sum(len(chain.turns) for chain in chains(plan)))

    def watch(event: Watched) -> None:
        if isinstance(event, Meanwhile):
            on_note(event.note)

    async def work() -> None:
        for chain in todo:
            await _run_chain(plan, chain, job_id, store, backend, done, tally, on_cell, watch)

    workers = [asyncio.create_task(work()) for _ in range(max(concurrency, 1))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return tally


async def _run_chain(
    plan: Plan,
    chain: Chain,
    job_id: str,
    store: Store,
    backend: Backend,
    done: dict[str, Answer],
    tally: Tally,
    on_cell: OnCell,
    watch: Watcher,
) -> None:
    own: list[OwnAnswer] = []
    broken: Answer | None = None
    for turn in chain.turns:
        key = cell_key(job_id, chain, turn)
        answer = done.get(key)
        reused = answer is not None and broken is None
        if answer is None or broken is not None:
            question = _question(_prompt(plan, chain, turn, own), chain, job_id, key)
            answer = await ask(question, backend, watch) if broken is None else _not_asked(question, broken)
            broken = answer if answer.status == "failed" and broken is None else broken
            await complete(asyncio.to_thread(store.save_answer, answer))
            if answer.status == "stopped":
                raise asyncio.CancelledError
        tally.asked += not reused
        tally.reused += reused
        tally.failed += answer.status == "failed"
        own.append(OwnAnswer(answer.id, answer.text))
        on_cell(chain.thread, answer, reused)
        if was_cancelled():  # while this cell was being counted or saved
            raise asyncio.CancelledError


def _prompt(plan: Plan, chain: Chain, turn: int, own: Sequence[OwnAnswer]) -> Prompt:
    if plan.history == "own":
        return own_prompt(chain.thread.messages, turn, own)
    return fixed_prompt(chain.thread.messages, turn)


def _question(prompt: Prompt, chain: Chain, job_id: str, key: str) -> Question:
    return Question(
        answer_id=secrets.token_urlsafe(12),
        candidate=chain.candidate,
        spec=chain.spec,
        prompt=prompt,
        origin="batch",
        repeat=chain.repeat,
        job_id=job_id,
        cell_key=key,
        patience_s=_PATIENCE_S,
    )


def _not_asked(question: Question, broken: Answer) -> Answer:
    """A turn whose own history has a hole: asking it would measure the hole. Resume asks from the hole on."""
    why = f"Not asked: the answer to turn {broken.turn}, which its history needs, failed ({broken.error})."
    return unanswered(question, broken.error_kind, why)
