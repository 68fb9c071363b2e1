"""Words of others inside Streamlit's Markdown: shown as they were written, with nothing made of them.

Titles of threads, file names, model names, answers and what servers say in errors come from outside. In Markdown an
image in them would be loaded from wherever they say.
"""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_LINE_ENDS = re.compile(r"[\r\n\u2028\u2029\x0b\x0c\x85]+")


def plain(text: str) -> str:
    """The text for a place that takes Markdown, on one line; every mark in it is only a mark."""
    return _PUNCTUATION.sub(r"\\\1", _LINE_ENDS.sub(" ", text))
