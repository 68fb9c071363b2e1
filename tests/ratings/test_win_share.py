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


def by_tanh(theta):
    """The definition, pair by pair."""
    return (0.5 + 0.5 * np.tanh(0.5 * (theta[..., :, None] - theta[..., None, :]))).mean(axis=-1)


@pytest.mark.parametrize("spread", [0.0, 1.0, 30.0, 500.0, 5000.0])
@pytest.mark.parametrize("shape", [(7,), (1, 1), (3, 2), (5000, 9), (40, 120), (0, 4)])
def test_shares_are_those_of_the_definition_however_far_apart_candidates_are(shape, spread):
    theta = np.random.default_rng(4).normal(size=shape) * spread + 3 * spread
    np.testing.assert_allclose(win_share(theta), by_tanh(theta), rtol=0, atol=1e-12)
