"""A comparison of stored answers to vote on, without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from compare.records import Answer, Candidate, Comparison, Message, Slot, Status, Thread
from compare.store import Store
from tests.review.study_scene import StudyScene


@dataclass
class Table:
    """Makes comparisons in a store."""

    store: Store
    thread: Thread
    n: int = 0

    def compare(self, *models: str | Candidate, status: dict[int, Status] | None = None, **changes: Any) -> Comparison:
        """A finished comparison of these models' answers, letter by letter; `status` says which places did not end."""
        self.n += 1
        candidates = [Candidate(model) if isinstance(model, str) else model for model in models]
        slots = tuple(
            Slot(place, candidate, f"{self.n}-{place}", self.thread.messages[-1].id, label=candidate.name)
            for place, candidate in enumerate(candidates)
        )
        comparison = Comparison(f"run-{self.n}", self.thread.id, self.thread.messages[-1].id, slots, **changes)
        self.store.save_comparison(comparison)
        for slot in slots:
            self.answer(slot, (status or {}).get(slot.slot, "done"), history=comparison.history)
        return comparison

    def answer(self, slot: Slot, status: Status = "done", **changes: Any) -> None:
        values: dict[str, Any] = {"turn": 1, "n_messages": 1, "history": "fixed", "origin": "live", "text": slot.label}
        finish = {"done": "stop", "stopped": "cancelled", "failed": "error"}[status]
        answer = Answer(
            id=slot.answer_id, candidate_id=slot.candidate.id, prompt_leaf_id=slot.prompt_leaf_id, status=status,
            finish=finish, **(values | changes),  # type: ignore[arg-type]
        )  # fmt: skip
        self.store.save_answer(answer)

    def regenerate(self, comparison: Comparison, place: int, answer_id: str) -> Comparison:
        """The comparison with a new version of one answer."""
        old = comparison.current[place]
        slot = Slot(place, old.candidate, answer_id, old.prompt_leaf_id, old.version + 1, old.label)
        self.store.add_slot(comparison.id, slot)
        self.answer(slot)
        again = self.store.comparison(comparison.id)
        assert again is not None
        return again


@pytest.fixture
def table(store: Store) -> Table:
    saved = store.save_thread(Thread((Message("user", "Where is it?"),), title="Order", workload="batch"))
    return Table(store, store.thread(saved.id))


@pytest.fixture
def scene(store: Store) -> StudyScene:
    return StudyScene(store)
