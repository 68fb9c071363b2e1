"""A rater at work on a study: what each event of the browser does to the item, the ballots and the draft."""

from __future__ import annotations

import json

import pytest

from compare.errors import NotAllowedError, NotFoundError, StudyClosedError
from tests.review.study_scene import StudyScene, expire
from tests.ui.vote.conftest import BEST_LEFT, BEST_RIGHT, AtDesk


def states(scene: StudyScene, study) -> list[tuple[str, str]]:
    return [(one.ballot.verdict, one.state) for one in scene.store.study_ballots(study.id)]


def test_a_submitted_item_is_stored_and_the_next_one_lies_there(scene: StudyScene) -> None:
    study = scene.study(3)
    ann = AtDesk(scene.store, study, "Ann")
    first = ann.data["item"]
    assert ann.data["progress"]["line"] == "0 of 3; study 0 of 9"
    ann.say("submit", {**BEST_RIGHT, "confidence": 3, "comment": " B ", "reasons": ["clearer"]}, active_ms=61_000)
    assert ann.data["item"] != first
    assert (ann.data["state"], ann.data["stored"], ann.data["draft"]) == ("new", "Stored", None)
    assert ann.data["progress"]["line"] == "1 of 3, about 2 minutes left; study 1 of 9"
    (one,) = scene.store.study_ballots(study.id)
    order = scene.store.assignment(first).shown_order
    assert (one.ballot.ranking, one.ballot.confidence, one.ballot.comment) == ((order[1],), 3, "B")
    assert (one.ballot.active_ms, one.details.reasons) == (61_000.0, ("clearer",))


def test_the_same_press_twice_is_one_ballot(scene: StudyScene) -> None:
    study = scene.study(2)
    ann = AtDesk(scene.store, study, "Ann")
    event = {"t": "submit", "item": ann.data["item"], "said": BEST_LEFT, "active_ms": 5, "nonce": "once"}
    ann.desk.take(event)
    ann.desk.take(event)
    assert states(scene, study) == [("best", "counted")]
    assert ann.data["notice"] == "Your vote was stored already; it counts once."


def test_a_draft_is_there_again_after_a_reload(scene: StudyScene) -> None:
    study = scene.study(2)
    ann = AtDesk(scene.store, study, "Ann")
    said = {**BEST_LEFT, "comment": "half a thou", "edits": 3}
    before = ann.data
    ann.say("draft", said, active_ms=4000)
    assert ann.data is before
    again = AtDesk(scene.store, study, "Ann")
    assert (again.data["item"], again.data["draft"], again.data["active_ms"]) == (before["item"], said, 4000.0)


def test_what_cannot_be_stored_is_told_and_kept_as_a_draft(scene: StudyScene) -> None:
    study = scene.study(2)
    ann = AtDesk(scene.store, study, "Ann")
    item, seat = ann.data["item"], ann.data["seat"]
    mark = {"side": 0, "kind": "forgot", "severity": "breaks"}
    ann.say("submit", {**BEST_LEFT, "marks": [mark]})
    assert "needs the message that it is about" in ann.data["notice"]
    assert (ann.data["item"], ann.data["seat"]) == (item, seat)
    assert states(scene, study) == []
    assert AtDesk(scene.store, study, "Ann").data["draft"]["marks"] == [mark]


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({"said": {}}, "No answer was chosen yet"),
        ({"said": "best"}, "cannot be read as a vote"),
        ({"said": {"verdict": "best", "ranking": ["x"]}}, "cannot be read as a vote"),
        ({"said": {"verdict": "best", "ranking": [5]}}, "names 1 of 2 answers; it needs 1"),
        ({"said": {"verdict": "tie", "confidence": 9}}, "The confidence is 9"),
        ({"said": {"verdict": "tie", "comment": "x" * 10_001}}, "A text has 10,001 characters"),
        ({"said": {"verdict": "tie", "comment": "x" * 200_001}}, "at most 200,000 can be kept"),
        ({"said": {"verdict": "tie"}, "nonce": ""}, "has no mark of its own"),
    ],
)
def test_an_event_that_makes_no_sense_gets_a_sentence(scene: StudyScene, event, sentence) -> None:
    study = scene.study(1)
    ann = AtDesk(scene.store, study, "Ann")
    ann.desk.take({"t": "submit", "item": ann.data["item"], "nonce": "n", **event})
    assert sentence in ann.data["notice"]
    assert states(scene, study) == []


def test_undo_brings_the_item_back_as_it_was_said_and_the_history_stays(scene: StudyScene) -> None:
    study = scene.study(2)
    ann = AtDesk(scene.store, study, "Ann")
    first = ann.data["item"]
    ann.say("submit", {**BEST_LEFT, "marks": [{"side": 1, "kind": "invented", "span": [0, 5]}]})
    ann.say("undo")
    assert (ann.data["item"], ann.data["state"]) == (first, "new")
    assert ann.data["notice"].startswith("Your vote was taken back.")
    assert (ann.data["draft"]["ranking"], ann.data["draft"]["marks"][0]["span"]) == ([0], [0, 5])
    ann.say("submit", BEST_RIGHT)
    assert states(scene, study) == [("best", "undone"), ("best", "counted")]


def test_a_vote_can_be_looked_at_again_and_changed(scene: StudyScene) -> None:
    study = scene.study(2, criteria=("fidelity", "tone"))
    ann = AtDesk(scene.store, study, "Ann")
    first = ann.data["item"]
    ann.say("submit", {**BEST_LEFT, "rubric": {"0": {"tone": 2}}, "confidence": 2})
    assert ann.data["back"]
    ann.say("back")
    assert (ann.data["item"], ann.data["state"], ann.data["yours"]) == (first, "voted", "A is best, fairly sure")
    assert ann.data["draft"]["rubric"] == {"0": {"tone": 2}}
    assert not ann.data["back"]
    ann.say("submit", BEST_RIGHT)
    assert states(scene, study) == [("best", "undone"), ("best", "counted")]
    assert ann.data["state"] == "new"


def test_taking_a_change_back_makes_the_earlier_vote_count_again(scene: StudyScene) -> None:
    study = scene.study(2)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("submit", BEST_LEFT)
    ann.say("back")
    ann.say("submit", BEST_RIGHT)
    ann.say("undo")
    assert (ann.data["state"], ann.data["yours"]) == ("voted", "A is best")
    assert ann.data["notice"].endswith("counts again.")


def test_others_are_heard_only_after_ones_own_vote(scene: StudyScene) -> None:
    study = scene.study(1, overlap=3)
    ben = AtDesk(scene.store, study, "Ben")
    ben.say("submit", {"verdict": "tie", "confidence": 1, "comment": "equal"})
    ann = AtDesk(scene.store, study, "Ann")
    assert "equal" not in json.dumps(ann.data)
    ann.say("submit", BEST_LEFT)
    ann.say("back")
    assert ann.data["others"] == ["Ben: a tie, guessing: equal"]


def test_a_training_item_says_what_was_expected_and_waits(scene: StudyScene) -> None:
    study = scene.study(1, scene.check("training", feedback="Message 4 says green."))
    ann = AtDesk(scene.store, study, "Ann")
    assert ann.data["practice"]
    right = scene.store.assignment(ann.data["item"]).shown_order[0].endswith("-0")
    ann.say("submit", BEST_LEFT)
    assert ann.data["state"] == "feedback"
    line = "That is what was expected here." if right else "Expected here: B is best."
    assert ann.data["feedback"] == {"right": right, "line": line, "why": "Message 4 says green."}
    ann.say("next")
    assert (ann.data["state"], ann.data["practice"], ann.data["feedback"]) == ("new", False, None)


def test_a_gold_item_looks_like_any_other(scene: StudyScene) -> None:
    study = scene.study(1, scene.check("gold", feedback="secret"), gold_every=1)
    ann = AtDesk(scene.store, study, "Ann")
    seen = []
    while ann.desk.data is not None:
        seen.append({key for key, value in ann.data.items() if value} - {"back", "stored", "first"})
        assert not ann.data["practice"]
        assert "secret" not in json.dumps(ann.data)
        ann.say("submit", BEST_LEFT)
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_skipping_needs_a_reason_and_leads_on(scene: StudyScene) -> None:
    study = scene.study(2)
    ann = AtDesk(scene.store, study, "Ann")
    first = ann.data["item"]
    ann.say("skip", reason="  ")
    assert "Say why you skip" in ann.data["notice"]
    ann.say("skip", reason="not my language")
    assert ann.data["item"] != first
    assert ann.data["stored"] == "Skipped"
    (one,) = scene.store.study_ballots(study.id)
    assert (one.ballot.verdict, one.ballot.comment) == ("skip", "not my language")


def test_a_pause_gives_the_place_away_and_keeps_the_draft(scene: StudyScene) -> None:
    study = scene.study(1, overlap=1)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("pause", {**BEST_LEFT, "comment": "later"})
    assert ann.desk.data is None
    assert ann.desk.paused
    ben = AtDesk(scene.store, study, "Ben")
    assert ben.desk.data is not None
    ben.say("pause", {})
    assert not ann.desk.has_voted
    ann.say("undo")
    assert ann.desk.notice == "There is no vote of yours in this study that could be taken back."
    ann.say("next")
    assert ann.data["draft"]["comment"] == "later"


def test_an_expired_reservation_is_offered_again_with_its_draft(scene: StudyScene) -> None:
    study = scene.study(1, overlap=1)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("draft", {**BEST_LEFT, "comment": "kept"})
    expire(scene.store, ann.data["item"])
    again = AtDesk(scene.store, study, "Ann")
    assert (again.data["item"], again.data["draft"]["comment"]) == (ann.data["item"], "kept")


def test_a_vote_that_came_too_late_is_told_so(scene: StudyScene) -> None:
    study = scene.study(1, overlap=1)
    ann = AtDesk(scene.store, study, "Ann")
    expire(scene.store, ann.data["item"])
    AtDesk(scene.store, study, "Ben").say("submit", BEST_LEFT)
    ann.say("submit", BEST_RIGHT)
    assert ann.desk.data is None
    assert "stored but not counted" in ann.desk.notice
    assert "the study has all of its 1 vote" in ann.desk.end


def test_a_study_closed_meanwhile_keeps_what_was_entered(scene: StudyScene) -> None:
    study = scene.study(2)
    ann = AtDesk(scene.store, study, "Ann")
    scene.store.close_study(study.id)
    ann.say("submit", {**BEST_LEFT, "comment": "nearly"})
    assert "was closed on" in ann.data["notice"]
    assert states(scene, study) == []
    with pytest.raises(StudyClosedError):
        AtDesk(scene.store, study, "Ann")
    scene.store.reopen_study(study.id)
    assert AtDesk(scene.store, study, "Ann").data["draft"]["comment"] == "nearly"


def test_the_end_of_a_study_says_whether_to_come_back(scene: StudyScene) -> None:
    study = scene.study(1, overlap=2)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("submit", BEST_LEFT)
    assert ann.desk.end.startswith("You have rated 1 item. Nothing is left for you now. The study still needs 1 of")
    assert not ann.desk.is_complete
    ann.say("back")
    assert ann.data["state"] == "voted"
    AtDesk(scene.store, study, "Ben").say("submit", BEST_LEFT)
    ann.say("next")
    assert ann.desk.end == "Done: the study has all of its 2 votes. Thank you."
    assert ann.desk.is_complete
    ann.say("pause")
    assert not ann.desk.is_complete


def test_who_may_not_rate_and_what_is_not_there_raise(scene: StudyScene) -> None:
    study = scene.study(1, raters=("Ann", "Ben", "Cem"))
    with pytest.raises(NotAllowedError, match="Zoe is not among the 3 raters"):
        AtDesk(scene.store, study, "Zoe")
    ann = AtDesk(scene.store, study, "Ann")
    ben = AtDesk(scene.store, study, "Ben")
    ben.desk.take({"t": "submit", "item": ann.data["item"], "said": BEST_LEFT, "nonce": "x"})
    assert "another rater's hands" in ben.data["notice"]
    ben.desk.study_id = "nowhere"
    with pytest.raises(NotFoundError, match="No study has the id"):
        ben.desk.open()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "deep"])
def test_what_no_browser_could_read_again_is_no_draft(scene: StudyScene, value: object) -> None:
    study = scene.study(1)
    ann = AtDesk(scene.store, study, "Ann")
    if value == "deep":
        for _ in range(100_000):
            value = [value]
    ann.say("draft", {"comment": value})
    assert "cannot be read as a vote" in ann.data["notice"]
    assert AtDesk(scene.store, study, "Ann").data["draft"] is None


def test_a_press_without_a_readable_mark_or_with_endless_reasons_stores_nothing(scene: StudyScene) -> None:
    study = scene.study(1)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("submit", BEST_LEFT, nonce="\ud800")
    assert "no mark of its own" in ann.data["notice"]
    ann.say("submit", {**BEST_LEFT, "reasons": [f"reason {n}" for n in range(51)]})
    assert ann.data["notice"] == "51 reasons were given; at most 50 can be stored with one vote."
    assert states(scene, study) == []


def test_a_skip_taken_back_does_not_count_where_others_have_filled_the_item(scene: StudyScene) -> None:
    study = scene.study(1, overlap=1)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("submit", BEST_LEFT)
    ann.desk.take({"t": "back"})
    ann.say("skip", reason="too long")
    scene.rate(study, "Bob")
    ann.desk.take({"t": "undo"})
    assert states(scene, study) == [("best", "set_aside"), ("skip", "undone"), ("best", "counted")]
    assert "kept and not counted: others have filled the item" in ann.data["notice"]
    assert len(scene.store.preferences()) == 1


def test_a_skip_taken_back_gives_no_place_back_that_others_have_filled(scene: StudyScene) -> None:
    study = scene.study(1, overlap=1)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("skip", reason="too long")
    scene.rate(study, "Bob")
    ann.desk.take({"t": "undo"})
    ann.say("submit", BEST_LEFT)
    assert states(scene, study) == [("skip", "undone"), ("best", "counted"), ("best", "set_aside")]
    assert len(scene.store.preferences()) == 1
