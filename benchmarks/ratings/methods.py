"""The methods that are measured, each from a table of strings to ratings, in the form in which it is used.

FastChat's functions are re-stated from what its rating_systems.py does (unique outcomes, L-BFGS-B from zero, one fit a
bootstrap replicate over all processors), because the package pulls in far more than ratings.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from typing import Any

import numpy as np

BASE_RATING, SCALE = 1000.0, 400.0


def table(n_models: int, n_votes: int) -> Any:
    """Made-up votes: strengths N(0, 0.6), uneven popularity, ties likeliest between equals."""
    import pandas as pd

    random = np.random.default_rng(1)
    theta = random.normal(0, 0.6, n_models)
    popular = random.dirichlet(np.full(n_models, 2.0))
    a = random.choice(n_models, n_votes, p=popular)
    b = (a + random.integers(1, n_models, n_votes)) % n_models
    p = 1 / (1 + np.exp(theta[b] - theta[a]))
    tie = p * (1 - p)
    u = random.random(n_votes)
    kind = np.where(u < tie, 2, np.where(u < tie + (1 - tie) * p, 0, 1))
    names = np.array([f"model-{i:03}" for i in range(n_models)], dtype=object)
    words = np.array(["model_a", "model_b", "tie"], dtype=object)
    return pd.DataFrame({"model_a": names[a], "model_b": names[b], "winner": words[kind]})


def ours(frame: Any) -> dict[str, float]:
    """The whole leaderboard: fit, sandwich intervals, ranks, counts of every outcome."""
    from compare.ratings.leaderboard import rate
    from compare.ratings.votes import Votes

    votes = Votes.from_frame(frame)
    return {row.model: row.rating for row in rate(votes).models if row.rating is not None}


def evalica(frame: Any) -> dict[str, float]:
    """Point fit alone: its intervals come from a bootstrap."""
    import evalica as package

    words = {"model_a": package.Winner.X, "model_b": package.Winner.Y, "tie": package.Winner.Draw}
    found = package.bradley_terry(
        frame["model_a"], frame["model_b"], frame["winner"].map(words), tolerance=1e-8, limit=10_000
    )
    return _elo(found.scores.index, np.log(found.scores.to_numpy()))


def choix(frame: Any) -> dict[str, float]:
    """I-LSR on dense counts that are made by our own code: it takes no table."""
    import choix as package

    from compare.ratings import bradley_terry as bt
    from compare.ratings.votes import Votes, vote_arrays

    votes = Votes.from_frame(frame)
    arrays = vote_arrays(votes)
    wins = bt.count_wins(arrays.index_a, arrays.index_b, arrays.score, len(arrays.names))
    return _elo(arrays.names, package.ilsr_pairwise_dense(wins, tol=1e-12, max_iter=1000))


def arena_rank(frame: Any) -> dict[str, float]:
    """Fit with its sandwich interval."""
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    data = PairDataset.from_pandas(frame)
    found = BradleyTerry(n_competitors=len(data.competitors)).compute_ratings_and_cis(data, significance_level=0.05)
    return {str(name): float(value) for name, value in zip(found["competitors"], found["ratings"], strict=True)}


def fastchat(frame: Any) -> dict[str, float]:
    """Point fit alone."""
    matchups, outcomes, models, weights = _fastchat_counts(frame)
    return _elo(models, _fastchat_fit(matchups, outcomes, weights, len(models)))


def ours_bootstrap(frame: Any, replicates: int) -> Any:
    """Replicates by votes: standard errors in points, by name."""
    from compare.ratings.bootstrap import bootstrap
    from compare.ratings.votes import Votes, vote_arrays

    votes = Votes.from_frame(frame)
    arrays = vote_arrays(votes)
    drawn = bootstrap(arrays.index_a, arrays.index_b, arrays.score, len(arrays.names), replicates=replicates)
    return dict(zip(arrays.names, (drawn.standard_errors * SCALE / np.log(10)).tolist(), strict=True))


def fastchat_bootstrap(frame: Any, replicates: int) -> Any:
    """One L-BFGS-B fit for each multinomial draw, over a pool of processes."""
    matchups, outcomes, models, weights = _fastchat_counts(frame)
    random = np.random.default_rng(0)
    drawn = random.multinomial(len(frame), weights / weights.sum(), size=replicates)
    tasks = [(matchups, outcomes, each.astype(np.float64), len(models)) for each in drawn]
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        theta = np.array(pool.starmap(_fastchat_fit, tasks, chunksize=4))
    centred = theta - theta.mean(axis=1, keepdims=True)
    return dict(zip(models, (centred.std(axis=0, ddof=1) * SCALE / np.log(10)).tolist(), strict=True))


def _fastchat_counts(frame: Any) -> tuple[Any, Any, list[str], Any]:
    import pandas as pd

    n = len(frame)
    codes, models = pd.factorize(pd.concat([frame["model_a"], frame["model_b"]]))
    schedule = np.full((n, 3), 1, dtype=np.int32)
    schedule[:, 0], schedule[:, 1] = codes[:n], codes[n:]
    schedule[frame["winner"] == "model_a", 2] = 2
    schedule[frame["winner"] == "model_b", 2] = 0
    unique, counts = np.unique(schedule, return_counts=True, axis=0)
    return unique[:, :2], unique[:, 2] / 2.0, [str(name) for name in models], counts.astype(np.float64)


def _fastchat_fit(matchups: Any, outcomes: Any, weights: Any, n_models: int) -> Any:
    from scipy.optimize import minimize
    from scipy.special import expit

    def loss(theta: Any) -> tuple[float, Any]:
        gap = theta[matchups[:, 0]] - theta[matchups[:, 1]]
        p = expit(gap)
        value = -((np.log(p) * outcomes + np.log(1.0 - p) * (1.0 - outcomes)) * weights).sum()
        slope = (-(outcomes - p) * weights)[:, None] * np.array([1.0, -1.0])
        gradient = np.zeros_like(theta)
        np.add.at(gradient, matchups, slope)
        return value, gradient

    options = {"maxiter": 100, "gtol": 1e-6}
    return minimize(loss, np.zeros(n_models), jac=True, method="L-BFGS-B", options=options).x


def _elo(names: Any, theta: Any) -> dict[str, float]:
    points = BASE_RATING + SCALE / np.log(10) * (theta - theta.mean())
    return {str(name): float(value) for name, value in zip(names, points, strict=True)}


FITS: dict[str, Callable[[Any], dict[str, float]]] = {
    "weighbridge": ours,
    "evalica": evalica,
    "choix": choix,
    "arena_rank": arena_rank,
    "fastchat": fastchat,
}
BOOTSTRAPS: dict[str, Callable[[Any, int], Any]] = {
    "weighbridge": ours_bootstrap,
    "fastchat": fastchat_bootstrap,
}
