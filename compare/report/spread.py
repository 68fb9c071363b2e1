"""How much a candidate varies: the same question asked several times of one candidate, in one run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from statistics import mean
from typing import TypeVar

from compare.records import Answer

_Number = TypeVar("_Number", int, float, Decimal)


@dataclass(frozen=True, slots=True)
class Spread:
    """The answers of one candidate, as ranges. Only complete answers count."""

    candidate_id: str
    n: int
    out_tokens: tuple[int, int] | None
    """Fewest and most: as reported, or counted where one was not reported. None where some are not known."""
    total_ms: tuple[float, float] | None
    cost_usd: tuple[Decimal, Decimal] | None
    alike: float
    """0 to 1: the share of words that two of its answers have in common (Dice's coefficient), mean over all pairs."""


def spreads(answers: Iterable[Answer]) -> list[Spread]:
    """One for each candidate with two complete answers or more, in order of appearance."""
    by_candidate: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.status == "done":
            by_candidate.setdefault(answer.candidate_id, []).append(answer)
    return [_spread(key, found) for key, found in by_candidate.items() if len(found) > 1]


def _spread(candidate_id: str, answers: list[Answer]) -> Spread:
    tokens = [a.out_reported if a.out_reported is not None else a.out_counted for a in answers]
    return Spread(
        candidate_id=candidate_id,
        n=len(answers),
        out_tokens=_ends([t for t in tokens if t is not None], len(answers)),
        total_ms=_ends([a.total_ms for a in answers if a.total_ms is not None], len(answers)),
        cost_usd=_ends([a.cost_usd for a in answers if a.cost_usd is not None], len(answers)),
        alike=mean(_alike(a.text, b.text) for a, b in combinations(answers, 2)),
    )


def _ends(known: list[_Number], n: int) -> tuple[_Number, _Number] | None:
    return (min(known), max(known)) if len(known) == n else None


def _alike(a: str, b: str) -> float:
    in_a, in_b = Counter(a.split()), Counter(b.split())
    n = in_a.total() + in_b.total()
    return 2 * (in_a & in_b).total() / n if n else 1.0
