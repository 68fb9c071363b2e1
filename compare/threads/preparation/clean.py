"""clean@1: the same words in one encoding. What a reader sees stays; what only disturbs tokenizers goes.

Released: its output never changes (golden tests hold it). A change of mind is clean@2, in a file of its own.
Cleaning twice is cleaning once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from compare.records import ChatMessage
from compare.threads.preparation.change import Change, Prepared, touched
from compare.threads.preparation.invisible import without_direction_marks, without_zero_width
from compare.threads.preparation.whitespace import fold
from compare.threads.prompts import EMPTY_MESSAGE

_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def _newlines(text: str) -> str:
    return _LINE_ENDS.sub("\n", text)


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", text)


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _never_empty(text: str) -> str:
    return text or EMPTY_MESSAGE


# Composed first, because what a hidden character stands beside decides whether it stays; composed again, because taking
# one away may bring two together that compose.
_PARTS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("line ends made newlines", _newlines),
    ("control characters removed", _without_controls),
    ("characters composed (NFC)", _composed),
    ("direction marks removed", without_direction_marks),
    ("zero-width characters removed", without_zero_width),
    ("characters composed (NFC)", _composed),
    ("white space folded", fold),
    ("nothing was left: sent as an empty message", _never_empty),
)


def clean(messages: tuple[ChatMessage, ...]) -> Prepared:
    """Every message cleaned; roles, number and order stay."""
    cleaned, changes = [], []
    for index, message in enumerate(messages):
        text, before = message.content, None
        # Again until nothing changes: marks that composing put in order can leave a joiner without its letter.
        while text != before:
            before = text
            for what, part in _PARTS:
                after = part(text)
                if after != text:
                    changes.append(Change(index, what, touched(text, after)))
                text = after
        cleaned.append(replace(message, content=text))
    return Prepared(tuple(cleaned), tuple(changes))
