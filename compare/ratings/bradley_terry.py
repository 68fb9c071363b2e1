"""Bradley-Terry strengths from aggregated counts, by Newton's method.

Model: P(i beats j) = 1 / (1 + exp(theta_j - theta_i)); a tie is half a win for each side. The fit works on the
(m, m) matrix of wins alone, so its cost does not depend on the number of votes. Intervals live in intervals.py.

A maximum exists only where the graph of wins is strongly connected (every candidate has, perhaps through others, both
won from and lost to every other). Otherwise a strength would be infinite: `fit` names those candidates and refuses,
or, with a prior, fits and flags them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compare.errors import NotEnoughVotesError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

ELO_PER_LOGIT = 400.0 / math.log(10.0)
ELO_MEAN = 1000.0

_MAX_ITERATIONS = 100
_STEP_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model.

    Attributes:
        theta: shape (m,), natural-log scale; the mean is 0 (with a prior: the mean of the prior's mean).
        hessian: shape (m, m), of the negative log posterior at theta, prior included.
        iterations: Newton steps taken.
        prior_precision: 0 for a plain maximum-likelihood fit.
        unbounded: indices of the candidates that only the prior keeps finite; empty without a prior.
    """

    theta: FloatArray
    hessian: FloatArray
    iterations: int
    prior_precision: float = 0.0
    unbounded: tuple[int, ...] = ()

    @property
    def ratings(self) -> FloatArray:
        """Arena scale: 1000 + 400 / ln(10) * theta, shifted to mean 1000."""
        scaled: FloatArray = ELO_MEAN + ELO_PER_LOGIT * (self.theta - self.theta.mean())
        return scaled


def count_wins(index_a: IntArray, index_b: IntArray, score: FloatArray, n_models: int) -> FloatArray:
    """Aggregate pairwise rows.

    Args:
        index_a: shape (n,), first candidate of each row, 0 .. n_models - 1.
        index_b: shape (n,), second candidate.
        score: shape (n,), 1 where a was better, 0 where b was, 0.5 for a tie.
        n_models: m.

    Returns:
        Shape (m, m); element [i, j] counts the votes for i over j, a tie as 0.5 on both sides.
    """
    size = n_models * n_models
    wins: FloatArray = np.bincount(index_a * n_models + index_b, weights=score, minlength=size).astype(np.float64)
    wins += np.bincount(index_b * n_models + index_a, weights=1.0 - score, minlength=size)
    return wins.reshape(n_models, n_models)


def fit(
    wins: FloatArray,
    *,
    prior_precision: float = 0.0,
    prior_mean: FloatArray | None = None,
    names: Sequence[str] | None = None,
) -> Fit:
    """Fit the strengths.

    Args:
        wins: shape (m, m), as from `count_wins`.
        prior_precision: lambda of an independent normal prior N(prior_mean, 1 / lambda) on every strength; 0 for none.
        prior_mean: shape (m,), natural-log scale; zeros where it is None.
        names: what the error calls the candidates; their numbers where it is None.

    Returns:
        The fit; with a prior, `unbounded` lists the candidates that would be infinite without it.

    Raises:
        NotEnoughVotesError: without a prior, where a strength would be infinite or is not connected to the rest.
        ValueError: `wins` is not a square matrix of finite numbers >= 0 with a zero diagonal.
    """
    wins = _checked(wins)
    n_models = len(wins)
    parts = strong_components(wins)
    unbounded: tuple[int, ...] = ()
    if len(parts) > 1:
        if prior_precision <= 0.0:
            raise NotEnoughVotesError(_why_infinite(wins, parts, names))
        main = set(_main_part(parts, wins))
        unbounded = tuple(i for i in range(n_models) if i not in main)
    mean = np.zeros(n_models) if prior_mean is None else np.asarray(prior_mean, dtype=np.float64)
    theta, hessian, iterations = _newton(wins, max(prior_precision, 0.0), mean)
    return Fit(theta, hessian, iterations, max(prior_precision, 0.0), unbounded)


def largest_rateable(wins: FloatArray) -> list[int]:
    """Indices, ascending, of the largest set of candidates that a plain fit can rate together; empty where none can.

    It is the strongly connected part with the most candidates, then the most votes. Leaving the others out changes
    nothing for those inside: it is what the full fit tends to as the infinite strengths run away.
    """
    wins = _checked(wins)
    return _main_part(strong_components(wins), wins)


def strong_components(wins: FloatArray) -> list[list[int]]:
    """The strongly connected parts of the graph "i has at least half a win over j", each a list of indices."""
    n_models = len(wins)
    reach = (wins > 0) | np.eye(n_models, dtype=bool)
    # Squaring the reachability doubles the length of the paths it knows.
    for _ in range(max(1, math.ceil(math.log2(max(n_models, 2))))):
        reach = reach.astype(np.float32) @ reach.astype(np.float32) > 0
    mutual = reach & reach.T
    left = set(range(n_models))
    parts: list[list[int]] = []
    while left:
        part = np.flatnonzero(mutual[min(left)]).tolist()
        parts.append(part)
        left.difference_update(part)
    return parts


def _checked(wins: FloatArray) -> FloatArray:
    wins = np.asarray(wins, dtype=np.float64)
    if wins.ndim != 2 or wins.shape[0] != wins.shape[1] or len(wins) == 0:
        raise ValueError(f"wins must be a square matrix, not of shape {wins.shape}")
    if not np.isfinite(wins).all() or (wins < 0).any() or np.diag(wins).any():
        raise ValueError("wins must hold finite numbers >= 0, and zeros on the diagonal")
    return wins


def _newton(wins: FloatArray, precision: float, mean: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """Maximise the log posterior; the objective is concave, so a halved step is all the safeguard it needs."""
    battles = wins + wins.T
    theta = mean.copy()
    value = _log_posterior(wins, theta, precision, mean)
    hessian = _hessian(battles, theta, precision)
    iterations = 0
    converged = False
    while not converged and iterations < _MAX_ITERATIONS:
        iterations += 1
        gradient = (wins - battles * _probabilities(theta)).sum(axis=1) - precision * (theta - mean)
        step = np.linalg.solve(_full_rank(hessian, precision), gradient)
        size = 1.0
        while size > 1e-6:
            trial = theta + size * step
            trial_value = _log_posterior(wins, trial, precision, mean)
            # The slack is rounding: near the maximum a good step need not raise the value any more.
            if trial_value >= value - 1e-12 * (1.0 + abs(value)):
                break
            size /= 2
        theta, value = trial, trial_value
        hessian = _hessian(battles, theta, precision)
        converged = bool(np.abs(size * step).max() < _STEP_TOLERANCE)
    return theta, hessian, iterations


def _probabilities(theta: FloatArray) -> FloatArray:
    """Shape (m, m): P(i beats j). The tanh form neither overflows nor loses digits."""
    result: FloatArray = 0.5 + 0.5 * np.tanh(0.5 * (theta[:, None] - theta[None, :]))
    return result


def _hessian(battles: FloatArray, theta: FloatArray, precision: float) -> FloatArray:
    p = _probabilities(theta)
    information = battles * p * (1.0 - p)
    hessian: FloatArray = np.diag(information.sum(axis=1) + precision) - information
    return hessian


def _full_rank(hessian: FloatArray, precision: float) -> FloatArray:
    """Without a prior the constant vector is free; filling that direction leaves every other one as it was."""
    if precision > 0.0:
        return hessian
    filled: FloatArray = hessian + np.trace(hessian) / len(hessian) ** 2
    return filled


def _log_posterior(wins: FloatArray, theta: FloatArray, precision: float, mean: FloatArray) -> float:
    log_p = -np.logaddexp(0.0, theta[None, :] - theta[:, None])
    return float((wins * log_p).sum() - 0.5 * precision * ((theta - mean) ** 2).sum())


def _main_part(parts: list[list[int]], wins: FloatArray) -> list[int]:
    part = max(parts, key=lambda part: (len(part), wins[np.ix_(part, part)].sum(), -part[0]))
    return part if len(part) > 1 else []


def _why_infinite(wins: FloatArray, parts: list[list[int]], names: Sequence[str] | None) -> str:
    """One sentence for the whole, then one for each candidate outside the main part."""
    called = [str(i) for i in range(len(wins))] if names is None else list(names)
    main = _main_part(parts, wins)
    outside = [i for i in range(len(wins)) if i not in set(main)]
    reasons = [f"{called[i]}: {outside_reason(wins, i, main)}" for i in outside[:10]]
    if len(outside) > 10:
        reasons.append(f"and {len(outside) - 10} more")
    return (
        f"Not enough votes: {len(outside)} of {len(wins)} candidates cannot be rated with the rest. "
        + "; ".join(reasons)
        + ". Collect votes between them and the others, or rate with a prior."
    )


def outside_reason(wins: FloatArray, index: int, main: Sequence[int]) -> str:
    """Why a candidate outside the rateable part `main` has no finite place beside it, in a few words."""
    won, lost = wins[index].sum(), wins[:, index].sum()
    if won + lost == 0:
        return "no votes"
    if lost == 0:
        return f"unbeaten in {counted(won)}, so its rating would be infinite"
    if won == 0:
        return f"beaten in all {counted(lost)}, so its rating would be infinite"
    if main and wins[index, main].sum() + wins[main, index].sum() == 0:
        return f"none of its {counted(won + lost)} compares it with the candidates rated"
    return f"its {counted(won + lost)} make no chain of wins both from it to the others and back"


def counted(n: float) -> str:
    """A number of votes in words."""
    return f"{n:g} vote" if n == 1 else f"{n:g} votes"
