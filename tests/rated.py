"""A study big enough for many raters, made beside a running app and read back from its database."""

from __future__ import annotations

from collections import Counter

from compare.store import Store
from compare.store.study_values import Study
from tests.review.study_scene import StudyScene


def make_study(store: Store, n_items: int, overlap: int) -> Study:
    """Pairs of two candidates' answers to as many threads, without repeats."""
    return StudyScene(store).study(n_items, overlap=overlap)


def check_exact(store: Store, study: Study, n_confirmed: int) -> None:
    """Every item has its ballots, none is lost, none is there twice, and each is one vote."""
    stored = store.study_ballots(study.id)
    assert {one.state for one in stored} == {"counted"}
    assert len(stored) == n_confirmed
    per_item = Counter(one.item.comparison_id for one in stored)
    assert set(per_item.values()) == {study.overlap}
    assert len(per_item) == len(store.study_items(study.id))
    assert len({(one.item.comparison_id, one.ballot.rater_id) for one in stored}) == len(stored)
    assert len(store.preferences()) == len(stored)
