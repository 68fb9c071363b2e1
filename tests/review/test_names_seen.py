"""Whoever saw the names of a study's candidates rates these answers blind no more, in whatever study they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compare.errors import NotFoundError
from compare.records import Message
from compare.review import studies
from compare.review.own_turns import copy_id_of, with_copies
from compare.review.rating import Opinion, submit
from compare.review.study_words import filed_sentence
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


def test_answers_seen_with_names_outside_of_studies_are_rated_open(scene) -> None:
    seen, other = scene.study(1), scene.study(1)
    (item,) = scene.store.study_items(seen.id)
    scene.store.mark_answers_named(item.answer_ids[:1], scene.store.rater("Olga"))
    scene.store.mark_answers_named(item.answer_ids[:1], scene.store.rater("Olga"))
    assert scene.rate(seen, "Olga").ballot.blind is False
    assert scene.rate(seen, "Ann").ballot.blind is True
    assert scene.rate(other, "Olga").ballot.blind is True


def test_a_copy_behind_own_turns_is_the_answer_that_was_seen(scene) -> None:
    one = scene.store.answers(scene.item().answer_ids[:1]).popitem()[1]
    assert list(with_copies([one])) == [one.id]
    own = replace(one, history="own")
    assert list(with_copies([own])) == [one.id, copy_id_of(one.id)]


def test_earlier_turns_seen_with_names_tell_whose_thread_it_is(scene) -> None:
    """In whole threads a side is known by any of its own replies; what all sides share tells nothing."""
    item = scene.item()
    study = studies.create(scene.store, Study("Whole", scope="thread", swap_share=0.0), [item])
    shown = scene.take(study, "Olga")
    shared = Message("assistant", "Noted.", answer_id="shared")
    own = [
        replace(side, path=(shared, Message("assistant", "Mine.", answer_id=f"own-{place}")))
        for place, side in enumerate(shown.sides)
    ]
    olga, shown = scene.store.rater("Olga"), replace(shown, sides=tuple(own))
    scene.store.mark_answers_named(["shared"], olga)
    assert submit(scene.store, shown, Opinion("best", (0,)), key="1").ballot.blind is True
    scene.store.mark_answers_named(["own-1"], olga)
    assert submit(scene.store, shown, Opinion("best", (1,)), key="2").ballot.blind is False


def test_files_with_names_are_told_and_make_no_ballot_open(scene) -> None:
    study = scene.study(2)
    assert filed_sentence(scene.store.names_filed(study.id)) == ""
    ids = [answer_id for item in scene.store.study_items(study.id) for answer_id in item.answer_ids]
    scene.store.mark_answers_filed([*ids[:3], "another"], "run")
    scene.store.mark_answers_filed(ids[:1], "jobs export")
    filed = scene.store.names_filed(study.id)
    assert (filed.n_answers, filed.n_filed, filed.commands) == (4, 3, ("jobs export", "run"))
    assert filed_sentence(filed).startswith("3 of its 4 answers also stand in files that name their candidates")
    assert scene.rate(study, "Olga").ballot.blind is True


def test_names_of_a_study_that_is_not_there_cannot_be_seen(scene) -> None:
    with pytest.raises(NotFoundError, match="No study has the id 'none'"):
        scene.store.mark_names_seen("none", scene.store.rater("Olga"))
