"""Tokens as Anthropic Messages report them, brought to one meaning: input with cached, output with reasoning.

Anthropic counts input three times over, apart: plain, read from the cache, written to it. A stream reports twice: what
it begins with holds the input and a first guess at the output, what it closes with holds totals that replace the
former and are never added to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compare.providers.tokencounts import Doubts, count, details, usage_from
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
    doubts = Doubts()
    raw = {**begun, **{name: value for name, value in closing.items() if value is not None}}
    plain = count(raw, "input_tokens")
    cached, cache_write = count(raw, "cache_read_input_tokens"), count(raw, "cache_creation_input_tokens")
    given = None if plain is None else plain + (cached or 0) + (cache_write or 0)
    if given == 0:
        cached = cache_write = None
    return usage_from(
        raw,
        doubts,
        given=doubts.input(given),
        answered=doubts.output(count(closing, "output_tokens"), has_text=has_text),
        cached=cached,
        cache_write=cache_write,
        reasoning=count(details(closing, "output_tokens_details"), "thinking_tokens"),
    )


__all__ = ["usage_of"]
