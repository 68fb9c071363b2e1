"""Who is separated from whom: differences of strengths with their own standard errors.

Two intervals that overlap may still belong to a difference that is certain, because both strengths are measured
against the same field; so "tied" is said of the difference. Where many pairs are looked at, the one that stands out
most does so partly by chance: `simultaneous` widens the quantile so that all statements hold together.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from compare.ratings.bradley_terry import FloatArray
from compare.ratings.intervals import Spread


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """All pairwise differences; arrays of shape (m, m), row minus column, natural-log scale.

    Attributes:
        difference: of the strengths.
        standard_error: of the difference.
        critical: the quantile that the statements use.
        separated: True where 0 lies outside the difference's interval.
    """

    difference: FloatArray
    standard_error: FloatArray
    critical: float
    separated: NDArray[np.bool_]

    def tied_with(self, index: int) -> list[int]:
        """Candidates, ascending, from which this one is not separated."""
        return [j for j in np.flatnonzero(~self.separated[index]).tolist() if j != index]

    @property
    def best(self) -> list[int]:
        """Candidates, ascending, that no other is separated from and above."""
        beaten = (self.separated & (self.difference < 0)).any(axis=1)
        result: list[int] = np.flatnonzero(~beaten).tolist()
        return result


def separation(theta: FloatArray, spread: Spread, *, level: float = 0.95, simultaneous: bool = False) -> Separation:
    """Compare every candidate with every other.

    Args:
        theta: shape (m,), fitted strengths.
        spread: of these strengths.
        level: of the statements.
        simultaneous: True: all pairs together (Bonferroni); False: each by itself.
    """
    covariance = spread.covariance
    variance = np.diag(covariance)
    squared = variance[:, None] + variance[None, :] - 2.0 * covariance
    errors = np.sqrt(np.maximum(squared, 0.0))
    difference = theta[:, None] - theta[None, :]
    n_pairs = len(theta) * (len(theta) - 1) // 2
    critical = _quantile(1 - (1 - level) / max(1, n_pairs), spread.degrees) if simultaneous else spread.critical
    separated = np.abs(difference) > critical * errors
    # Errors of 0 (all votes of a kind) say that the votes cannot tell, not that all is certain.
    return Separation(difference, errors, critical, separated & (errors > 1e-9))


def _quantile(level: float, degrees: int | None) -> float:
    if degrees is None:
        return NormalDist().inv_cdf(0.5 + level / 2)
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.5 + level / 2))
