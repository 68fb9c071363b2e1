"""A study of made-up answers, and raters at their desks."""

from __future__ import annotations

from typing import Any

import pytest

from compare.store import Store
from compare.store.study_values import Study
from compare.ui.vote.desk import Desk
from tests.review.study_scene import StudyScene


class AtDesk:
    """A rater's desk, in the words of a browser."""

    def __init__(self, store: Store, study: Study, rater: str) -> None:
        self.desk = Desk(store, study.id, store.rater(rater))
        self.desk.open()
        self.n_presses = 0

    @property
    def data(self) -> dict[str, Any]:
        assert self.desk.data is not None, self.desk.end
        return self.desk.data

    def say(self, act: str, said: dict[str, Any] | None = None, **more: Any) -> None:
        """Send one event about the item on screen, as the element does."""
        self.n_presses += 1
        item = self.desk.data["item"] if self.desk.data else ""
        entered = {} if said is None else {"said": said, "active_ms": 1200}
        self.desk.take({"t": act, "item": item, "nonce": f"n{self.n_presses}", **entered, **more})


BEST_LEFT: dict[str, Any] = {"verdict": "best", "ranking": [0]}
BEST_RIGHT: dict[str, Any] = {"verdict": "best", "ranking": [1]}


@pytest.fixture
def scene(store: Store) -> StudyScene:
    return StudyScene(store)
