"""A study while it runs: how far everybody is, more time, more raters, ballots set aside and counted again."""

from __future__ import annotations

import pytest

from compare.errors import NotAllowedError, StudyClosedError, StudyError
from compare.review.adjudication import adjudicate
from compare.review.assignment import next_item
from compare.review.rating import Opinion, submit
from compare.review.running import (
    count_again,
    rater_progress,
    set_aside,
    set_deadline,
    set_raters,
    study_progress,
)
from tests.review.study_scene import expire


def test_progress_is_told_of_the_study_and_of_each_rater(scene) -> None:
    study = scene.study(4, overlap=2, raters=("Ann", "Bob", "Cid"))
    for _ in range(3):
        scene.rate(study, "Ann", Opinion("best", (0,), active_ms=60_000.0))
    scene.take(study, "Bob")
    whole = study_progress(scene.store, study.id)
    assert (whole.n_ballots, whole.n_needed, whole.n_raters, whole.minutes_left) == (3, 8, 1, 5.0)
    assert whole.share == 3 / 8
    ann, bob, cid = rater_progress(scene.store, study)
    assert (ann.rater, ann.n_done, ann.n_left, ann.median_ms) == ("Ann", 3, 1, 60_000.0)
    assert (bob.rater, bob.n_done, bob.n_left, bob.last_at) == ("Bob", 0, 4, None)
    assert (cid.rater, cid.rater_id, cid.n_done, cid.n_left) == ("Cid", None, 0, 4)


def test_the_time_left_is_unknown_before_the_first_timed_ballot_and_none_at_the_end(scene) -> None:
    study = scene.study(1, overlap=1)
    assert study_progress(scene.store, study.id).minutes_left is None
    scene.rate(study, "Ann")
    assert study_progress(scene.store, study.id).minutes_left == 0.0


def test_a_deadline_is_moved_and_a_past_one_refused(scene) -> None:
    study = scene.study(1, deadline="2020-01-01")
    with pytest.raises(StudyClosedError, match="ended on 2020-01-01"):
        scene.rate(study, "Ann")
    set_deadline(scene.store, study.id, "2099-06-01T12:00")
    assert scene.store.study(study.id).deadline == "2099-06-01T12:00:00.000+00:00"
    scene.rate(study, "Ann")
    with pytest.raises(StudyError, match="The deadline 2020-01-01 is past"):
        set_deadline(scene.store, study.id, "2020-01-01")
    with pytest.raises(StudyError, match="'soon' is no date"):
        set_deadline(scene.store, study.id, "soon")
    set_deadline(scene.store, study.id, None)
    assert scene.store.study(study.id).deadline is None


def test_a_paused_study_takes_no_ballots_and_keeps_drafts(scene) -> None:
    study = scene.study(2, overlap=1)
    item = scene.take(study, "Ann")
    scene.store.save_draft(item.assignment.id, item.assignment.rater_id, '{"place": 1}', 500.0)
    scene.store.pause_study(study.id)
    with pytest.raises(StudyClosedError, match="is paused by its owner"):
        submit(scene.store, item, Opinion("tie"), key="press")
    with pytest.raises(StudyClosedError, match="come back later"):
        next_item(scene.store, study.id, scene.store.rater("Bob"))
    scene.store.reopen_study(study.id)
    assert scene.take(study, "Ann").assignment.draft_json == '{"place": 1}'


def test_who_may_rate_is_said_anew_and_ballots_stay(scene) -> None:
    study = scene.study(2, overlap=2, raters=("Ann", "Bob"))
    scene.rate(study, "Ann")
    assert set_raters(scene.store, study.id, [" Dora  D ", "Bob", "Dora D", ""]) == ("Dora D", "Bob")
    with pytest.raises(NotAllowedError, match="Ann is not among the 2 raters"):
        scene.rate(study, "Ann")
    assert study_progress(scene.store, study.id).n_ballots == 1
    with pytest.raises(StudyError, match="1 raters may rate, but each item needs 2"):
        set_raters(scene.store, study.id, ["Ann"])
    assert set_raters(scene.store, study.id, []) == ()
    scene.rate(study, "Ann")


def rater_states(scene, study, rater: str) -> list[str]:
    return [one.state for one in scene.store.study_ballots(study.id) if one.rater == rater]


def test_setting_aside_leaves_a_trace_and_can_be_taken_back(scene) -> None:
    study = scene.study(2, scene.check("gold"), overlap=1, gold_every=1)
    scene.rate_all(study, "Ann")
    ann, owner = scene.store.rater("Ann"), scene.store.rater("Owner")
    with pytest.raises(StudyError, match="needs a reason"):
        set_aside(scene.store, study.id, ann, owner, " ")
    assert set_aside(scene.store, study.id, ann, owner, "hasty") == 3
    (trace,) = scene.store.study_set_aside(study.id)
    assert (trace.rater, trace.by, trace.reason, trace.n_ballots) == ("Ann", "Owner", "hasty", 3)
    assert list(scene.store.iter_votes()) == []
    with pytest.raises(StudyError, match="needs a reason"):
        count_again(scene.store, study.id, ann, owner, "")
    assert count_again(scene.store, study.id, ann, owner, "was careful") == (3, 0)
    assert scene.store.study_set_aside(study.id) == []
    assert len(list(scene.store.iter_votes())) == 2
    ballot = scene.store.study_ballots(study.id)[0].ballot
    history = [(state, by, reason) for state, by, reason, _ in scene.store.ballot_history(ballot.id)]
    assert history == [("counted", "Ann", "cast"), ("set_aside", "Owner", "hasty"), ("counted", "Owner", "was careful")]


def test_an_item_that_others_filled_meanwhile_keeps_their_ballots(scene) -> None:
    study = scene.study(3, overlap=1)
    scene.rate_all(study, "Ann")
    ann, owner = scene.store.rater("Ann"), scene.store.rater("Owner")
    set_aside(scene.store, study.id, ann, owner, "hasty")
    scene.rate(study, "Bob")
    held = scene.take(study, "Cid")  # a place that is reserved is no free one either
    assert count_again(scene.store, study.id, ann, owner, "was careful") == (1, 2)
    assert sorted(rater_states(scene, study, "Ann")) == ["counted", "set_aside", "set_aside"]
    submit(scene.store, held, Opinion("tie"), key="press")
    per_item = {one.item.comparison_id for one in scene.store.study_ballots(study.id) if one.state == "counted"}
    assert len(per_item) == sum(one.state == "counted" for one in scene.store.study_ballots(study.id)) == 3


def test_skips_take_no_place_when_they_are_counted_again(scene) -> None:
    study = scene.study(1, overlap=1)
    scene.rate(study, "Ann", Opinion("skip"))
    ann, owner = scene.store.rater("Ann"), scene.store.rater("Owner")
    set_aside(scene.store, study.id, ann, owner, "hasty")
    scene.rate(study, "Bob")
    assert count_again(scene.store, study.id, ann, owner, "was careful") == (1, 0)
    assert [one.state for one in scene.store.rater_assignments(study.id, ann)] == ["skipped"]
    assert study_progress(scene.store, study.id).n_ballots == 1


def test_ballots_that_came_too_late_stay_out(scene) -> None:
    study = scene.study(1, overlap=1)
    late = scene.take(study, "Ann")
    expire(scene.store, late.assignment.id)
    scene.rate(study, "Bob")
    assert submit(scene.store, late, Opinion("tie"), key="press").kind == "late"
    assert scene.store.study_set_aside(study.id) == []
    assert count_again(scene.store, study.id, scene.store.rater("Ann"), "x", "all of them") == (0, 0)
    assert rater_states(scene, study, "Ann") == ["set_aside"]


def test_a_decision_of_the_owner_is_no_ballot_of_theirs(scene) -> None:
    study = scene.study(1, overlap=1)
    owner = scene.store.rater("Owner")
    scene.rate(study, "Owner")
    (item,) = scene.store.study_items(study.id)
    adjudicate(scene.store, item.comparison_id, owner, "tie", key="1")
    assert set_aside(scene.store, study.id, owner, owner, "knew the answers") == 1
    assert rater_states(scene, study, "Owner") == ["set_aside", "counted"]
