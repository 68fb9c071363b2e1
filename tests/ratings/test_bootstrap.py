"""Bootstrap replicates against the sandwich, against single fits of drawn counts, and their named cases."""

import numpy as np
import pytest

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.bootstrap import bootstrap
from compare.ratings.intervals import sandwich


def votes(seed, n, m=5, taste=0.0, raters=40):
    random = np.random.default_rng(seed)
    theta = np.linspace(0.8, -0.8, m)
    rater = random.integers(0, raters, n)
    own = theta + random.normal(0, 1, (raters, m)) * taste
    a = random.integers(0, m, n)
    b = (a + random.integers(1, m, n)) % m
    p = 1 / (1 + np.exp(own[rater, b] - own[rater, a]))
    score = np.where(random.random(n) < 0.2, 0.5, (random.random(n) < p).astype(float))
    return a, b, score, rater


def test_bootstrap_by_votes_agrees_with_the_sandwich_of_independent_votes():
    a, b, score, _ = votes(1, 1500)
    fit = bt.fit(bt.count_wins(a, b, score, 5))
    found = bootstrap(a, b, score, 5, replicates=2000)
    assert found.n_without_fit == 0
    np.testing.assert_allclose(
        found.standard_errors, sandwich(fit.theta, fit.hessian, a, b, score).standard_errors, rtol=0.06
    )
    low, high = found.limits()
    assert (low < fit.theta).all()
    assert (fit.theta < high).all()
    np.testing.assert_allclose(found.theta.mean(axis=1), 0, atol=1e-9)


def test_bootstrap_by_clusters_agrees_with_the_clustered_sandwich():
    a, b, score, rater = votes(2, 1500, taste=1.0)
    fit = bt.fit(bt.count_wins(a, b, score, 5))
    clustered = sandwich(fit.theta, fit.hessian, a, b, score, [rater]).standard_errors
    found = bootstrap(a, b, score, 5, cluster=rater, replicates=2000).standard_errors
    np.testing.assert_allclose(found, clustered, rtol=0.1)
    assert (found > 1.3 * bootstrap(a, b, score, 5).standard_errors).all()


def test_a_replicate_is_the_fit_of_whole_clusters_drawn_again(monkeypatch):
    a, b, score, rater = votes(3, 400, raters=10)
    times = np.random.default_rng(0).multinomial(10, np.full(10, 0.1), size=3)
    found = bootstrap(a, b, score, 5, cluster=rater, replicates=3, seed=0)
    for row, drawn in zip(found.theta, times, strict=True):
        again = np.repeat(np.arange(400), drawn[rater])
        np.testing.assert_allclose(row, bt.fit(bt.count_wins(a[again], b[again], score[again], 5)).theta, atol=1e-6)


def test_equal_seeds_give_equal_replicates():
    a, b, score, _ = votes(4, 300)
    first, second, other = (bootstrap(a, b, score, 5, replicates=20, seed=s).theta for s in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_replicates_without_a_finite_fit_are_counted():
    # One loss in eight votes: about a third of the draws leave the first candidate unbeaten.
    a, b, score = np.zeros(8, dtype=np.int64), np.ones(8, dtype=np.int64), np.array([0.0] + [1.0] * 7)
    found = bootstrap(a, b, score, 2, replicates=400)
    assert 90 < found.n_without_fit < 180
    assert len(found.theta) == 400 - found.n_without_fit
    assert np.isfinite(found.theta).all()
    with pytest.raises(NotEnoughVotesError, match="unbeaten"):
        bootstrap(a, b, np.ones(8), 2)


def test_the_share_of_replicates_in_which_each_comes_first_adds_up():
    a, b, score, _ = votes(5, 200)
    best = bootstrap(a, b, score, 5, replicates=300).best_share()
    assert best.sum() == pytest.approx(1.0)
    assert best.argmax() == 0
