"""What recall gives: passages, the values in them, and which of them tell the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compare.records import Role
from compare.sim.brain.asks import Ask
from compare.sim.brain.digest import Unit
from compare.sim.brain.memory import Remembered


@dataclass(frozen=True, slots=True)
class Finding:
    """A passage and, where one could be told, the value in it."""

    number: int
    """Of the message."""
    role: Role
    unit: Unit
    value: str | None
    score: float
    is_record: bool = False
    corrected: bool = False
    """It replaced an earlier value."""
    quotable: bool = True
    """False where the passage also holds a value that is no longer right."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one ask."""

    ask: Ask
    status: Literal["found", "related", "nearby", "advice", "missing"]
    """`nearby`: no answer, only what was said closest to it; `advice`: a matter for judgement, to be weighed."""
    findings: tuple[Finding, ...] = ()


def finding(message: Remembered, unit: Unit, value: str | None, score: float) -> Finding:
    """A passage of a message as a finding."""
    return Finding(message.number, message.role, unit, value, score, message.digest.is_record)


def distinct(findings: list[Finding], limit: int) -> list[Finding]:
    """The first findings that are not alike, at most `limit`."""
    kept: list[Finding] = []
    for finding in findings:
        if any(alike(finding, k) for k in kept):
            continue
        kept.append(finding)
        if len(kept) == limit:
            break
    return kept


def alike(one: Finding, other: Finding) -> bool:
    """Whether two findings tell the same: one value, or mostly the same words."""
    if one.value is not None:
        return one.value == other.value
    return len(one.unit.terms & other.unit.terms) > 0.7 * min(len(one.unit.terms), len(other.unit.terms))


__all__ = ["Finding", "Found", "alike", "distinct", "finding"]
