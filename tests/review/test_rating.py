"""One item in a rater's hands: casting, changing and taking back, marks, and what others may see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compare.errors import CompareError, NotAllowedError, StudyClosedError, StudyError
from compare.records import Comparison, Slot
from compare.review import votes
from compare.review.rating import Opinion, open_item, others_ballots, submit, undo
from compare.runs.views import has_seen_names
from compare.store.study_values import Expected, Mark
from tests.review.study_scene import expire


@pytest.fixture
def study(scene):
    return scene.study(2, overlap=2)


def own(scene, study) -> list[tuple[str, str]]:
    return [(one.ballot.verdict, one.state) for one in scene.store.study_ballots(study.id)]


def test_a_ballot_keeps_all_that_was_said_and_shown(scene, study) -> None:
    item = scene.take(study, "Ann")
    opinion = Opinion(
        "best", (1,), confidence=2, reasons=("shorter", " kept the date "), comment="B is right", active_ms=5000.0,
        rubric={(0, "fidelity"): 1, (1, "fidelity"): 4}, failed_turns={0: 2, 1: 0},
    )  # fmt: skip
    outcome = submit(scene.store, item, opinion, key="1")
    assert (outcome.kind, outcome.sentence) == ("counted", "Your vote is stored.")
    (stored,) = scene.store.study_ballots(study.id)
    left, right = item.assignment.shown_order
    ballot = stored.ballot
    assert (ballot.ranking, ballot.shown_order, ballot.confidence) == ((right,), (left, right), 2)
    assert (ballot.blind, ballot.speed_visible, ballot.leaked, ballot.source) == (True, False, False, "study")
    assert (ballot.comment, ballot.active_ms, ballot.rubric_version) == ("B is right", 5000.0, "2")
    assert stored.details.reasons == ("kept the date", "shorter")
    assert stored.details.rubric == {(left, "fidelity"): 1, (right, "fidelity"): 4}
    assert stored.details.failed_turns == {left: 2, right: 0}
    (row,) = scene.store.preferences()
    assert (row.score, row.pos_a, row.pos_b, row.workload) == (1.0, 1, 0, "batch")


def test_a_mark_keeps_its_message_and_how_far_it_lies_back(scene, study) -> None:
    item = scene.take(study, "Ann")
    side = item.sides[0]
    marks = (
        Mark(side.answer.id, "forgot", "breaks", message_id=side.path[1].id, span=(0, 5), note="7714"),
        Mark(side.answer.id, "outdated_value", message_id=side.path[2].id, other_message_id=side.path[3].id),
        Mark(side.answer.id, "invented"),
    )
    submit(scene.store, item, Opinion("best", (1,), marks=marks), key="1")
    first, second, third = scene.store.study_ballots(study.id)[0].details.marks
    assert (first.distance_messages, second.distance_messages, third.distance_messages) == (5, 4, None)
    assert first.tokenizer == "o200k_base"
    assert first.distance_tokens > second.distance_tokens > 0
    assert (first.severity, first.span, first.note) == ("breaks", (0, 5), "7714")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "forgot"}, "The mark 'forgot' needs the message that it is about"),
        ({"kind": "outdated_value", "message_id": "2"}, "needs two messages"),
        ({"kind": "invented", "span": (3, 400)}, "is on characters 3 to 400 of 21"),
        ({"kind": "forgot", "message_id": "elsewhere"}, "names a message that is not in this thread"),
        (
            {"kind": "contradicts", "message_id": "4", "at_message_id": "2"},
            r"on message 3 names message 5, which comes",
        ),
        ({"kind": "invented", "answer_id": "x"}, "on an answer that is not part of this item"),
    ],
)
def test_a_mark_that_cannot_be_is_refused_and_nothing_is_written(scene, study, changes, sentence) -> None:
    item = scene.take(study, "Ann")
    ids = {str(place): message.id for place, message in enumerate(item.sides[0].path)}
    changes = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in changes.items()}
    mark = Mark(**{"answer_id": item.sides[0].answer.id, "kind": "forgot", **changes})
    with pytest.raises(StudyError, match=sentence):
        submit(scene.store, item, Opinion("best", (1,), marks=(mark,)), key="1")
    assert own(scene, study) == []


@pytest.mark.parametrize(
    ("opinion", "sentence"),
    [
        (Opinion("best"), "The verdict 'best' names 0 of 2 answers; it needs 1"),
        (Opinion("best", (2,)), "it needs 1"),
        (Opinion("rank", (0, 0)), "it needs 2, each once"),
        (Opinion("tie", (0,)), "it needs 0"),
        (Opinion("tie", confidence=4), "The confidence is 4"),
        (Opinion("tie", rubric={(0, "fidelity"): 5}), "scores are 1 to 4"),
        (Opinion("tie", rubric={(0, "charm"): 2}), "the study's criteria are fidelity"),
        (Opinion("tie", failed_turns={1: 9}), "Answer 2 cannot fail first at turn 9"),
    ],
)
def test_an_opinion_that_does_not_fit_is_refused(scene, study, opinion, sentence) -> None:
    with pytest.raises(StudyError, match=sentence):
        submit(scene.store, scene.take(study, "Ann"), opinion, key="1")
    assert own(scene, study) == []


def test_a_double_submit_is_one_ballot(scene, study) -> None:
    item = scene.take(study, "Ann")
    first = submit(scene.store, item, Opinion("best", (0,), reasons=("b", "a")), key="1")
    for key in ("1", "2"):  # a double click, and a second tab
        again = submit(scene.store, item, Opinion("best", (0,), reasons=("a", "b")), key=key)
        assert (again.kind, again.ballot.id) == ("repeated", first.ballot.id)
        assert again.sentence == "Your vote was stored already; it counts once."
    assert own(scene, study) == [("best", "counted")]


def test_a_key_is_the_assignment_s_own(scene, study) -> None:
    for rater in ("Ann", "Bob"):
        assert submit(scene.store, scene.take(study, rater), Opinion("tie"), key="same").kind == "counted"
    assert len(own(scene, study)) == 2


def test_a_change_replaces_and_an_undo_brings_back(scene, study) -> None:
    item = scene.take(study, "Ann")
    submit(scene.store, item, Opinion("best", (0,)), key="1")
    submit(scene.store, item, Opinion("tie"), key="2")
    assert own(scene, study) == [("best", "undone"), ("tie", "counted")]
    back = undo(scene.store, item)
    assert back.state == "done"
    assert own(scene, study) == [("best", "counted"), ("tie", "undone")]
    assert undo(scene.store, item).state == "reserved"
    with pytest.raises(StudyError, match="no vote of yours"):
        undo(scene.store, item)


def test_a_late_ballot_counts_while_there_is_a_place(scene) -> None:
    study = scene.study(1, overlap=1)
    item = scene.take(study, "Ann")
    expire(scene.store, item.assignment.id)
    assert submit(scene.store, item, Opinion("tie"), key="1").kind == "counted"


def test_a_late_ballot_without_a_place_is_kept_and_not_counted(scene) -> None:
    study = scene.study(1, overlap=1)
    item = scene.take(study, "Ann")
    expire(scene.store, item.assignment.id)
    scene.rate(study, "Bob")
    late = submit(scene.store, item, Opinion("tie", comment="my thoughts"), key="1")
    assert late.kind == "late"
    assert "stored but not counted: your time for this item had run out and its 1 votes" in late.sentence
    assert own(scene, study) == [("best", "counted"), ("tie", "set_aside")]
    assert len(scene.store.preferences()) == 1
    assert scene.take(study, "Ann") is None


def test_a_study_that_closed_meanwhile_says_so_and_the_draft_is_kept(scene, study) -> None:
    item = scene.take(study, "Ann")
    scene.store.save_draft(item.assignment.id, item.assignment.rater_id, "mine", 1.0)
    scene.store.close_study(study.id)
    with pytest.raises(StudyClosedError, match="What you had entered is kept"):
        submit(scene.store, item, Opinion("tie"), key="1")
    assert own(scene, study) == []
    assert scene.store.assignment(item.assignment.id).draft_json == "mine"


def test_another_rater_s_item_and_a_vote_set_aside_cannot_be_touched(scene, study) -> None:
    item = scene.take(study, "Ann")
    bob = scene.store.rater("Bob")
    with pytest.raises(StudyError, match="another rater's hands"):
        open_item(scene.store, item.assignment.id, bob)
    with pytest.raises(NotAllowedError, match="another rater's hands"):
        submit(scene.store, replace(item, assignment=replace(item.assignment, rater_id=bob)), Opinion("tie"), key="1")
    ballot = submit(scene.store, item, Opinion("tie"), key="1").ballot
    scene.store.set_aside(ballot.id, by=bob, reason="leak")
    with pytest.raises(NotAllowedError, match="set aside by the owner"):
        submit(scene.store, item, Opinion("best", (0,)), key="2")


def test_others_ballots_are_hidden_until_one_s_own_is_given(scene) -> None:
    study = scene.study(1, overlap=2)
    scene.rate(study, "Bob")
    item = scene.take(study, "Ann")
    assert others_ballots(scene.store, item) == []
    submit(scene.store, item, Opinion("tie"), key="1")
    again = open_item(scene.store, item.assignment.id, item.assignment.rater_id)
    assert [ballot.verdict for ballot in others_ballots(scene.store, again)] == ["best"]


def test_training_tells_what_was_right_and_gold_does_not(scene) -> None:
    training = scene.check("training", best=1, feedback="B kept the colour.")
    study = scene.study(1, training, overlap=1)
    item = scene.take(study, "Ann")
    place = item.assignment.shown_order.index(training.answer_ids[1])
    right = submit(scene.store, item, Opinion("best", (place,)), key="1")
    assert (right.as_expected, right.feedback) == (True, "B kept the colour.")
    wrong = submit(scene.store, item, Opinion("best", (1 - place,)), key="2")
    assert wrong.as_expected is False
    assert scene.store.preferences() == []
    gold = scene.study(1, scene.item(kind="gold", expected=Expected("tie")), gold_every=1, overlap=1)
    scene.rate(gold, "Ann")
    assert scene.rate(gold, "Ann").as_expected is None


def test_words_that_tell_are_hidden_and_the_ballot_is_flagged(scene) -> None:
    telling = scene.item("As first-4o I say 7714.", "It was 7714.")
    study = scene.study(0, telling)
    item = scene.take(study, "Ann")
    shown = {side.answer.id: side.shown.text for side in item.sides}
    assert shown[telling.answer_ids[0]] == "As [hidden] I say 7714."
    assert item.leaks
    assert submit(scene.store, item, Opinion("tie"), key="1").ballot.leaked


def test_an_open_study_hides_nothing_and_its_ballots_are_kept_apart(scene) -> None:
    study = scene.study(0, scene.item("As first I say 7714."), blind=False, speed_visible=True)
    item = scene.take(study, "Ann")
    assert not item.leaks
    ballot = submit(scene.store, item, Opinion("tie"), key="1").ballot
    assert (ballot.blind, ballot.speed_visible) == (False, True)


def test_whoever_saw_the_names_before_votes_openly(scene) -> None:
    study = scene.study(1, overlap=2)
    item = scene.take(study, "Ann")
    answers = [side.answer for side in item.sides]
    slots = tuple(Slot(k, scene.store.candidate(a.candidate_id), a.id, a.prompt_leaf_id) for k, a in enumerate(answers))
    thread_id = scene.store.comparison(item.assignment.comparison_id).thread_id
    run = Comparison("run", thread_id, answers[0].prompt_leaf_id, slots, blind=True)
    scene.store.save_comparison(run)
    votes.cast(scene.store, run, scene.store.rater("Ann"), votes.Choice("tie"), key="before")
    assert submit(scene.store, item, Opinion("tie"), key="1").ballot.blind is False
    assert scene.rate(study, "Bob").ballot.blind is True


def test_the_playground_neither_lists_a_study_s_items_nor_takes_votes_on_them(scene, study) -> None:
    item = scene.take(study, "Ann")
    submit(scene.store, item, Opinion("tie"), key="1")
    comparison = scene.store.comparison(item.assignment.comparison_id)
    assert scene.store.recent_comparisons() == []
    assert not has_seen_names(scene.store, comparison.id, item.assignment.rater_id)
    with pytest.raises(CompareError, match="an item of the study 'Refunds'"):
        votes.cast(scene.store, comparison, item.assignment.rater_id, votes.Choice("tie"), key="x")
