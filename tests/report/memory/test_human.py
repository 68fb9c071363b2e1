"""Raters' marks `forgot` as a second line over the same distances."""

from __future__ import annotations

from compare.report.memory.human import LONG, bins_of, by_markers, human_curves, no_line
from compare.review.rating import Opinion, submit
from compare.store import Store
from compare.store.mark_distances import RatedAnswer
from compare.store.study_values import Mark, Study
from tests.review.study_scene import StudyScene


def rate(scene: StudyScene, study: Study, rater: str, *, marked: bool) -> None:
    """Call the next item a tie; mark the second message as forgotten by the first candidate, or mark nothing."""
    item = scene.take(study, rater)
    assert item is not None
    side = next(one for one in item.sides if one.answer.id == item.item.answer_ids[0])
    marks = (Mark(side.answer.id, "forgot", message_id=side.path[1].id),) if marked else ()
    submit(scene.store, item, Opinion("tie", marks=marks), key="press")


def test_a_mark_counts_at_the_distance_of_its_message_and_no_mark_as_kept(store: Store) -> None:
    scene = StudyScene(store)
    study = scene.study(2, overlap=1)
    for marked in (True, False):
        rate(scene, study, "Ann", marked=marked)
    # Six messages stand before an answer; the second of them lies five back.
    rated = by_markers(store.rated_answers())
    assert sorted(one.forgot for one in rated) == [(), (), (), (5,)]
    first = [one for one in rated if one.candidate_id == scene.candidates[0].id]
    assert [(b.label, b.recall.value, b.recall.n) for b in bins_of(first)] == [("1-4", 1.0, 2), ("5-8", 0.5, 2)]


def test_ballots_of_somebody_who_marks_nothing_say_nothing_of_memory(store: Store) -> None:
    scene = StudyScene(store)
    study = scene.study(2, overlap=2)
    for marked in (True, False):
        rate(scene, study, "Ann", marked=marked)
    for _ in range(2):
        rate(scene, study, "Bo", marked=False)
    assert len(store.rated_answers()) == 8
    assert {one.rater_id for one in by_markers(store.rated_answers())} == {store.rater("Ann")}


def test_marks_in_one_study_do_not_vouch_for_ballots_in_another(store: Store) -> None:
    scene = StudyScene(store)
    rate(scene, scene.study(1, overlap=1), "Ann", marked=True)
    rate(scene, scene.study(1, overlap=1), "Ann", marked=False)
    assert len(by_markers(store.rated_answers())) == 2


def test_ratings_of_short_threads_only_make_no_line(store: Store) -> None:
    scene = StudyScene(store)
    rate(scene, scene.study(1, overlap=1), "Ann", marked=True)
    assert human_curves(store, longer_than=LONG) == {}
    assert set(human_curves(store)) == {"first", "second"}
    assert no_line(["First", "Second"]) == (
        "No study has rated answers of First and Second on long threads yet (more than 8 messages, by raters who set "
        "marks), so no second line."
    )


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
