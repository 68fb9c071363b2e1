"""Helps for reading that cost time: made once for the same texts, whoever asks.

    difference(a, b) -> list[tuple[Op, str]]
    marks(texts, thread) -> Marks

They are kept by the texts themselves, so an answer that was regenerated can never be shown with the marks of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from compare.render.characters import encodable
from compare.render.frames import Marks
from compare.render.onlyhere import only_here
from compare.render.quotes import quotes
from compare.render.worddiff import Op, word_diff

_KEPT = 32


def difference(a: str, b: str) -> list[tuple[Op, str]]:
    """Two texts word by word, in characters that JSON can carry."""
    return _difference(encodable(a), encodable(b))


def marks(texts: Sequence[str], thread: Sequence[tuple[str, str]]) -> Marks:
    """What stands out in the answers to a thread of (role, text), oldest message first."""
    return _marks(tuple(map(encodable, texts)), tuple(thread))


_difference = lru_cache(maxsize=_KEPT)(word_diff)


@lru_cache(maxsize=_KEPT)
def _marks(texts: tuple[str, ...], thread: tuple[tuple[str, str], ...]) -> Marks:
    only = [[(span.start, span.end) for span in spans] for spans in only_here(texts)]
    quoted = [[(quote.start, quote.end, quote.n) for quote in found] for found in quotes(texts, thread)]
    return Marks(texts=list(texts), only=only, quotes=quoted)
