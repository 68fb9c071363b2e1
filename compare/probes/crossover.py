"""From which thread length on a candidate remembers too little of what another does: the question that votes answer
with preferences, asked of probes.

Both were asked the same probes. Of those that the reference passed, the candidate passes a share, which falls with the
length of the thread; good enough is 90 % of them. The line and its interval are those of ratings/crossover.py. Where
the answers separate too cleanly for a line, the step between two tested lengths is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from compare.errors import ConfigError, NotEnoughVotesError
from compare.probes.curves import FACTUAL
from compare.probes.results import Result
from compare.probes.thread_share import thread_share
from compare.ratings.crossover import find_crossover
from compare.ratings.shares import Share

Verdict = Literal["crosses", "good_enough", "not_good_enough", "unclear"]
FLOOR = 0.9
"""The share of what the reference remembers that is good enough."""


@dataclass(frozen=True, slots=True)
class ProbeCrossover:
    """Where a candidate stops being good enough, in messages of a thread."""

    reference: str
    verdict: Verdict
    at: int | None
    """The last length at which it is still good enough: what a rule's `thread_length > at` sends elsewhere."""
    ci_low: int | None
    """Up to here it surely is; None where that is not known."""
    ci_high: int | None
    """Beyond this it surely is not; None where that is not known."""
    is_step: bool
    """Whether it was read off two tested lengths, for want of a line."""
    shares: Mapping[int, Share]
    """By tested thread length, of what the reference passed, the share that the candidate passed."""
    n: int
    floor: float = FLOOR

    @property
    def rule(self) -> str:
        """As a route writes it; empty where there is no such length."""
        return f"thread_length > {self.at}" if self.verdict == "crosses" and self.at is not None else ""

    @property
    def sentence(self) -> str:
        """In words."""
        what = f"remembers {self.floor:.0%} of what {self.reference} does".replace("%", " %")
        if self.rule:
            told = f" (between {self.ci_low} and {self.ci_high})" if self.ci_low and self.ci_high else ""
            how = "a step between two tested lengths" if self.is_step else f"a line through {self.n:,} probes"
            return f"{what} in threads of up to {self.at} messages{told}, by {how}: route {self.rule} elsewhere."
        if self.verdict == "good_enough":
            return f"{what} in threads of every length tested, up to {max(self.shares)} messages."
        if self.verdict == "not_good_enough":
            less = what.replace("remembers", "remembers less than")
            return f"{less}, even in threads of {min(self.shares)} messages."
        return "these probes do not tell from which length on it is worse; ask more sets or repeats."

    def to_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "reference": self.reference, "verdict": self.verdict, "at": self.at, "ci_low": self.ci_low,
            "ci_high": self.ci_high, "is_step": self.is_step, "rule": self.rule, "n": self.n, "floor": self.floor,
            "sentence": self.sentence,
            "shares": {str(length): one.to_json() for length, one in self.shares.items()},
        }  # fmt: skip


def crossovers(results: Sequence[Result], reference: str) -> dict[str, ProbeCrossover]:
    """Of every other candidate against a reference, by name.

    Raises:
        ConfigError: the reference has no answers.
    """
    names = list(dict.fromkeys(one.name for one in results))
    if reference not in names:
        known = ", ".join(names) or "none"
        raise ConfigError(f"{reference!r} was asked no probes, so it is no reference. Candidates: {known}.")
    others = [name for name in names if name != reference]
    found = {name: crossover(results, name, reference) for name in others}
    return {name: one for name, one in found.items() if one is not None}


def crossover(
    results: Sequence[Result], candidate: str, reference: str, *, floor: float = FLOOR
) -> ProbeCrossover | None:
    """Of one candidate; None where the two have no probe in common."""
    known = {_key(one) for one in results if one.name == reference and one.passed and _counts(one)}
    asked = [one for one in results if one.name == candidate and _counts(one) and _key(one) in known]
    if not asked:
        return None
    length = np.array([one.probe.asked + 1 for one in asked], dtype=np.int64)
    score = np.array([one.passed for one in asked], dtype=np.float64)
    numbers: dict[str, int] = {}
    thread = np.array([numbers.setdefault(one.probe.thread_id, len(numbers)) for one in asked], dtype=np.int64)
    tested = [int(one) for one in np.unique(length)]
    shares = {one: thread_share(score[length == one], thread[length == one]) for one in tested}
    try:
        line = find_crossover(length, score, [thread], floor=floor)
    except NotEnoughVotesError:
        return _from_step(shares, reference, len(asked), floor)
    at = None if line.at is None else line.at - 1
    low = None if line.ci_low is None else line.ci_low - 1
    high = None if line.ci_high is None else line.ci_high - 1
    if line.verdict == "unclear":
        return _from_step(shares, reference, len(asked), floor)
    return ProbeCrossover(reference, line.verdict, at, low, high, False, shares, len(asked), floor)


def _from_step(shares: Mapping[int, Share], reference: str, n: int, floor: float) -> ProbeCrossover:
    """The last tested length before which all, and after which none, are good enough."""
    good = {length: (one.value or 0.0) >= floor for length, one in shares.items()}
    lengths = sorted(good)
    last = max((length for length in lengths if good[length]), default=None)
    first_bad = min((length for length in lengths if not good[length]), default=None)
    if first_bad is None:
        return ProbeCrossover(reference, "good_enough", None, None, None, True, shares, n, floor)
    if last is None:
        return ProbeCrossover(reference, "not_good_enough", None, None, None, True, shares, n, floor)
    if last > first_bad:
        return ProbeCrossover(reference, "unclear", None, None, None, True, shares, n, floor)
    return ProbeCrossover(reference, "crosses", last, last, first_bad - 1, True, shares, n, floor)


def _counts(one: Result) -> bool:
    return one.passed is not None and one.probe.type in FACTUAL


def _key(one: Result) -> tuple[str, int]:
    return one.probe.thread_id, one.repeat


__all__ = ["ProbeCrossover", "crossover", "crossovers"]
