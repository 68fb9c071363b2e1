"""Two answers word by word: what both say, what only the first says, what only the second says.

    word_diff(a, b) -> list[tuple[Op, str]]

The pieces with "=" and "-" joined are exactly `a`, those with "=" and "+" exactly `b`. The common words are a longest
common subsequence, found bit-parallel on Python's long integers (Hyyro, "Bit-parallel LCS-length computation
revisited", 2004): time is words times words / machine word whatever the texts are, also where all words are the same,
which is where difflib becomes cubic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Literal, NamedTuple

Op = Literal["=", "-", "+"]

MAX_TOKENS = 20_000
"""Words and signs of one text, common beginning and end left out; beyond it the rest is told as one change."""

_ROWS_KEPT = 256
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f\u200d\ufe0f"
# A word (in scripts without spaces one character), or one sign however often it is repeated; then the space after it.
_TOKEN = re.compile(rf"([{_CJK}]|(?:[^\W{_CJK}][{_MARKS}]*)+|([^\w\s])\2*|(?=\s))(\s*)")
_HAS_WORD = re.compile(r"\w")


class _Token(NamedTuple):
    core: str
    gap: str


def word_diff(a: str, b: str) -> list[tuple[Op, str]]:
    """What has to be taken out of `a` and put in to make `b`, in reading order, "-" before "+".

    Words are compared as they are written, the space between them apart from them. One common word that stands lonely
    between longer changes is told as part of them, so that a rewritten sentence does not read as confetti.
    """
    ours, theirs = _tokens(a), _tokens(b)
    matches = _without_lonely(_matches([t.core for t in ours], [t.core for t in theirs]), ours, theirs)
    return list(_joined(_pieces(ours, theirs, matches)))


def _tokens(text: str) -> list[_Token]:
    return [_Token(m[1], m[3]) for m in _TOKEN.finditer(text) if m[0]]


# --- longest common subsequence --------------------------------------------------------------------------------------


def _matches(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """(place in a, place in b) of each common token, both rising."""
    start = 0
    shorter = min(len(a), len(b))
    while start < shorter and a[start] == b[start]:
        start += 1
    end = 0
    while end < shorter - start and a[-1 - end] == b[-1 - end]:
        end += 1
    middle_a, middle_b = a[start : len(a) - end], b[start : len(b) - end]
    found = [(i, i) for i in range(start)]
    if max(len(middle_a), len(middle_b)) <= MAX_TOKENS:
        found += [(start + i, start + j) for i, j in _lcs(middle_a, middle_b)]
    return found + [(len(a) - k, len(b) - k) for k in range(end, 0, -1)]


def _lcs(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """A longest common subsequence as pairs of places.

    Row i is a number whose bit j is 0 where the first i tokens of `a` have one token more in common with b[: j + 1]
    than with b[:j]. Only every 256th row is kept; those between are made again on the way back: that needs little
    memory.
    """
    if not a or not b:
        return []
    places: dict[str, int] = {}
    for j, token in enumerate(b):
        places[token] = places.get(token, 0) | 1 << j
    kept = [(1 << len(b)) - 1]
    row = kept[0]
    for i in range(0, len(a), _ROWS_KEPT):
        row = _rows(row, a[i : i + _ROWS_KEPT], places, kept[0])[-1]
        kept.append(row)
    found: list[tuple[int, int]] = []
    j = len(b) - 1
    for block in range(len(kept) - 2, -1, -1):
        first = block * _ROWS_KEPT
        rows = _rows(kept[block], a[first : first + _ROWS_KEPT], places, kept[0])
        i = len(rows) - 1
        while i > 0 and j >= 0:
            if rows[i] >> j & 1:
                j -= 1
                continue
            i -= 1
            if rows[i] >> j & 1:
                found.append((first + i, j))
                j -= 1
    return found[::-1]


def _rows(row: int, tokens: Sequence[str], places: dict[str, int], mask: int) -> list[int]:
    """The row before the tokens, and the row after each of them."""
    rows = [row]
    for token in tokens:
        hits = row & places.get(token, 0)
        row = (row + hits | row - hits) & mask
        rows.append(row)
    return rows


# --- for a reader ----------------------------------------------------------------------------------------------------


def _without_lonely(matches: list[tuple[int, int]], a: Sequence[_Token], b: Sequence[_Token]) -> list[tuple[int, int]]:
    """The matches without runs of fewer words than the change before and the change after them."""
    runs, in_a, in_b = _runs(matches), _words_before(a), _words_before(b)

    def n_changed(start: tuple[int, int], end: tuple[int, int]) -> int:
        """Words of a change, in the text that has more of them there."""
        return max(in_a[end[0]] - in_a[start[0]], in_b[end[1]] - in_b[start[1]])

    kept: list[tuple[int, int]] = []
    at = (0, 0)
    for k, run in enumerate(runs):
        end = (run[-1][0] + 1, run[-1][1] + 1)
        then = runs[k + 1][0] if k + 1 < len(runs) else (len(a), len(b))
        if in_a[end[0]] - in_a[run[0][0]] >= min(n_changed(at, run[0]), n_changed(end, then)):
            kept += run
            at = end
    return kept


def _words_before(tokens: Sequence[_Token]) -> list[int]:
    """How many words stand before each place, and in all."""
    return list(accumulate((bool(_HAS_WORD.match(t.core)) for t in tokens), initial=0))


def _runs(matches: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Matches that follow each other directly in both texts."""
    runs: list[list[tuple[int, int]]] = []
    for i, j in matches:
        if runs and runs[-1][-1] == (i - 1, j - 1):
            runs[-1].append((i, j))
        else:
            runs.append([(i, j)])
    return runs


def _pieces(a: Sequence[_Token], b: Sequence[_Token], matches: Iterable[tuple[int, int]]) -> Iterator[tuple[Op, str]]:
    at = (0, 0)
    for i, j in [*matches, (len(a), len(b))]:
        yield "-", "".join(core + gap for core, gap in a[at[0] : i])
        yield "+", "".join(core + gap for core, gap in b[at[1] : j])
        at = (i + 1, j + 1)
        if i == len(a):
            return
        yield "=", a[i].core
        if a[i].gap == b[j].gap:
            yield "=", a[i].gap
        else:
            yield "-", a[i].gap
            yield "+", b[j].gap


def _joined(pieces: Iterable[tuple[Op, str]]) -> Iterator[tuple[Op, str]]:
    """Neighbours of one kind as one piece, nothing empty; between two "=" what goes stands before what comes."""
    space = ""
    for is_same, group in groupby((piece for piece in pieces if piece[1]), key=lambda piece: piece[0] == "="):
        changed = list(group)
        if is_same:
            yield "=", space + "".join(map(itemgetter(1), changed))
            space = ""
            continue
        gone, come = ("".join(said for kind, said in changed if kind == op) for op in "-+")
        space = _common_end_space(gone, come)
        if len(gone) > len(space):
            yield "-", _without(gone, space)
        if len(come) > len(space):
            yield "+", _without(come, space)
    if space:
        yield "=", space


def _common_end_space(a: str, b: str) -> str:
    """The space that both end with: it has not changed."""
    spaces = (a[len(a.rstrip()) :], b[len(b.rstrip()) :])
    shorter = min(spaces, key=len)
    return shorter if shorter and spaces[0].endswith(shorter) and spaces[1].endswith(shorter) else ""


def _without(text: str, end: str) -> str:
    return text[: len(text) - len(end)]
