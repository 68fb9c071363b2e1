"""The next vote: the gain by hand, what it prefers, and that it needs fewer votes than chance."""

import numpy as np
import pytest

from compare.ratings import bradley_terry as bt
from compare.ratings.next_vote import (
    PRIOR_PRECISION,
    Options,
    best,
    correlation,
    doubt,
    gains,
    lead,
    neighbours,
)


def options(pairs, n_rater=0, n_thread=0):
    first, second = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    k = len(first)
    return Options(first, second, np.broadcast_to(np.asarray(n_rater), k), np.broadcast_to(np.asarray(n_thread), k))


WINS = np.array([[0, 12, 15, 18], [8, 0, 11, 16], [5, 9, 0, 14], [2, 4, 6, 0]], dtype=float)


def test_the_gain_is_the_drop_in_variance_that_one_more_vote_brings():
    contrast = lead(4, 0, 1)
    fit = bt.fit(WINS, prior_precision=PRIOR_PRECISION)
    before = np.linalg.inv(fit.hessian)
    x = np.array([0.0, 1.0, -1.0, 0.0])
    p = 1 / (1 + np.exp(fit.theta[2] - fit.theta[1]))
    after = np.linalg.inv(fit.hessian + p * (1 - p) * np.outer(x, x))
    drop = (contrast @ (before - after) @ contrast.T)[0, 0]
    assert gains(WINS, options([(1, 2)]), contrast, weights=np.ones(1))[0] == pytest.approx(drop, rel=1e-9)


def test_the_pair_in_question_is_asked_about_first():
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    gain = gains(WINS, options(pairs), lead(4, 1, 2))
    assert pairs[int(gain.argmax())] == (1, 2)
    assert gain[pairs.index((0, 3))] == gain.min()


def test_a_candidate_without_votes_is_asked_about_before_the_settled():
    wins = np.zeros((5, 5))
    wins[:4, :4] = WINS * 20
    pairs = [(0, 1), (0, 3), (0, 4)]
    gain = gains(wins, options(pairs), best(bt.fit(wins, prior_precision=PRIOR_PRECISION).theta))
    assert pairs[int(gain.argmax())] == (0, 4)


def test_a_vote_of_a_rater_and_thread_already_heard_tells_less():
    same = options([(0, 1)] * 4, n_rater=[0, 1, 5, 0], n_thread=[0, 0, 0, 3])
    fresh, second, sixth, known_thread = gains(WINS, same, lead(4, 0, 1), rater_correlation=0.3, thread_correlation=0.3)
    assert fresh > second > sixth
    assert fresh > known_thread
    # Without correlation every vote is a vote.
    alike = gains(WINS, same, lead(4, 0, 1), rater_correlation=0.0, thread_correlation=0.0)
    assert alike == pytest.approx(np.full(4, fresh), rel=1e-9)
    # Votes of a rater who always says the same are worth nothing after the first.
    assert gains(WINS, same, lead(4, 0, 1), rater_correlation=1.0)[1] == 0.0


def test_settled_questions_carry_no_weight():
    theta, covariance = np.array([3.0, 0.1, 0.0]), 0.01 * np.eye(3)
    weights = doubt(theta, covariance, np.concatenate([lead(3, 0, 1), lead(3, 1, 2)]))
    assert weights[0] < 1e-9
    assert weights[1] > 0.7


def test_contrasts_follow_the_order():
    theta = np.array([0.1, 0.9, -0.4])
    assert best(theta).tolist() == [[-1, 1, 0], [0, 1, -1]]
    assert neighbours(theta).tolist() == [[-1, 1, 0], [1, 0, -1]]


def test_correlation_is_read_from_the_design_effect():
    # Clusters of 11 votes: D = 1 + 10 rho.
    assert correlation(3.0, [11] * 7) == pytest.approx(0.2)
    assert correlation(0.8, [11] * 7) == 0.0
    assert correlation(2.0, [1, 1, 1]) == 0.0


def test_chosen_votes_reach_the_same_width_with_at_most_four_fifths_of_the_votes():
    """Who is best of six, 20 raters and 60 threads with tastes; benchmarks/ratings/next_vote.py is the long form."""
    from benchmarks.ratings.next_vote import needed

    random, chosen = (np.mean([needed(way, "who is best", seed) for seed in range(4)], axis=0) for way in (False, True))
    assert (chosen <= 0.8 * random).all()
