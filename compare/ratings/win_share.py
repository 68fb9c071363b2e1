"""Win share: how often a candidate would be preferred to one drawn at random from the field, itself included.

u_i = mean over k of 1 / (1 + exp(theta_k - theta_i)). It lies between 0 and 1 and averages 1/2 over the field, so that
weights times win share is the share of requests that get the preferred answer.
"""

from __future__ import annotations

import numpy as np

from compare.ratings.bradley_terry import FloatArray


def win_share(theta: FloatArray) -> FloatArray:
    """Win shares for strengths of shape (..., m); same shape."""
    m = theta.shape[-1]
    share: FloatArray = np.full(theta.shape, 0.5)
    # Each pair once, one candidate beside all after it: what the one gains the others lose, and little memory is held.
    for i in range(m - 1):
        gain = np.tanh(0.5 * (theta[..., i, None] - theta[..., i + 1 :])) / (2 * m)
        share[..., i] += gain.sum(axis=-1)
        share[..., i + 1 :] -= gain
    return share


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
