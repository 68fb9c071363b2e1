"""Tokens as Anthropic Messages report them, brought to one meaning: input with cached, output with reasoning.

Anthropic counts input three times over, apart: plain, read from the cache, written to it. A stream reports twice: what
it begins with holds the input and a first guess at the output, what it closes with holds totals that replace the
former and are never added to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compare.records import Usage


def usage_of(begun: Mapping[str, Any], closing: Mapping[str, Any], *, has_text: bool) -> tuple[Usage, list[str]]:
    """Normalise the `usage` objects of one answer.

    Args:
        begun: that of message_start; empty for an answer that came whole.
        closing: that of message_delta or of a whole answer; empty for a stream that broke off, whose output is then
            not known. Of several, the last value of each field that is not null.
        has_text: whether the answer or its thinking has any text, so that 0 output tokens cannot be true.

    Returns:
        The usage (`source` "missing" where no figure could be read) and sentences about what does not add up.
    """
    doubts: list[str] = []
    raw = {**begun, **{name: value for name, value in closing.items() if value is not None}}
    plain = _count(raw, "input_tokens")
    cached, cache_write = _count(raw, "cache_read_input_tokens"), _count(raw, "cache_creation_input_tokens")
    given = None if plain is None else plain + (cached or 0) + (cache_write or 0)
    answered = _count(closing, "output_tokens")
    details = closing.get("output_tokens_details")
    reasoning = _count(details, "thinking_tokens") if isinstance(details, dict) else None

    if given == 0:
        doubts.append("The server reported 0 input tokens, which cannot be; its figure was set aside.")
        given = cached = cache_write = None
    if answered == 0 and has_text:
        doubts.append("The server reported 0 output tokens for an answer with text; its figure was set aside.")
        answered = None
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


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


__all__ = ["usage_of"]
