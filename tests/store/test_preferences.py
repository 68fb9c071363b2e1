from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.errors import StoreError
from compare.records import Candidate
from compare.store import PairCount, Store

FILTERS = [
    {},
    {"blind": True},
    {"blind": False},
    {"history": "own"},
    {"min_messages": 5},
    {"max_messages": 4},
    {"min_messages": 5, "max_messages": 5},
    {"blind": True, "history": "fixed", "min_messages": 2, "max_messages": 20},
]


def mixed_votes(scene) -> list[dict[str, Any]]:
    """Votes of every kind; returns what a filter looks at, with the verdict."""
    votes = []
    for blind in (True, False):
        for history in ("own", "fixed"):
            for n_messages, verdict in [(1, "best"), (5, "tie"), (5, "all_bad"), (30, "best")]:
                facts = {"history": history, "n_messages": n_messages}
                scene.vote(verdict, blind=blind, row={"score": 1.0 if verdict == "best" else 0.5, **facts})
                votes.append({"blind": blind, "verdict": verdict, **facts})
    return votes


def passes(facts: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return (
        wanted.get("blind") in (None, facts["blind"])
        and wanted.get("history") in (None, facts["history"])
        and wanted.get("min_messages", 0) <= facts["n_messages"] <= wanted.get("max_messages", 10**9)
    )


def test_a_preference_comes_back_as_it_was(scene) -> None:
    ballot = scene.ballot(verdict="tie", blind=True)
    row = scene.preference(ballot, score=0.5, pos_a=2, pos_b=0, n_messages=41, workload="batch", history="handover")
    scene.store.cast(ballot, [row])
    assert scene.store.preferences() == [row]


def test_rows_come_in_the_order_in_which_they_were_cast(scene) -> None:
    ballots = [scene.ballot(id=name) for name in ("z", "a", "m")]
    for ballot in ballots:
        scene.store.cast(ballot, [scene.preference(ballot), scene.preference(ballot, score=0.0)])
    assert [(p.ballot_id, p.score) for p in scene.store.preferences()] == [
        ("z", 1.0), ("z", 0.0), ("a", 1.0), ("a", 0.0), ("m", 1.0), ("m", 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_the_filters_choose_the_same_votes_everywhere(scene, wanted: dict[str, Any]) -> None:
    expected = [facts for facts in mixed_votes(scene) if passes(facts, wanted)]
    assert expected

    rows = scene.store.preferences(**wanted)
    assert [(p.blind, p.history, p.n_messages, p.verdict) for p in rows] == [
        (f["blind"], f["history"], f["n_messages"], f["verdict"]) for f in expected
    ]

    verdicts = [facts["verdict"] for facts in expected]
    assert scene.store.ballot_totals(**wanted) == {verdict: verdicts.count(verdict) for verdict in set(verdicts)}

    n_all_bad = verdicts.count("all_bad")
    counts = scene.store.preference_counts(**wanted)
    assert sum(count.n for count in counts) == len(expected) - n_all_bad
    assert sum(count.n_all_bad for count in counts) == n_all_bad


def test_a_vote_is_summed_for_its_pair_whichever_stood_first(scene) -> None:
    low, high = sorted([scene.first.id, scene.second.id])
    scene.vote(row={"candidate_a": low, "candidate_b": high, "score": 1.0})
    scene.vote(row={"candidate_a": high, "candidate_b": low, "score": 1.0})
    scene.vote(row={"candidate_a": high, "candidate_b": low, "score": 0.0})
    scene.vote("tie", row={"candidate_a": high, "candidate_b": low, "score": 0.5})
    scene.vote("all_bad", row={"candidate_a": high, "candidate_b": low, "score": 0.5})
    assert scene.store.preference_counts() == [PairCount(low, high, 2.5, 4, 1)]


def test_a_pair_with_nothing_but_bad_answers_is_not_lost(scene) -> None:
    scene.vote("all_bad", row={"score": 0.5})
    assert [(c.score_sum, c.n, c.n_all_bad) for c in scene.store.preference_counts()] == [(0.0, 0, 1)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.permutations(range(4)), st.sampled_from([0.0, 0.5, 1.0])), max_size=12))
def test_sums_by_pair_are_the_sums_of_the_rows(scene, votes: Any) -> None:
    candidates = [Candidate(f"m{i}") for i in range(4)]
    for candidate in candidates:
        scene.store.save_candidate(candidate)
    for (a, b, *_), score in votes:
        row = {"candidate_a": candidates[a].id, "candidate_b": candidates[b].id, "score": score}
        scene.vote("tie" if score == 0.5 else "best", row=row)
    wins = {}
    for p in scene.store.preferences():
        for one, other, score in [(p.candidate_a, p.candidate_b, p.score), (p.candidate_b, p.candidate_a, 1 - p.score)]:
            wins.setdefault((one, other), []).append(score)
    expected = sorted(PairCount(a, b, sum(s), len(s), 0) for (a, b), s in wins.items() if a < b)
    assert scene.store.preference_counts() == expected


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_sums_read_the_covering_index_alone(scene, wanted: dict[str, Any]) -> None:
    scene.vote()
    with scene.store._database.reading() as connection:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        scene.store.preference_counts(**wanted)
        connection.set_trace_callback(None)
        plan = [row["detail"] for row in connection.execute("EXPLAIN QUERY PLAN " + statements[0])]
    assert plan == ["SCAN preferences USING COVERING INDEX preferences_pairs"]


# --- totals -----------------------------------------------------------------------------------------------------------


def test_a_skip_is_counted_under_its_comparison_s_history_and_length(scene) -> None:
    scene.store.save_comparison(scene.comparison("c1", history="own", blind=True))
    scene.store.save_answer(scene.answer("c1-a", n_messages=7, history="own"))
    scene.vote("skip", comparison_id="c1", blind=True)
    for wanted, expected in [
        ({}, {"skip": 1}),
        ({"blind": True, "history": "own", "min_messages": 7, "max_messages": 7}, {"skip": 1}),
        ({"blind": False}, {}),
        ({"history": "fixed"}, {}),
        ({"min_messages": 8}, {}),
    ]:
        assert scene.store.ballot_totals(**wanted) == expected, wanted


def test_a_ballot_on_many_answers_is_one_ballot(scene) -> None:
    ballot = scene.ballot()
    scene.store.cast(ballot, [scene.preference(ballot), scene.preference(ballot, score=0.0)])
    assert scene.store.ballot_totals() == {"best": 1}


def test_ballots_that_do_not_count_are_in_no_total(scene) -> None:
    scene.store.undo(scene.vote().id, by=scene.rater)
    scene.store.set_aside(scene.vote().id, by="admin", reason="leak")
    scene.vote("tie", row={"score": 0.5})
    assert scene.store.ballot_totals() == {"tie": 1}
    assert [count.n for count in scene.store.preference_counts()] == [1]


# --- rebuilding -------------------------------------------------------------------------------------------------------


def test_rebuilt_rows_take_the_place_of_the_old_ones(scene) -> None:
    kept, changed = scene.vote(), scene.vote()
    new = scene.preference(changed, score=0.0, n_messages=3)
    scene.store.replace_preferences({changed.id: [new]})
    assert scene.store.preferences() == [scene.preference(kept), new]


def test_rebuilt_rows_of_an_undone_ballot_do_not_count_until_it_does(scene) -> None:
    scene.store.save_comparison(scene.comparison("c1"))
    first = scene.vote(comparison_id="c1")
    second = scene.vote(comparison_id="c1")
    scene.store.replace_preferences({b.id: [scene.preference(b)] for b in (first, second)})
    assert [p.ballot_id for p in scene.store.preferences()] == [second.id]
    scene.store.undo(second.id, by=scene.rater)
    assert [p.ballot_id for p in scene.store.preferences()] == [first.id]


def test_a_rebuild_with_a_mistake_changes_nothing(scene) -> None:
    ballot = scene.vote()
    with pytest.raises(StoreError, match="No ballot has the id 'none'"):
        scene.store.replace_preferences({ballot.id: [], "none": []})
    assert [p.ballot_id for p in scene.store.preferences()] == [ballot.id]


def test_a_score_is_a_win_a_tie_or_a_loss(scene) -> None:
    with pytest.raises(StoreError, match="CHECK constraint failed: score"):
        scene.vote(row={"score": 0.7})


def test_the_rows_flag_is_always_its_ballot_s_state(scene, store: Store) -> None:
    ballots = [scene.vote() for _ in range(4)]
    store.undo(ballots[0].id, by=scene.rater)
    store.set_aside(ballots[1].id, by="admin", reason="leak")
    counted = {ballot.id for ballot, state in store.iter_ballots() if state == "counted"}
    assert {p.ballot_id for p in store.preferences()} == counted == {ballots[2].id, ballots[3].id}
