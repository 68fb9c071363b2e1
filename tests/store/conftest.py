"""A store in a folder of its own, and a small scene in it: one thread, two candidates, raters and their ballots."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import compare
from compare.records import Answer, Ballot, Candidate, Comparison, Message, Preference, Slot, Thread, Verdict
from compare.store import Store, open_store


class Scene:
    """What a ballot needs around it. `vote` casts one; the rest makes values without storing them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.first = Candidate("first")
        self.second = Candidate("second")
        for candidate in (self.first, self.second):
            store.save_candidate(candidate)
        self.rater = store.rater("Ann")
        saved = store.save_thread(Thread((Message("user", "What is the fare?"),), title="Fares"))
        self.thread = store.thread(saved.id)
        self.leaf = self.thread.messages[-1].id
        self.n_ballots = 0

    def answer(self, answer_id: str, **changes: Any) -> Answer:
        values: dict[str, Any] = {
            "candidate_id": self.first.id,
            "prompt_leaf_id": self.leaf,
            "turn": 1,
            "n_messages": 1,
            "history": "fixed",
            "origin": "live",
            "status": "done",
            "finish": "stop",
            "text": "42 dollars",
        }
        return Answer(id=answer_id, **(values | changes))

    def comparison(self, comparison_id: str, **changes: Any) -> Comparison:
        slots = (
            Slot(0, self.first, f"{comparison_id}-a", self.leaf),
            Slot(1, self.second, f"{comparison_id}-b", self.leaf),
        )
        values: dict[str, Any] = {"thread_id": self.thread.id, "prompt_leaf_id": self.leaf, "slots": slots}
        return Comparison(id=comparison_id, **(values | changes))

    def ballot(self, **changes: Any) -> Ballot:
        self.n_ballots += 1
        values: dict[str, Any] = {
            "id": f"ballot-{self.n_ballots}",
            "idempotency_key": f"key-{self.n_ballots}",
            "comparison_id": None,
            "rater_id": self.rater,
            "verdict": "best",
        }
        return Ballot(**(values | changes))

    def preference(self, ballot: Ballot, **changes: Any) -> Preference:
        values: dict[str, Any] = {
            "ballot_id": ballot.id,
            "candidate_a": self.first.id,
            "candidate_b": self.second.id,
            "score": 1.0,
            "verdict": ballot.verdict,
            "pos_a": 0,
            "pos_b": 1,
            "n_messages": 1,
            "workload": "interactive",
            "history": "fixed",
            "blind": ballot.blind,
            "rater_id": ballot.rater_id,
            "thread_id": self.thread.id,
        }
        return Preference(**(values | changes))

    def vote(self, verdict: Verdict = "best", *, row: dict[str, Any] | None = None, **changes: Any) -> Ballot:
        """Cast a ballot with one pairwise row (`row` changes it); a skip has none."""
        ballot = self.ballot(verdict=verdict, **changes)
        rows = [] if verdict == "skip" else [self.preference(ballot, **(row or {}))]
        return self.store.cast(ballot, rows)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weighbridge.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(path)
    yield opened
    opened.close()


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


class Programs:
    """Starts Python programs that can import the product, as other processes."""

    def __init__(self) -> None:
        root = str(Path(compare.__file__).parent.parent)
        self._environment = {**os.environ, "PYTHONPATH": root, "PYTHONUNBUFFERED": "1"}
        self._running: list[subprocess.Popen[str]] = []

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Run `python ARGUMENTS`, with pipes for its input and output."""
        process = subprocess.Popen(
            [sys.executable, "-W", "error", *map(str, arguments)],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._running.append(process)
        return process

    def run(self, *arguments: object) -> str:
        """Run to the end and return what it printed; a failure shows its errors."""
        process = self.start(*arguments)
        printed, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        return printed

    def stop(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def programs() -> Iterator[Programs]:
    started = Programs()
    yield started
    started.stop()
