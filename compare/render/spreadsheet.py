"""Texts of others in a CSV file that somebody opens with a spreadsheet."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, full-width signs too."""


def guarded(text: str) -> str:
    """A text as a CSV cell that no spreadsheet runs."""
    return "'" + text if text.startswith(_FORMULA) else text
