from __future__ import annotations

from dataclasses import replace

import pytest

from compare.errors import NotFoundError, StoreError
from compare.records import Candidate, Settings, Slot


def test_a_comparison_comes_back_with_its_candidates(scene) -> None:
    """Its answers are not stored yet: their ids are given out when the run starts."""
    warm = Candidate("third", Settings(temperature=0.7, stop=("END",)), label="Warm", simulated=True)
    slots = (*scene.comparison("c1").slots, Slot(2, warm, "c1-c", scene.leaf, label="Model C"))
    comparison = scene.comparison(
        "c1", slots=slots, history="own", prompt_leaf_id=None, blind=True, created_at="2026-11-23T08:00:00.000+00:00"
    )
    scene.store.save_comparison(comparison)
    assert scene.store.comparison("c1") == comparison
    assert scene.store.candidate(warm.id) == warm


def test_an_unknown_comparison_is_none(scene) -> None:
    assert scene.store.comparison("none") is None


def test_the_time_is_filled_in(scene) -> None:
    scene.store.save_comparison(scene.comparison("c1"))
    assert scene.store.comparison("c1").created_at.endswith("+00:00")


def test_saving_twice_is_saving_once_and_another_content_is_refused(scene) -> None:
    comparison = scene.comparison("c1")
    for _ in range(2):
        scene.store.save_comparison(comparison)
    with pytest.raises(StoreError, match="Another comparison is stored as 'c1'"):
        scene.store.save_comparison(replace(comparison, blind=True))
    with pytest.raises(StoreError, match="Another comparison is stored as 'c1'"):
        scene.store.save_comparison(replace(comparison, slots=(Slot(0, scene.first, "other", scene.leaf),)))


def test_a_new_version_of_a_slot_is_current_and_the_old_one_is_kept(scene) -> None:
    comparison = scene.comparison("c1")
    scene.store.save_comparison(comparison)
    again = Slot(1, scene.second, "c1-b2", scene.leaf, version=1)
    for _ in range(2):
        scene.store.add_slot("c1", again)
    stored = scene.store.comparison("c1")
    assert stored.slots == (*comparison.slots, again)
    assert stored.current == (comparison.slots[0], again)
    scene.store.save_comparison(comparison)


def test_two_answers_for_one_version_are_refused_with_the_next_number(scene) -> None:
    scene.store.save_comparison(scene.comparison("c1"))
    with pytest.raises(StoreError, match=r"already has a version 0.*Give the new answer version 1"):
        scene.store.add_slot("c1", Slot(1, scene.second, "other", scene.leaf))


def test_a_slot_needs_its_comparison(scene) -> None:
    with pytest.raises(NotFoundError, match="'none'"):
        scene.store.add_slot("none", Slot(0, scene.first, "a", scene.leaf))


def test_a_comparison_of_an_unknown_thread_keeps_nothing(scene) -> None:
    with pytest.raises(StoreError, match="refers to a thread"):
        scene.store.save_comparison(scene.comparison("c1", thread_id="none"))
    assert scene.store.comparison("c1") is None


def test_recent_comparisons_count_slots_and_counted_ballots(scene) -> None:
    for number, name in enumerate(["c1", "c2"], start=1):
        created_at = f"2026-11-0{number}T00:00:00.000+00:00"
        scene.store.save_comparison(scene.comparison(name, blind=name == "c2", created_at=created_at))
    scene.store.add_slot("c1", Slot(1, scene.second, "again", scene.leaf, version=1))
    scene.vote(comparison_id="c1")
    scene.store.undo(scene.vote(comparison_id="c1", rater_id=scene.store.rater("Bob")).id, by="Bob")
    recent = scene.store.recent_comparisons()
    assert [summary.id for summary in recent] == ["c2", "c1"]
    assert recent[1] == ("c1", scene.thread.id, "Fares", 2, False, "2026-11-01T00:00:00.000+00:00", 1)
    assert recent[0].blind is True
    assert scene.store.recent_comparisons(1) == recent[:1]


def test_a_follow_up_names_what_it_continues(scene) -> None:
    scene.store.save_comparison(scene.comparison("c1"))
    scene.store.save_comparison(scene.comparison("c2", continues_id="c1"))
    assert scene.store.comparison("c2").continues_id == "c1"
