import numpy as np
import pytest

from compare.ratings.win_share import win_share, win_share_errors


def test_two_candidates_by_hand():
    # sigma(ln 3) = 3/4; with itself 1/2.
    assert win_share(np.array([np.log(3), 0.0])).tolist() == pytest.approx([(0.5 + 0.75) / 2, (0.5 + 0.25) / 2])


def test_shares_average_one_half_and_keep_the_order():
    theta = np.random.default_rng(1).normal(0, 2, (10, 6))
    shares = win_share(theta)
    np.testing.assert_allclose(shares.mean(axis=1), 0.5)
    assert (shares.argsort(axis=1) == theta.argsort(axis=1)).all()


def test_errors_match_a_simulation():
    theta = np.array([0.4, 0.0, -0.4])
    root = np.random.default_rng(2).normal(0, 0.03, (3, 3))
    covariance = root @ root.T
    draws = np.random.default_rng(3).multivariate_normal(theta, covariance, 40_000)
    np.testing.assert_allclose(win_share_errors(theta, covariance), win_share(draws).std(axis=0), rtol=0.03)
