"""Tokens as Gemini reports them, brought to one meaning: input with cached and tool results, output with thoughts.

Gemini leaves out what is 0 and counts thoughts beside the answer. A figure that cannot be is None with a reason; what
is missing is worked out only from Gemini's own total, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compare.providers.tokencounts import Doubts, count, usage_from
from compare.records import Usage


def usage_of(raw: Mapping[str, Any], *, has_text: bool) -> tuple[Usage, list[str]]:
    """Normalise one `usageMetadata` object; those of earlier chunks are no part of it.

    Args:
        raw: as the server sent it.
        has_text: whether the answer itself has text, so that 0 tokens for it cannot be true.

    Returns:
        The usage (`source` "missing" where no figure could be read) and sentences about what does not add up.
    """
    doubts = Doubts()
    total, thoughts = count(raw, "totalTokenCount"), count(raw, "thoughtsTokenCount")
    given = doubts.input(count(raw, "promptTokenCount"))
    if given is not None:
        given += count(raw, "toolUsePromptTokenCount") or 0

    reported = count(raw, "candidatesTokenCount")
    answered = doubts.output(reported, has_text=has_text)
    if reported is None and given is not None and total is not None and total >= given + (thoughts or 0):
        answered = total - given - (thoughts or 0)
        # Left out because it is 0; for an answer with text, as in a stream that broke early, it is not known.
        answered = None if answered == 0 and has_text else answered
    elif answered is not None and given is not None and thoughts is None and (total or 0) > given + answered:
        # Older models count their thoughts in the total alone.
        thoughts = (total or 0) - given - answered
    return usage_from(
        raw,
        doubts,
        given=given,
        answered=None if answered is None else answered + (thoughts or 0),
        cached=count(raw, "cachedContentTokenCount"),
        cache_write=None,
        reasoning=thoughts,
    )


__all__ = ["usage_of"]
