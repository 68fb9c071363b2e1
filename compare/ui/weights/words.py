"""Figures of the Weights page in words."""

from __future__ import annotations

from decimal import Decimal

from compare.render.numbers import dollars, seconds

UNKNOWN = "\u2013"
"""What stands where there is no figure."""


def money(amount: float | None) -> str:
    """Dollars; a dash where they are not known."""
    if amount is None:
        return UNKNOWN
    return f"${amount:,.0f}" if amount >= 1000 else dollars(Decimal(str(amount)))


def time(ms: float | None) -> str:
    """Seconds; a dash where they are not known."""
    return UNKNOWN if ms is None else seconds(ms)


def percent(share: float | None) -> str:
    """A share with one decimal; a dash where it is not known."""
    return UNKNOWN if share is None else f"{share:.1%}"
