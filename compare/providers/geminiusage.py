"""Tokens as Gemini reports them, brought to one meaning: input with cached and tool results, output with thoughts.

Gemini leaves out what is 0 and counts thoughts beside the answer. A figure that cannot be is None with a reason; what
is missing is worked out only from Gemini's own total, never guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compare.records import Usage


def usage_of(raw: Mapping[str, Any], *, has_text: bool) -> tuple[Usage, list[str]]:
    """Normalise one `usageMetadata` object; those of earlier chunks are no part of it.

    Args:
        raw: as the server sent it.
        has_text: whether the answer itself has text, so that 0 tokens for it cannot be true.

    Returns:
        The usage (`source` "missing" where no figure could be read) and sentences about what does not add up.
    """
    doubts: list[str] = []
    total = _count(raw, "totalTokenCount")
    cached = _count(raw, "cachedContentTokenCount")
    thoughts = _count(raw, "thoughtsTokenCount")
    given = _count(raw, "promptTokenCount")
    if given == 0:
        doubts.append("The server reported 0 input tokens, which cannot be; its figure was set aside.")
        given = None
    elif given is not None:
        given += _count(raw, "toolUsePromptTokenCount") or 0

    answered = _count(raw, "candidatesTokenCount")
    if answered is None and given is not None and total is not None and total >= given + (thoughts or 0):
        answered = total - given - (thoughts or 0)
        # Left out because it is 0; for an answer with text, as in a stream that broke early, it is not known.
        answered = None if answered == 0 and has_text else answered
    elif answered == 0 and has_text:
        doubts.append("The server reported 0 output tokens for an answer with text; its figure was set aside.")
        answered = None
    elif answered is not None and given is not None and thoughts is None and (total or 0) > given + answered:
        # Older models count their thoughts in the total alone.
        thoughts = (total or 0) - given - answered
    output = None if answered is None else answered + (thoughts or 0)

    if given is not None and (cached or 0) > given:
        doubts.append(f"The server reported {cached} of {given} input tokens as cached; the former was set aside.")
        cached = None
    try:
        json.dumps(raw)
    except RecursionError:
        doubts.append("The server's usage is too deeply nested to be kept as it came.")
        raw = {}
    known = given is not None or output is not None
    return Usage(given, output, cached, None, thoughts, "reported" if known else "missing", raw), doubts


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


__all__ = ["usage_of"]
