"""A text as its reader takes it in: without what is only there between the letters, and letters that look alike as one.

    fold("I am **Cl**aude, &#71;PT\u20114") -> Folded("I am Claude, GPT-4", ...)

Names are looked for in it, since a model may write its own in bold, with invisible signs, or with a foreign letter.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ODD = re.compile(
    r"""
    [^\x00-\x7f] | [*`~\\]
    | &(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][0-9A-Za-z]{1,31});
    | </?[A-Za-z][^<>]{0,80}> | <!--[^<>]{0,80}-->
    """,
    re.VERBOSE,
)
_UNSEEN = ("Mn", "Me", "Cf")
"""Accents, signs that enclose, signs without width."""
_ALIKE = str.maketrans(
    {
        # Cyrillic
        **dict(zip("\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u0406\u0408\u0405\u04c0",
                   "ABEKMHOPCTXYIJSI", strict=True)),
        **dict(zip("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u04cf",
                   "aeopcyxijshdqwl", strict=True)),
        # Greek
        **dict(zip("\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
                   "ABEZHIKMNOPTYX", strict=True)),
        **dict(zip("\u03b1\u03bf\u03bd\u03c1\u03b9", "aovpi", strict=True)),
        # Dashes
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folded:
    """A text, and where its characters come from."""

    text: str
    starts: tuple[int, ...]
    """For each character, the first character of the original that it stands for."""
    ends: tuple[int, ...]
    """The one after the last."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that a span of this text stands for; it is not empty."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded | None:
    """The text as it reads; None where it reads as it is written."""
    if not _ODD.search(text):
        return None
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for odd in _ODD.finditer(text):
        letters.append(text[place : odd.start()])
        starts.extend(range(place, odd.start()))
        ends.extend(range(place + 1, odd.start() + 1))
        read = _read(odd[0])
        letters.append(read)
        starts.extend([odd.start()] * len(read))
        ends.extend([odd.end()] * len(read))
        place = odd.end()
    letters.append(text[place:])
    starts.extend(range(place, len(text)))
    ends.extend(range(place + 1, len(text) + 1))
    return Folded("".join(letters), tuple(starts), tuple(ends))


@lru_cache(maxsize=8192)
def _read(odd: str) -> str:
    """What a reader sees there, where they see a letter at all."""
    if odd[0] in "*`~\\<":
        return ""
    meant = html.unescape(odd) if odd[0] == "&" else odd
    parts = unicodedata.normalize("NFKD", meant)
    return "".join(sign for sign in parts if unicodedata.category(sign) not in _UNSEEN).translate(_ALIKE)
