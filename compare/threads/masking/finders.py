"""What can be found by its form: e-mail addresses, payment cards, bank accounts, telephone numbers.

A finder gives spans of a text with the value in one spelling, so that "+49 30 1234567" and "+49301234567" are one
number. Forms that other numbers share are checked: cards by Luhn's sum, accounts by their remainder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_HIDDEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Characters that nobody sees; they hide a value from a search, not from a reader."""
_AT = r"(?:@|\uff20|%40|\\u0040|&#64;|&commat;)"
_EMAIL = re.compile(
    rf"(?<![\w.+%{_HIDDEN}-])[\w.+%{_HIDDEN}-][\w.+%'{_HIDDEN}-]{{0,63}}?[ \t]{{0,1}}{_AT}[ \t]{{0,1}}"
    rf"(?:[\w{_HIDDEN}-]{{1,63}}\.){{1,8}}[^\W\d_][\w{_HIDDEN}-]{{1,62}}",
)
_SPACES = " \u00a0\u2007\u2009\u202f"
_DASHES = "\\-\u2010\u2011\u2012\u2013\u2212"
_CARD = re.compile(rf"(?<![\d.])\d(?:[{_SPACES}{_DASHES}{_HIDDEN}./]{{0,2}}\d){{12,18}}(?!\d)")
_IBAN = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}\d{{2}}(?:[{_SPACES}{_DASHES}]?[A-Za-z0-9]){{11,30}}(?![A-Za-z0-9])")
_PHONE = re.compile(
    rf"(?<![\w.,:/#=-])(?:\+|00|\()?\d(?:[{_SPACES}{_DASHES}{_HIDDEN}./()]{{0,3}}\d){{5,14}}(?![\w]|[.,:]\d)"
)
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")


class Found(NamedTuple):
    """A value in a text."""

    start: int
    end: int
    value: str
    """In the one spelling by which equal values are known."""


Finder = Callable[[str], Iterator[Found]]


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses, also with hidden characters, a full-width sign or an escaped one."""
    if not any(sign in text for sign in ("@", "\uff20", "%40", "u0040", "&#64;", "&commat;")):
        return
    for match in _EMAIL.finditer(text):
        value = re.sub(_AT, "@", match[0])
        yield Found(match.start(), match.end(), _seen(value).replace(" ", "").replace("\t", "").casefold())


def cards(text: str) -> Iterator[Found]:
    """Numbers of 13 to 19 digits with the check digit of a payment card."""
    for match in _CARD.finditer(text):
        digits = _digits(match[0])
        if len(set(digits)) > 1 and _luhn(digits):
            yield Found(match.start(), match.end(), digits)


def accounts(text: str) -> Iterator[Found]:
    """International bank account numbers whose check digits fit; words after one are not part of it."""
    for match in _IBAN.finditer(text):
        for end in range(match.end(), match.start() + 14, -1):
            value = re.sub(rf"[{_SPACES}{_DASHES}]", "", text[match.start() : end]).upper()
            if len(value) < 15:
                break
            if text[end - 1 : end].isalnum() and not text[end : end + 1].isalnum() and _mod97(value):
                yield Found(match.start(), end, value)
                break


def phones(text: str) -> Iterator[Found]:
    """Telephone numbers: with a country's code, a leading zero, a code in brackets, or in groups of 3, 3 and 4."""
    for match in _PHONE.finditer(text):
        written = match[0]
        digits = _digits(written)
        if 7 <= len(digits) <= 15 and _is_phone(written, digits):
            start = written.startswith("+")
            yield Found(match.start(), match.end(), ("+" if start else "") + digits)


def _is_phone(written: str, digits: str) -> bool:
    if _DATE.match(written):
        return False
    if written.startswith(("+", "(")) or "(" in written:
        return True
    groups = [len(group) for group in re.split(rf"[{_SPACES}{_DASHES}{_HIDDEN}./()]+", written) if group]
    if digits.startswith("0"):
        return len(digits) >= 8 and (len(groups) <= 6) and not re.fullmatch(r"0+", digits)
    return groups[-3:] == [3, 3, 4] and len(groups) <= 4


def _seen(value: str) -> str:
    return value.translate({ord(c): None for c in _HIDDEN})


def _digits(value: str) -> str:
    """The digits of any script as 0 to 9."""
    return "".join(str(int(c)) for c in value if c.isdecimal())


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _mod97(value: str) -> bool:
    moved = value[4:] + value[:4]
    return moved.isascii() and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1
