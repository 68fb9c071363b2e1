"""Which kinds of value a question asks for, told from its question word and its nouns."""

from __future__ import annotations

import re

from compare.sim.brain.values import ValueKind
from compare.sim.brain.words import Word, stems

GENERIC = stems(
    "code number id name date time day price amount money nummer datum uhrzeit zeit preis betrag geld value "
    "figure person "
    "address adresse identifier reference hour sum summe e-mail email mail phone url link website zahl wert "
    "length size weight height width depth distance duration temperature count age limit maximum minimum max min "
    "range level "
    "lange grosse gewicht hohe breite tiefe dauer anzahl alter grenze"
)
"""Words that name a kind of value and little else; "deadline" or "rent" name the thing itself."""

_GROUPS: tuple[tuple[frozenset[str], tuple[ValueKind, ...]], ...] = (
    (stems("email e-mail mail mailadresse mailaddress"), ("email",)),
    (
        stems("phone telephone mobile cell telefon handy telefonnummer handynummer rufnummer"),
        ("phone", "code", "number"),
    ),
    (stems("url link website webseite homepage"), ("url", "code")),
    (stems("address adresse anschrift"), ("address", "email", "url", "name")),
    (
        stems(
            "code codes id ids identifier reference ref number password passphrase passcode pin key serial token "
            "license "
            "licence plate tracking sku hash fingerprint username login nummer kennung kennzeichen passwort kennwort "
            "aktenzeichen referenz version address ip port room zimmer raum column spalte host zone file datei branch"
        ),
        ("code", "number", "phone", "measure", "email", "name"),
    ),
    (
        stems(
            "price cost costs budget amount fee rent salary wage deposit total sum fine rate tariff refund "
            "payment charge "
            "balance discount invoice quote money preis kosten kostet betrag gebuhr miete gehalt lohn kaution "
            "summe rabatt "
            "zahlung geld"
        ),
        ("money", "measure", "number"),
    ),
    (
        stems("time hour clock uhrzeit uhr zeit zeitpunkt appointment checkin check-in checkout"),
        ("time", "date", "duration"),
    ),
    (
        stems(
            "date day deadline due birthday anniversary weekday month year datum tag termin frist geburtstag "
            "stichtag monat "
            "jahr wochentag departure arrival expiry abgabe"
        ),
        ("date", "time", "number", "duration"),
    ),
    (
        stems(
            "count size weight length height width depth distance temperature percentage percent ratio quantity "
            "volume area "
            "speed power voltage dose dosage score floor age anzahl grosse gewicht lange hohe breite tiefe entfernung "
            "temperatur prozent menge volumen flache alter etage stock dosierung capacity limit"
        ),
        ("measure", "number", "duration", "money", "code"),
    ),
    (stems("duration period dauer zeitraum laufzeit"), ("duration", "measure", "date", "number")),
    (stems("name names person contact ansprechpartner ansprechpartnerin"), ("name", "email", "code")),
)

_PARTICULAR = frozenset({"email", "phone", "url"})
"""Kinds that a following "address" or "number" does not change."""
_MUCH: tuple[ValueKind, ...] = ("money", "measure", "number", "duration", "code")
_MANY: tuple[ValueKind, ...] = ("number", "counted", "measure", "duration")
_LONG: tuple[ValueKind, ...] = ("duration", "measure", "number", "counted", "date", "time")
_WHEN: tuple[ValueKind, ...] = ("date", "time", "duration", "number")
_HIGH: tuple[ValueKind, ...] = ("money", "measure", "number", "duration")
_QUESTION_WORDS: tuple[tuple[re.Pattern[str], tuple[ValueKind, ...]], ...] = tuple(
    (re.compile(rf"(?:^|[\s,(¿]){pattern}\b", re.I), kinds)
    for pattern, kinds in (
        (r"how many|wie ?vielen?|cuánt[oa]s|quanti|hoeveel", _MANY),
        (r"how much|wie ?viel|cuánt[oa]|combien|quanto", _MUCH),
        (r"how (?:long|old|far|often|big|large|tall|high|heavy|fast|wide|deep|hot|cold|warm)", _LONG),
        (r"wie (?:hoch|groß|gross|teuer|schwer)", _HIGH),
        (r"wie (?:lange?|alt|weit|oft|schnell|breit|tief|warm|kalt|heiß)", _LONG),
        (r"(?:at )?what time|um wie ?viel uhr|um welche uhrzeit", ("time",)),
        (r"(?:what|which) (?:date|day|month|year)|welche[rnms]? (?:datum|tag|monat|jahr)", _WHEN),
        (r"when|wann|bis wann|cuándo|quand|quando|wanneer", _WHEN),
        (r"wie (?:heißt|heisst|heißen|hieß|lautet der name)|c[oó]mo se llama", ("name", "code", "email", "url")),
        (r"who|whom|whose|wer|wen|wem|wessen|quién(?:es)?|quem|chi", ("name", "email")),
    )
)
CONTACT = re.compile(
    r"\b(?:how (?:can|do|could|should) (?:i|we) (?:reach|contact|get in touch with|call|e?-?mail)|"
    r"wie (?:erreiche|kontaktiere) ich)\b",
    re.I,
)
MEASURING = re.compile(
    r"\b(?:how (?:much|many|long|old|far|often|big|large|tall|high|heavy|fast|wide|deep|hot|cold|warm)|"
    r"wie (?:viele?n?|lange?|alt|weit|oft|hoch|groß|gross|teuer|schwer|schnell|breit|tief|warm|kalt|heiß))\b",
    re.I,
)
"""Their adjective tells the kind of value and need not stand in the answer."""


def wanted(text: str, found: tuple[Word, ...]) -> tuple[ValueKind, ...]:
    """The kinds of value that answer a question, likeliest first; empty where any passage may."""
    if CONTACT.search(text):
        return ("email", "phone", "url")
    for pattern, kinds in _QUESTION_WORDS:
        if pattern.search(text):
            return kinds
    likeliest: tuple[ValueKind, ...] = ()
    before = -2
    for word in found:
        group = _group_of(word.term)
        if group is None:
            continue
        # "the invoice number": of nouns side by side the last names the kind. "The price of the room": the first.
        if likeliest and (word.place != before + 1 or likeliest[0] in _PARTICULAR):
            break
        likeliest, before = group, word.place
    return likeliest


def _group_of(term: str) -> tuple[ValueKind, ...] | None:
    return next((kinds for group, kinds in _GROUPS if _is_or_ends_in(term, group)), None)


def _is_or_ends_in(term: str, group: frozenset[str]) -> bool:
    """German writes the kind at the end: "Buchungsnummer"."""
    return term in group or any(len(g) >= 4 and term.endswith(g) and len(term) > len(g) + 2 for g in group)


__all__ = ["GENERIC", "MEASURING", "wanted"]
