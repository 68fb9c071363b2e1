"""Stored answers of a made-up job, as many and as odd as a test wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compare.records import Answer, Candidate, Message, Thread
from compare.store import Store

BEGAN = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@dataclass
class Bureau:
    """Keeps answers."""

    store: Store
    threads: dict[tuple[int, str], Thread] = field(default_factory=dict)
    n: int = 0

    def thread(self, number: int = 0, workload: str = "interactive") -> Thread:
        key = (number, workload)
        if key not in self.threads:
            thread = Thread((Message("user", f"Question {number} of {workload}?"),), title="T", workload=workload)
            self.threads[key] = self.store.thread(self.store.save_thread(thread).id)
        return self.threads[key]

    def job(self, name: str = "one") -> str:
        return self.store.start_job("run", f'{{"name": "{name}"}}')

    def answer(
        self, candidate: Candidate, *, thread: int = 0, workload: str = "interactive", at_s: float = 0.0, **changes: Any
    ) -> Answer:
        self.store.save_candidate(candidate)
        self.n += 1
        status = changes.get("status", "done")
        values: dict[str, Any] = {
            "turn": 1, "n_messages": 1, "history": "fixed", "origin": "batch", "status": "done",
            "text": f"text {self.n}",
            "finish": {"done": "stop", "failed": "error", "stopped": "cancelled"}[status],
            "started_at": (BEGAN + timedelta(seconds=at_s)).isoformat(timespec="milliseconds"),
        }  # fmt: skip
        leaf = self.thread(thread, workload).messages[-1].id
        answer = Answer(id=f"answer-{self.n}", candidate_id=candidate.id, prompt_leaf_id=leaf, **(values | changes))
        self.store.save_answer(answer)
        return answer


@pytest.fixture
def bureau(store: Store) -> Bureau:
    return Bureau(store)
