"""The specifics of a text: addresses, dates, times, codes, amounts, numbers and names, with what each of them says.

    facts(text) -> list[Fact]
    Said(text).has(fact) -> bool

Two texts may write one fact differently: "1,200 USD" and "$1200.00", "12 May" and "2026-05-12". So facts are compared
by keys, not by their letters. Patterns are bounded: cost is linear in the text, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from compare.render.words import STOP, Word, fold, words

FactKind = Literal["url", "email", "date", "time", "code", "amount", "number", "name"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One specific thing, exactly as the text has it."""

    kind: FactKind
    start: int
    end: int
    says: tuple[str, ...] = ()
    """Keys that a text with this fact contains."""
    asks: tuple[str, ...] = ()
    """Keys of which any one shows that a text says it; of a name the words, all of which are needed."""


class Said:
    """What one text says, for looking facts up in it."""

    def __init__(self, text: str) -> None:
        self.words = words(text)
        self.vocabulary = {word.folded for word in self.words}
        self.facts = facts(text, self.words)
        self.keys = {key for fact in self.facts for key in fact.says}

    def has(self, fact: Fact) -> bool:
        """Whether the text says this, in whatever form."""
        if fact.kind == "name":
            return all(word in self.vocabulary for word in fact.asks)
        return any(key in self.keys for key in fact.asks)


def facts(text: str, found_words: Sequence[Word] | None = None) -> list[Fact]:
    """Every fact of a text in order, none overlapping another.

    A number of one digit without a unit and the number of a list item are none. A name is a capitalised word inside a
    sentence, or several in a row; where a language capitalises its nouns only several in a row.
    """
    found = [fact for match in _FACT.finditer(text) if (fact := _fact(match)) is not None]
    taken = [(fact.start, fact.end) for fact in found]
    names = _names(text, words(text) if found_words is None else found_words)
    found += _apart(names, taken)
    return sorted(found, key=lambda fact: fact.start)


def _apart(names: Iterator[Fact], taken: Sequence[tuple[int, int]]) -> Iterator[Fact]:
    """The names that overlap nothing that is taken; both in order."""
    at = 0
    for name in names:
        while at < len(taken) and taken[at][1] <= name.start:
            at += 1
        if at == len(taken) or taken[at][0] >= name.end:
            yield name


# --- patterns --------------------------------------------------------------------------------------------------------

_MONTHS = {
    "jan": 1, "ene": 1, "feb": 2, "mar": 3, "apr": 4, "abr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
    "ago": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip
_MONTH = (
    r"(?:jan(?:uary|uar)?|enero|feb(?:ruary|ruar|rero)?|mar(?:ch|zo)?|m\u00e4rz|apr(?:il)?|abril|mayo?|mai|jun[ei]?|junio|"
    r"jul[yi]?|julio|aug(?:ust)?|agosto|sept?(?:ember)?|septiembre|o[ck]t(?:ober)?|octubre|nov(?:ember)?|noviembre|"
    r"de[cz](?:ember)?|diciembre)\b(?:\.(?=\s\d))?"
)
_YEAR = r"(?:(?:,|\sde|\sdel)?\s(?:19|20)\d\d\b)?"
_NUMBER = r"\d{1,3}(?:[.,'\u2019\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_SIGN = r"(?:US\$|[$\u20ac\u00a3\u00a5])"
_UNIT = (
    r"(?:(?:business|working|calendar)\s)?(?:%|[$\u20ac\u00a3\u00a5]|(?:percent|per\scent|prozent|euros?|eur|usd|dollars?|gbp|pounds?|chf|francs?|kg|g|mg|lbs?|"
    r"km|m|cm|mm|miles?|ml|l|lit(?:er|re)s?|kwh|kw|w|v|gb|mb|tb|kb|ghz|mhz|hz|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|"
    r"days?|nights?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tagen?|tage?|n\u00e4chten?|wochen?|monaten?|monate?|"
    r"jahren?|jahre?|horas?|minutos?|d[i\u00ed]as?|noches?|semanas?|mes(?:es)?|a\u00f1os?|people|guests?|persons?|personen|"
    r"personas?|tokens?|messages?|pages?|items?|units?|pieces?|\u00b0\s?[cf])(?!\w))"
)
_FACT = re.compile(
    r"(?<!\w)(?=[\w$\u20ac\u00a3\u00a5#.+-])(?:"  # nothing begins inside a word: that alone makes it quick
    r"(?P<url>(?:https?://|www\.)[^\s<>\"'`()\[\]]{3,300})"
    r"|(?P<email>(?<![.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    r"|(?P<iso>(?<!-)(?P<iy>\d{4})-(?P<im>\d{2})-(?P<id>\d{2})(?![\w-]))"
    r"|(?P<day_first>(?P<dd>\d{1,2})(?:st|nd|rd|th|\.)?\s(?:of\s|de\s)?(?P<dm>" + _MONTH + r")(?P<dy>" + _YEAR + "))"
    r"|(?P<month_first>(?P<mm>" + _MONTH + r")\s(?P<md>\d{1,2})(?:st|nd|rd|th)?\b(?P<my>" + _YEAR + "))"
    r"|(?P<time>(?<![:.])\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\b)?(?![\w:])|\d{1,2}\s?[ap]m\b)"
    r"|(?P<amount>(?<![.,])(?:" + _SIGN + r"\s?(?:" + _NUMBER + r")(?!\w)|(?:" + _NUMBER + r")[\s-]?" + _UNIT + "))"
    r"|(?P<number>(?<![.,])(?:" + _NUMBER + r")(?!\w|[-_/.]\w))"
    r"|(?P<code>(?<![/.,-])#?(?=[\w./-]{0,30}\d)[^\W_]{1,40}(?:[-_./][^\W_]{1,40}){0,8}))",
    re.IGNORECASE,
)  # fmt: skip
_SIGNS = re.compile(r"[^a-z0-9]")
_LIST_MARK = re.compile(r"[.)]\s")
_DIGITS = re.compile(r"[\d.,'\u2019\u00a0\u202f]*\d")
_CURRENCY = {"$": "usd", "us$": "usd", "dollar": "usd", "\u20ac": "eur", "euro": "eur", "\u00a3": "gbp", "pound": "gbp"}
_SAME_UNIT = {
    "percent": "%", "per cent": "%", "prozent": "%", "day": "d", "tag": "d", "tage": "d", "tagen": "d", "dia": "d",
    "hour": "h", "hr": "h", "stunde": "h", "stunden": "h", "hora": "h", "min": "minute", "minuten": "minute",
    "minuto": "minute", "night": "nt", "nachte": "nt", "nachten": "nt", "noche": "nt", "week": "wk", "woche": "wk",
    "wochen": "wk", "semana": "wk", "personen": "person", "persona": "person", "people": "person",
}  # fmt: skip


def _fact(match: re.Match[str]) -> Fact | None:
    for form in ("iso", "day_first", "month_first"):
        if match[form] is not None:
            return _date(match, form)
    for name, make in (("amount", _amount), ("code", _code), ("number", _number)):
        if match[name] is not None:
            return make(match)
    kind: FactKind = "url" if match["url"] is not None else "email" if match["email"] is not None else "time"
    text = match[0].rstrip(".,;:!?*_") if kind == "url" else match[0]
    key = f"{kind}:{_SIGNS.sub('', fold(text)) if kind == 'time' else fold(text)}"
    return Fact(kind, match.start(), match.start() + len(text), (key,), (key,))


def _date(match: re.Match[str], form: str) -> Fact:
    if form == "iso":
        day, month, year = int(match["id"]), int(match["im"]), match["iy"]
    else:
        d, m, y = ("dd", "dm", "dy") if form == "day_first" else ("md", "mm", "my")
        day, month, year = int(match[d]), _MONTHS.get(fold(match[m])[:3], 0), match[y][-4:]
    says_day, no_year = f"d:{day}.{month}", f"d:{day}.{month}.?"
    if year:
        dated = f"d:{day}.{month}.{year}"
        return Fact("date", match.start(), match.end(), (says_day, dated), (dated, no_year))
    return Fact("date", match.start(), match.end(), (says_day, no_year), (says_day,))


def _amount(match: re.Match[str]) -> Fact:
    digits = _DIGITS.search(match[0])
    assert digits is not None
    unit = fold(match[0][: digits.start()] + match[0][digits.end() :]).strip(" -\n\t")
    unit = unit.rstrip("s") if len(unit) > 3 else unit
    unit = _SAME_UNIT.get(unit) or _CURRENCY.get(unit, unit)
    value = _value(digits[0])
    exact = f"#:{value} {unit}"
    return Fact("amount", match.start(), match.end(), (f"#:{value}", exact), (exact, f"#:{value} ?"))


def _number(match: re.Match[str]) -> Fact | None:
    text, whole = match.string, match[0]
    before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
    if len(whole) == 1 or (not before.strip(" \t>*-") and _LIST_MARK.match(text, match.end())):
        return None
    value = _value(whole)
    return Fact("number", match.start(), match.end(), (f"#:{value}", f"#:{value} ?"), (f"#:{value}",))


def _code(match: re.Match[str]) -> Fact | None:
    """Letters and digits together, or digits with signs between or before them."""
    bare = match[0].removeprefix("#")
    if len(bare) < (2 if match[0] != bare else 4) or not any(c.isdigit() for c in bare):
        return None
    keys = (f"c:{fold(bare)}", f"#:{_value(bare)}") if bare.isdigit() else (f"c:{fold(bare)}",)
    return Fact("code", match.start(), match.end(), keys, keys)


def _value(digits: str) -> str:
    """A number without thousands separators and trailing zeros: "1,200.50" and "1.200,5" are one."""
    plain = re.sub(r"['\u2019\u00a0\u202f]", "", digits)
    marks = re.findall(r"[.,]", plain)
    if marks:
        last = max(plain.rfind("."), plain.rfind(","))
        is_decimal = len(set(marks)) == 2 or (len(marks) == 1 and len(plain) - last - 1 != 3)
        whole, part = (plain[:last], plain[last + 1 :]) if is_decimal else (plain, "")
        plain = re.sub(r"[.,]", "", whole)
        plain = f"{plain}.{part}".rstrip("0").rstrip(".") if part else plain
    return re.sub(r"^0+(?=\d)", "", plain) or "0"


# --- names -----------------------------------------------------------------------------------------------------------

_INSIDE = re.compile(r"[ \t,'\"\u201c\u2018(*_/&\u2013\u2014-]+")
_MANY_CAPITALS = 0.15
_ENOUGH_WORDS = 12


def _names(text: str, found: Sequence[Word]) -> Iterator[Fact]:
    """Capitalised words, as `facts` says; a sentence's first word is one where it also stands inside a sentence."""
    inside = [k for k in range(1, len(found)) if _INSIDE.fullmatch(text, found[k - 1].end, found[k].start)]
    capital = {k for k, word in enumerate(found) if _may_be_name(text, word)}
    n_inside = sum(k in capital for k in inside)
    nouns_too = len(inside) >= _ENOUGH_WORDS and n_inside > _MANY_CAPITALS * len(inside)
    known = {found[k].folded for k in inside if k in capital}
    inside_of = set(inside)
    k = 0
    while k < len(found):
        if k not in capital or (k not in inside_of and found[k].folded not in known):
            k += 1
            continue
        end = k + 1
        while end in capital and text[found[end - 1].end : found[end].start] == " ":
            end += 1
        if end - k > 1 or not nouns_too:
            yield Fact("name", found[k].start, found[end - 1].end, (), tuple(w.folded for w in found[k:end]))
        k = end


def _may_be_name(text: str, word: Word) -> bool:
    if word.end - word.start < 3 or word.folded in STOP:
        return False
    return text[word.start].isupper() and any(c.islower() for c in text[word.start : word.end])
