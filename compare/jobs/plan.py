"""What a job asks: threads x candidates x turns x repeats, as the cells that it is made of.

A *cell* is one turn of one thread for one candidate and repeat. Cells of one thread under own history form a *chain*:
they are asked in order, each with the candidate's answers to the ones before; of a candidate that took over, the turns
before that are asked of who spoke then (speakers.py). Under fixed history each chain has one cell, so that all can run
at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, get_args

from compare.errors import ConfigError
from compare.jobs.speakers import Find, speaker_at
from compare.records import Candidate, History, Message, ModelSpec, Thread
from compare.store.cells import NewCell
from compare.store.store import Store
from compare.threads.prompts import user_turns

Turns = Literal["last", "all"]
_THREADS_AT_ONCE = 50
HISTORIES: tuple[History, ...] = ("fixed", "own")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a job is for, as its specification says: enough to make its cells, and its identity."""

    threads: tuple[str, ...]
    """content_sha256 of each, in order."""
    candidates: tuple[str, ...]
    """Their ids."""
    history: History = "fixed"
    turns: Turns = "last"
    repeat: int = 1

    def to_json(self) -> str:
        """As it is stored; the same again is the same job."""
        body = {
            "threads": list(self.threads),
            "candidates": list(self.candidates),
            "history": self.history,
            "turns": self.turns,
            "repeat": self.repeat,
        }
        return json.dumps(body, sort_keys=True)


def read_asked(spec_json: str) -> Asked:
    """What a stored job is for.

    Raises:
        ConfigError: it is no job of this kind.
    """
    body: dict[str, Any] = json.loads(spec_json)
    try:
        asked = Asked(
            tuple(body["threads"]), tuple(body["candidates"]), body["history"], body["turns"], int(body["repeat"])
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise ConfigError("This job was not made by `run` or the Jobs page, so it cannot be worked on here.") from exc
    if asked.history not in HISTORIES or asked.turns not in get_args(Turns):
        raise ConfigError(f"This job asks for history {asked.history!r} and turns {asked.turns!r}, which are unknown.")
    return asked


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked. Threads are stored ones (their messages carry ids)."""

    threads: tuple[Thread, ...]
    candidates: tuple[tuple[Candidate, ModelSpec], ...]
    history: History = "fixed"
    turns: Turns = "last"
    repeat: int = 1

    @property
    def asked(self) -> Asked:
        """The plan without the values."""
        return Asked(
            tuple(thread.content_sha256 for thread in self.threads),
            tuple(candidate.id for candidate, _ in self.candidates),
            self.history,
            self.turns,
            self.repeat,
        )

    @property
    def spec_json(self) -> str:
        """Identity of the job: the same plan again can be resumed."""
        return self.asked.to_json()


def turns_of(messages: Sequence[Message], history: History, turns: Turns) -> range:
    """The turns of a thread that a job asks: own history needs the answers before the last one too."""
    n = len(user_turns(messages))
    return range(1, n + 1) if turns == "all" or history == "own" else range(n, n + 1)


def cells_of(
    job_id: str,
    thread: Thread,
    candidates: Iterable[Candidate],
    repeats: Iterable[int],
    history: History,
    turns: Turns,
    find: Find,
) -> Iterator[NewCell]:
    """The cells of one thread, in the order in which they are asked: candidates advance together.

    Under own history a candidate that takes over only after the thread's last turn has none: it would not speak.
    """
    wanted = turns_of(thread.messages, history, turns)
    for repeat in repeats:
        for candidate in candidates:
            if history == "own" and candidate.handover_turn > wanted[-1]:
                continue
            for turn in wanted:
                asked = speaker_at(candidate, turn, find) if history == "own" else candidate
                yield NewCell(
                    cell_key(job_id, thread.content_sha256, turn, candidate.id, repeat),
                    thread.id,
                    candidate.id,
                    asked.model_id,
                    turn,
                    repeat,
                    begins=history == "fixed" or turn == wanted[0],
                )


def cell_key(job_id: str, thread_sha256: str, turn: int, candidate_id: str, repeat: int) -> str:
    """The name under which a finished cell is claimed."""
    body = [job_id, thread_sha256, turn, candidate_id, repeat]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()[:40]


def make_cells(store: Store, job_id: str, asked: Asked, threads: Iterable[Thread]) -> int:
    """Give a job the cells that it lacks; returns how many that are.

    Args:
        store: where the job and its candidates are stored.
        job_id: the job.
        asked: what it is for.
        threads: the stored threads, one at a time where they are many.
    """
    candidates = [store.candidate(candidate_id) for candidate_id in asked.candidates]
    n_new, left = 0, iter(threads)
    # A few threads at a time: nobody else can write while a transaction lasts.
    while some := list(islice(left, _THREADS_AT_ONCE)):
        cells = [
            cell
            for thread in some
            for cell in cells_of(
                job_id, thread, candidates, range(asked.repeat), asked.history, asked.turns, store.candidate
            )
        ]
        n_new += store.add_cells(job_id, cells)
    return n_new
