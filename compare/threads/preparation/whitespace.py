"""White space of a text folded, code left as it is (part of clean@1, see clean.py).

Outside code: runs inside a line become one space (one tab, where the run has one: it may be a column), spaces of all
kinds become the plain one, line ends lose theirs, several blank lines become one, and the text neither starts nor ends
with one. The indent of a line stays: lists and quoted configuration mean something by it. Code is what stands in a
fence, between backticks, or behind an indent of four.
"""

from __future__ import annotations

import re

_SPACES = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE = re.compile(f"([{_SPACES}]*)(.*)")
_CODE_OR_RUN = re.compile(f"(`+[^`]*`+)|[{_SPACES}]+")
_ENDING = re.compile(f"[{_SPACES}]+$")
_FENCE = re.compile(r"[ \t>]*(?:(`{3,})[^`]*|(~{3,}).*)")


def fold(text: str) -> str:
    """The text with folded white space; line ends must be newlines already. Folding twice changes nothing more."""
    folded: list[str] = []
    fence = ""  # the marker that opened the fence we are in
    for line in text.split("\n"):
        if fence:
            folded.append(line)
            if _closes(fence, line):
                fence = ""
            continue
        line = _fold_line(line)
        opened = _FENCE.fullmatch(line)
        if opened:
            fence = opened[1] or opened[2]
        if line or (folded and folded[-1]):
            folded.append(line)
    while not fence and folded and not folded[-1]:
        folded.pop()
    return "\n".join(folded)


def _fold_line(line: str) -> str:
    line = _ENDING.sub("", line)
    indent, body = _LINE.fullmatch(line).groups()  # type: ignore[union-attr]  # it matches every line
    indent = re.sub(f"[{_SPACES}]", lambda space: "\t" if space[0] == "\t" else " ", indent)
    if "\t" in indent or len(indent) >= 4:
        return indent + body
    return indent + _CODE_OR_RUN.sub(_folded_run, body)


def _folded_run(found: re.Match[str]) -> str:
    code: str | None = found[1]
    return code or ("\t" if "\t" in found[0] else " ")


def _closes(fence: str, line: str) -> bool:
    mark = line.lstrip(" \t>").rstrip()
    return len(mark) >= len(fence) and set(mark) == {fence[0]}
