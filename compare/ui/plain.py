"""Words of others inside Streamlit's Markdown: shown as they were written, with nothing made of them.

Titles of threads, file names, model names, answers and what servers say in errors come from outside. In Markdown an
image in them would be loaded from wherever they say.
"""

from __future__ import annotations

import re

from compare.render.characters import visible

_LINE_ENDS = re.compile(r"[\r\n\u2028\u2029\x0b\x0c\x85]+")
# Arrows, dashes and comparisons, `:smile:` and `:streamlit:`, addresses: Streamlit rewrites these after it has read the
# Markdown, so that no escape keeps it from that. It looks at one piece of text at a time.
_MARKS = re.compile(
    r"(?P<rewritten>[-<>=~](?=[-<>=~])|:(?=[\w+-]+:|//)|@(?=[\w-]))|(?P<www>(?<=www)\.)|[!-/:-@\[-`{-~]", re.IGNORECASE
)
_BREAK = ":small[]"
"""Ends a piece of text and shows nothing."""


def plain(text: str) -> str:
    """The text for a place that takes Markdown, on one line; every mark in it is only a mark."""
    return _MARKS.sub(_escaped, visible(_LINE_ENDS.sub(" ", text)))


def _escaped(match: re.Match[str]) -> str:
    before, after = _BREAK if match["www"] else "", _BREAK if match["rewritten"] else ""
    return f"{before}\\{match[0]}{after}"
