"""Weights that serve the best answers a budget allows: a linear programme over the simplex.

Everything that limits the weights is linear in them. That holds for latency too when the limit is written as the share
of slow requests (the p95 of a mixture is not the weighted mean of p95s, but the share above a limit is).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from compare.ratings.bradley_terry import FloatArray, IntArray

SLACK = 1e-9
"""Rounding error allowed in a cap, relative to the cap where that is above 1."""

_SINGULAR = 1e-12
MAX_FOR_VERTICES = 30
"""Above this many candidates the vertices are too many to list."""


@dataclass(frozen=True, slots=True, eq=False)
class Cap:
    """sum of weights times `values` must be at most `limit`."""

    name: str
    values: FloatArray
    limit: float
    least: str = "the least of any mix is"
    """How a refusal speaks of what cannot be gone below: "the cheapest mix costs"."""

    @property
    def said(self) -> str:
        """The limit in words: "cost <= 0.002"."""
        return f"{self.name} <= {self.limit:.6g}"

    def used_by(self, weights: FloatArray) -> float:
        """What the weights use of the cap."""
        return float(weights @ self.values)

    def holds(self, weights: FloatArray) -> bool:
        """True where the weights stay within the cap."""
        return self.used_by(weights) <= self.limit + SLACK * max(1.0, self.limit)


@dataclass(frozen=True, slots=True, eq=False)
class Feasible:
    """The set of allowed weights: sum 1, each at least its floor and at most its ceiling, every cap kept."""

    floors: FloatArray
    caps: tuple[Cap, ...] = ()
    ceilings: FloatArray | None = None
    """None: 1 for all."""

    @property
    def highs(self) -> FloatArray:
        """The ceilings, shape (m,)."""
        return np.ones(len(self.floors)) if self.ceilings is None else self.ceilings

    def holds(self, weights: FloatArray) -> bool:
        """True where the weights are allowed; their sum is not looked at."""
        within = (weights >= self.floors - SLACK).all() and (weights <= self.highs + SLACK).all()
        return bool(within) and all(cap.holds(weights) for cap in self.caps)

    def best(self, utility: FloatArray) -> FloatArray | None:
        """The allowed weights with the largest utility, shape (m,); None where none are allowed."""
        return self._solve(-utility)

    def nearest(self, target: FloatArray) -> FloatArray | None:
        """The allowed weights with the least total variation from `target`; None where none are allowed."""
        if self.holds(target):
            return target
        m = len(target)
        # Beside the weights, m distances d with d >= w - target and d >= target - w; their sum is least.
        eye = np.eye(m)
        rows = np.block([[eye, -eye], [-eye, -eye]])
        limits = np.concatenate([target, -target])
        found = self._solve(np.concatenate([np.zeros(m), np.ones(m)]), rows, limits)
        return None if found is None else found[:m]

    def _solve(
        self, cost: FloatArray, more_rows: FloatArray | None = None, more_limits: FloatArray | None = None
    ) -> FloatArray | None:
        from scipy.optimize import linprog  # half a second to load; only a recommendation needs it

        m, n = len(self.floors), len(cost)
        rows = [np.pad(cap.values, (0, n - m)) for cap in self.caps]
        limits = [cap.limit for cap in self.caps]
        if more_rows is not None and more_limits is not None:
            rows += list(more_rows)
            limits += more_limits.tolist()
        bounds = list(zip(self.floors.tolist(), np.maximum(self.floors, self.highs).tolist(), strict=True))
        bounds += [(0.0, 2.0)] * (n - m)
        result = linprog(
            cost,
            A_ub=np.array(rows) if rows else None,
            b_ub=np.array(limits) if rows else None,
            A_eq=np.pad(np.ones((1, m)), ((0, 0), (0, n - m))),
            b_eq=np.ones(1),
            bounds=bounds,
            method="highs",
        )
        return np.asarray(result.x, dtype=np.float64) if result.status == 0 else None

    def vertices(self) -> FloatArray:
        """All corners, shape (v, m); v is 0 where nothing is allowed.

        With k caps active at most k + 1 weights lie off their floors, so those few are chosen and solved for. A ceiling
        must be 1 or the weight's own floor.
        """
        movable = np.flatnonzero(self.highs > self.floors).tolist()
        found = [np.zeros((0, len(self.floors)))]
        for n_active in range(len(self.caps) + 1):
            chosen = list(itertools.combinations(movable, n_active + 1))
            for active in itertools.combinations(self.caps, n_active) if chosen else ():
                corners = self._corners(np.array(chosen), active)
                inside = (corners >= self.floors - SLACK).all(axis=1) & (corners <= self.highs + SLACK).all(axis=1)
                for cap in self.caps:
                    inside &= corners @ cap.values <= cap.limit + SLACK * max(1.0, cap.limit)
                found.append(corners[inside])
        return np.asarray(np.unique(np.round(np.concatenate(found), 12), axis=0))

    def _corners(self, chosen: IntArray, active: tuple[Cap, ...]) -> FloatArray:
        """The points with all but the chosen weights at their floors and the active caps used up, all at once.

        Args:
            chosen: shape (n, k + 1), which weights are free at each point.
            active: k caps.

        Returns:
            Shape (at most n, m); where two free candidates use a cap alike there is no such point.
        """
        base = np.repeat(self.floors[None, :], len(chosen), axis=0)
        np.put_along_axis(base, chosen, 0.0, axis=1)
        # Caps are scaled to 1, so that a small determinant means "no point" whatever their unit.
        scales = [max(float(np.abs(cap.values).max()), 1e-300) for cap in active]
        rows = [np.ones(chosen.shape)]
        rows += [cap.values[chosen] / scale for cap, scale in zip(active, scales, strict=True)]
        right = [1.0 - base.sum(axis=1)]
        right += [(cap.limit - base @ cap.values) / scale for cap, scale in zip(active, scales, strict=True)]
        left = np.stack(rows, axis=1)
        solvable = np.abs(np.linalg.det(left)) > _SINGULAR
        solved = np.linalg.solve(left[solvable], np.stack(right, axis=1)[solvable][:, :, None])[:, :, 0]
        base = base[solvable]
        np.put_along_axis(base, chosen[solvable], solved, axis=1)
        return np.asarray(base)

    def why_empty(self) -> str:
        """Which limit leaves no weights at all, with both numbers."""
        spare = 1.0 - self.floors.sum()
        if spare < -SLACK:
            return f"no weights keep the floors: alone they sum to {self.floors.sum():.4g}, more than 1"
        if self.highs.sum() < 1.0 - SLACK:
            return f"no weights sum to 1: the candidates may have {self.highs.sum():.4g} in all"
        free = Feasible(self.floors, (), self.ceilings)
        for cap in self.caps:
            cheapest = free.best(-cap.values)
            least = float("inf") if cheapest is None else cap.used_by(cheapest)
            if least > cap.limit + SLACK * max(1.0, cap.limit):
                return f"no weights meet {cap.said}: {cap.least} {least:.6g}"
        return "no weights meet " + " and ".join(cap.said for cap in self.caps) + " at once"
