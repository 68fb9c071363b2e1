"""Which item comes next, who gets it, and for how long."""

from __future__ import annotations

import pytest

from compare.errors import NotAllowedError, NotFoundError, StudyClosedError
from compare.review.assignment import fewest_ballots, next_item, progress
from compare.review.rating import Opinion, submit, undo
from compare.store.study_values import Pick
from tests.review.study_scene import StudyScene, expire


def states(scene: StudyScene, study, *sources: str) -> dict[str, int]:
    """Counted ballots by item."""
    found: dict[str, int] = {}
    for one in scene.store.study_ballots(study.id):
        if one.state == "counted" and one.ballot.source in (sources or ("study",)):
            found[one.item.comparison_id] = found.get(one.item.comparison_id, 0) + 1
    return found


def test_an_item_gets_exactly_as_many_ballots_as_the_study_asks_for(scene) -> None:
    study = scene.study(4, overlap=2)
    given = [len(scene.rate_all(study, rater)) for rater in ("Ann", "Bob", "Cid")]
    assert given == [4, 4, 0]
    assert sorted(states(scene, study).values()) == [2, 2, 2, 2]


def test_a_rater_never_gets_an_item_twice(scene) -> None:
    study = scene.study(5, overlap=3)
    rated = [item.assignment.comparison_id for item in scene.rate_all(study, "Ann")]
    assert len(rated) == len(set(rated)) == 5
    assert scene.take(study, "Ann") is None


def test_the_item_with_the_fewest_ballots_comes_first(scene) -> None:
    study = scene.study(3, overlap=3)
    first = scene.rate(study, "Ann").ballot.comparison_id
    second = scene.rate(study, "Bob").ballot.comparison_id
    third = scene.take(study, "Cid").assignment.comparison_id  # reserved counts as well
    assert len({first, second, third}) == 3


def test_an_item_in_hand_is_given_again_with_its_order_and_draft(scene) -> None:
    study = scene.study(3)
    item = scene.take(study, "Ann").assignment
    scene.store.save_draft(item.id, item.rater_id, '{"verdict": "tie"}', 4200.0)
    again = scene.take(study, "Ann").assignment
    assert (again.id, again.shown_order, again.draft_json) == (item.id, item.shown_order, '{"verdict": "tie"}')
    assert again.active_ms == 4200.0


def test_an_expired_reservation_is_offered_to_others_and_nothing_is_lost(scene) -> None:
    study = scene.study(1, overlap=1)
    item = scene.take(study, "Ann").assignment
    scene.store.save_draft(item.id, item.rater_id, "half a thought", 10.0)
    assert scene.take(study, "Bob") is None
    expire(scene.store, item.id)
    assert scene.take(study, "Bob").assignment.comparison_id == item.comparison_id
    assert scene.take(study, "Ann") is None
    assert scene.store.assignment(item.id).draft_json == "half a thought"


def test_an_expired_reservation_comes_back_where_nobody_took_the_place(scene) -> None:
    study = scene.study(3, overlap=1)
    item = scene.take(study, "Ann").assignment
    expire(scene.store, item.id)
    assert scene.take(study, "Ann").assignment.id == item.id


def test_a_pause_frees_the_place_and_keeps_the_draft(scene) -> None:
    study = scene.study(1, overlap=1)
    item = scene.take(study, "Ann").assignment
    scene.store.save_draft(item.id, item.rater_id, "later", 10.0)
    scene.store.release(item.id, item.rater_id)
    other = scene.take(study, "Bob").assignment
    scene.store.release(other.id, other.rater_id)
    assert scene.take(study, "Ann").assignment.draft_json == "later"


def test_a_saved_draft_begins_the_reservation_anew(scene) -> None:
    study = scene.study(1)
    item = scene.take(study, "Ann").assignment
    with scene.store._database.writing() as connection:
        connection.execute("UPDATE assignments SET reserved_until = '2099-01-01T00:00:00.000+00:00'")
    scene.store.save_draft(item.id, item.rater_id, "", 1.0)
    assert scene.store.assignment(item.id).reserved_until < "2099"
    expire(scene.store, item.id)
    scene.store.save_draft(item.id, item.rater_id, "", 2.0)  # too late: others may have it by now
    assert scene.store.assignment(item.id).reserved_until.startswith("2026-01-01")


def test_a_skip_leaves_the_place_to_others(scene) -> None:
    study = scene.study(1, overlap=1)
    scene.rate(study, "Ann", Opinion("skip"))
    assert scene.take(study, "Ann") is None
    scene.rate(study, "Bob")
    assert list(states(scene, study).values()) == [2]  # the skip is a counted ballot without preferences
    assert len(scene.store.preferences()) == 1


def test_training_comes_first_for_every_rater(scene) -> None:
    study = scene.study(2, scene.check("training"), scene.check("training"), overlap=2)
    for rater in ("Ann", "Bob", "Cid"):
        kinds = [item.item.kind for item in scene.rate_all(study, rater)]
        assert kinds[:2] == ["training", "training"]
        assert kinds[2:] == ([] if rater == "Cid" else ["rated", "rated"])


def test_gold_items_come_between_rated_ones_to_every_rater(scene) -> None:
    study = scene.study(9, scene.check("gold"), scene.check("gold"), overlap=2, gold_every=4)
    for rater in ("Ann", "Bob"):
        kinds = [item.item.kind for item in scene.rate_all(study, rater)]
        assert kinds.count("gold") == 2
        assert 2 <= kinds.index("gold") <= 4
    assert sorted(states(scene, study).values()) == [2] * 9


def test_a_share_is_repeated_with_sides_swapped_after_some_others(scene) -> None:
    study = scene.study(20, overlap=1, swap_share=0.25)
    rated = scene.rate_all(study, "Ann")
    repeats = [(place, item) for place, item in enumerate(rated) if item.assignment.swap_of]
    assert (len(rated), len(repeats)) == (25, 5)
    for place, item in repeats:
        first = next(k for k, one in enumerate(rated) if one.assignment.id == item.assignment.swap_of)
        assert place - first >= 5
        assert item.assignment.shown_order == tuple(reversed(rated[first].assignment.shown_order))
    assert sum(states(scene, study).values()) == 20
    assert len(scene.store.preferences()) == 20  # a repeat is a check, not a second vote
    assert sum(one.state == "counted" for one in scene.store.study_ballots(study.id)) == 25


def test_another_rank_decides_among_the_items_that_are_free(scene) -> None:
    study = scene.study(4)
    queue = scene.store.study_queue(study.id, scene.store.rater("Ann"))
    last = queue.items[-1].comparison_id
    rater_id = scene.store.rater("Ann")
    found = next_item(scene.store, study.id, rater_id, rank=lambda _, items: sorted(items, key=lambda i: -i.place))
    assert found is not None
    assert found.comparison_id == last
    assert [item.place for item in fewest_ballots(queue, queue.items)] != []


def test_the_store_gives_what_the_choice_says_and_nothing_where_it_says_nothing(scene) -> None:
    study = scene.study(2)
    rater_id = scene.store.rater("Ann")
    assert scene.store.reserve(study.id, rater_id, lambda _: None) is None
    wanted = scene.store.study_items(study.id)[1].comparison_id
    found = scene.store.reserve(study.id, rater_id, lambda _: Pick(wanted))
    assert found is not None
    assert found.comparison_id == wanted


def test_orders_differ_between_raters_and_items(scene) -> None:
    study = scene.study(24, overlap=2)
    orders = [
        [item.assignment.shown_order[0].endswith("-0") for item in scene.rate_all(study, rater)] for rater in ("A", "B")
    ]
    assert all(0 < sum(one) < 24 for one in orders)  # each fails once in 8 million


def test_a_closed_study_a_passed_deadline_and_no_rights_say_so(scene) -> None:
    study = scene.study(2, raters=("Ann", "Bob", "Cid"))
    with pytest.raises(NotAllowedError, match=r"Eve is not among the 3 raters of the study 'Refunds'. Ask its owner"):
        scene.take(study, "Eve")
    assert scene.take(study, " Ann ") is not None
    scene.store.close_study(study.id)
    with pytest.raises(StudyClosedError, match=r"The study 'Refunds' was closed on 20\d\d-.* UTC, so it takes no more"):
        scene.take(study, "Bob")
    scene.store.reopen_study(study.id)
    assert scene.take(study, "Bob") is not None
    over = scene.study(1, deadline="2026-01-02T03:04")
    with pytest.raises(StudyClosedError, match="ended on 2026-01-02 03:04 UTC"):
        scene.take(over, "Ann")
    with pytest.raises(NotFoundError, match=r"No study has the id 'nonsense'. Check the link"):
        next_item(scene.store, "nonsense", scene.store.rater("Ann"))


def test_progress_counts_what_is_left_and_how_long_it_takes(scene) -> None:
    study = scene.study(5, scene.check("training"), overlap=2, swap_share=0.2)
    ann = scene.store.rater("Ann")
    before = progress(scene.store, study.id, ann)
    assert (before.done, before.left, before.study_done, before.study_needed) == (0, 7, 0, 10)
    assert before.minutes_left is None
    for _ in range(3):
        scene.rate(study, "Ann", Opinion("best", (0,), active_ms=60_000.0))
    now = progress(scene.store, study.id, ann)
    assert (now.done, now.left, now.study_done, now.minutes_left) == (3, 4, 2, 4.0)
    scene.rate_all(study, "Ann")
    scene.rate_all(study, "Bob")
    end = progress(scene.store, study.id, ann)
    assert (end.left, end.study_done) == (0, 10)


def test_an_undone_vote_is_in_hand_again(scene) -> None:
    study = scene.study(3, overlap=1)
    item = scene.take(study, "Ann")
    submit(scene.store, item, Opinion("tie"), key="1")
    undo(scene.store, item)
    assert scene.take(study, "Ann").assignment.id == item.assignment.id
    assert states(scene, study) == {}


def test_a_rater_set_aside_frees_the_places_and_leaves_a_trace(scene) -> None:
    study = scene.study(2, overlap=1)
    scene.rate_all(study, "Ann")
    ann, owner = scene.store.rater("Ann"), scene.store.rater("Owner")
    assert scene.store.set_aside_rater(study.id, ann, owner, "clicked through") == 2
    assert scene.store.preferences() == []
    assert {(b.state, b.state_reason) for b in scene.store.study_ballots(study.id)} == {
        ("set_aside", "clicked through")
    }
    assert len(scene.rate_all(study, "Bob")) == 2
    assert scene.store.set_aside_rater(study.id, ann, owner, "again") == 0
