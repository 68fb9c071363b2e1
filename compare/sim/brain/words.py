"""Words as retrieval sees them: which count, their stems, and which language a text is in.

English and German get stop words and a light stemmer that both share; other scripts and languages fall back to whole
words, and to pairs of characters where words are not written apart.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

from compare.sim.brain.lexicon import (
    COMMON_DE,
    COMMON_EN,
    COMMON_OTHER,
    LIGHT,
    OTHER_STOP,
    SOFT,
    STOP,
    SYNONYMS,
)

Language = Literal["en", "de", "other"]

MOST_PARTS = 8
"""A compound of more parts is a path or a blob, and only as a whole a word."""
_TOKEN = re.compile(r"[^\W_][\w]*(?:[-'’./:@][\w]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_SUFFIXES = (
    "ations", "ation", "ungen", "ung", "ings", "ing", "isch", "edly", "ete", "ied", "ies", "ern", "ers", "est", "ed",
    "es", "em", "en", "er", "et", "ic", "ly", "e", "n", "s", "y",
)  # fmt: skip


class Word(NamedTuple):
    """One word of a text that may carry meaning."""

    term: str
    """Its stem; what is compared."""
    raw: str
    start: int
    """Offset in the text."""
    place: int
    """Position among all words of the text, stop words included."""


def words(text: str) -> tuple[Word, ...]:
    """The words of a text that are no stop words, in order; a compound gives its parts as well."""
    found: list[Word] = []
    for place, match in enumerate(_TOKEN.finditer(text)):
        raw = match.group()
        found.extend(Word(term, raw, match.start(), place) for term in _terms(raw, place))
    return tuple(found)


def _terms(raw: str, index: int) -> tuple[str, ...]:
    if len(raw) == 1:
        # "locker A" and "route 7" are told apart by one character; the article "A" opens a sentence.
        return (raw.lower(),) if raw.isdigit() or (raw.isupper() and raw != "I" and index > 0) else ()
    return _terms_cached(raw)


@lru_cache(maxsize=50_000)
def _terms_cached(raw: str) -> tuple[str, ...]:
    if _CJK.search(raw):
        return tuple(raw[i : i + 2] for i in range(len(raw) - 1))
    folded = fold(raw)
    if folded in STOP or (len(folded) <= 2 and folded in OTHER_STOP):
        return ()
    if folded.endswith(("'s", "’s")):
        folded = folded[:-2]
        if folded in STOP:
            return ()
    parts = [p for p in re.split(r"[-'’./:@_]", folded) if len(p) > 1 and p not in STOP]
    if not 1 < len(parts) <= MOST_PARTS:
        return (stem(folded),)
    return (folded, *(stem(p) for p in parts))


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case without accents."""
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its usual English or German endings; the same rough cut for question and memory."""
    if not word.isalpha():
        return word
    for _ in range(2):
        for suffix in _SUFFIXES:
            if not word.endswith(suffix) or word.endswith("ss"):
                continue
            if len(word) - len(suffix) >= (3 if suffix in ("s", "e", "n", "y", "es", "en", "ies", "ied") else 4):
                word = word[: -len(suffix)]
                break
        else:
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def stems(words_of: str) -> frozenset[str]:
    """Stems of a space-separated list."""
    return frozenset(stem(fold(w)) for w in words_of.split())


LIGHT_STEMS = frozenset(stem(fold(w)) for w in LIGHT)
"""Words that frame a question about the conversation ("mentioned", "remind") and say nothing of its subject."""
SOFT_STEMS = frozenset(stem(fold(w)) for w in SOFT)
"""Everyday verbs: another one may well stand in the passage that answers."""
_SYNONYM_STEMS: dict[str, frozenset[str]] = {}
for _group in SYNONYMS:
    _stems = stems(_group)
    for _one in _stems:
        _SYNONYM_STEMS[_one] = _SYNONYM_STEMS.get(_one, frozenset()) | (_stems - {_one})


_COMPOUND_TAILS = stems("nummer code preis zeit name adresse passwort termin datum kosten")
"""German writes what is asked for in one word: the "Flugnummer" of a "Flug"."""


def synonyms(term: str) -> frozenset[str]:
    """Stems that may stand for this one by a fixed list."""
    return _SYNONYM_STEMS.get(term, frozenset())


@lru_cache(maxsize=50_000)
def likeness(asked: str, found: str) -> float:
    """How far a stem found in memory may stand for one asked for: 1 the same, 0 not at all."""
    if asked == found:
        return 1.0
    if found in synonyms(asked):
        return 0.9
    if any(asked == found + tail or found == asked + tail for tail in _COMPOUND_TAILS):
        return 0.8
    short, long = (asked, found) if len(asked) <= len(found) else (found, asked)
    if len(short) < 5 or not short.isalpha() or not long.isalpha():
        return 0.0
    if len(short) >= 8 and short[0] == long[0] and short[-3:] == long[-3:] and len(long) - len(short) <= 1:
        return 0.7  # a slip of the pen
    if long.startswith(short) or long.endswith(short):
        return 0.8
    common = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return 0.75 if common >= 5 and common >= 0.7 * len(long) else 0.0


def language(text: str) -> Language | None:
    """The language of a text, or None where it is too short to tell."""
    tokens = [t.casefold() for t in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text)]
    en, de, other = (sum(t in common for t in tokens) for common in (COMMON_EN, COMMON_DE, COMMON_OTHER))
    if re.search(r"[äöüß]", text.casefold()):
        de += 1
    letters = [c for c in text if c.isalpha()]
    if letters and sum(ord(c) > 0x24F for c in letters) * 2 > len(letters):
        return "other"
    if max(en, de, other) == 0:
        return None
    if other > en and other > de:
        return "other"
    return "de" if de > en else "en"


__all__ = [
    "LIGHT_STEMS",
    "SOFT_STEMS",
    "Language",
    "Word",
    "fold",
    "language",
    "likeness",
    "stem",
    "stems",
    "synonyms",
    "words",
]
