import numpy as np
import pytest

from compare.errors import ConfigError
from compare.ratings.buckets import Bucket, bucket_of, buckets
from compare.ratings.votes import VoteRow, Votes, cluster_numbers, encode, vote_arrays
from compare.records import Preference


def preference(**changes):
    values = {
        "ballot_id": "b1",
        "candidate_a": "id-a",
        "candidate_b": "id-b",
        "score": 1.0,
        "verdict": "best",
        "pos_a": 1,
        "pos_b": 0,
        "n_messages": 12,
        "workload": "interactive",
        "history": "fixed",
        "blind": True,
        "rater_id": "ann",
        "thread_id": "t1",
    }
    return Preference(**{**values, **changes})


def test_preferences_become_votes_under_the_candidates_names():
    rows = [preference(), preference(score=0.5, verdict="tie"), preference(score=0.5, verdict="all_bad")]
    votes = Votes.from_preferences([*rows, preference(score=0.0)], {"id-a": "Opus"})
    assert list(votes.model_a) == ["Opus"] * 4
    assert list(votes.model_b) == ["id-b"] * 4
    assert list(votes.winner) == ["model_a", "tie", "both_bad", "model_b"]
    assert votes.columns["position_a"][0] == "right"
    assert votes.columns["n_messages"][0] == 12


def test_rows_and_columns_are_two_views_of_the_same_votes():
    rows = [VoteRow("a", "b", "tie", {"rater": "x"}), VoteRow("a", "c", "model_a", {"turn": 2})]
    votes = Votes.from_rows(rows)
    assert [row.columns for row in votes.rows()] == [{"rater": "x", "turn": None}, {"rater": None, "turn": 2}]
    assert len(votes.take([1])) == 1
    assert [row.winner for row in Votes(["a"], ["b"], ["tie"]).rows()] == ["tie"]


def test_columns_answer_to_the_name_they_had_in_the_file():
    votes = Votes(["a"], ["b"], ["tie"], {"rater": ["ann"], "n_messages": ["9"]}, {"judge": "rater"})
    assert list(votes.column("judge")) == ["ann"]
    assert votes.column("bucket") == ["9+"]
    assert votes.has_column("judge")
    assert not votes.has_column("thread_id")
    with pytest.raises(ConfigError, match="no column 'thread'"):
        votes.column("thread")


def test_arrays_know_scores_and_both_bad():
    votes = Votes(["b", "a", "a", "a"], ["a", "b", "b", "c"], ["model_a", "model_b", "tie", "both_bad"])
    arrays = vote_arrays(votes, ["z"])
    assert arrays.names == ("a", "b", "c", "z")
    assert arrays.index_a.tolist() == [1, 0, 0, 0]
    assert arrays.score.tolist() == [1.0, 0.0, 0.5, 0.5]
    assert arrays.both_bad.tolist() == [False, False, False, True]
    with pytest.raises(ValueError, match="winner is 'left'"):
        vote_arrays(Votes(["a"], ["b"], ["left"]))


def test_equal_values_share_a_number_even_where_they_are_lists():
    assert encode(["x", "y", "x"])[0].tolist() == [0, 1, 0]
    assert encode([["a"], "b", ["a"]])[0].tolist() == [0, 1, 0]
    numbers, missing = cluster_numbers(["x", None, "x", ""])
    assert missing == 2
    assert numbers[0] == numbers[2]
    assert len(set(numbers.tolist())) == 3
    assert sorted(set(numbers.tolist())) == [0, 1, 2]


def test_buckets_meet_without_gap_or_overlap():
    ranges = buckets((8, 20))
    assert [(each.name, each.label) for each in ranges] == [("short", "1-8"), ("medium", "9-20"), ("long", "21+")]
    for n in range(1, 60):
        assert sum(each.holds(n) for each in ranges) == 1
    assert [each.name for each in buckets((4, 8, 16))][-1] == "messages_17_up"


def test_a_thread_length_that_is_no_number_is_in_no_bucket():
    assert bucket_of("8", buckets()) == Bucket("short", 1, 8)
    assert [bucket_of(value, buckets()) for value in ("", None, "many", "8.5", 0)] == [None] * 5


@pytest.mark.parametrize("edges", [(), (0,), (8, 8), (9, 3)])
def test_edges_that_do_not_rise_are_refused(edges):
    with pytest.raises(ConfigError, match="rise from 1"):
        buckets(edges)


def test_a_pandas_table_gives_the_same_arrays_as_lists():
    import pandas as pd

    a, b, winner = ["x", "y", "x"], ["z", "x", "y"], ["tie", "model_b", "both_bad"]
    frame = pd.DataFrame({"winner": winner, "model_a": a, "model_b": b, "turn": [1, 2, 1]}, index=[5, 3, 9])
    votes = Votes.from_frame(frame)
    from_table, from_lists = vote_arrays(votes), vote_arrays(Votes(a, b, winner))
    assert from_table.names == from_lists.names == ("x", "y", "z")
    for name in ("index_a", "index_b", "score", "both_bad"):
        np.testing.assert_array_equal(getattr(from_table, name), getattr(from_lists, name))
    assert list(votes.column("turn")) == [1, 2, 1]
    assert votes.take([2]).winner == ["both_bad"]
    with pytest.raises(ValueError, match="row 1 of the votes has an empty"):
        vote_arrays(Votes.from_frame(frame.assign(model_a=["x", None, "y"])))


def test_more_names_than_a_byte_counts_are_numbered_too():
    names = [f"m{i:03}" for i in range(400)]
    arrays = vote_arrays(Votes(names, names[::-1], ["model_a"] * 400))
    assert arrays.names == tuple(names)
    np.testing.assert_array_equal(arrays.index_a, np.arange(400))
    np.testing.assert_array_equal(arrays.index_b, np.arange(400)[::-1])
    assert arrays.index_a.dtype == np.int64
