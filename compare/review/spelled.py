"""Names that are written letter by letter, as in "C l a u d e" or "G.P.T.-4", put together where they stand.

Only letters that each stand alone are put together, and only where they give a name: "a l l" and "U.S.A." stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from compare.review.folded import Folded

_LETTER = "0-9A-Za-z\u00c0-\u024f"
_GAP = r"[\s_.\-/|:\u00b7\u2022]{1,3}"
_RUN = re.compile(rf"(?<![{_LETTER}])[0-9A-Za-z](?:{_GAP}[0-9A-Za-z](?![{_LETTER}])){{2,}}")
_BEFORE_VERSION = re.compile(rf"(?:\s{{1,4}}|{_GAP})(?=v?[0-9])|\s{{2,4}}(?=[A-Za-z])")
_SHORTEST, _ANYWHERE = 3, 4
"""Letters of a name: of the shortest that is looked for, and of one that is found also within other single letters."""


class _Sign(NamedTuple):
    """One character of the joined text, and the span of the original that it stands for."""

    sign: str
    start: int
    end: int


class _Name(NamedTuple):
    """A name in a run of single letters."""

    start: int
    """Its first letter, counted in the run."""
    end: int
    """The one after its last."""
    gap: str
    """What mostly stands between its letters."""


def joined(text: str, names: Iterable[str], exact: Iterable[str]) -> Folded | None:
    """The text with the names put together that it spells out; None where it spells out none.

    Args:
        text: as it is read (folded.py).
        names: in any case; how their parts are joined does not matter.
        exact: exactly as written.
    """
    pattern = _names(tuple(names), tuple(exact))
    if pattern is None:
        return None
    signs: list[_Sign] = []
    place = 0
    for run in _RUN.finditer(text):
        letters = [_Sign(text[k], k, k + 1) for k in range(*run.span()) if text[k].isalnum()]
        found = _found(pattern, text, letters)
        if not found:
            continue
        signs += _as_written(text, place, letters[found[0].start].start)
        signs += _put_together(text, letters, found)
        place = run.end()
        if gap := _BEFORE_VERSION.match(text, place):
            signs.append(_Sign(" ", gap.start(), gap.end()))
            place = gap.end()
    if not place:
        return None
    signs += _as_written(text, place, len(text))
    return Folded("".join(s.sign for s in signs), tuple(s.start for s in signs), tuple(s.end for s in signs))


def _as_written(text: str, start: int, end: int) -> Iterator[_Sign]:
    return (_Sign(text[place], place, place + 1) for place in range(start, end))


def _found(pattern: re.Pattern[str], text: str, letters: Sequence[_Sign]) -> list[_Name]:
    """The names in a run of single letters. A short one has the same between its letters, and something else around."""
    gaps = [text[one.end : two.start] for one, two in pairwise(letters)]
    names = []
    for match in pattern.finditer("".join(letter.sign for letter in letters)):
        start, end = match.span()
        inner = gaps[start : end - 1]
        around = [gaps[k] for k in (start - 1, end - 1) if 0 <= k < len(gaps)]
        stands_alone = len(set(inner)) == 1 and (len(around) < 2 or any(gap != inner[0] for gap in around))
        if end - start >= _ANYWHERE or stands_alone:
            names.append(_Name(start, end, Counter(inner).most_common(1)[0][0]))
    return names


def _put_together(text: str, letters: Sequence[_Sign], names: Sequence[_Name]) -> Iterator[_Sign]:
    """From the first name on: names and the words after them, such as a version, each in one piece."""
    edges = {edge for name in names for edge in (name.start, name.end)}
    inside = {k for name in names for k in range(name.start + 1, name.end)}
    usual = {k: name.gap for name in names for k in range(name.start, len(letters))}
    for k in range(names[0].start, len(letters)):
        before = letters[k - 1]
        is_in_word = k not in edges and text[before.end : letters[k].start] == usual[k]
        if k > names[0].start and k not in inside and not is_in_word:
            yield _Sign(" ", before.end, letters[k].start)
        yield letters[k]


@lru_cache(maxsize=64)
def _names(names: tuple[str, ...], exact: tuple[str, ...]) -> re.Pattern[str] | None:
    spelled = [f"(?i:{letters})" for letters in map(_letters, names) if letters]
    spelled += [letters for letters in map(_letters, exact) if letters]
    return re.compile("|".join(sorted(spelled, key=len, reverse=True))) if spelled else None


def _letters(name: str) -> str:
    """The letters of a name; empty where it has too few in one piece to be told from an enumeration, as "a-b-c"."""
    parts = re.split(r"[-_\s]+", name)
    letters = "".join(parts)
    is_name = letters.isascii() and letters.isalnum() and max(map(len, parts)) >= _SHORTEST
    return letters if is_name else ""
