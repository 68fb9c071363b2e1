"""Which items divide their raters, and how far."""

from __future__ import annotations

from compare.review.disagreement import divided
from compare.review.rating import Opinion
from tests.review.test_quality import say


def test_the_most_divided_item_stands_first_with_what_was_said(scene) -> None:
    study = scene.study(3, overlap=3)
    say(scene, study, "Ann", {0: "0", 1: "0", 2: "0"})
    say(scene, study, "Bob", {0: "0", 1: "1", 2: "0"})
    say(scene, study, "Cid", {0: "1", 1: "tie", 2: "0"})
    first, second = divided(scene.store.study_ballots(study.id))
    assert (first.item.place, first.share_apart) == (1, 1.0)
    assert (second.item.place, second.share_apart) == (0, 2 / 3)
    answers = second.item.answer_ids
    assert second.said == ((answers[0], 2), (answers[1], 1))


def test_skips_and_single_ballots_divide_nobody(scene) -> None:
    study = scene.study(1, overlap=2)
    scene.rate(study, "Ann")
    scene.rate(study, "Bob", Opinion("skip"))
    assert divided(scene.store.study_ballots(study.id)) == ()
