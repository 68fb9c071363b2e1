"""Characters that nobody sees, made visible: controls, bidirectional overrides, zero-width and tag characters.

A model (or a message of the thread) can hide words or turn their order with such characters. `escape` makes text safe
for HTML and puts a box with the code point in their place; `visible` does so for plain text. Nothing is removed in
silence. compare/ui/pane/dom.js knows the same characters.
"""

from __future__ import annotations

import html
import re

# Joiners are part of correct spelling between letters of many scripts and inside emoji; elsewhere they only hide.
_JOINABLE = "\u0600-\u1fff\u2190-\u2bff\ufb50-\ufdff\ufe0f\ufe70-\ufefc\U00010000-\U0001faff"
_ALWAYS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff"
)
# Three flags are a black flag and tag letters; a variant of a Han character is chosen by one selector after it.
_FLAGS = "\U0001f3f4(?:{})\U000e007f".format(
    "|".join("".join(chr(0xE0000 + ord(letter)) for letter in name) for name in ("gbeng", "gbsct", "gbwls"))
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAN_VARIANT = f"(?<=[{_HAN}])[\U000e0100-\U000e01ef]"
_JOINER = f"(?<![{_JOINABLE}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINABLE}])"
HIDDEN = re.compile(f"(?P<seen>{_FLAGS}|{_HAN_VARIANT})|[{_ALWAYS}]|{_JOINER}")
"""Matches one character that a reader would not see; or, as the group `seen`, such characters that make a picture."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def show_hidden(markup: str) -> str:
    """Put a box with its code point in the place of each hidden character.

    Args:
        markup: escaped text or HTML whose tags and attributes hold no hidden character.
    """
    return HIDDEN.sub(_box, markup)


def escape(text: str) -> str:
    """HTML of plain text, hidden characters shown as boxes."""
    return show_hidden(html.escape(text))


def visible(text: str) -> str:
    """Plain text for places that take no HTML: hidden characters as their code point in brackets, "[U+202E]"."""
    return HIDDEN.sub(lambda match: match["seen"] or f"[U+{ord(match[0]):04X}]", text)


def encodable(text: str) -> str:
    """The text with lone surrogates (which no encoding can carry) replaced by U+FFFD; the length stays the same."""
    return _SURROGATE.sub("\ufffd", text)


def _box(match: re.Match[str]) -> str:
    return match["seen"] or f'<span class="rp-cc">U+{ord(match[0]):04X}</span>'
