"""Whoever saw the names of a study's candidates rates these answers blind no more, in whatever study they stand."""

from __future__ import annotations

import pytest

from compare.errors import NotFoundError
from compare.review import studies
from compare.store.study_values import Study


def test_ballots_after_the_names_were_seen_are_not_blind(scene) -> None:
    study, olga = scene.study(3, overlap=2), scene.store.rater("Olga")
    assert scene.rate(study, "Olga").ballot.blind is True
    assert scene.store.names_seen_at(study.id, olga) is None
    scene.store.mark_names_seen(study.id, olga)
    since = scene.store.names_seen_at(study.id, olga)
    scene.store.mark_names_seen(study.id, olga)
    assert scene.store.names_seen_at(study.id, olga) == since
    assert scene.rate(study, "Olga").ballot.blind is False
    assert scene.rate(study, "Ann").ballot.blind is True


def test_the_same_answers_in_another_study_are_known_too(scene) -> None:
    shared, other = scene.item(), scene.item()
    first, second, third = (
        studies.create(scene.store, Study(name, swap_share=0.0), [item])
        for name, item in (("First", shared), ("Second", shared), ("Third", other))
    )
    scene.store.mark_names_seen(first.id, scene.store.rater("Olga"))
    assert scene.rate(second, "Olga").ballot.blind is False
    assert scene.rate(third, "Olga").ballot.blind is True


def test_names_of_a_study_that_is_not_there_cannot_be_seen(scene) -> None:
    with pytest.raises(NotFoundError, match="No study has the id 'none'"):
        scene.store.mark_names_seen("none", scene.store.rater("Olga"))
