"""Fits against closed forms, a published table and the model's own equations; the cases without a finite fit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt

# Wins of the row over the column, American League East 1987: Agresti, Categorical Data Analysis, table 10.10.
TEAMS = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]
BASEBALL = np.array(
    [
        [0, 7, 9, 7, 7, 9, 11],
        [6, 0, 7, 5, 11, 9, 9],
        [4, 6, 0, 7, 7, 8, 12],
        [6, 8, 6, 0, 6, 7, 10],
        [6, 2, 6, 7, 0, 7, 12],
        [4, 4, 5, 6, 6, 0, 6],
        [2, 4, 1, 3, 1, 7, 0],
    ],
    dtype=float,
)
# Estimates of the same table in the vignette of R's BradleyTerry2, Baltimore at 0, with standard errors.
ABILITIES = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0]
ERRORS = [0.3433, 0.3396, 0.3367, 0.3359, 0.3339, 0.3319]


def test_published_baseball_table_is_reproduced():
    fit = bt.fit(BASEBALL)
    np.testing.assert_allclose(fit.theta - fit.theta[-1], ABILITIES, atol=1e-4)
    covariance = np.linalg.pinv(fit.hessian)
    against_last = covariance.diagonal() + covariance[-1, -1] - 2 * covariance[-1]
    np.testing.assert_allclose(np.sqrt(against_last[:-1]), ERRORS, atol=1e-4)


def test_two_candidates_differ_by_the_log_odds_of_their_wins():
    fit = bt.fit(np.array([[0.0, 30.0], [10.0, 0.0]]))
    assert fit.theta[0] - fit.theta[1] == pytest.approx(math.log(3), abs=1e-12)
    assert fit.theta.sum() == pytest.approx(0, abs=1e-12)
    assert fit.ratings[0] - fit.ratings[1] == pytest.approx(400 * math.log10(3), abs=1e-9)
    assert fit.ratings.mean() == pytest.approx(1000)


def test_wins_expected_by_the_fit_equal_the_wins_seen():
    fit = bt.fit(BASEBALL)
    p = 1 / (1 + np.exp(fit.theta[None, :] - fit.theta[:, None]))
    np.fill_diagonal(p, 0)
    np.testing.assert_allclose(((BASEBALL + BASEBALL.T) * p).sum(axis=1), BASEBALL.sum(axis=1), atol=1e-7)


def test_ties_count_half_for_each_side():
    wins = bt.count_wins(np.array([0, 0, 1, 0]), np.array([1, 1, 0, 1]), np.array([1.0, 0.5, 1.0, 0.0]), 2)
    assert wins.tolist() == [[0, 1.5], [2.5, 0]]


def test_map_with_a_prior_satisfies_its_own_equation():
    mean = np.array([0.5, -0.2, 0.1, 0, 0, -0.4, 0])
    fit = bt.fit(BASEBALL, prior_precision=2.0, prior_mean=mean)
    p = 1 / (1 + np.exp(fit.theta[None, :] - fit.theta[:, None]))
    np.fill_diagonal(p, 0)
    gradient = (BASEBALL - (BASEBALL + BASEBALL.T) * p).sum(axis=1) - 2.0 * (fit.theta - mean)
    np.testing.assert_allclose(gradient, 0, atol=1e-8)
    assert fit.unbounded == ()


def test_hessian_is_the_derivative_of_the_gradient():
    fit = bt.fit(BASEBALL, prior_precision=0.5)
    step = 1e-5

    def gradient(theta):
        p = 1 / (1 + np.exp(theta[None, :] - theta[:, None]))
        np.fill_diagonal(p, 0)
        return ((BASEBALL + BASEBALL.T) * p - BASEBALL).sum(axis=1) + 0.5 * theta

    numeric = [(gradient(fit.theta + step * e) - gradient(fit.theta - step * e)) / (2 * step) for e in np.eye(7)]
    np.testing.assert_allclose(numeric, fit.hessian, atol=1e-6)


def test_an_unbeaten_candidate_is_named():
    wins = np.array([[0, 3, 2], [0, 0, 5], [0, 4, 0]], dtype=float)
    with pytest.raises(NotEnoughVotesError, match="opus: unbeaten in 5 votes"):
        bt.fit(wins, names=["opus", "flash", "lite"])


def test_a_candidate_that_never_won_is_named():
    wins = np.array([[0, 3, 2], [2, 0, 5], [0, 0, 0]], dtype=float)
    with pytest.raises(NotEnoughVotesError, match="lite: beaten in all 7 votes"):
        bt.fit(wins, names=["opus", "flash", "lite"])


def test_two_islands_are_named_and_a_prior_flags_the_smaller():
    wins = np.zeros((5, 5))
    wins[0, 1] = wins[1, 2] = wins[2, 0] = 2
    wins[3, 4] = wins[4, 3] = 9
    with pytest.raises(NotEnoughVotesError, match="d: none of its 18 votes compares it"):
        bt.fit(wins, names="abcde")
    assert bt.fit(wins, prior_precision=0.5).unbounded == (3, 4)
    assert bt.largest_rateable(wins) == [0, 1, 2]


def test_a_chain_of_wins_in_one_direction_leaves_nothing_to_rate():
    wins = np.zeros((3, 3))
    wins[0, 1] = wins[1, 2] = 5
    assert bt.largest_rateable(wins) == []
    with pytest.raises(NotEnoughVotesError, match="b: its 10 votes make no chain of wins"):
        bt.fit(wins, names="abc")


def test_leaving_out_the_unbeaten_is_the_limit_of_a_vanishing_prior():
    wins = np.array([[0, 5, 5, 5], [0, 0, 7, 3], [0, 4, 0, 6], [0, 5, 2, 0]], dtype=float)
    inside = bt.largest_rateable(wins)
    assert inside == [1, 2, 3]
    alone = bt.fit(wins[np.ix_(inside, inside)]).theta
    beside = bt.fit(wins, prior_precision=1e-9).theta[inside]
    np.testing.assert_allclose(beside - beside.mean(), alone, atol=1e-6)


def test_all_ties_make_all_equal():
    fit = bt.fit(np.array([[0, 5, 5], [5, 0, 5], [5, 5, 0]], dtype=float))
    np.testing.assert_allclose(fit.theta, 0, atol=1e-12)


def test_a_hundred_candidates_and_very_uneven_counts_converge():
    random = np.random.default_rng(7)
    wins = random.poisson(3.0, (100, 100)).astype(float)
    np.fill_diagonal(wins, 0)
    fit = bt.fit(wins)
    assert fit.iterations < 15
    lopsided = bt.fit(np.array([[0, 1e6, 1e6], [1, 0, 1e6], [1, 1, 0]], dtype=float))
    assert np.isfinite(lopsided.theta).all()
    assert lopsided.theta[0] > lopsided.theta[1] > lopsided.theta[2]


@pytest.mark.parametrize(
    "wins", [np.zeros((2, 3)), np.array([[0, -1.0], [1, 0]]), np.array([[0, math.nan], [1, 0]]), np.eye(2)]
)
def test_a_matrix_that_is_no_win_count_is_refused(wins):
    with pytest.raises(ValueError, match="wins must"):
        bt.fit(wins)


@given(st.lists(st.integers(1, 30), min_size=12, max_size=12), st.permutations(range(4)))
def test_renaming_the_candidates_renames_the_strengths(counts, order):
    wins = np.zeros((4, 4))
    wins[~np.eye(4, dtype=bool)] = counts
    shuffled = wins[np.ix_(order, order)]
    np.testing.assert_allclose(bt.fit(shuffled).theta, bt.fit(wins).theta[list(order)], atol=1e-8)
