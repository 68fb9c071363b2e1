"""Text made comparable: the stated normalisation, and finding a value in it at token boundaries.

Steps, in order: NFKC; digits of every script to 0-9; invisible characters out; casefold; digit grouping and decimals of
nothing but zeros out ("2,846.00" is "2846"); then tokens, where punctuation and spaces only separate. Letters and
digits that touch are separate tokens that know that they touch, so "KR7305", "KR 7305" and "KR-7305" are alike while
"XKR-7305" and "KR-73051" are not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from compare.probes.probe import Value

Kind = Literal["digits", "letters", "ideographs", "sign"]

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:([.,'\u2019_ ])\d{3})(?:\1\d{3})*(?!\d)(?!\1\d)")
_EMPTY_DECIMALS = re.compile(r"(?<=\d)[.,](?:0+|--?|\u2013|\u2014)(?![\d\w])")
_JOINERS = frozenset("-./:_,\u2010\u2011\u2013")
_UNITS: tuple[frozenset[str], ...] = tuple(
    frozenset(words.split())
    for words in (
        "kg kgs kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes chili \u516c\u65a4 \u043a\u0433",
        "g gram grams gramm grammes",
        "t ton tons tonne tonnes tonnen",
        "lb lbs pound pounds pfund",
        "euro euros eur \u20ac \u0435\u0432\u0440\u043e \u30e6\u30fc\u30ed \u6b27\u5143",
        "usd dollar dollars $",
        "gbp \u00a3 quid",
        "chf franken francs",
        "km kilometer kilometers kilometre kilometres",
        "m meter meters metre metres",
        "mile miles mi",
        "% percent prozent",
        "minute minutes minuten min",
        "hour hours stunde stunden h",
        "day days tag tage tagen",
        "week weeks woche wochen",
        "month months monat monate",
    )
)


class Token(NamedTuple):
    """A run of characters of one kind."""

    kind: Kind
    text: str
    before: str
    """What stands between it and the token before: empty where they touch."""


def tokens(text: str) -> tuple[Token, ...]:
    """A text after normalisation."""
    return tuple(_tokens(normalised(text)))


def normalised(text: str) -> str:
    """A text after every step but the last."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(_plain(char) for char in text)
    text = _GROUPED.sub(lambda found: re.sub(r"\D", "", found.group()), text.casefold())
    return _EMPTY_DECIMALS.sub("", text)


def occurs(value: Value, said: Sequence[Token]) -> bool:
    """Whether a value occurs at token boundaries."""
    if value.kind == "number":
        return _number_occurs(value, said)
    wanted = [token.text for token in tokens(value.text)]
    return any(
        [token.text for token in said[at : at + len(wanted)]] == wanted
        and _is_together(said[at : at + len(wanted)])
        and _is_bounded(said, at, at + len(wanted))
        for at in range(len(said) - len(wanted) + 1)
    )


def unit_of(word: str) -> int | None:
    """The number of a unit's group of synonyms; None for what is no unit."""
    return next((number for number, words in enumerate(_UNITS) if word in words), None)


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category == "Cf" or char == "\u00ad":
        return ""
    return " " if category == "Zs" or char == "\t" else char


def _tokens(text: str) -> Iterator[Token]:
    run, kind, between = "", None, ""
    for char in text:
        now = _kind(char)
        if now is not None and now == kind and now not in ("ideographs", "sign"):
            run += char
            continue
        if kind is not None:
            yield Token(kind, run, between)
            between = ""
        if now is None:
            between, run, kind = between + char, "", None
        else:
            run, kind = char, now
    if kind is not None:
        yield Token(kind, run, between)


def _kind(char: str) -> Kind | None:
    category = unicodedata.category(char)
    if category == "Nd":
        return "digits"
    if category in ("Lo", "Lm"):
        return "ideographs"
    if category[0] in "LM":
        return "letters"
    return "sign" if category == "Sc" or char == "%" else None


def _is_together(found: Sequence[Token]) -> bool:
    """Whether the parts of a value are one: nothing but a joiner, a space or emphasis between them."""
    return all(len(token.before.strip("*_`~")) <= 3 and not set(token.before) & set(";()?!\n") for token in found[1:])


def _is_bounded(said: Sequence[Token], start: int, end: int) -> bool:
    """Whether what is around a run of tokens leaves it whole: not part of a longer word, code or number."""
    return _ends_before(said, start) and _ends_after(said, end)


def _ends_before(said: Sequence[Token], start: int) -> bool:
    first = said[start]
    if start == 0:
        return not (
            first.kind == "digits" and first.before[-1:] in ("-", "\u2212") and first.before[-2:-1] in ("", " ")
        )
    before = said[start - 1]
    if not first.before:
        return "ideographs" in (before.kind, first.kind) or "sign" in (before.kind, first.kind)
    if first.kind == "digits" and first.before[-1:] in ("-", "\u2212") and first.before[:-1].endswith((" ", "\n", "(")):
        return False  # a minus sign
    return not (before.kind == "digits" and len(first.before) == 1 and first.before in _JOINERS)


def _ends_after(said: Sequence[Token], end: int) -> bool:
    if end >= len(said):
        return True
    last, after = said[end - 1], said[end]
    if not after.before:
        return "ideographs" in (after.kind, last.kind) or "sign" in (after.kind, last.kind)
    return not (after.kind == "digits" and len(after.before) == 1 and after.before in _JOINERS)


def _number_occurs(value: Value, said: Sequence[Token]) -> bool:
    wanted = tokens(value.text)
    amount = next(token.text for token in wanted if token.kind == "digits")
    unit = next((unit for token in wanted if (unit := unit_of(token.text)) is not None), None)
    for at, token in enumerate(said):
        if token.kind != "digits" or token.text != amount or not _ends_before(said, at):
            continue
        touching = _touching_unit(said, at)
        if not _ends_after(said, at + 1) and touching is None:
            continue
        units = [touching, *_near_units(said, at)]
        known = [one for one in units if one is not None]
        if unit is None or not known or known[0] == unit:
            return True
    return False


def _touching_unit(said: Sequence[Token], at: int) -> int | None:
    """Of the word that touches the number from behind, as in "473kg"."""
    if at + 1 < len(said) and not said[at + 1].before:
        return unit_of(said[at + 1].text)
    return None


def _near_units(said: Sequence[Token], at: int) -> Iterator[int | None]:
    """Of the word behind the number, then of the one before it ("EUR 2846")."""
    if at + 1 < len(said) and len(said[at + 1].before.strip(" *_`-")) == 0:
        word = said[at + 1].text
        together = "".join(token.text for token in said[at + 1 : at + 4])
        yield (
            unit_of(word)
            if unit_of(word) is not None
            else next(
                (u for n in (3, 2) if (u := unit_of(together[:n])) is not None and said[at + 1].kind == "ideographs"),
                None,
            )
        )
    if at and len(said[at].before.strip(" *_`")) == 0:
        yield unit_of(said[at - 1].text)


__all__ = ["Token", "normalised", "occurs", "tokens", "unit_of"]
