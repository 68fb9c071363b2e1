"""Tokens as Chat Completions servers report them, brought to one meaning: input with cached, output with reasoning.

What a server does not report, or reports as something that cannot be, is None with a reason; nothing is guessed except
thinking that a server counts only in its total.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compare.records import Usage


def usage_of(raw: Mapping[str, Any], *, has_text: bool) -> tuple[Usage, list[str]]:
    """Normalise one `usage` object.

    Args:
        raw: as the server sent it.
        has_text: whether the answer or its thinking has any text, so that 0 output tokens cannot be true.

    Returns:
        The usage (`source` "missing" where no figure could be read) and sentences about what does not add up.
    """
    doubts: list[str] = []
    prompt_parts, output_parts = _object(raw, "prompt_tokens_details"), _object(raw, "completion_tokens_details")
    given, answered = _count(raw, "prompt_tokens"), _count(raw, "completion_tokens")
    cached = _first(
        _count(prompt_parts, "cached_tokens"), _count(raw, "prompt_cache_hit_tokens"), _count(raw, "cached_tokens")
    )
    cache_write = _first(
        _count(prompt_parts, "cache_write_tokens"),
        _count(prompt_parts, "cache_creation_tokens"),
        _count(raw, "cache_creation_input_tokens"),
    )
    reasoning = _first(_count(output_parts, "reasoning_tokens"), _count(raw, "reasoning_tokens"))
    total = _count(raw, "total_tokens")

    if given == 0:
        doubts.append("The server reported 0 input tokens, which cannot be; its figure was set aside.")
        given = None
    if answered == 0 and has_text:
        doubts.append("The server reported 0 output tokens for an answer with text; its figure was set aside.")
        answered = None
    if given is not None and answered is not None and total is not None and total > given + answered:
        # Gemini's endpoint hides its thoughts here, xAI's counts its reasoning here.
        hidden = total - given - answered
        answered += hidden
        reasoning = max(reasoning or 0, hidden)
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


def _object(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)


__all__ = ["usage_of"]
