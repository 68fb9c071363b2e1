"""Sandwich covariances against a plain loop over a regression with one candidate left out."""

import numpy as np
import pytest

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.intervals import HESSIAN_RIDGE_PER_VOTE, critical_value, posterior, sandwich


@pytest.fixture(scope="module")
def votes():
    random = np.random.default_rng(3)
    n, m = 400, 5
    a = random.integers(0, m, n)
    b = (a + random.integers(1, m, n)) % m
    score = random.choice([0.0, 0.5, 1.0], n, p=[0.3, 0.2, 0.5])
    rater, thread = random.integers(0, 35, n), random.integers(0, 40, n)
    return a, b, score, rater, thread, bt.fit(bt.count_wins(a, b, score, m))


def slow_covariance(a, b, score, theta, groups):
    """Logistic regression without the first candidate, sandwich by loops, then turned to centred strengths."""
    m, n = len(theta), len(score)
    design = np.zeros((n, m))
    for i in range(n):
        design[i, a[i]] += 1
        design[i, b[i]] -= 1
    p = 1 / (1 + np.exp(-(design @ theta)))
    x = design[:, 1:]
    bread = np.linalg.inv(sum(p[i] * (1 - p[i]) * np.outer(x[i], x[i]) for i in range(n)))
    scores = [(score[i] - p[i]) * x[i] for i in range(n)]
    meat = np.zeros((m - 1, m - 1))
    for group in set(groups):
        total = sum(scores[i] for i in range(n) if groups[i] == group)
        meat += np.outer(total, total)
    full = np.zeros((m, m))
    full[1:, 1:] = bread @ meat @ bread
    centre = np.eye(m) - 1 / m
    return centre @ full @ centre


def corrected(n_groups, n, m):
    return n_groups / (n_groups - 1) * (n - 1) / (n - (m - 1))


def test_independent_votes_match_the_plain_loop_but_for_the_ridge(votes):
    a, b, score, _, _, fit = votes
    spread = sandwich(fit.theta, fit.hessian, a, b, score)
    slow = slow_covariance(a, b, score, fit.theta, range(len(a)))
    # The ridge on the Hessian is that of arena-rank; its eigenvalues here are near n / 5 / 4.
    np.testing.assert_allclose(spread.covariance, slow, rtol=20 * HESSIAN_RIDGE_PER_VOTE * 5, atol=1e-6)
    assert spread.critical == pytest.approx(1.959964, abs=1e-6)


def test_clusters_match_the_plain_loop(votes):
    a, b, score, rater, _, fit = votes
    spread = sandwich(fit.theta, fit.hessian, a, b, score, [rater])
    slow = corrected(35, len(a), 5) * slow_covariance(a, b, score, fit.theta, rater)
    np.testing.assert_allclose(spread.covariance, slow, atol=1e-12)
    assert spread.n_clusters == (35,)
    assert spread.degrees is None


def test_two_columns_add_and_take_away_what_both_share(votes):
    a, b, score, rater, thread, fit = votes
    spread = sandwich(fit.theta, fit.hessian, a, b, score, [rater, thread])
    both = rater * 100 + thread
    slow = sum(
        sign * corrected(len(set(groups)), len(a), 5) * slow_covariance(a, b, score, fit.theta, groups)
        for sign, groups in ((1, rater), (1, thread), (-1, both))
    )
    values, vectors = np.linalg.eigh(slow)
    np.testing.assert_allclose(spread.covariance, (vectors * np.maximum(values, 0)) @ vectors.T, atol=1e-10)
    assert (np.linalg.eigvalsh(spread.covariance) > -1e-12).all()


def test_every_vote_its_own_cluster_is_the_independent_case_but_for_the_correction(votes):
    a, b, score, _, _, fit = votes
    n = len(a)
    alone = sandwich(fit.theta, fit.hessian, a, b, score, [np.arange(n)])
    independent = slow_covariance(a, b, score, fit.theta, range(n))
    np.testing.assert_allclose(alone.covariance, corrected(n, n, 5) * independent, atol=1e-12)


def test_copying_every_vote_within_its_cluster_changes_nothing_but_the_correction(votes):
    a, b, score, rater, _, fit = votes
    once = sandwich(fit.theta, fit.hessian, a, b, score, [rater]).covariance / corrected(35, 400, 5)
    twice = [np.tile(x, 2) for x in (a, b, score, rater)]
    double = bt.fit(bt.count_wins(*twice[:3], 5))
    copied = sandwich(double.theta, double.hessian, *twice[:3], [twice[3]]).covariance / corrected(35, 800, 5)
    np.testing.assert_allclose(copied, once, atol=1e-10)


def test_clusters_taken_in_slices_give_the_same(votes, monkeypatch):
    a, b, score, rater, _, fit = votes
    whole = sandwich(fit.theta, fit.hessian, a, b, score, [rater]).covariance
    monkeypatch.setattr("compare.ratings.scores._SCORES_AT_ONCE", 10)
    np.testing.assert_allclose(sandwich(fit.theta, fit.hessian, a, b, score, [rater]).covariance, whole, atol=1e-15)


def test_few_clusters_take_students_t():
    # Quantiles 0.975 of Student's t as printed in every table.
    assert critical_value(7) == (pytest.approx(2.446912, abs=1e-6), 6)
    assert critical_value(29) == (pytest.approx(2.048407, abs=1e-6), 28)
    assert critical_value(30) == (pytest.approx(1.959964, abs=1e-6), None)


def test_one_cluster_or_too_few_votes_are_refused(votes):
    a, b, score, _, _, fit = votes
    with pytest.raises(NotEnoughVotesError, match="at least 2"):
        sandwich(fit.theta, fit.hessian, a, b, score, [np.zeros(len(a), dtype=np.int64)])
    with pytest.raises(NotEnoughVotesError, match="4 votes for 5 candidates and 4 free parameters; at least 5"):
        sandwich(fit.theta, fit.hessian, a[:4], b[:4], score[:4], [np.arange(4)])


def test_posterior_of_two_candidates_has_the_variance_written_by_hand():
    wins = np.array([[0.0, 8.0], [8.0, 0.0]])
    fit = bt.fit(wins, prior_precision=0.5)
    # theta_0 - theta_1 has information 16 / 4 = 4 from the votes and 0.5 / 2 = 0.25 from the prior.
    spread = posterior(fit.hessian)
    difference = np.array([1.0, -1.0])
    assert difference @ spread.covariance @ difference == pytest.approx(1 / 4.25)


@pytest.mark.parametrize(("taste", "low", "high"), [(0.0, 0.92, 0.975), (1.0, 0.91, 0.97)])
def test_rater_clustered_intervals_cover_the_truth(taste, low, high):
    """30 raters x 40 votes, 4 candidates; 300 runs have a standard error of about 1 % over 4 correlated figures."""
    random = np.random.default_rng(11)
    m, raters, each = 4, 30, 40
    theta = np.array([0.6, 0.1, -0.2, -0.5])
    tastes = theta + random.normal(0, 1, (20_000, m)) * taste
    mean_p = (1 / (1 + np.exp(tastes[:, None, :] - tastes[:, :, None]))).mean(axis=0)
    np.fill_diagonal(mean_p, 0)
    truth = bt.fit(mean_p).theta
    rater = np.repeat(np.arange(raters), each)
    covered = []
    for _ in range(300):
        own = theta + random.normal(0, 1, (raters, m)) * taste
        a = random.integers(0, m, len(rater))
        b = (a + random.integers(1, m, len(rater))) % m
        score = (random.random(len(rater)) < 1 / (1 + np.exp(own[rater, b] - own[rater, a]))).astype(float)
        fit = bt.fit(bt.count_wins(a, b, score, m))
        spread = sandwich(fit.theta, fit.hessian, a, b, score, [rater])
        covered.append(np.abs(fit.theta - truth) <= spread.critical * spread.standard_errors)
    assert low <= np.mean(covered) <= high
