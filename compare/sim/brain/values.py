"""Values in a text: codes, amounts, dates, times, addresses, names; what a question may ask for by kind."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from compare.sim.brain.lexicon import STOP
from compare.sim.brain.words import fold

ValueKind = Literal[
    "url",
    "email",
    "date",
    "time",
    "address",
    "money",
    "duration",
    "measure",
    "phone",
    "code",
    "number",
    "counted",
    "name",
]
"""`counted` is a number in words, which is one only where a number is asked for."""


class Value(NamedTuple):
    """One value, exactly as the text has it."""

    kind: ValueKind
    text: str
    start: int
    end: int


_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|okt(?:ober)?|nov(?:ember)?|dec(?:ember)?|dez(?:ember)?)\b\.?"
)
_DAY_NAME = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
)
_NUMBER = r"\d{1,3}(?:[ ,.'’\u202f\u00a0]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_CURRENCY_SIGN = r"[$€£¥₹]|US\$|CA\$|A\$"
_CURRENCY = (
    r"(?:EUR|USD|GBP|CHF|JPY|SEK|NOK|DKK|PLN|CAD|AUD|INR|euros?|dollars?|pounds?|francs?|franken|cents?|pence|bucks)\b"
)
_SPELLED = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|"
    r"forty|fifty|"
    r"sixty|seventy|eighty|ninety|hundred|dozen|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|"
    r"zwanzig|dreißig)"
)
_DURATION = (
    r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tage?n?|"
    r"nächten?|nacht|wochen?|monaten?|monate?|jahren?|jahre?)\b"
)
_UNIT = (
    r"(?:%|percent|prozent|°C|°F|°|kg|g|mg|lbs?|oz|tons?|tonnen?|t|km|m|cm|mm|miles?|mi|ft|feet|inch(?:es)?|m²|m2|sqm|"
    r"square (?:met(?:er|re)s|feet)|quadratmeter|l|ml|lit(?:er|re)s?|liter|kwh|kw|mw|w|v|gb|mb|tb|mbps|gbps|hz|khz|mhz|"
    r"ghz|bar|psi|pt|px|rpm|ms)(?![\w])"
)

_PATTERNS: tuple[tuple[ValueKind, re.Pattern[str]], ...] = (
    ("url", re.compile(r"https?://[^\s<>\"')\]]+|www\.[^\s<>\"')\]]+", re.I)),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    (
        "date",
        re.compile(
            rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|\b\d{{1,2}}\.\d{{1,2}}\.(?!\d)|"
            rf"(?:\b(?:{_DAY_NAME}),?\s+(?:the\s+|den\s+|dem\s+)?)?\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_MONTH}"
            rf"(?:,?\s+\d{{4}}\b)?|(?:\b(?:{_DAY_NAME}),?\s+)?\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|"
            rf"th)?\b(?:,?\s+\d{{4}}\b)?|"
            rf"\b{_MONTH}\s+\d{{4}}\b|\bQ[1-4]\s+\d{{4}}\b|\b(?:(?:next|this|last|nächsten?|"
            rf"kommenden?)\s+)?(?:{_DAY_NAME})\b",
            re.I,
        ),
    ),
    (
        "time",
        re.compile(
            r"\b\d{1,2}[:.]\d{2}(?::\d{2})?\s?(?:[ap]\.?m\b\.?|uhr\b|h\b|hours\b)|\b\d{1,2}:\d{2}(?::\d{2})?\b|"
            r"\b\d{1,2}\s?(?:[ap]\.?m\b|uhr\b(?:\s\d{2}\b)?|o['’]clock)|\b(?:noon|midnight|mitternacht)\b",
            re.I,
        ),
    ),
    (
        "address",
        re.compile(
            r"\b\d{1,4}[a-z]?\s+(?:[A-Z][\w'’]+\s+){1,3}(?:Lane|Street|St|Road|Rd|Avenue|Ave|Drive|Way|Close|"
            r"Square|Court|Row|"
            r"Terrace|Boulevard|Blvd)\b\.?(?:,\s*[A-Z]\w+)?|"
            r"\b[A-ZÄÖÜ]\w*(?:straße|strasse|str\.|weg|platz|gasse|allee|ring|damm|"
            r"ufer)\s+\d+[a-z]?\b(?:,\s*\d{5}\s+[A-ZÄÖÜ]\w+)?"
        ),
    ),
    (
        "money",
        re.compile(
            rf"(?:{_CURRENCY_SIGN})\s?(?:{_NUMBER})(?:\s?(?:k|m|million|billion|thousand)\b)?|"
            rf"\b(?:{_NUMBER})\s?(?:k\s?|million\s|thousand\s|mio\.?\s|tausend\s)?(?:{_CURRENCY_SIGN}|{_CURRENCY})|"
            rf"\b(?:EUR|USD|GBP|CHF)\s?(?:{_NUMBER})",
            re.I,
        ),
    ),
    (
        "duration",
        re.compile(rf"\b(?:{_NUMBER}|{_SPELLED})(?:\s?-\s?\d+)?[\s-]?(?:business\s+|working\s+)?{_DURATION}", re.I),
    ),
    ("measure", re.compile(rf"(?<![\w])-?(?:{_NUMBER})\s?{_UNIT}", re.I)),
    ("phone", re.compile(r"(?<![\w])\+\d[\d ()/-]{6,}\d|\b0\d{2,5}[ /-]\d[\d -]{4,}\d|\b\d{3}[- ]\d{3}[- ]\d{4}\b")),
    (
        "code",
        re.compile(
            r"(?<![\w-])[A-Z]{2,3}\s\d{2,5}(?![\w])|"
            r"(?<![\w-])#?(?=[\w./-]*\d)(?=[\w./-]*[A-Za-z_])[A-Za-z0-9]+(?:[-_./][A-Za-z0-9]+)*(?![\w])|"
            r"(?<![\w.,-])\d+(?:[-/]\d+)+(?![\w])|(?<![\w])[A-Z]+(?:-[A-Z]+)+(?![\w])|"
            r"\b\d{1,3}(?:\.\d{1,3}){2,3}\b|(?<!\w)#\d+\b|(?<!\w)[a-z]+(?:_[a-z0-9]+)+(?!\w)|"
            r"(?<!\w)[A-Z]\w+/[A-Z]\w+(?!\w)"
        ),
    ),
    ("number", re.compile(rf"(?<![\w.,])(?:{_NUMBER})(?![\w])")),
    ("counted", re.compile(rf"\b{_SPELLED}\b", re.I)),
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s)", re.I)
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms)\.\s+)*[A-ZÀ-ÖØ-Þ][\w'’-]*\w"
    r"(?:\s+(?:(?:van|von|de|der|di|da|la|del|al|zu|&)\s+)*[A-ZÀ-ÖØ-Þ][\w'’-]*\w)*"
)
_TITLE = re.compile(r"(?:Frau|Herrn?|Dr|Prof|Mr|Mrs|Ms|Miss|Sir)\b\.?")
_AFTER_NAME = re.compile(
    r"(?:['’]s|,)?\s+(?:is|was|has|had|will|would|can|could|says?|said|wants?|needs?|and|asked|asks|"
    r"[a-z]{3,}(?:ed|s))\b"
)
_BEFORE_NAME = re.compile(
    r"(?:\b(?:frau|herrn?|dr\.?|prof\.?|mr\.?|mrs\.?|ms\.?|heißt|heiße|heissen|namens|genannt|name ist|named|called|"
    r"name is|i am|i'm|ich bin)\s+)$",
    re.I,
)


_MAY_HOLD = re.compile(
    rf"\d|@|www\.|http|_|[A-Z]-[A-Z]|[a-z]/[A-Z]|(?i:\b(?:{_SPELLED}|{_DAY_NAME}|noon|midnight|mitternacht)\b)"
)


def values(text: str, *, german: bool = False) -> tuple[Value, ...]:
    """The values of a text in order, without overlaps.

    Args:
        text: one sentence or line.
        german: capitals alone do not make a name.
    """
    found: list[Value] = []
    taken = bytearray(len(text))
    if _MAY_HOLD.search(text):
        for kind, pattern in _PATTERNS:
            for match in pattern.finditer(text):
                start, end = match.span()
                if any(taken[start:end]) or _ORDINAL.fullmatch(match.group()):
                    continue
                found.append(Value(kind, match.group().rstrip(".,;:"), start, end))
                taken[start:end] = b"\x01" * (end - start)
    found.extend(v for v in _names(text, german) if not any(taken[v.start : v.end]))
    return tuple(sorted(found, key=lambda v: v.start))


def _names(text: str, german: bool) -> list[Value]:
    found = []
    for match in _NAME.finditer(text):
        name, start = match.group(), match.start()
        opening = not text[:start].strip(" \"'“„*-(>")
        while fold(name.split()[0]) in STOP and not _TITLE.match(name):
            # "The Grand Hotel": what follows a capitalised stop word may still be a name.
            rest = name.split(maxsplit=1)
            if len(rest) == 1:
                break
            start += len(name) - len(rest[1])
            name, opening = rest[1], False
        if fold(name) in STOP or _TITLE.fullmatch(name):
            continue
        introduced = _BEFORE_NAME.search(text, 0, start) is not None
        several = " " in name
        acts = opening and not german and _AFTER_NAME.match(text, match.end()) is not None
        if introduced or several or acts or not (german or opening):
            found.append(Value("name", name, start, start + len(name)))
    return found


__all__ = ["Value", "ValueKind", "values"]
