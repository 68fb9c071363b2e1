"""logit P(pass) = a - b * log2(distance): maximum likelihood, or Firth's where answers separate perfectly.

Where every answer up to some distance passes and none beyond it does (or the other way), the likelihood has no maximum;
Firth's penalty gives a finite line, and the step itself is what should be reported.

Source: D. Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80 (1993); the clustered sandwich is the
one of ratings/intervals.py: G/(G-1) * (n-1)/(n-k) times H^-1 (sum of s_g s_g^T) H^-1.
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
        slope_error: standard error of b, clustered by thread; of Firth's fit from the curvature alone, since answers
            that separate perfectly have no spread within a cluster to go by.
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
    x = np.column_stack([np.ones(len(distance)), -np.log2(distance)])
    clusters = np.unique(cluster, return_inverse=True)[1]
    n_clusters = int(clusters.max()) + 1
    separated = is_separated(distance, passed)
    beta = _newton(x, passed, firth=separated)
    p = _sigmoid(x @ beta)
    information = (x * (p * (1 - p))[:, None]).T @ x
    covariance = np.linalg.inv(information)
    if not separated and n_clusters > 2:
        scores = np.zeros((n_clusters, 2))
        np.add.at(scores, clusters, x * (passed - p)[:, None])
        scale = n_clusters / (n_clusters - 1) * (len(x) - 1) / (len(x) - 2)
        covariance = scale * covariance @ (scores.T @ scores) @ covariance
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return Line(
        float(beta[0]), float(beta[1]), float(errors[1]), float(errors[0]), float(covariance[0, 1]),
        "firth" if separated else "ml", len(x), n_clusters,
    )  # fmt: skip


def is_separated(distance: FloatArray, passed: FloatArray) -> bool:
    """Whether one distance divides passes from failures, so that no finite line is the most likely."""
    good, bad = distance[passed > 0.5], distance[passed <= 0.5]
    return bool(good.max() <= bad.min() or bad.max() <= good.min())


def _newton(x: FloatArray, y: FloatArray, *, firth: bool) -> FloatArray:
    beta = np.zeros(2)
    best = _likelihood(x, y, beta, firth=firth)
    for _ in range(_ROUNDS):
        p = _sigmoid(x @ beta)
        weight = p * (1 - p)
        information = (x * weight[:, None]).T @ x
        inverse = np.linalg.inv(information + 1e-12 * np.eye(2))
        residual = y - p
        if firth:
            leverage = weight * np.einsum("ij,jk,ik->i", x, inverse, x)
            residual = residual + leverage * (0.5 - p)
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


__all__ = ["Line", "fit_line", "is_separated"]
