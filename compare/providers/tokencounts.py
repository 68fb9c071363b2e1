"""What the usage readers of all wire formats share: what is a count, and which figures cannot be true.

A figure that cannot be is set aside as None, with a sentence that says so; none is put right by guessing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compare.records import Usage

MOST_TOKENS = 10**12
"""More than a million of the longest windows there are: no count, and more than a database can hold soon after."""


def count(raw: Mapping[str, Any], name: str) -> int | None:
    """A whole number from 0 up to MOST_TOKENS; None for everything else."""
    value = raw.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS else None


def details(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within; empty where there is none."""
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def first(*values: int | None) -> int | None:
    """The first that is known."""
    return next((value for value in values if value is not None), None)


class Doubts(list[str]):
    """Sentences about figures of one usage object that do not add up."""

    def input(self, tokens: int | None) -> int | None:
        """The input tokens, unless they are 0: no request is empty."""
        if tokens == 0:
            self.append("The server reported 0 input tokens, which cannot be; its figure was set aside.")
            return None
        return tokens

    def output(self, tokens: int | None, *, has_text: bool) -> int | None:
        """The output tokens, unless they are 0 for an answer that has text."""
        if tokens == 0 and has_text:
            self.append("The server reported 0 output tokens for an answer with text; its figure was set aside.")
            return None
        return tokens


def usage_from(
    raw: Mapping[str, Any],
    doubts: Doubts,
    *,
    given: int | None,
    answered: int | None,
    cached: int | None,
    cache_write: int | None,
    reasoning: int | None,
) -> tuple[Usage, list[str]]:
    """The usage of one answer, once its figures have one meaning; parts that exceed their whole are set aside.

    Args:
        raw: as the server sent it, kept unless it is nested too deeply to be stored.
        doubts: those so far.
        given: input tokens, with cached ones.
        answered: output tokens, with reasoning.
        cached: of the input, those read from a cache.
        cache_write: of the input, those written to one.
        reasoning: of the output, those of the thinking.

    Returns:
        The usage (`source` "missing" where no figure could be read) and all doubts.
    """
    from_cache = (cached or 0) + (cache_write or 0)
    if given is not None and from_cache > given:
        doubts.append(f"The server reported {from_cache} of {given} input tokens as cached; the former was set aside.")
        cached = cache_write = None
    if answered is not None and reasoning is not None and reasoning > answered:
        doubts.append(
            f"The server reported {reasoning} of {answered} output tokens as reasoning; the former was set aside."
        )
        reasoning = None
    try:
        json.dumps(raw)
    except RecursionError:
        doubts.append("The server's usage is too deeply nested to be kept as it came.")
        raw = {}
    known = given is not None or answered is not None
    return Usage(given, answered, cached, cache_write, reasoning, "reported" if known else "missing", raw), doubts


__all__ = ["Doubts", "count", "details", "first", "usage_from"]
