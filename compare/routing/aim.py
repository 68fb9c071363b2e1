"""What weights are to achieve: limits, the latency that counts as slow, and how careful a change must be."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from compare.routing.evidence import Guard, Limits

SLOW_MS = 10_000.0
"""Answers that take longer are slow, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Aim:
    """The choices behind a proposal."""

    limits: Limits = field(default_factory=Limits)
    slow_ms: float = SLOW_MS
    """An answer that takes longer is slow; `limits.slow_share` says how many may be. 0.05 makes it a p95."""
    guard: Guard = field(default_factory=Guard)
    forced: bool = False
    """Go all the way to the optimum in one step."""
    allow_experimental: bool = False
    """Candidates of the pool "experimental" may get more than the floor."""

    @property
    def sentence(self) -> str:
        """The limits in words, for the file."""
        limits = self.limits
        told = [f"each candidate at least {limits.floor:g}"]
        if limits.cost_usd is not None:
            told.append(f"cost <= {limits.cost_usd:g} USD a request")
        if limits.slow_share is not None:
            told.append(f"at most {limits.slow_share:g} of requests slower than {self.slow_ms / 1000:g} s")
        if limits.error_share is not None:
            told.append(f"at most {limits.error_share:g} errors")
        if limits.cut_share is not None:
            told.append(f"at most {limits.cut_share:g} cut answers")
        return "Limits: " + "; ".join(told) + "."

    def to_json(self) -> dict[str, Any]:
        """As kept with an export."""
        return asdict(self)
