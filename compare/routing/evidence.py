"""The evidence that a recommendation rests on: counts of votes, costs, slowness, limits; read from JSON.

Lists are in the order of a bucket's `models`; null in costs or shares says that it is not known. A key that looks
misspelt is refused, since a cap that is not read would be a cap that does not hold; any other unknown key is reported
and not used.
"""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compare.errors import ConfigError
from compare.ratings.bradley_terry import FloatArray, IntArray

POOLED_PRECISION = 0.5
"""lambda of the prior on the pooled strengths (and on a bucket's own, where there is only one bucket)."""
MIN_CLUSTERS = 8
"""With fewer raters (or threads) a covariance clustered by them is itself too uncertain."""
BUCKET_PRECISION = 1.0 / (2.0 * 0.3**2)
"""lambda by which a bucket's strengths shrink to the pooled ones: offsets between buckets of about 0.3 logits."""


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Normal prior on strengths: N(mean, 1 / precision); zeros where mean is None."""

    precision: float = POOLED_PRECISION
    mean: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What the weights must keep. None: no such limit."""

    cost_usd: float | None = None
    """Mean cost of a request, in US dollars."""
    slow_share: float | None = None
    """Share of requests slower than the latency limit; 0.05 makes that limit a p95."""
    error_share: float | None = None
    """Share of requests that end in an error."""
    cut_share: float | None = None
    """Share of answers that the length limit ended, or whose thread was cut before it was sent."""
    floor: float = 0.02
    """Least weight of every candidate."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold before weights are changed."""

    min_battles: float = 10
    """Votes of every candidate in the bucket."""
    min_pooled_battles: float = 30
    """Votes of every candidate in all buckets, tested where a bucket shrinks to the pooled fit."""
    min_raters: int = 3
    min_threads: int = MIN_CLUSTERS
    """Threads with votes of every candidate. Votes on one thread lean the same way, and with fewer threads than this
    the spread cannot be clustered by them: P(gain) would take many votes on two threads for many independent ones."""
    p_gain: float = 0.95
    """Least probability that the new weights serve better answers than the current ones."""
    step: float = 0.2
    """Most that one change may move, in total variation."""


@dataclass(frozen=True, slots=True, eq=False)
class ClusteredVotes:
    """The votes one by one, where it is known which of them lean the same way; arrays of shape (n,).

    Attributes:
        index_a: first candidate, its place in the bucket's `models`.
        index_b: second candidate.
        score: 1, 0.5 or 0 as seen from a.
        clusters: cluster numbers 0, 1, 2 ... by one or two columns.
        by: the columns' names.
    """

    index_a: IntArray
    index_b: IntArray
    score: FloatArray
    clusters: tuple[IntArray, ...]
    by: tuple[str, ...]


COLUMNS = ("cost_usd", "slow_share", "error_share", "cut_share")
"""What is known of every candidate beside its votes, and can be limited; the same names in Limits."""


@dataclass(frozen=True, slots=True, eq=False)
class BucketEvidence:
    """One bucket; arrays of shape (m,), `wins` (m, m) with ties as 0.5 on both sides. NaN: not known."""

    name: str
    models: tuple[str, ...]
    wins: FloatArray
    limits: Limits
    match: str = ""
    cost_usd: FloatArray | None = None
    slow_share: FloatArray | None = None
    error_share: FloatArray | None = None
    cut_share: FloatArray | None = None
    current: FloatArray | None = None
    raters: int | None = None
    threads: int | None = None
    prior: Prior | None = None
    experimental: frozenset[str] = frozenset()
    """Candidates that get the floor at most."""
    rows: ClusteredVotes | None = None
    n_votes: float | None = None
    """Ballots in the bucket, where votes come from ballots; the pairs in `wins` where it is None."""
    threads_each: FloatArray | None = None
    """Threads with votes of each candidate; only `threads`, for all together, is known where it is None."""
    votes_each: FloatArray | None = None
    """Votes of each candidate without both-bad ones; counted from `wins` where it is None."""

    @property
    def battles(self) -> FloatArray:
        """Votes of each candidate."""
        if self.votes_each is not None:
            return self.votes_each
        battles: FloatArray = (self.wins + self.wins.T).sum(axis=1)
        return battles


@dataclass(frozen=True, slots=True)
class Evidence:
    """All buckets and the rules for all of them."""

    buckets: tuple[BucketEvidence, ...]
    prior: Prior = Prior()
    guard: Guard = Guard()
    problems: tuple[str, ...] = ()


def read_evidence(document: Any) -> Evidence:
    """Check a decoded evidence file and turn it into values.

    Raises:
        ConfigError: something is missing or wrong; the message names the place.
    """
    problems: list[str] = []
    top = _mapping(document, "the evidence", ("buckets", "limits", "prior", "guard"), problems)
    if not isinstance(top.get("buckets"), list) or not top["buckets"]:
        raise ConfigError("The evidence has no buckets; it needs a list with at least one.")
    limits = _limits(top.get("limits", {}), "limits", Limits(), problems)
    buckets = tuple(_bucket(each, f"buckets[{i}]", limits, problems) for i, each in enumerate(top["buckets"]))
    prior = _prior(top["prior"], "prior", None, problems) if top.get("prior") else Prior()
    if prior.mean is not None and len(buckets) > 1:
        raise ConfigError("prior.mean is given for several buckets; give each bucket its own prior instead.")
    return Evidence(buckets, prior, _guard(top.get("guard", {}), problems), tuple(problems))


def _bucket(value: Any, at: str, limits: Limits, problems: list[str]) -> BucketEvidence:
    known = ("name", "match", "models", "wins", *COLUMNS, "current", "raters", "threads", "prior", "experimental")
    given = _mapping(value, at, (*known, "limits"), problems)
    models = given.get("models")
    if not isinstance(models, list) or len(models) < 2 or len(set(map(str, models))) < len(models):
        raise ConfigError(f"{at}.models must list at least two different candidates.")
    m = len(models)
    limits = _limits(given["limits"], f"{at}.limits", limits, problems) if given.get("limits") else limits
    bucket = BucketEvidence(
        name=str(given.get("name", at)),
        models=tuple(map(str, models)),
        wins=_wins(given.get("wins"), m, f"{at}.wins"),
        limits=limits,
        match=str(given.get("match", "")),
        cost_usd=_column(given, "cost_usd", m, at, known=False),
        slow_share=_column(given, "slow_share", m, at, high=1.0, known=False),
        error_share=_column(given, "error_share", m, at, high=1.0, known=False),
        cut_share=_column(given, "cut_share", m, at, high=1.0, known=False),
        current=_column(given, "current", m, at, high=1.0),
        raters=_count(given, "raters", at),
        threads=_count(given, "threads", at),
        prior=_prior(given["prior"], f"{at}.prior", m, problems) if given.get("prior") else None,
        experimental=_names(given.get("experimental"), models, f"{at}.experimental"),
    )
    if bucket.current is not None and abs(bucket.current.sum() - 1.0) > 1e-6:
        raise ConfigError(f"{at}.current sums to {bucket.current.sum():.6g}, not 1.")
    for name in COLUMNS:
        if getattr(limits, name) is not None and getattr(bucket, name) is None:
            raise ConfigError(f"{at} has a limit on {name} but no {name} of its candidates.")
    return bucket


def _limits(value: Any, at: str, default: Limits, problems: list[str]) -> Limits:
    given = _mapping(value, at, (*COLUMNS, "floor"), problems)

    def limit(name: str, high: float, otherwise: float | None) -> float | None:
        return otherwise if given.get(name) is None else _number(given[name], f"{at}.{name}", 0.0, high)

    floor = limit("floor", 1.0, default.floor)
    return Limits(
        limit("cost_usd", math.inf, default.cost_usd),
        limit("slow_share", 1.0, default.slow_share),
        limit("error_share", 1.0, default.error_share),
        limit("cut_share", 1.0, default.cut_share),
        default.floor if floor is None else floor,
    )


def _guard(value: Any, problems: list[str]) -> Guard:
    names = Guard.__slots__
    given = _mapping(value, "guard", names, problems)
    highs = {"p_gain": 1.0, "step": 1.0}
    numbers = {
        name: _number(given[name], f"guard.{name}", 0.0, highs.get(name, math.inf))
        for name in names
        if given.get(name) is not None
    }
    for name in ("min_raters", "min_threads"):
        if name in numbers:
            numbers[name] = _whole(numbers[name], f"guard.{name}")
    return Guard(**numbers)  # type: ignore[arg-type]  # those that count heads are whole by the lines above


def _prior(value: Any, at: str, m: int | None, problems: list[str]) -> Prior:
    given = _mapping(value, at, ("lambda", "mean"), problems)
    precision = given.get("lambda")
    precision = POOLED_PRECISION if precision is None else _number(precision, f"{at}.lambda", 1e-9, math.inf)
    mean = given.get("mean")
    if mean is None:
        return Prior(precision)
    if not isinstance(mean, list) or (m is not None and len(mean) != m):
        raise ConfigError(f"{at}.mean must be a list of one number for each of the bucket's candidates.")
    return Prior(precision, np.array([_number(x, f"{at}.mean[{i}]", -math.inf, math.inf) for i, x in enumerate(mean)]))


def _wins(value: Any, m: int, at: str) -> FloatArray:
    rows = value if isinstance(value, list) else []
    if len(rows) != m or any(not isinstance(row, list) or len(row) != m for row in rows):
        raise ConfigError(f"{at} must be {m} lists of {m} numbers: the votes for each candidate over each other.")
    wins = np.array(
        [[_number(x, f"{at}[{i}][{j}]", 0.0, math.inf) for j, x in enumerate(row)] for i, row in enumerate(rows)]
    )
    if np.diag(wins).any():
        raise ConfigError(f"{at} has votes of a candidate over itself; its diagonal must be 0.")
    return wins


def _column(
    given: Mapping[str, Any], name: str, m: int, at: str, high: float = math.inf, *, known: bool = True
) -> FloatArray | None:
    """Numbers, one for each candidate; unless all must be `known`, null gives NaN."""
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != m:
        raise ConfigError(f"{at}.{name} must be a list of {m} numbers, one for each candidate.")
    return np.array(
        [
            math.nan if x is None and not known else _number(x, f"{at}.{name}[{i}]", 0.0, high)
            for i, x in enumerate(value)
        ]
    )


def _names(value: Any, models: Sequence[Any], at: str) -> frozenset[str]:
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not set(map(str, value)) <= set(map(str, models)):
        raise ConfigError(f"{at} must be a list of names that stand in models.")
    return frozenset(map(str, value))


def _count(given: Mapping[str, Any], name: str, at: str) -> int | None:
    value = given.get(name)
    return None if value is None else _whole(_number(value, f"{at}.{name}", 0.0, math.inf), f"{at}.{name}")


def _whole(number: float, at: str) -> int:
    """A count of heads; cut down to a whole number, a guard would be weaker than the file says."""
    if not number.is_integer():
        raise ConfigError(f"{at} is {number:g}; it counts raters or threads and must be a whole number.")
    return int(number)


def _number(value: Any, at: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise ConfigError(f"{at} must be a number, not {value!r}.")
    if abs(value) > sys.float_info.max:  # without an end, or an integer of more digits than a float holds
        raise ConfigError(f"{at} must be a number of at most {sys.float_info.max:.2g}.")
    if not low <= value <= high:
        raise ConfigError(f"{at} is {value:g}; it must lie between {low:g} and {high:g}.")
    return float(value)


def _mapping(value: Any, at: str, known: Sequence[str], problems: list[str]) -> Mapping[str, Any]:
    """The mapping itself, after a look at its keys."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"{at} must be an object.")
    for name in value:
        if name in known:
            continue
        if close := difflib.get_close_matches(str(name), known, n=1, cutoff=0.75):
            raise ConfigError(f"{at} has the key {name!r}; did you mean {close[0]!r}?")
        problems.append(f"{at} has the key {name!r}, which is not known and was not used.")
    return value
