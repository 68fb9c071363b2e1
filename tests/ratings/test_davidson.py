"""The tie parameter: closed forms, the model's own equations, recovery of what was simulated, and its named cases."""

import math

import numpy as np
import pytest

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings import davidson


def two(wins_first: float, wins_second: float, ties: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([[0, wins_first], [wins_second, 0]]), np.array([[0, ties], [ties, 0]])


def simulated(random, theta, log_nu, n):
    m = len(theta)
    a = random.integers(0, m, n)
    b = (a + random.integers(1, m, n)) % m
    p_win, p_tie = davidson.probabilities(theta, log_nu)
    u = random.random(n)
    score = np.where(u < p_win[a, b], 1.0, np.where(u < p_win[a, b] + p_tie[a, b], 0.5, 0.0))
    return a, b, score


def test_two_candidates_have_the_closed_form():
    fit = davidson.fit(*two(40, 10, 20))
    # The model is saturated: odds of decisive votes 40 : 10, and nu = ties / sqrt(wins * losses).
    assert fit.theta[0] - fit.theta[1] == pytest.approx(math.log(4), abs=1e-9)
    assert fit.nu == pytest.approx(20 / math.sqrt(40 * 10), abs=1e-9)
    assert fit.tie_share_of_equals == pytest.approx(1 / 3)
    assert fit.ratings[0] - fit.ratings[1] == pytest.approx(400 * math.log10(4))


def test_standard_error_of_two_candidates_is_that_of_log_odds():
    a, b = np.zeros(70, dtype=np.int64), np.ones(70, dtype=np.int64)
    score = np.repeat([1.0, 0.0, 0.5], [40, 10, 20])
    fit = davidson.fit(*davidson.count_ties(a, b, score, 2))
    spread = davidson.sandwich(fit, a, b, score)
    assert spread.standard_errors[0] == pytest.approx(math.sqrt(1 / 40 + 1 / 10) / 2, rel=1e-6)


def test_the_hessian_is_the_derivative_of_the_gradient_and_the_gradient_is_zero():
    random = np.random.default_rng(5)
    wins, ties = random.integers(1, 9, (4, 4)).astype(float), random.integers(1, 9, (4, 4)).astype(float)
    np.fill_diagonal(wins, 0)
    ties = np.triu(ties, 1) + np.triu(ties, 1).T
    fit = davidson.fit(wins, ties)
    point = np.append(fit.theta, fit.log_nu)
    gradient, hessian = davidson._derivatives(wins, ties, point)
    np.testing.assert_allclose(gradient, 0, atol=1e-8)
    steps = 1e-5 * np.eye(5)
    numeric = [
        (davidson._derivatives(wins, ties, point - s)[0] - davidson._derivatives(wins, ties, point + s)[0]) / 2e-5
        for s in steps
    ]
    np.testing.assert_allclose(numeric, hessian, atol=1e-6)
    slope = [
        (davidson._log_likelihood(wins, ties, point + s) - davidson._log_likelihood(wins, ties, point - s)) / 2e-5
        for s in steps
    ]
    np.testing.assert_allclose(slope, gradient, atol=1e-5)


def test_simulated_strengths_are_recovered_where_half_wins_shrink_them():
    random = np.random.default_rng(1)
    theta = np.array([1.2, 0.4, -0.3, -1.3])
    a, b, score = simulated(random, theta, math.log(1.5), 40_000)
    fit = davidson.fit(*davidson.count_ties(a, b, score, 4))
    assert fit.nu == pytest.approx(1.5, rel=0.05)
    np.testing.assert_allclose(fit.theta, theta, atol=0.06)
    half = bt.fit(bt.count_wins(a, b, score, 4))
    assert half.theta[0] - half.theta[-1] < 0.7 * (theta[0] - theta[-1])


def test_intervals_cover_what_was_simulated():
    random = np.random.default_rng(2)
    theta = np.array([0.6, 0.0, -0.6])
    hits = []
    for _ in range(300):
        a, b, score = simulated(random, theta, 0.0, 300)
        fit = davidson.fit(*davidson.count_ties(a, b, score, 3))
        spread = davidson.sandwich(fit, a, b, score)
        hits.append(np.abs(fit.theta - theta) <= spread.critical * spread.standard_errors)
    assert 0.92 <= np.mean(hits) <= 0.98


def test_without_ties_it_is_plain_bradley_terry():
    wins, ties = two(30, 10, 0)
    fit = davidson.fit(wins, ties)
    assert fit.nu == 0.0
    np.testing.assert_allclose(fit.theta, bt.fit(wins).theta)
    a, b, score = np.zeros(40, dtype=np.int64), np.ones(40, dtype=np.int64), np.repeat([1.0, 0.0], [30, 10])
    spread = davidson.sandwich(fit, a, b, score)
    assert spread.standard_errors[0] == pytest.approx(math.sqrt(1 / 30 + 1 / 10) / 2, rel=1e-6)


def test_all_ties_are_a_named_case():
    with pytest.raises(NotEnoughVotesError, match="every vote is a tie"):
        davidson.fit(*two(0, 0, 20))


def test_decisive_votes_that_all_point_one_way_are_a_named_case():
    # The half-win fit is finite here; with a tie parameter strengths and ties grow together for ever.
    with pytest.raises(NotEnoughVotesError, match="all point one way"):
        davidson.fit(*two(5, 0, 3))


def test_an_unbeaten_candidate_is_named_as_in_the_plain_fit():
    with pytest.raises(NotEnoughVotesError, match="opus: unbeaten in 5 votes"):
        davidson.fit(*two(5, 0, 0), names=["opus", "flash"])
