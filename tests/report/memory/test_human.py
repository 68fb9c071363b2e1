"""Raters' marks `forgot` as a second line over the same distances."""

from __future__ import annotations

from compare.report.memory.human import bins_of, human_curves
from compare.review.rating import Opinion, submit
from compare.store import Store
from compare.store.mark_distances import RatedAnswer
from compare.store.study_values import Mark
from tests.review.study_scene import StudyScene


def test_a_mark_counts_at_the_distance_of_its_message_and_no_mark_as_kept(store: Store) -> None:
    scene = StudyScene(store)
    study = scene.study(2, overlap=1)
    for marked in (True, False):
        item = scene.take(study, "Ann")
        assert item is not None
        side = next(one for one in item.sides if one.answer.id == item.item.answer_ids[0])
        marks = (Mark(side.answer.id, "forgot", message_id=side.path[1].id),) if marked else ()
        submit(store, item, Opinion("tie", marks=marks), key="press")
    # Six messages stand before an answer; the second of them lies five back.
    assert sorted(one.forgot for one in store.rated_answers()) == [(), (), (), (5,)]
    curves = human_curves(store)
    assert {name: [(b.label, b.recall.value, b.recall.n) for b in bins] for name, bins in curves.items()} == {
        "first": [("1-4", 1.0, 2), ("5-8", 0.5, 2)],
        "second": [("1-4", 1.0, 2), ("5-8", 1.0, 2)],
    }


def test_what_is_taken_back_or_skipped_counts_no_more(store: Store) -> None:
    scene = StudyScene(store)
    study = scene.study(2, overlap=1)
    scene.rate(study, "Ann")
    scene.rate(study, "Ann", Opinion("skip"))
    assert len(store.rated_answers()) == 2
    store.set_aside_rater(study.id, store.rater("Ann"), "owner", "careless")
    assert store.rated_answers() == []
    assert human_curves(store) == {}


def test_an_answer_counts_only_in_ranges_that_its_thread_reaches() -> None:
    rated = [RatedAnswer("b", "c", "t1", 10, ()), RatedAnswer("b", "c", "t2", 40, (35,))]
    assert [(one.label, one.recall.n, one.recall.value) for one in bins_of(rated)] == [
        ("1-4", 2, 1.0), ("5-8", 2, 1.0), ("9-16", 2, 1.0), ("17-24", 1, 1.0), ("25-32", 1, 1.0), ("33+", 1, 0.0),
    ]  # fmt: skip
