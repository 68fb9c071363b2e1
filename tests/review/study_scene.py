"""A study in a store, made of answers that nobody was asked for, and raters who rate it."""

from __future__ import annotations

from typing import Any

from compare.records import Answer, Candidate, Message, Thread
from compare.review import studies
from compare.review.assignment import next_item
from compare.review.identity import IdentityWords
from compare.review.rating import Item, Opinion, Outcome, open_item, submit
from compare.store import Store
from compare.store.study_values import Expected, NewItem, Study

THREAD = (
    Message("user", "My order is 7714. Always answer in one sentence."),
    Message("assistant", "Noted."),
    Message("user", "It is blue. No, it is green."),
    Message("assistant", "Green it is."),
    Message("user", "Which order and colour was it?"),
)


class StudyScene:
    """Items of two (or more) candidates' answers to the same five messages, under a new title each."""

    def __init__(self, store: Store, *models: str) -> None:
        self.store = store
        self.candidates = [Candidate(model) for model in models or ("first", "second")]
        for candidate in self.candidates:
            store.save_candidate(candidate)
        self.n_items = 0

    def item(self, *texts: str, **changes: Any) -> NewItem:
        """One item; its answers are called item-0, item-1 and so on with the item's number before."""
        self.n_items += 1
        opening = Message("system", f"Case {self.n_items}.")
        thread = self.store.thread(self.store.save_thread(Thread((opening, *THREAD), workload="batch")).id)
        answers = [
            Answer(
                id=f"{self.n_items}-{place}", candidate_id=candidate.id, prompt_leaf_id=thread.messages[-1].id, turn=3,
                n_messages=6, history="fixed", origin="imported", status="done", finish="stop",
                text=texts[place] if place < len(texts) else f"Order 7714, answer {place}.",
            )
            for place, candidate in enumerate(self.candidates)
        ]  # fmt: skip
        for answer in answers:
            self.store.save_answer(answer)
        return NewItem(thread.id, tuple(answer.id for answer in answers), "fixed", **changes)

    def study(self, n_items: int = 2, *more: NewItem, **settings: Any) -> Study:
        """A study of new items, the others after them; without repeats where nothing else is said."""
        settings = {"swap_share": 0.0, **settings}
        items = [self.item() for _ in range(n_items)]
        return studies.create(self.store, Study("Refunds", **settings), [*items, *more])

    def check(self, kind: Any, best: int = 0, **changes: Any) -> NewItem:
        """A training or gold item with the right answer's place as it was made."""
        n = self.n_items + 1
        return self.item(kind=kind, expected=Expected("best", f"{n}-{best}"), **changes)

    def take(self, study: Study, rater: str) -> Item | None:
        """The rater's next item."""
        rater_id = self.store.rater(rater)
        found = next_item(self.store, study.id, rater_id)
        return None if found is None else open_item(self.store, found.id, rater_id, words=IdentityWords(("first",)))

    def rate(self, study: Study, rater: str, opinion: Opinion | None = None, *, key: str = "press") -> Outcome:
        """Take the rater's next item and say that the left answer is best, or something else."""
        item = self.take(study, rater)
        assert item is not None, "nothing is left"
        return submit(self.store, item, opinion or Opinion("best", (0,)), key=key)

    def rate_all(self, study: Study, rater: str, best: str = "") -> list[Item]:
        """Rate until nothing is left; the answer whose id ends with `best` is best, else the left one."""
        rated = []
        while (item := self.take(study, rater)) is not None:
            order = item.assignment.shown_order
            place = next((k for k, answer_id in enumerate(order) if best and answer_id.endswith(best)), 0)
            submit(self.store, item, Opinion("best", (place,)), key="press")
            rated.append(item)
        return rated


def expire(store: Store, assignment_id: str) -> None:
    """As if the rater had done nothing for longer than the study keeps an item."""
    with store._database.writing() as connection:
        connection.execute(
            "UPDATE assignments SET reserved_until = '2026-01-01T00:00:00.000+00:00' WHERE id = ?", (assignment_id,)
        )
