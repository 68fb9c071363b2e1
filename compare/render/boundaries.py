"""When a block of markdown may have ended: a look at each finished line, so that the parser is not asked per token.

Only when, never where: the parser alone decides where blocks end, and a wrong guess here costs time, not correctness.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Literal


class Signal(IntEnum):
    """How likely it is that asking the parser now will finish a block."""

    NO = 0
    MAYBE = 1
    SURE = 2


Kind = Literal["fence", "tex", "list", "code", "quote", "short", "other"]

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r" {0,3}(?:([-+*])|\d{1,9}([.)]))(?=[ \t]|$)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_HEADING = re.compile(r" {0,3}#{1,6}(?=[ \t]|$)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_QUOTE = re.compile(r" {0,3}>")
_CODE = re.compile(r" {4}| {0,3}\t")
_NOT_AN_ITEM = re.compile(r"(?![-+*](?:[ \t]|$)|\d{1,9}(?:[.)](?:[ \t]|$)|$))\S")
_TEX_CLOSE = {"$$": "$$", "\\[": "\\]"}


class BlockWatch:
    """Follows the lines of one unfinished block.

    `line` takes each finished line without its line end, `partial` the line that is still growing.
    """

    def __init__(self) -> None:
        self._kind: Kind | None = None
        self._mark = ""
        self._after_blank = False

    def line(self, line: str) -> Signal:
        """Note a finished line and say whether the block may have ended with it, or just before it."""
        blank = not line.strip(" \t")
        if self._kind is None:
            if not blank:
                self._kind, self._mark = _classify(line)
            return Signal.SURE if self._kind == "short" else Signal.NO
        signal = self._follow(line, blank)
        self._after_blank = blank
        return signal

    def partial(self, line: str) -> Signal:
        """Say whether a growing line shows already that the block before it has ended, finished though it is not.

        So it is for lists (after a blank line) and for indented code, when the line stands at the margin and cannot
        become a list item.
        """
        if self._kind == "code" or (self._kind == "list" and self._after_blank):
            return Signal.SURE if _NOT_AN_ITEM.match(line) else Signal.NO
        return Signal.NO

    def _follow(self, line: str, blank: bool) -> Signal:
        match self._kind:
            case "fence":
                bare = line.strip(" \t")
                closes = len(bare) >= len(self._mark) and not bare.strip(self._mark[0]) and not _CODE.match(line)
                return Signal.SURE if closes else Signal.NO
            case "tex":
                return Signal.SURE if blank or line.rstrip().endswith(self._mark) else Signal.NO
            case "code":
                if blank or _CODE.match(line):
                    return Signal.NO
                self._kind = "other"
                return Signal.SURE
            case "list":
                return Signal.NO if blank else self._follow_list(line)
            case "quote":
                if blank:
                    return Signal.SURE
                return Signal.MAYBE if not _QUOTE.match(line) and _interrupts(line) else Signal.NO
            case _:
                if blank:
                    return Signal.SURE
                return Signal.MAYBE if _interrupts(line) or _UNDERLINE.match(line) else Signal.NO

    def _follow_list(self, line: str) -> Signal:
        if line[0] in " \t":
            return Signal.NO
        item = _ITEM.match(line)
        if item and (item[1] or item[2]) == self._mark and not _RULE.match(line):
            return Signal.NO
        if item or self._after_blank:
            return Signal.SURE
        return Signal.MAYBE if _interrupts(line) else Signal.NO


def _classify(line: str) -> tuple[Kind, str]:
    """Kind of the block that a line opens, and the mark that continues or closes it."""
    if _CODE.match(line):
        return "code", ""
    if fence := _FENCE.match(line):
        return "fence", fence[1]
    if line.strip() in _TEX_CLOSE:
        return "tex", _TEX_CLOSE[line.strip()]
    if _RULE.match(line) or _HEADING.match(line):
        return "short", ""
    if item := _ITEM.match(line):
        return "list", item[1] or item[2]
    return ("quote" if _QUOTE.match(line) else "other"), ""


def _interrupts(line: str) -> bool:
    """True where a line may begin a block of another kind without a blank line before it."""
    patterns = (_FENCE, _ITEM, _RULE, _HEADING, _QUOTE)
    return line.strip() in _TEX_CLOSE or any(p.match(line) for p in patterns)
