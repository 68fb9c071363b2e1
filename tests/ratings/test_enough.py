"""Votes still needed: textbook plans, the formula by hand, and whether a plan keeps its word in simulation."""

import math

import numpy as np
import pytest

from compare.errors import NotEnoughVotesError
from compare.ratings.enough import Narrow, Separate, enough_votes, still_needed, votes_to_plan
from compare.ratings.votes import VoteRow, Votes


def rows(a, b, *counts, **columns):
    words = ("model_a", "model_b", "tie")
    return Votes.from_rows(
        [VoteRow(a, b, word, columns) for word, n in zip(words, counts, strict=False) for _ in range(n)]
    )


@pytest.mark.parametrize(("p", "votes"), [(0.55, 785), (0.60, 197), (0.65, 88), (0.70, 50)])
def test_plans_are_those_of_the_textbook(p, votes):
    # 7.849 / 4 / (p - 1/2)^2, rounded up.
    assert votes_to_plan(p) == votes
    assert votes_to_plan(p, design_effect=2.0) == pytest.approx(2 * votes, abs=1)
    assert votes_to_plan(1 - p) == votes


def test_a_pair_by_hand():
    (pair,) = enough_votes(rows("x", "y", 30, 20)).pairs
    d = math.log(1.5)
    variance = 1 / 30 + 1 / 20
    assert (pair.first, pair.second) == ("x", "y")
    assert pair.difference == pytest.approx(400 * math.log10(1.5), abs=1e-6)
    assert pair.flip_chance == pytest.approx(0.5 * math.erfc(d / math.sqrt(2 * variance)), rel=0.01)
    needed = (1 / (d / (1.959964 + 0.841621)) ** 2 - 1 / variance) / 0.24
    assert pair.votes_needed == pytest.approx(needed, abs=1.5)
    assert pair.gauge == pytest.approx((d / 2.801585) ** 2 / variance, rel=0.01)
    assert not pair.separated
    assert pair.direct.value == 0.6


def test_raters_of_one_mind_raise_the_design_effect_and_the_votes_needed():
    votes = Votes.from_rows(
        [row for k in range(40) for row in rows("x", "y", *((4, 0) if k % 5 < 3 else (0, 4)), rater=f"r{k}").rows()]
    )
    (alone,), (clustered,) = enough_votes(votes).pairs, enough_votes(votes, cluster=["rater"]).pairs
    assert clustered.design_effect == pytest.approx(4 * 40 / 39, rel=0.03)
    assert clustered.votes_needed > 4 * alone.votes_needed
    assert clustered.flip_chance > alone.flip_chance


def test_enough_is_enough_and_equals_never_are():
    (clear,) = enough_votes(rows("x", "y", 90, 10)).pairs
    assert (clear.votes_needed, clear.gauge, clear.separated) == (0, 1.0, True)
    (equal,) = enough_votes(rows("x", "y", 50, 50)).pairs
    assert (equal.votes_needed, equal.flip_chance) == (None, pytest.approx(0.5))


def test_a_rule_of_width_asks_for_that_width():
    votes = rows("x", "y", 60, 40)
    (pair,) = enough_votes(votes, rule=Narrow(50.0)).pairs
    n = 100 + pair.votes_needed
    half = 1.959964 * 400 / math.log(10) / math.sqrt(n * 0.24)
    assert half == pytest.approx(50.0, rel=0.02)
    assert enough_votes(votes, rule=Narrow(500.0)).pairs[0].votes_needed == 0


def test_a_target_other_than_equality():
    # The better one must be shown to lead by less than 70 : 30.
    found = still_needed(math.log(1.5), 1 / 24, 1.0, 1.959964, Separate(target=math.log(7 / 3)))
    assert found[0] == math.ceil((1 / ((math.log(1.5) - math.log(7 / 3)) / 2.801585) ** 2 - 24) / 0.24)


def test_a_plan_keeps_its_word():
    """Where 60 : 40 is the truth, the votes planned separate the two in about 80 % of trials."""
    random = np.random.default_rng(1)
    n = votes_to_plan(0.6)
    won = random.binomial(n, 0.6, 4000)
    separated = np.abs(won / n - 0.5) > 1.959964 * np.sqrt(won / n * (1 - won / n) / n)
    assert 0.77 <= separated.mean() <= 0.84


def test_pairs_that_want_most_come_first_and_the_unrateable_are_named():
    votes = Votes.from_rows(
        [*rows("a", "b", 33, 30).rows(), *rows("b", "c", 40, 10).rows(), *rows("new", "a", 3).rows()]
    )
    found = enough_votes(votes)
    assert {found.pairs[0].first, found.pairs[0].second} == {"a", "b"}
    assert any("new: unbeaten in 3 votes" in problem for problem in found.problems)
    assert found.to_json()["pairs"][0]["direct"]["n"] == 63
    with pytest.raises(NotEnoughVotesError, match="no two candidates"):
        enough_votes(rows("a", "b", 3))
    with pytest.raises(NotEnoughVotesError, match="every vote is a tie"):
        enough_votes(rows("a", "b", 0, 0, 9))
