"""Win share: how often a candidate would be preferred to one drawn at random from the field, itself included.

u_i = mean over k of 1 / (1 + exp(theta_k - theta_i)). It lies between 0 and 1 and averages 1/2 over the field, so that
weights times win share is the share of requests that get the preferred answer.
"""

from __future__ import annotations

import numpy as np

from compare.ratings.bradley_terry import FloatArray

_IN_CACHE = 32_768
"""Numbers of one block: with what is computed from them they stay in a core's own cache."""
_WIDEST = 1_400.0
"""Logits between the strongest and the weakest whose exponentials, taken from the middle, are all ordinary numbers."""


def win_share(theta: FloatArray) -> FloatArray:
    """Win shares for strengths of shape (..., m); same shape.

    Each pair is computed once, as e_i / (e_i + e_k) with e = exp(theta): one division in place of two tanh.
    """
    m = theta.shape[-1]
    rows = theta.reshape(-1, m)
    shares = np.empty(rows.shape)
    at_once = max(1, _IN_CACHE // m)
    for start in range(0, len(rows), at_once):
        block = rows[start : start + at_once]
        shares[start : start + at_once] = _won(block) / m
    return shares.reshape(theta.shape)


def _won(theta: FloatArray) -> FloatArray:
    """Expected wins over the field; shape (n, m)."""
    high, low = theta.max(axis=1), theta.min(axis=1)
    if float((high - low).max(initial=0.0)) > _WIDEST:
        won: FloatArray = (0.5 + 0.5 * np.tanh(0.5 * (theta[:, :, None] - theta[:, None, :]))).sum(axis=-1)
        return won
    # A column is a draw from here on: the numbers of one candidate lie side by side.
    strength = np.exp(theta.T - (high + low) / 2)
    m, n = strength.shape
    # Half a win over oneself; and one over each earlier candidate, less what that one takes below.
    won = np.repeat(np.arange(m)[:, None] + 0.5, n, axis=1)
    space = np.empty_like(strength)
    for i in range(m - 1):
        beaten = space[i + 1 :]
        np.add(strength[i], strength[i + 1 :], out=beaten)
        np.divide(strength[i], beaten, out=beaten)
        won[i] += beaten.sum(axis=0)
        won[i + 1 :] -= beaten
    return won.T


def win_share_errors(theta: FloatArray, covariance: FloatArray) -> FloatArray:
    """Standard errors of the win shares by the delta method.

    Args:
        theta: shape (m,).
        covariance: shape (m, m), of theta.

    Returns:
        Shape (m,).
    """
    p = 0.5 + 0.5 * np.tanh(0.5 * (theta[:, None] - theta[None, :]))
    slope = p * (1.0 - p) / len(theta)
    jacobian = np.diag(slope.sum(axis=1)) - slope
    variances = np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)
    errors: FloatArray = np.sqrt(np.maximum(variances, 0.0))
    return errors
