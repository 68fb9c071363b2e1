"""Words of a text, and how two of them are compared: what the reading helps (diff, only here, quotes) share."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
_STEM_LETTERS = 5

_ENGLISH = """
a about after all also am an and any are as at be because been before being but by can could did do does done for from
get got had has have he her here him his how i if in into is it its just let like make may me might more most much
must my no not now of off on one only or other our out over own per please same shall she should since so some such
than thank thanks that the their them then there these they this those to too under until up upon us very was we well
were what when where which while who whom whose why will with within without would yes yet you your yours don didn
doesn isn wasn won ll ve re s t d m
"""
_GERMAN = """
aber als am auch auf aus bei bin bis bitte da danke dann das dass dem den der des die dies diese diesem diesen dieser
dieses doch du durch ein eine einem einen einer eines er es euch fur gegen haben hat hatte hier ich ihm ihn ihnen ihr
ihre im ins ist ja jede jeder jetzt kann kein keine mehr mein mich mir mit muss nach nein nicht noch nur ob oder ohne
schon sehr sein sich sie sind so soll sollte uber um und uns unser unter vom von vor war waren was weil wenn werden
wie wir wird wo wurde zu zum zur
"""
_SPANISH = """
al algo como con cual cuando de del desde donde el ella ellos en entre era es esa ese eso esta estan estas este esto
estos fue ha hay la las le les lo los mas me mi mis muy nada ni nos o para pero por porque que quien se ser si sin
sobre son su sus tambien te tengo ti tiene todo tu un una uno unos y ya yo gracias
"""
STOP = frozenset(" ".join((_ENGLISH, _GERMAN, _SPANISH)).split())
"""Folded words that say nothing by themselves, in the languages of the sample threads."""


class Word(NamedTuple):
    """One word and where it stands."""

    start: int
    end: int
    folded: str


def fold(word: str) -> str:
    """The word without case and accents."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFD", lower) if not unicodedata.combining(c))


def words(text: str) -> list[Word]:
    """Every run of letters and digits, in order."""
    return [Word(m.start(), m.end(), fold(m[0])) for m in _WORD.finditer(text)]


def is_content(folded: str) -> bool:
    """True for words that carry meaning: no stop word, no single letter."""
    return folded not in STOP and (len(folded) > 2 or folded.isdigit())


def stem(folded: str) -> str:
    """The first letters, so that "refund" and "refunds" are one word; numbers stay whole."""
    return folded if folded.isdigit() else folded[:_STEM_LETTERS]
