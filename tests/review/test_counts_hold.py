"""Whatever raters and owner do, in any order: no item counts too many ballots, and all figures say the same."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from compare.errors import StudyClosedError, StudyError
from compare.review import running
from compare.review.assignment import next_item
from compare.review.identity import IdentityWords
from compare.review.rating import Opinion, open_item, submit, undo
from compare.review.study_export import rows
from compare.store import Store
from compare.store.study_values import Study
from tests.review.study_scene import StudyScene, expire

OVERLAP = 2
N_STEPS = 150


class Walk:
    """Five raters and an owner who act at random on a study of six items, a gold item and repeats."""

    def __init__(self, scene: StudyScene, seed: int) -> None:
        self.drawn = random.Random(seed)
        self.store: Store = scene.store
        self.study: Study = scene.study(6, scene.check("gold"), overlap=OVERLAP, swap_share=0.3, gold_every=3)
        self.raters = [self.store.rater(f"Rater {n}") for n in range(5)]
        self.owner = self.store.rater("Olga")
        self.n = 0

    def step(self) -> None:
        """One act of somebody; what the study refuses is refused."""
        self.n += 1
        rater = self.drawn.choice(self.raters)
        acts = {self._vote: 16, self._revisit: 16, self._undo: 8, self._expire: 6, self._owner_acts: 4}
        act = self.drawn.choices(list(acts), list(acts.values()))[0]
        try:
            act(rater)
        except StudyClosedError:
            raise
        except StudyError:
            return

    def _vote(self, rater: str) -> None:
        found = next_item(self.store, self.study.id, rater)
        if found is not None:
            self._say(found.id, rater, self._best())

    def _revisit(self, rater: str) -> None:
        if (mine := self._any_of(rater)) is not None:
            self._say(mine, rater, self.drawn.choice([self._best(), self._best(), Opinion("tie"), Opinion("skip")]))

    def _undo(self, rater: str) -> None:
        if (mine := self._any_of(rater)) is not None:
            undo(self.store, open_item(self.store, mine, rater, words=IdentityWords()))

    def _expire(self, rater: str) -> None:
        for one in self.store.rater_assignments(self.study.id, rater):
            if one.state == "reserved":
                expire(self.store, one.id)

    def _owner_acts(self, rater: str) -> None:
        act = self.drawn.choice([running.set_aside, running.count_again])
        act(self.store, self.study.id, rater, self.owner, "a reason")

    def _say(self, assignment_id: str, rater: str, opinion: Opinion) -> None:
        item = open_item(self.store, assignment_id, rater, words=IdentityWords())
        submit(self.store, item, opinion, key=f"press {self.n}")

    def _best(self) -> Opinion:
        return Opinion("best", (self.drawn.randrange(2),))

    def _any_of(self, rater: str) -> str | None:
        mine = self.store.rater_assignments(self.study.id, rater)
        return self.drawn.choice(mine).id if mine else None

    def check(self) -> None:
        """Ballots, preferences, progress and export agree."""
        stored = self.store.study_ballots(self.study.id)
        counted = [one for one in stored if one.is_counted_verdict]
        per_item = Counter(one.item.comparison_id for one in counted)
        assert max(per_item.values(), default=0) <= OVERLAP
        assert len({(one.item.comparison_id, one.ballot.rater_id) for one in counted}) == len(counted)
        assert len(self.store.preferences()) == len(counted)
        assert running.study_progress(self.store, self.study.id).n_ballots == len(counted)


@pytest.mark.parametrize("seed", [2, 7])
def test_no_order_of_acts_counts_too_many_or_makes_figures_differ(scene: StudyScene, seed: int) -> None:
    walk = Walk(scene, seed)
    for _ in range(N_STEPS):
        walk.step()
        walk.check()
    stored = walk.store.study_ballots(walk.study.id)
    assert {one.state for one in stored} == {"counted", "undone", "set_aside"}
    assert len(rows(walk.store, walk.study.id, "ballots")) == len(stored)
