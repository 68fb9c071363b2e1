"""logit P(pass) = a - b * log2(distance): maximum likelihood, or Firth's where answers separate perfectly.

Where every answer up to some distance passes and none beyond it does (or the other way), the likelihood has no maximum;
Firth's penalty gives a finite line, and the step itself is what should be reported.

Errors of both are clustered by thread.

- Maximum likelihood: the sandwich of ratings/intervals.py, G/(G-1) * (n-1)/(n-k) times H^-1 (sum of s_g s_g^T) H^-1,
  and the share min(1/2, k/(G-k)) of the model's own covariance on top, without which it is too small for few threads.
- Firth: one row a thread, the mean of its answers, so that repeats neither weaken the penalty nor pass for evidence.
  Residuals of answers that separate are near nothing, and so is their sandwich: the curvature is the least error.

Sources: D. Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80 (1993); J. G. Morel, M. C. Bokossa,
N. K. Neerchal, "Small sample correction for the variance of GEE estimators", Biometrical Journal 45 (2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Method = Literal["ml", "firth"]
_ROUNDS = 100
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True)
class Line:
    """The fitted line.

    Attributes:
        intercept: a, logits at distance 1.
        slope: b, logits lost for each doubling of the distance.
        slope_error: standard error of b, clustered by thread.
        intercept_error: the same of a.
        covariance_ab: between a and b.
        method: "ml" or "firth".
        n: answers.
        n_clusters: threads.
    """

    intercept: float
    slope: float
    slope_error: float
    intercept_error: float
    covariance_ab: float
    method: Method
    n: int
    n_clusters: int

    def share(self, distance: FloatArray) -> FloatArray:
        """P(pass) at distances from 1 upwards."""
        result: FloatArray = 1.0 / (1.0 + np.exp(-(self.intercept - self.slope * np.log2(distance))))
        return result

    def interval(self, distance: FloatArray, z: float = 1.959964) -> tuple[FloatArray, FloatArray]:
        """Limits of P(pass) at distances from 1 upwards."""
        x = np.log2(distance)
        eta = self.intercept - self.slope * x
        variance = self.intercept_error**2 + (x * self.slope_error) ** 2 - 2 * x * self.covariance_ab
        half = z * np.sqrt(np.maximum(variance, 0.0))
        return 1.0 / (1.0 + np.exp(-(eta - half))), 1.0 / (1.0 + np.exp(-(eta + half)))

    def to_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "intercept": self.intercept, "slope": self.slope, "slope_error": self.slope_error,
            "intercept_error": self.intercept_error, "method": self.method, "n": self.n,
            "n_threads": self.n_clusters,
        }  # fmt: skip


def fit_line(distance: FloatArray, passed: FloatArray, cluster: IntArray) -> Line | None:
    """Fit the line.

    Args:
        distance: shape (n,), from 1 upwards.
        passed: shape (n,), 1 or 0.
        cluster: shape (n,); equal numbers mark answers of one thread.

    Returns:
        None where there is nothing to fit: fewer than two distances, or answers all of one kind.
    """
    if len(np.unique(distance)) < 2 or passed.min() == passed.max():
        return None
    n_clusters = len(np.unique(cluster))
    separated = is_separated(distance, passed)
    beta, covariance = _firth(distance, passed, cluster) if separated else _likeliest(distance, passed, cluster)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return Line(
        float(beta[0]), float(beta[1]), float(errors[1]), float(errors[0]), float(covariance[0, 1]),
        "firth" if separated else "ml", len(distance), n_clusters,
    )  # fmt: skip


def is_separated(distance: FloatArray, passed: FloatArray) -> bool:
    """Whether one distance divides passes from failures, so that no finite line is the most likely."""
    good, bad = distance[passed > 0.5], distance[passed <= 0.5]
    return bool(good.max() <= bad.min() or bad.max() <= good.min())


def clustered_covariance(x: FloatArray, residual: FloatArray, cluster: IntArray, bread: FloatArray) -> FloatArray:
    """The sandwich, as statsmodels has it.

    Args:
        x: shape (n, k), the design.
        residual: shape (n,), what a row's score multiplies its x by.
        cluster: shape (n,); equal numbers mark rows of one thread; two threads or more.
        bread: shape (k, k), the inverse of the information.

    Returns:
        Shape (k, k).
    """
    numbers = np.unique(cluster, return_inverse=True)[1]
    n_clusters, (n, k) = int(numbers.max()) + 1, x.shape
    scores = np.zeros((n_clusters, k))
    np.add.at(scores, numbers, x * residual[:, None])
    scale = n_clusters / (n_clusters - 1) * (n - 1) / (n - k)
    result: FloatArray = scale * bread @ (scores.T @ scores) @ bread
    return result


def _likeliest(distance: FloatArray, passed: FloatArray, cluster: IntArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients and covariance by maximum likelihood."""
    x = _design(distance)
    beta = _newton(x, passed, firth=False)
    p = _sigmoid(x @ beta)
    bread = _inverse_information(x, p)
    n_clusters = len(np.unique(cluster))
    if n_clusters <= 2:
        return beta, bread
    sandwich = clustered_covariance(x, passed - p, cluster, bread)
    # By how much clusters multiply the variance on average over both coefficients, at least 1.
    effect = max(1.0, float(np.trace(np.linalg.solve(bread, sandwich))) / 2)
    return beta, sandwich + min(0.5, 2 / max(n_clusters - 2, 1)) * effect * bread


def _firth(distance: FloatArray, passed: FloatArray, cluster: IntArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients and covariance by Firth's penalised likelihood over threads."""
    rows, place = np.unique(np.column_stack([cluster, distance]), axis=0, return_inverse=True)
    threads, x = rows[:, 0].astype(np.int64), _design(rows[:, 1])
    y = np.bincount(place.ravel(), passed) / np.bincount(place.ravel())
    beta = _newton(x, y, firth=True)
    p = _sigmoid(x @ beta)
    bread = _inverse_information(x, p)
    if len(x) <= 2 or len(np.unique(threads)) < 2:
        return beta, bread
    residual = y - p + _leverage(x, p, bread) * (0.5 - p)
    sandwich = clustered_covariance(x, residual, threads, bread)
    return beta, sandwich if sandwich[1, 1] > bread[1, 1] else bread


def _design(distance: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(distance)), -np.log2(distance)])


def _inverse_information(x: FloatArray, p: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x), dtype=np.float64)


def _leverage(x: FloatArray, p: FloatArray, inverse: FloatArray) -> FloatArray:
    result: FloatArray = p * (1 - p) * ((x @ inverse) * x).sum(axis=1)
    return result


def _newton(x: FloatArray, y: FloatArray, *, firth: bool) -> FloatArray:
    beta = np.zeros(2)
    best = _likelihood(x, y, beta, firth=firth)
    for _ in range(_ROUNDS):
        p = _sigmoid(x @ beta)
        weight = p * (1 - p)
        information = (x * weight[:, None]).T @ x
        inverse = np.asarray(np.linalg.inv(information + 1e-12 * np.eye(2)), dtype=np.float64)
        residual: FloatArray = y - p
        if firth:
            residual = residual + _leverage(x, p, inverse) * (0.5 - p)
        step = inverse @ (x.T @ residual)
        size = 1.0
        # Half steps keep the likelihood rising where a whole one overshoots.
        while (now := _likelihood(x, y, beta + size * step, firth=firth)) < best - 1e-12 and size > 1e-6:
            size /= 2
        beta, best = beta + size * step, now
        if float(np.abs(size * step).max()) < _CLOSE:
            break
    return beta


def _likelihood(x: FloatArray, y: FloatArray, beta: FloatArray, *, firth: bool) -> float:
    eta = x @ beta
    value = float(np.sum(y * eta - np.logaddexp(0.0, eta)))
    if firth:
        p = _sigmoid(eta)
        sign, logdet = np.linalg.slogdet((x * (p * (1 - p))[:, None]).T @ x)
        value += 0.5 * float(logdet) if sign > 0 else -np.inf
    return value


def _sigmoid(eta: FloatArray) -> FloatArray:
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(eta, -500, 500)))
    return result


__all__ = ["Line", "clustered_covariance", "fit_line", "is_separated"]
