from __future__ import annotations

from itertools import combinations

from compare.records import Candidate, Settings, Slot
from compare.store import vote_name
from compare.store.votes import _VOTES


def test_a_vote_has_the_columns_of_a_votes_file(scene) -> None:
    scene.store.save_comparison(scene.comparison("c1", history="own"))
    scene.store.save_answer(scene.answer("c1-a", turn=3, history="own"))
    row = {"n_messages": 5, "history": "own", "pos_a": 1, "pos_b": 0}
    ballot = scene.vote(comparison_id="c1", criterion="tone", comment="A, clearly", blind=True, row=row)
    assert list(scene.store.iter_votes()) == [
        {
            "model_a": "first",
            "model_b": "second",
            "winner": "model_a",
            "rater": "Ann",
            "thread_id": scene.thread.id,
            "turn": 3,
            "n_messages": 5,
            "history": "own",
            "position_a": "right",
            "criterion": "tone",
            "comment": "A, clearly",
            "created_at": ballot.created_at,
            "ballot_id": ballot.id,
            "blind": True,
        }
    ]


def test_every_verdict_has_its_word(scene) -> None:
    for verdict, score in [("best", 1.0), ("best", 0.0), ("tie", 0.5), ("rank", 0.5), ("all_bad", 0.5)]:
        scene.vote(verdict, row={"score": score})
    scene.vote("skip")
    winners = [vote["winner"] for vote in scene.store.iter_votes()]
    assert winners == ["model_a", "model_b", "tie", "tie", "both_bad"]


def test_an_imported_vote_has_no_turn_and_may_have_no_position(scene) -> None:
    scene.vote(row={"pos_a": 0, "pos_b": 0, "thread_id": "question 81"})
    (vote,) = scene.store.iter_votes()
    assert (vote["turn"], vote["position_a"], vote["thread_id"]) == (None, None, "question 81")


def test_a_ranking_of_three_is_three_rows_of_one_ballot(scene) -> None:
    third = Candidate("third")
    slots = tuple(Slot(i, c, f"a{i}", scene.leaf) for i, c in enumerate([scene.first, scene.second, third]))
    scene.store.save_comparison(scene.comparison("c1", slots=slots))
    ballot = scene.ballot(verdict="rank", comparison_id="c1")
    rows = [
        scene.preference(ballot, candidate_a=a.candidate.id, candidate_b=b.candidate.id)
        for a, b in combinations(slots, 2)
    ]
    scene.store.cast(ballot, rows)
    votes = list(scene.store.iter_votes())
    assert [(v["model_a"], v["model_b"]) for v in votes] == [
        ("first", "second"),
        ("first", "third"),
        ("second", "third"),
    ]
    assert {v["ballot_id"] for v in votes} == {ballot.id}


def test_votes_that_do_not_count_are_not_exported(scene) -> None:
    scene.store.undo(scene.vote().id, by=scene.rater)
    scene.store.set_aside(scene.vote().id, by="admin", reason="leak")
    kept = scene.vote()
    assert [vote["ballot_id"] for vote in scene.store.iter_votes()] == [kept.id]


def test_a_plain_model_id_is_its_default_candidate_and_others_are_told_apart(scene) -> None:
    warm, hot = (Candidate("m", Settings(temperature=t), label="Same label") for t in (0.7, 1.0))
    names = [vote_name(candidate) for candidate in (Candidate("m", label="Labelled"), warm, hot)]
    assert names[0] == "m"
    assert names[1:] == [f"m@{warm.id[:8]}", f"m@{hot.id[:8]}"]
    assert len(set(names)) == 3


def test_votes_come_in_the_order_in_which_they_were_cast_without_sorting(scene) -> None:
    cast = [scene.vote(id=name).id for name in ("z", "a", "m")]
    assert [vote["ballot_id"] for vote in scene.store.iter_votes()] == cast
    with scene.store._database.reading() as connection:
        plan = [row["detail"] for row in connection.execute("EXPLAIN QUERY PLAN " + _VOTES)]
    assert not any("TEMP B-TREE" in detail for detail in plan)


def test_leaving_the_votes_unread_leaves_nothing_open(scene) -> None:
    scene.vote()
    votes = scene.store.iter_votes()
    next(votes)
    votes.close()
    scene.vote()
    assert len(list(scene.store.iter_votes())) == 2
