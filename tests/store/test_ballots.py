from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.errors import NotFoundError, StoreError
from compare.records import Ballot
from compare.store import Store

SHOWN = ("c1-a", "c1-b")


@pytest.fixture
def asked(scene):
    """The scene with a comparison c1 on which one can vote."""
    scene.store.save_comparison(scene.comparison("c1"))
    return scene


def states(store: Store, comparison_id: str = "c1") -> list[tuple[str, str]]:
    return [(ballot.id, state) for ballot, state in store.ballots(comparison_id)]


def history(store: Store, ballot_id: str) -> list[tuple[str, str]]:
    with store._database.reading() as connection:
        rows = connection.execute(
            "SELECT state, reason FROM ballot_status WHERE ballot_id = ? ORDER BY id", (ballot_id,)
        ).fetchall()
    return [tuple(row) for row in rows]


def counted_rows(store: Store) -> list[str]:
    return [preference.ballot_id for preference in store.preferences()]


# --- casting ----------------------------------------------------------------------------------------------------------


def test_a_ballot_comes_back_with_every_field(asked) -> None:
    ballot = asked.ballot(
        comparison_id="c1", verdict="rank", ranking=("c1-b", "c1-a"), shown_order=SHOWN, criterion="tone", blind=True,
        speed_visible=False, leaked=True, confidence=2, comment="B kept\u2028the date \U0001f5d3", active_ms=1234.5,
        rubric_version="7", source="study", created_at="2026-11-23T08:00:00.000+00:00",
    )  # fmt: skip
    assert asked.store.cast(ballot, [asked.preference(ballot)]) == ballot
    assert asked.store.ballots("c1") == [(ballot, "counted")]
    assert asked.store.counted_ballot("c1", asked.rater) == ballot


def test_an_empty_id_and_time_are_filled_in(asked) -> None:
    row = asked.preference(asked.ballot(id=""))
    ballot = asked.store.cast(asked.ballot(id=""), [row])
    assert len(ballot.id) == 24
    assert ballot.created_at.endswith("+00:00")
    assert counted_rows(asked.store) == [ballot.id]


def test_the_same_key_is_the_same_ballot(asked) -> None:
    first = asked.vote(comparison_id="c1", idempotency_key="press-1")
    again = asked.vote("tie", comparison_id="c1", idempotency_key="press-1", row={"score": 0.5})
    assert again == first
    assert states(asked.store) == [(first.id, "counted")]
    assert [p.score for p in asked.store.preferences()] == [1.0]
    assert history(asked.store, first.id) == [("counted", "cast")]


def test_the_same_key_after_an_undo_does_not_vote_again(asked) -> None:
    first = asked.vote(comparison_id="c1", idempotency_key="press-1")
    asked.store.undo(first.id, by=asked.rater)
    assert asked.vote(comparison_id="c1", idempotency_key="press-1") == first
    assert states(asked.store) == [(first.id, "undone")]


def test_a_ballot_with_another_ballot_s_preference_keeps_nothing(asked) -> None:
    ballot = asked.ballot(comparison_id="c1")
    with pytest.raises(StoreError, match="A preference of ballot 'ballot-2' was given for ballot 'ballot-1'"):
        asked.store.cast(ballot, [asked.preference(asked.ballot())])
    assert states(asked.store) == []


def test_a_failing_preference_takes_its_ballot_with_it(asked) -> None:
    with pytest.raises(StoreError):
        asked.vote(comparison_id="c1", row={"candidate_a": "unknown"})
    assert states(asked.store) == []
    assert asked.store.ballot_totals() == {}


# --- changing ---------------------------------------------------------------------------------------------------------


def test_a_changed_ballot_replaces_the_earlier_one(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    second = asked.vote("tie", comparison_id="c1", shown_order=SHOWN, supersedes_id=first.id)
    assert states(asked.store) == [(first.id, "undone"), (second.id, "counted")]
    assert history(asked.store, first.id) == [("counted", "cast"), ("undone", "changed")]
    assert asked.store.counted_ballot("c1", asked.rater) == second
    assert counted_rows(asked.store) == [second.id]


def test_a_second_ballot_on_the_same_question_replaces_the_first_unasked(asked) -> None:
    """Two tabs: the second one does not know of the first one's ballot."""
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    second = asked.vote(comparison_id="c1", shown_order=SHOWN[::-1])
    assert second.supersedes_id == first.id
    assert states(asked.store) == [(first.id, "undone"), (second.id, "counted")]


@pytest.mark.parametrize(
    "other",
    [{"criterion": "tone"}, {"shown_order": ("c1-a", "c1-b2")}, {"comparison_id": "c2"}, {"rater_id": "Bob"}],
    ids=["criterion", "a regenerated answer", "comparison", "rater"],
)
def test_another_question_or_rater_leaves_the_first_ballot_alone(asked, other: dict[str, Any]) -> None:
    asked.store.save_comparison(asked.comparison("c2"))
    if "rater_id" in other:
        other = {"rater_id": asked.store.rater("Bob")}
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    second = asked.vote(**({"comparison_id": "c1", "shown_order": SHOWN} | other))
    assert second.supersedes_id is None
    assert sorted(counted_rows(asked.store)) == [first.id, second.id]


def test_imported_votes_without_a_comparison_never_replace_each_other(asked) -> None:
    asked.vote()
    asked.vote()
    assert asked.store.ballot_totals() == {"best": 2}


def test_changing_a_ballot_that_was_changed_elsewhere_replaces_the_one_that_counts(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    second = asked.vote(comparison_id="c1", shown_order=SHOWN, supersedes_id=first.id)
    third = asked.vote(comparison_id="c1", shown_order=SHOWN, supersedes_id=first.id)
    assert third.supersedes_id == second.id
    assert states(asked.store) == [(first.id, "undone"), (second.id, "undone"), (third.id, "counted")]
    assert asked.store.undo(third.id, by=asked.rater) == second


def test_nobody_changes_another_rater_s_ballot(asked) -> None:
    first = asked.vote(comparison_id="c1")
    with pytest.raises(StoreError, match="another rater's"):
        asked.vote(comparison_id="c1", rater_id=asked.store.rater("Bob"), supersedes_id=first.id)
    assert states(asked.store) == [(first.id, "counted")]


def test_changing_an_unknown_ballot_is_not_found(asked) -> None:
    with pytest.raises(NotFoundError, match="'none'"):
        asked.vote(comparison_id="c1", supersedes_id="none")


# --- taking back ------------------------------------------------------------------------------------------------------


def test_an_undone_ballot_does_not_count(asked) -> None:
    ballot = asked.vote(comparison_id="c1")
    assert asked.store.undo(ballot.id, by=asked.rater, reason="wrong button") is None
    assert history(asked.store, ballot.id) == [("counted", "cast"), ("undone", "wrong button")]
    assert asked.store.counted_ballot("c1", asked.rater) is None
    assert counted_rows(asked.store) == []


def test_undoing_a_change_brings_the_earlier_ballot_back(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    second = asked.vote("tie", comparison_id="c1", shown_order=SHOWN)
    assert asked.store.undo(second.id, by=asked.rater) == first
    assert states(asked.store) == [(first.id, "counted"), (second.id, "undone")]
    assert history(asked.store, first.id)[-1] == ("counted", "restored")
    assert counted_rows(asked.store) == [first.id]


def test_undoing_step_by_step_walks_back_through_every_change(asked) -> None:
    ballots = [asked.vote(comparison_id="c1", shown_order=SHOWN) for _ in range(3)]
    assert asked.store.undo(ballots[2].id, by=asked.rater) == ballots[1]
    assert asked.store.undo(ballots[1].id, by=asked.rater) == ballots[0]
    assert asked.store.undo(ballots[0].id, by=asked.rater) is None
    assert {state for _, state in states(asked.store)} == {"undone"}


def test_undoing_twice_restores_once(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    second = asked.vote(comparison_id="c1", shown_order=SHOWN)
    asked.store.undo(second.id, by=asked.rater)
    asked.store.undo(first.id, by=asked.rater)
    assert asked.store.undo(second.id, by=asked.rater) is None
    assert {state for _, state in states(asked.store)} == {"undone"}


def test_a_ballot_after_an_undo_stands_on_its_own(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    asked.store.undo(first.id, by=asked.rater)
    second = asked.vote(comparison_id="c1", shown_order=SHOWN)
    assert second.supersedes_id is None
    assert asked.store.undo(second.id, by=asked.rater) is None


def test_a_ballot_taken_back_before_is_not_brought_back_by_the_one_that_names_it(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    asked.store.undo(first.id, by=asked.rater, reason="changed")
    second = asked.vote(comparison_id="c1", shown_order=SHOWN, supersedes_id=first.id)
    assert asked.store.undo(second.id, by=asked.rater) is None
    assert states(asked.store) == [(first.id, "undone"), (second.id, "undone")]


def test_an_unknown_ballot_cannot_be_undone_or_set_aside(asked) -> None:
    with pytest.raises(NotFoundError, match="'none'"):
        asked.store.undo("none", by=asked.rater)
    with pytest.raises(NotFoundError, match="'none'"):
        asked.store.set_aside("none", by=asked.rater, reason="leak")


# --- setting aside ----------------------------------------------------------------------------------------------------


def test_a_ballot_set_aside_does_not_count_and_stays_to_be_seen(asked) -> None:
    ballot = asked.vote(comparison_id="c1")
    asked.store.set_aside(ballot.id, by="admin", reason="the name was visible")
    assert states(asked.store) == [(ballot.id, "set_aside")]
    assert history(asked.store, ballot.id)[-1] == ("set_aside", "the name was visible")
    assert counted_rows(asked.store) == []


def test_no_undo_brings_a_ballot_back_that_was_set_aside(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    asked.store.set_aside(first.id, by="admin", reason="leak")
    second = asked.vote(comparison_id="c1", shown_order=SHOWN, supersedes_id=first.id)
    assert asked.store.undo(second.id, by=asked.rater) is None
    assert states(asked.store) == [(first.id, "set_aside"), (second.id, "undone")]


def test_undoing_a_ballot_that_was_set_aside_brings_no_earlier_one_back(asked) -> None:
    first = asked.vote(comparison_id="c1", shown_order=SHOWN)
    second = asked.vote(comparison_id="c1", shown_order=SHOWN)
    asked.store.set_aside(second.id, by="admin", reason="leak")
    assert asked.store.undo(second.id, by=asked.rater) is None
    assert states(asked.store) == [(first.id, "undone"), (second.id, "undone")]


# --- whatever happens -------------------------------------------------------------------------------------------------

actions = st.lists(
    st.tuples(
        st.sampled_from(["cast", "cast", "cast", "undo", "set_aside"]),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(["best", "tie", "all_bad", "skip"]),
        st.integers(0, 10),
    ),
    max_size=15,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(actions)
def test_after_any_history_a_rater_counts_once_and_the_rows_are_those_of_counted_ballots(asked, history: Any) -> None:
    store: Store = asked.store
    comparison_id = f"run-{asked.n_ballots}"
    store.save_comparison(asked.comparison(comparison_id))
    asked.n_ballots += 1
    cast: list[Ballot] = []
    for action, name, verdict, which in history:
        if action == "cast":
            changes = {"comparison_id": comparison_id, "rater_id": store.rater(name), "shown_order": SHOWN}
            cast.append(asked.vote(verdict, **changes))
        elif cast and action == "undo":
            store.undo(cast[which % len(cast)].id, by="someone")
        elif cast:
            store.set_aside(cast[which % len(cast)].id, by="someone", reason="test")

    now = store.ballots(comparison_id)
    assert [ballot for ballot, _ in now] == cast
    counted = [ballot for ballot, state in now if state == "counted"]
    assert len({ballot.rater_id for ballot in counted}) == len(counted)
    ours = {ballot.id for ballot in cast}
    rows = [p for p in store.preferences() if p.ballot_id in ours]
    assert [p.ballot_id for p in rows] == [ballot.id for ballot in counted if ballot.verdict != "skip"]

    rebuilt = {b.id: [] if b.verdict == "skip" else [asked.preference(b)] for b in cast}
    store.replace_preferences(rebuilt)
    again = [p for p in store.preferences() if p.ballot_id in ours]
    assert sorted(again, key=lambda p: p.ballot_id) == sorted(rows, key=lambda p: p.ballot_id)


def test_all_ballots_can_be_read_one_by_one_while_others_vote(asked) -> None:
    cast = [asked.vote() for _ in range(5)]
    asked.store.undo(cast[1].id, by=asked.rater)
    read = asked.store.iter_ballots()
    first = next(read)
    asked.vote()
    rest = list(read)
    assert [ballot for ballot, _ in [first, *rest]] == cast
    assert [state for _, state in [first, *rest]] == ["counted", "undone", "counted", "counted", "counted"]
