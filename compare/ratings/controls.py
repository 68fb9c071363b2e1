"""Controls: does the order change once the side shown, the length or the style of the answers is allowed for?

logit P(a is preferred) = theta_a - theta_b + sum over controls of gamma_k x_k, where x_k turns its sign when a and b
change places: position (+1: a stood left) or (f_a - f_b) / (f_a + f_b) of a feature f such as length. Style-like
controls are divided by their root mean square, so that gamma is the effect of a usual difference; they are not
centred, which would add a position effect unasked. Fit by Newton's method, intervals from the (clustered) sandwich.

A control says what goes along with being preferred, not what causes it: a longer answer may be better for its content.
Source of the form: LMSYS, "Does style matter?" (August 2024).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from compare.errors import ConfigError, NotEnoughVotesError
from compare.ratings import bradley_terry as bt
from compare.ratings.bradley_terry import ELO_MEAN, ELO_PER_LOGIT, FloatArray, IntArray
from compare.ratings.intervals import Spread, sandwich, spread_of
from compare.ratings.prepared import prepare
from compare.ratings.scores import Scores, independent_meat
from compare.ratings.separation import Separation, separation
from compare.ratings.votes import Votes

POSITION = "position"
"""The control that reads the column position_a (left or right)."""

_MAX_ITERATIONS = 100
_STEP_TOLERANCE = 1e-10
_RUNAWAY = 30.0
"""A coefficient beyond this many logits has no finite maximum."""


@dataclass(frozen=True, slots=True, eq=False)
class ControlFit:
    """A fit with controls.

    Attributes:
        theta: shape (m,), strengths where every control is 0, natural-log scale, mean 0.
        gamma: shape (k,), coefficients of the controls, natural-log scale.
        spread: of (theta, gamma) together: covariance of shape (m + k, m + k).
    """

    theta: FloatArray
    gamma: FloatArray
    spread: Spread

    @property
    def of_strengths(self) -> Spread:
        """The spread of theta alone."""
        m, whole = len(self.theta), self.spread
        return Spread(whole.covariance[:m, :m], whole.n_clusters, whole.critical, whole.degrees)

    @property
    def gamma_errors(self) -> FloatArray:
        """Shape (k,): standard errors of the coefficients."""
        return self.spread.standard_errors[len(self.theta) :]


def fit_with_controls(
    index_a: IntArray,
    index_b: IntArray,
    score: FloatArray,
    n_models: int,
    features: FloatArray,
    clusters: Sequence[IntArray] = (),
    *,
    names: Sequence[str] | None = None,
    level: float = 0.95,
) -> ControlFit:
    """Fit strengths and control terms together, by maximum likelihood.

    Args:
        index_a: shape (n,), first candidate of each vote.
        index_b: shape (n,), second candidate.
        score: shape (n,), 1, 0.5 or 0, as seen from a.
        n_models: m.
        features: shape (n, k), the controls, with the sign as seen from a.
        clusters: none, one or two arrays of shape (n,) with cluster numbers.
        names: what errors call the k controls.
        level: of the intervals.

    Raises:
        NotEnoughVotesError: a strength or coefficient would be infinite, a control cannot be told from the strengths,
            or the intervals have too few clusters.
    """
    bt.fit(bt.count_wins(index_a, index_b, score, n_models))  # names candidates that cannot be rated
    called = [f"control {k}" for k in range(features.shape[1])] if names is None else list(names)
    point = np.zeros(n_models + features.shape[1])
    for _ in range(_MAX_ITERATIONS):
        scores, hessian = _scores(point, index_a, index_b, score, n_models, features)
        filled = hessian.copy()
        filled[:n_models, :n_models] += np.trace(hessian[:n_models, :n_models]) / n_models**2
        _check_rank(filled, called, n_models)
        step = np.linalg.solve(filled, _gradient(scores))
        # A logistic likelihood is concave; a step of more than two logits would only overshoot.
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        point = point + step
        runaway = np.flatnonzero(np.abs(point[n_models:]) > _RUNAWAY)
        if len(runaway):
            raise NotEnoughVotesError(
                f"The votes follow {called[int(runaway[0])]} without exception, so its effect would be infinite."
            )
        if np.abs(step).max() < _STEP_TOLERANCE:
            break
    scores, hessian = _scores(point, index_a, index_b, score, n_models, features)
    n_free = n_models - 1 + features.shape[1]
    spread = spread_of(hessian, scores, clusters, n_free=n_free, level=level)
    return ControlFit(point[:n_models] - point[:n_models].mean(), point[n_models:], spread)


def _scores(
    point: FloatArray, a: IntArray, b: IntArray, score: FloatArray, n_models: int, features: FloatArray
) -> tuple[Scores, FloatArray]:
    gap = point[a] - point[b] + features @ point[n_models:]
    p = 0.5 + 0.5 * np.tanh(0.5 * gap)
    residual = score - p
    # The information is the same sum of outer products, with sqrt(p q) in the place of the residual.
    root = np.sqrt(p * (1.0 - p))
    hessian = independent_meat(Scores(a, b, root, n_models, root[:, None] * features))
    return Scores(a, b, residual, n_models, residual[:, None] * features), hessian


def _gradient(scores: Scores) -> FloatArray:
    m, r = scores.n_models, scores.residual
    strengths: FloatArray = np.bincount(scores.index_a, weights=r, minlength=m).astype(np.float64)
    strengths -= np.bincount(scores.index_b, weights=r, minlength=m)
    return strengths if scores.extra is None else np.append(strengths, scores.extra.sum(axis=0))


def _check_rank(filled: FloatArray, called: Sequence[str], n_models: int) -> None:
    """A control that is constant 0, or the same for all votes of a pair, cannot be told from the strengths."""
    scale = np.sqrt(np.maximum(np.diag(filled), 1e-300))
    for k, name in enumerate(called, start=n_models):
        others = [i for i in range(len(filled)) if i != k]
        inside = filled[np.ix_(others, others)] / np.outer(scale[others], scale[others])
        across = filled[others, k] / (scale[others] * scale[k])
        left = 1.0 - across @ np.linalg.lstsq(inside, across, rcond=1e-12)[0]
        if filled[k, k] < 1e-12 or left < 1e-8:
            raise NotEnoughVotesError(
                f"{name} cannot be told from the strengths (or from another control): in these votes it never differs "
                "between votes of one pair of candidates. Leave it out, or collect votes in which it varies."
            )


@dataclass(frozen=True, slots=True)
class Effect:
    """One control's coefficient, natural-log scale; `odds` is what it multiplies the odds of being preferred by."""

    name: str
    coefficient: float
    ci_low: float
    ci_high: float
    n_votes: int

    @property
    def odds(self) -> float:
        """exp(coefficient)."""
        return math.exp(self.coefficient)


@dataclass(frozen=True, slots=True)
class Change:
    """Two candidates whose relation is another with the controls: their order, or whether they are separated."""

    first: str
    second: str
    plain: float
    """First minus second in rating points, without controls."""
    controlled: float
    plain_separated: bool
    controlled_separated: bool


@dataclass(frozen=True, slots=True)
class ControlReport:
    """Does it change the order?

    Attributes:
        effects: of each control.
        plain: rating of each candidate on the same votes without controls.
        controlled: with them.
        changes: pairs whose order or separation differs; empty: the controls change nothing that the votes can tell.
        problems: what was left out.
    """

    effects: tuple[Effect, ...]
    plain: Mapping[str, float]
    controlled: Mapping[str, float]
    changes: tuple[Change, ...]
    problems: tuple[str, ...] = ()

    @property
    def order_changes(self) -> bool:
        """True where two candidates change places or one that was ahead is now tied (or the other way round)."""
        return bool(self.changes)

    def to_json(self) -> dict[str, Any]:
        """As `rate --control ... --json` prints it."""
        return {
            "effects": [
                {**{name: getattr(each, name) for name in each.__slots__}, "odds": each.odds} for each in self.effects
            ],
            "plain": dict(self.plain),
            "controlled": dict(self.controlled),
            "order_changes": self.order_changes,
            "changes": [{name: getattr(each, name) for name in each.__slots__} for each in self.changes],
            "problems": list(self.problems),
        }


def control(votes: Votes, names: Sequence[str], *, cluster: Sequence[str] = (), level: float = 0.95) -> ControlReport:
    """Rate with and without controls, on the same votes.

    Args:
        votes: with the column position_a for `position`, and NAME_a and NAME_b with numbers for any other control NAME.
        names: the controls.
        cluster: none, one or two columns whose equal values mark votes that lean the same way.
        level: of the intervals.

    Raises:
        ConfigError: a column is not there, or holds what is no number.
        NotEnoughVotesError: as `fit_with_controls`.
    """
    ready = prepare(votes, cluster)
    features = np.column_stack([_feature(votes, name)[ready.at] for name in names])
    whole = ~np.isnan(features).any(axis=1)
    problems = list(ready.problems)
    if not whole.all():
        problems.append(f"{bt.counted((~whole).sum())} without {' or '.join(names)}, left out.")
    kept = ready.take(np.flatnonzero(whole))
    arrays = kept.arrays
    wins = bt.count_wins(arrays.index_a, arrays.index_b, arrays.score, len(arrays.names))
    inside = np.array(bt.largest_rateable(wins), dtype=np.int64)
    if len(inside) < 2:
        raise NotEnoughVotesError("Not enough votes: no two candidates have both won from and lost to each other.")
    outside = [name for i, name in enumerate(arrays.names) if i not in set(inside.tolist())]
    problems += [f"{name}: cannot be rated with the rest, left out." for name in outside]
    place = np.full(len(arrays.names), -1)
    place[inside] = np.arange(len(inside))
    at = np.flatnonzero((place[arrays.index_a] >= 0) & (place[arrays.index_b] >= 0))
    kept, features = kept.take(at), _scaled(features[whole][at], names)
    a, b, score = place[kept.arrays.index_a], place[kept.arrays.index_b], kept.arrays.score
    fitted = fit_with_controls(a, b, score, len(inside), features, kept.columns, names=names, level=level)
    plain = bt.fit(bt.count_wins(a, b, score, len(inside)))
    before = separation(
        plain.theta, sandwich(plain.theta, plain.hessian, a, b, score, kept.columns, level=level), level=level
    )
    after = separation(fitted.theta, fitted.of_strengths, level=level)
    called = [arrays.names[i] for i in inside]
    half = fitted.spread.critical * fitted.gamma_errors
    return ControlReport(
        tuple(
            Effect(name, float(g), float(g - h), float(g + h), len(score))
            for name, g, h in zip(names, fitted.gamma, half, strict=True)
        ),
        _points(called, plain.theta),
        _points(called, fitted.theta),
        _changes(called, before, after),
        tuple(problems),
    )


def _points(names: Sequence[str], theta: FloatArray) -> dict[str, float]:
    ratings = (ELO_MEAN + ELO_PER_LOGIT * (theta - theta.mean())).tolist()
    return dict(sorted(zip(names, ratings, strict=True), key=lambda each: -each[1]))


def _changes(names: Sequence[str], before: Separation, after: Separation) -> tuple[Change, ...]:
    found = []
    for i, j in combinations(range(len(names)), 2):
        turned = before.difference[i, j] * after.difference[i, j] < 0
        if turned or before.separated[i, j] != after.separated[i, j]:
            first, second = (i, j) if before.difference[i, j] >= 0 else (j, i)
            found.append(
                Change(
                    names[first],
                    names[second],
                    float(before.difference[first, second] * ELO_PER_LOGIT),
                    float(after.difference[first, second] * ELO_PER_LOGIT),
                    bool(before.separated[i, j]),
                    bool(after.separated[i, j]),
                )
            )
    return tuple(found)


def _scaled(features: FloatArray, names: Sequence[str]) -> FloatArray:
    """Divide all but position by their root mean square."""
    size = np.sqrt((features**2).mean(axis=0))
    keep = np.array([name == POSITION for name in names]) | (size == 0)
    scaled: FloatArray = features / np.where(keep, 1.0, size)
    return scaled


def _feature(votes: Votes, name: str) -> FloatArray:
    """Shape (n,); NaN where it is not known."""
    if name == POSITION:
        sides = {"left": 1.0, "right": -1.0}
        return np.array([sides.get(str(value).strip().lower(), np.nan) for value in votes.column("position_a")])
    of_a, of_b = (_numbers(votes, f"{name}_{side}") for side in "ab")
    total = of_a + of_b
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total == 0, 0.0, (of_a - of_b) / total)


def _numbers(votes: Votes, column: str) -> FloatArray:
    found = np.full(len(votes), np.nan)
    for i, value in enumerate(votes.column(column)):
        if value is None or value == "":
            continue
        try:
            found[i] = float(str(value))
        except ValueError as exc:
            raise ConfigError(f"Column {column} holds {value!r} at vote {i + 1}, which is no number.") from exc
        if not (math.isfinite(found[i]) and found[i] >= 0):
            raise ConfigError(f"Column {column} holds {value!r} at vote {i + 1}; it must be a number from 0 upwards.")
    return found
