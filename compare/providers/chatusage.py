"""Tokens as Chat Completions servers report them, brought to one meaning: input with cached, output with reasoning.

What a server does not report, or reports as something that cannot be, is None with a reason; nothing is guessed except
thinking that a server counts only in its total.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compare.providers.tokencounts import Doubts, count, details, first, usage_from
from compare.records import Usage


def usage_of(raw: Mapping[str, Any], *, has_text: bool) -> tuple[Usage, list[str]]:
    """Normalise one `usage` object.

    Args:
        raw: as the server sent it.
        has_text: whether the answer or its thinking has any text, so that 0 output tokens cannot be true.

    Returns:
        The usage (`source` "missing" where no figure could be read) and sentences about what does not add up.
    """
    doubts = Doubts()
    prompt_parts, output_parts = details(raw, "prompt_tokens_details"), details(raw, "completion_tokens_details")
    given = doubts.input(count(raw, "prompt_tokens"))
    answered = doubts.output(count(raw, "completion_tokens"), has_text=has_text)
    reasoning = first(count(output_parts, "reasoning_tokens"), count(raw, "reasoning_tokens"))
    total = count(raw, "total_tokens")
    if given is not None and answered is not None and total is not None and total > given + answered:
        # Gemini's endpoint hides its thoughts here, xAI's counts its reasoning here.
        hidden = total - given - answered
        answered += hidden
        reasoning = max(reasoning or 0, hidden)
    return usage_from(
        raw,
        doubts,
        given=given,
        answered=answered,
        cached=first(
            count(prompt_parts, "cached_tokens"), count(raw, "prompt_cache_hit_tokens"), count(raw, "cached_tokens")
        ),
        cache_write=first(
            count(prompt_parts, "cache_write_tokens"),
            count(prompt_parts, "cache_creation_tokens"),
            count(raw, "cache_creation_input_tokens"),
        ),
        reasoning=reasoning,
    )


__all__ = ["usage_of"]
