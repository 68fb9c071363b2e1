"""Columns of numbers say the same as columns of words."""

from __future__ import annotations

import numpy as np

from compare.ratings.columns import Coded
from compare.ratings.leaderboard import rate
from compare.ratings.votes import Votes, encode

WORDS = ["b", "a", "b", "c", "a"]
CODED = Coded(np.array([1, 0, 1, 2, 0]), ["a", "b", "c", "nobody"])


def test_a_column_is_a_sequence_of_its_values() -> None:
    assert list(CODED) == WORDS
    assert len(CODED) == 5
    assert CODED[3] == "c"
    assert list(CODED[1:3]) == ["a", "b"]
    assert list(CODED.take([4, 0])) == ["a", "b"]
    assert CODED.present() == ["a", "b", "c"]


def test_numbers_follow_the_first_appearance_as_for_words() -> None:
    numbers, distinct = encode(CODED)
    assert (numbers.tolist(), distinct) == ([0, 1, 0, 2, 1], ["b", "a", "c"])
    expected, words = encode(WORDS)
    assert (numbers.tolist(), distinct) == (expected.tolist(), words)
    empty, nothing = Coded(np.zeros(0, dtype=np.int64), ["a"]).factorize()
    assert (empty.tolist(), nothing) == ([], [])


def test_what_becomes_equal_is_one_value_from_then_on() -> None:
    merged = CODED.map(lambda value: "x" if value in "ab" else value)
    assert list(merged) == ["x", "x", "x", "c", "x"]
    assert merged.factorize()[1] == ["x", "c"]
    assert CODED.where(lambda value: value == "b").tolist() == [True, False, True, False, False]


def test_ratings_of_columns_of_numbers_equal_those_of_words() -> None:
    random = np.random.default_rng(2)
    names, winners = np.array(["p", "q", "r"]), np.array(["model_a", "model_b", "tie", "both_bad"])
    a = random.integers(0, 3, 300)
    codes = {
        "a": a, "b": (a + random.integers(1, 3, 300)) % 3, "winner": random.choice(4, 300, p=[0.5, 0.3, 0.1, 0.1]),
        "rater": random.integers(0, 12, 300), "thread_id": random.integers(0, 20, 300),
        "n_messages": random.integers(1, 30, 300),
    }  # fmt: skip
    values = {"a": names, "b": names, "winner": winners}
    words, numbers = (
        Votes(*(column[name] for name in ("a", "b", "winner")), {name: column[name] for name in list(codes)[3:]})
        for column in (
            {name: values.get(name, np.arange(40))[each].tolist() for name, each in codes.items()},
            {name: Coded(each, values.get(name, np.arange(40)).tolist()) for name, each in codes.items()},
        )
    )  # fmt: skip
    made = [rounded(rate(votes, cluster=("rater", "thread_id"), by="bucket").to_json()) for votes in (words, numbers)]
    assert made[0] == made[1]
    words, numbers = (votes.take([1, 5, 9, 40]) for votes in (words, numbers))
    assert rounded(rate(words).to_json()) == rounded(rate(numbers).to_json())


def rounded(value: object) -> object:
    """Clusters are numbered in another order, so sums may differ in their last digits."""
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 8) if isinstance(value, float) else value
