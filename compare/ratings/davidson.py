"""Bradley-Terry with a tie parameter, after Davidson (1970): an option beside ties as half-wins.

With pi = exp(theta): P(i beats j) = pi_i / (pi_i + pi_j + nu sqrt(pi_i pi_j)), P(tie) in proportion to
nu sqrt(pi_i pi_j). Ties are most likely between equals, and nu, common to all pairs, says how likely: among equals the
share of ties is nu / (2 + nu).

Why Davidson and not Rao-Kupper: a candidate's wins plus half its ties still are all that its strength depends on, so a
vote's score keeps the form of compare/ratings/scores.py and the order seldom differs from the half-win fit; and the
log likelihood is concave in (theta, log nu). Why an option at all: where close candidates tie more often, which the
half-win model does not know, it draws strong and weak ones together. Strengths of the two models are on different
scales (here the log odds among decisive votes), so their ratings are never set side by side unasked.

Source: R. R. Davidson, "On extending the Bradley-Terry model to accommodate ties in paired comparison experiments",
Journal of the American Statistical Association 65 (1970).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compare.errors import NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import FloatArray, IntArray
from compare.ratings.intervals import Spread, spread_of
from compare.ratings.scores import Scores

_MAX_ITERATIONS = 100
_STEP_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class TieFit:
    """A fitted model.

    Attributes:
        theta: shape (m,), natural-log scale, mean 0.
        log_nu: log of the tie parameter; -inf where there are no ties, which makes it plain Bradley-Terry.
        hessian: shape (m + 1, m + 1), of the negative log likelihood in (theta, log nu).
        iterations: Newton steps taken.
    """

    theta: FloatArray
    log_nu: float
    hessian: FloatArray
    iterations: int

    @property
    def nu(self) -> float:
        """The tie parameter; 0 without ties."""
        return float(np.exp(self.log_nu))

    @property
    def tie_share_of_equals(self) -> float:
        """P(tie) between two candidates of equal strength."""
        return self.nu / (2.0 + self.nu)

    @property
    def ratings(self) -> FloatArray:
        """Arena scale: 1000 + 400 / ln(10) * theta, mean 1000."""
        scaled: FloatArray = bt.ELO_MEAN + bt.ELO_PER_LOGIT * (self.theta - self.theta.mean())
        return scaled


def count_ties(index_a: IntArray, index_b: IntArray, score: FloatArray, n_models: int) -> tuple[FloatArray, FloatArray]:
    """Decisive wins and ties apart.

    Args:
        index_a: shape (n,), first candidate of each vote.
        index_b: shape (n,), second candidate.
        score: shape (n,), 1, 0.5 or 0, as seen from a.
        n_models: m.

    Returns:
        Wins, shape (m, m), [i, j] for i over j; ties, shape (m, m), symmetric.
    """
    tie = score == 0.5
    wins = bt.count_wins(index_a[~tie], index_b[~tie], score[~tie], n_models)
    half = bt.count_wins(index_a[tie], index_b[tie], score[tie], n_models)
    return wins, half + half.T


def fit(wins: FloatArray, ties: FloatArray, *, names: Sequence[str] | None = None) -> TieFit:
    """Fit strengths and tie parameter by maximum likelihood (Newton; the objective is concave).

    Args:
        wins: shape (m, m), decisive votes for the row over the column.
        ties: shape (m, m), symmetric.
        names: what the error calls the candidates; their numbers where it is None.

    Raises:
        NotEnoughVotesError: a strength or the tie parameter would be infinite.
        ValueError: the matrices are no counts, or `ties` is not symmetric.
    """
    if not np.array_equal(ties, ties.T):
        raise ValueError("ties must be symmetric")
    plain = bt.fit(wins + ties / 2, names=names)  # names whoever cannot be rated
    n_models = len(wins)
    if not ties.any():
        padded = np.zeros((n_models + 1, n_models + 1))
        padded[:n_models, :n_models] = plain.hessian
        padded[-1, -1] = 1.0  # nothing is known about nu, and nothing depends on it
        return TieFit(plain.theta, -np.inf, padded, plain.iterations)
    if not wins.any():
        raise NotEnoughVotesError("Not enough votes: every vote is a tie, so the tie parameter would be infinite.")
    if all(len(part) == 1 for part in bt.strong_components(wins)):
        raise NotEnoughVotesError(
            "Not enough votes for a tie parameter: the decisive votes all point one way, so strengths and ties can "
            "grow together for ever. Rate with ties as half-wins, or collect more votes."
        )
    return _newton(wins, ties, plain.theta)


def probabilities(theta: FloatArray, log_nu: float) -> tuple[FloatArray, FloatArray]:
    """P(i beats j) and P(tie), each of shape (m, m); the diagonal means nothing."""
    half = (theta[:, None] - theta[None, :]) / 2.0
    top = np.maximum(np.abs(half), log_nu)  # nothing overflows
    first, second, tie = np.exp(half - top), np.exp(-half - top), np.exp(log_nu - top)
    total = first + second + tie
    return first / total, tie / total


def sandwich(
    fitted: TieFit,
    index_a: IntArray,
    index_b: IntArray,
    score: FloatArray,
    clusters: Sequence[IntArray] = (),
    *,
    level: float = 0.95,
) -> Spread:
    """How uncertain the strengths are, the tie parameter's uncertainty included; as `intervals.sandwich`.

    Returns:
        The spread of the m strengths; k = m free parameters in the small-sample factor.

    Raises:
        NotEnoughVotesError: fewer than two clusters, or no more votes than parameters.
    """
    p_win, p_tie = probabilities(fitted.theta, fitted.log_nu)
    expected_tie = p_tie[index_a, index_b]
    residual = score - p_win[index_a, index_b] - expected_tie / 2.0
    extra = ((score == 0.5) - expected_tie)[:, None]
    n_models = len(fitted.theta)
    whole = spread_of(
        fitted.hessian, Scores(index_a, index_b, residual, n_models, extra), clusters, n_free=n_models, level=level
    )
    return Spread(whole.covariance[:n_models, :n_models], whole.n_clusters, whole.critical, whole.degrees)


def _newton(wins: FloatArray, ties: FloatArray, start: FloatArray) -> TieFit:
    """Maximise; a halved step is all the safeguard that a concave objective needs."""
    n_models = len(wins)
    share = ties.sum() / (2.0 * wins.sum() + ties.sum())  # each tie stands twice in its matrix
    point = np.append(start, np.log(2.0 * share / (1.0 - share)))
    value = _log_likelihood(wins, ties, point)
    iterations, converged = 0, False
    while not converged and iterations < _MAX_ITERATIONS:
        iterations += 1
        gradient, hessian = _derivatives(wins, ties, point)
        filled = hessian.copy()
        filled[:n_models, :n_models] += np.trace(hessian) / n_models**2  # the constant direction is free
        step = np.linalg.solve(filled, gradient)
        size = 1.0
        while size > 1e-6:
            trial = point + size * step
            trial_value = _log_likelihood(wins, ties, trial)
            if trial_value >= value - 1e-12 * (1.0 + abs(value)):
                break
            size /= 2
        point, value = trial, trial_value
        converged = bool(np.abs(size * step).max() < _STEP_TOLERANCE)
    theta = point[:-1] - point[:-1].mean()
    return TieFit(theta, float(point[-1]), _derivatives(wins, ties, point)[1], iterations)


def _log_likelihood(wins: FloatArray, ties: FloatArray, point: FloatArray) -> float:
    half = (point[:-1, None] - point[None, :-1]) / 2.0
    log_nu = point[-1]
    total = np.logaddexp(np.logaddexp(half, -half), log_nu)
    return float((wins * (half - total)).sum() + (np.triu(ties) * (log_nu - total)).sum())


def _derivatives(wins: FloatArray, ties: FloatArray, point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient, shape (m + 1,), of the log likelihood, and minus its second derivatives, shape (m + 1, m + 1)."""
    p_win, p_tie = probabilities(point[:-1], point[-1])
    votes = wins + wins.T + ties
    gap = p_win - p_win.T
    by_strength = (wins + ties / 2.0 - votes * (p_win + p_tie / 2.0)).sum(axis=1)
    by_tie = (ties - votes * p_tie).sum() / 2.0
    information = votes * (p_win + p_win.T - gap**2) / 4.0
    strengths = np.diag(information.sum(axis=1)) - information
    crossed = -(votes * p_tie * gap / 2.0).sum(axis=1)
    corner = (votes * p_tie * (1.0 - p_tie)).sum() / 2.0
    hessian = np.block([[strengths, crossed[:, None]], [crossed[None, :], np.array([[corner]])]])
    return np.append(by_strength, by_tie), hessian
