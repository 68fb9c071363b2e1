"""Controls: recovery of simulated effects, the clustered sandwich by a plain loop, and the named cases."""

import numpy as np
import pytest

from compare.errors import ConfigError, NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.controls import control, fit_with_controls
from compare.ratings.votes import Votes

THETA = np.array([0.5, 0.1, -0.6])


def simulated(seed, n=6000, gamma=(0.4, 0.0), theta=THETA, raters=40):
    random = np.random.default_rng(seed)
    m = len(theta)
    a = random.integers(0, m, n)
    b = (a + random.integers(1, m, n)) % m
    features = np.column_stack([random.choice([-1.0, 1.0], n), random.normal(0, 1, n)])
    p = 1 / (1 + np.exp(theta[b] - theta[a] - features @ np.array(gamma)))
    return a, b, (random.random(n) < p).astype(float), features, random.integers(0, raters, n)


def test_simulated_effects_are_recovered():
    a, b, score, features, rater = simulated(1, gamma=(0.4, -0.3))
    fit = fit_with_controls(a, b, score, 3, features, [rater])
    np.testing.assert_allclose(fit.gamma, [0.4, -0.3], atol=4 * fit.gamma_errors.max())
    np.testing.assert_allclose(fit.theta, THETA, atol=0.12)
    assert fit.gamma_errors.max() < 0.05


def test_clustered_errors_match_a_plain_loop_over_a_regression():
    a, b, score, features, rater = simulated(2, n=400, raters=31)
    fit = fit_with_controls(a, b, score, 3, features, [rater])
    design = np.zeros((400, 5))
    design[np.arange(400), a] = 1
    design[np.arange(400), b] = -1
    design[:, 3:] = features
    p = 1 / (1 + np.exp(-(design @ np.append(fit.theta, fit.gamma))))
    x = design[:, 1:]  # the first candidate is the reference
    np.testing.assert_allclose(x.T @ (score - p), 0, atol=1e-7)
    bread = np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x)
    sums = np.array([((score - p)[:, None] * x)[rater == g].sum(axis=0) for g in range(31)])
    slow = 31 / 30 * 399 / (400 - 4) * bread @ sums.T @ sums @ bread
    np.testing.assert_allclose(fit.gamma_errors, np.sqrt(np.diag(slow)[2:]), rtol=1e-8)


def test_a_control_without_effect_leaves_the_strengths_where_they_are():
    a, b, score, features, _ = simulated(3, gamma=(0.0, 0.0))
    fit = fit_with_controls(a, b, score, 3, features)
    plain = bt.fit(bt.count_wins(a, b, score, 3))
    np.testing.assert_allclose(fit.theta, plain.theta, atol=0.02)
    assert (np.abs(fit.gamma) < 3 * fit.gamma_errors).all()


def test_turning_every_vote_round_changes_nothing():
    a, b, score, features, rater = simulated(4, n=500)
    one = fit_with_controls(a, b, score, 3, features, [rater])
    other = fit_with_controls(b, a, 1 - score, 3, -features, [rater])
    np.testing.assert_allclose(one.gamma, other.gamma, atol=1e-9)
    np.testing.assert_allclose(one.theta, other.theta, atol=1e-9)


def test_a_control_that_follows_the_pair_is_named():
    a, b, score, features, _ = simulated(5, n=300)
    length = np.array([3.0, 2.0, 1.0])
    features[:, 1] = length[a] - length[b]
    with pytest.raises(NotEnoughVotesError, match="length cannot be told from the strengths"):
        fit_with_controls(a, b, score, 3, features, names=["position", "length"])


def test_votes_that_follow_a_control_without_exception_are_named():
    a, b, _, features, _ = simulated(6, n=300)
    with pytest.raises(NotEnoughVotesError, match="position without exception"):
        fit_with_controls(a, b, (features[:, 0] > 0).astype(float), 3, features[:, :1], names=["position"])


def votes_where_length_decides(n=3000):
    """x and y are equal, but x's answers are the longer ones, and longer answers win; z is worse."""
    random = np.random.default_rng(8)
    names = np.array(["x", "y", "z"])
    a = random.integers(0, 3, n)
    b = (a + random.integers(1, 3, n)) % 3
    usual = np.array([700.0, 400.0, 500.0])
    tokens_a, tokens_b = (usual[i] * np.exp(random.normal(0, 0.6, n)) for i in (a, b))
    theta = np.array([0.0, 0.15, -0.6])
    lean = 2.0 * (tokens_a - tokens_b) / (tokens_a + tokens_b) + theta[a] - theta[b]
    won = random.random(n) < 1 / (1 + np.exp(-lean))
    return Votes(
        names[a].tolist(),
        names[b].tolist(),
        np.where(won, "model_a", "model_b").tolist(),
        {
            "tokens_a": tokens_a.tolist(),
            "tokens_b": tokens_b.tolist(),
            "position_a": random.choice(["left", "right"], n).tolist(),
            "rater": random.integers(0, 40, n).tolist(),
        },
    )


def test_the_report_says_that_the_order_changes():
    found = control(votes_where_length_decides(), ["position", "tokens"], cluster=["rater"])
    assert list(found.plain) == ["x", "y", "z"]
    assert list(found.controlled) == ["y", "x", "z"]
    assert found.order_changes
    (change,) = [each for each in found.changes if {each.first, each.second} == {"x", "y"}]
    assert (change.first, change.plain > 0, change.controlled < 0, change.plain_separated) == ("x", True, True, True)
    position, tokens = found.effects
    assert position.ci_low < 0 < position.ci_high
    assert tokens.ci_low > 0
    assert tokens.odds > 1.5
    assert found.to_json()["effects"][1]["odds"] == tokens.odds


def test_votes_without_the_control_are_left_out_and_counted():
    votes = votes_where_length_decides(600)
    holes = [None if i < 7 else value for i, value in enumerate(votes.columns["tokens_a"])]
    votes = Votes(votes.model_a, votes.model_b, votes.winner, {**votes.columns, "tokens_a": holes})
    found = control(votes, ["tokens"])
    assert "7 votes without tokens, left out." in found.problems
    assert found.effects[0].n_votes == 593


def test_columns_that_are_not_there_or_no_numbers_are_named():
    votes = votes_where_length_decides(50)
    with pytest.raises(ConfigError, match="no column 'bold_a'"):
        control(votes, ["bold"])
    votes = Votes(votes.model_a, votes.model_b, votes.winner, {**votes.columns, "tokens_b": ["many"] * 50})
    with pytest.raises(ConfigError, match="tokens_b holds 'many' at vote 1"):
        control(votes, ["tokens"])
