"""Tokens as the Responses format reports them, brought to one meaning: input with cached, output with reasoning.

The figures mean what those of Chat Completions mean and only their names differ, so chatusage.py judges both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compare.providers import chatusage
from compare.records import Usage

_AS_IN_CHAT = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens_details": "completion_tokens_details",
}


def usage_of(raw: Mapping[str, Any], *, has_text: bool) -> tuple[Usage, list[str]]:
    """Normalise one `usage` object; see chatusage.usage_of.

    Args:
        raw: as the server sent it; it stays as it is in the usage's own `raw`.
        has_text: whether the answer or its thinking has any text, so that 0 output tokens cannot be true.

    Returns:
        The usage and sentences about what does not add up.
    """
    named = dict(raw)
    for name, in_chat in _AS_IN_CHAT.items():
        if name in raw:
            named[in_chat] = raw[name]
    usage, doubts = chatusage.usage_of(named, has_text=has_text)
    return replace(usage, raw=raw if usage.raw else {}), doubts


__all__ = ["usage_of"]
