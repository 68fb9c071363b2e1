"""One message taken apart, once: its sentences and lines with their words and values.

Pure and cached by text, since a thread grows by a message at a time and several models read the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import orjson

from compare.sim.brain.lexicon import ABBREVIATIONS
from compare.sim.brain.values import Value, values
from compare.sim.brain.words import Word, language, words

LONGEST_PIECE = 800
"""Characters of one unit."""
DEEPEST_RECORD = 12
"""Levels of a record that are read key by key; what lies deeper is taken as text."""
_BULLET = re.compile(r"^\s*(?:[-*•+>]|\d{1,2}[.)]|#{1,6})\s+")
_MARKS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|`([^`]+)`|^#{1,6}\s+|^\s*\|\s*|\s*\|\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]*]*\s+(?=[^\s])|(?<=[。！？])")
_CORRECTION = re.compile(
    r"\b(?:actually|correction|corrected|instead|rather than|scratch that|change[ds]?\b.{0,60}\bto\b|"
    r"switch(?:ed)?\b.{0,60}\bto\b|move[ds]?\b.{0,60}\bto\b|sorry|apologies|my mistake|i was wrong|"
    r"i misspoke|typo|no longer|not anymore|make (?:it|that)|updated?\b|revised|in fact|wait,|"
    r"tatsächlich|korrektur|korrigier\w*|stattdessen|statt|doch nicht|geändert|änder[en]\w*|verschoben|verlegt|"
    r"entschuldigung|tut mir leid|verzeihung|mein fehler|vertan|nicht mehr|vielmehr|sondern|neu(?:er|e|es)? ist)\b",
    re.I,
)
_REFUSAL = re.compile(
    r"\b(?:not mentioned|(?:can|could|do|does|did)(?:n['’]t| not) (?:see|find)|cannot (?:see|find)|no mention|"
    r"(?:do|does|did)(?:n['’]t| not) have (?:that|access|any|specific|information|knowledge)|was not given|"
    r"could you (?:share|tell|give)|"
    r"(?:do|does|did)(?:n['’]t| not) (?:provide|include|contain|mention|specify)|have no (?:specific )?information|"
    r"no information (?:on|about|regarding)|nicht erwähnt|finde ich nicht|nicht gefunden|sehe ich n(?:icht|irgends))",
    re.I,
)
_ORDINAL = re.compile(r"\b(?:am|im|der|den|dem|die|das|des|zum|vom|bis|ab|,|und)\s+\d{1,2}\.$", re.I)
""" "am 12. Mai": no end of a sentence."""
_PROPOSAL = re.compile(
    r"\b(?:would you like|shall i|should i|do you want|please confirm|let me know|can i help|möchten sie|soll ich)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence, list item, table row or record of a message."""

    text: str
    """As written, without list and emphasis marks, on one line."""
    words: tuple[Word, ...]
    terms: frozenset[str]
    values: tuple[Value, ...]
    is_question: bool
    corrects: bool
    """It carries words by which people take something back."""
    refuses: bool
    """It says that something is not known; never a source."""
    proposes: bool
    heading: frozenset[str]
    """Terms of the heading or the parent record it stands under."""
    is_code: bool
    """A line of a fenced block; it may show names that stand for nothing said."""

    @property
    def tells(self) -> bool:
        """Whether it says something: no question, and no "I don't know"."""
        return not self.is_question and not self.refuses


@dataclass(frozen=True, slots=True)
class Digest:
    """One message taken apart."""

    units: tuple[Unit, ...]
    terms: frozenset[str]
    is_record: bool
    """It is data (a tool's result), not prose."""


@lru_cache(maxsize=8_192)
def digest(text: str) -> Digest:
    """Take a message apart."""
    lines = _record_lines(text)
    is_record = lines is not None
    spoken = language(text)
    units = [
        _unit(piece, heading, is_code, (language(piece) or spoken) == "de")
        for line, heading, is_code in (lines if lines is not None else _prose(text))
        for piece in _bounded(line)
    ]
    terms = frozenset().union(*(u.terms for u in units)) if units else frozenset()
    return Digest(tuple(units), terms, is_record)


def _unit(text: str, heading: str, is_code: bool, german: bool) -> Unit:
    found = words(text)
    return Unit(
        text=text,
        words=found,
        terms=frozenset(w.term for w in found),
        values=values(text, german=german),
        is_question=text.rstrip("\"'”’)* ").endswith(("?", "？")),
        corrects=_CORRECTION.search(text) is not None,
        refuses=_REFUSAL.search(text) is not None,
        proposes=_PROPOSAL.search(text) is not None,
        heading=frozenset(w.term for w in words(heading)),
        is_code=is_code,
    )


# --- prose -----------------------------------------------------------------------------------------------------------


def _prose(text: str) -> Iterator[tuple[str, str, bool]]:
    """(sentence, heading, whether it is code) in order."""
    heading, used, fenced = "", False, False
    for raw in text.splitlines():
        if raw.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            continue
        if fenced:
            yield from ((piece, heading, True) for piece in _bounded(raw.strip()) if piece)
            continue
        line = clean(raw)
        if not line:
            # A line ending in a colon heads the block below it, and a blank line may stand between the two.
            heading, used = ("", False) if used and heading.endswith(":") else (heading, used)
            continue
        if _is_heading(raw, line):
            heading, used = line, False
        else:
            used = True
        if set(line) <= set("-|: =_*"):
            continue
        for sentence in sentences(line):
            yield sentence, "" if sentence == heading else heading, False


def _is_heading(raw: str, line: str) -> bool:
    return raw.lstrip().startswith("#") or (line.endswith(":") and len(line) < 160)


def clean(line: str) -> str:
    """A line without list, heading, table and emphasis marks."""
    line = _MARKS.sub(lambda m: m[1] or m[2] or "", _BULLET.sub("", line.strip()))
    return re.sub(r"\s*\|\s*", ", ", re.sub(r"\s+", " ", line)).strip()


def sentences(line: str) -> list[str]:
    """The sentences of one line; one without an end in sight comes in pieces."""
    return [piece for sentence in _sentences(line) for piece in _bounded(sentence)]


def _bounded(sentence: str) -> list[str]:
    """Pieces of a length that every later step can bear, whatever somebody pasted (base64, minified data)."""
    if len(sentence) <= LONGEST_PIECE:
        return [sentence]
    parts = [word[i : i + LONGEST_PIECE] for word in sentence.split() for i in range(0, len(word), LONGEST_PIECE)]
    pieces = [""]
    for part in parts:
        if pieces[-1] and len(pieces[-1]) + 1 + len(part) > LONGEST_PIECE:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {part}".strip()
    return pieces


def _sentences(line: str) -> list[str]:
    found: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(line):
        before = line[start : match.start()]
        last = before.rsplit(maxsplit=1)[-1] if before.strip() else ""
        if last.rstrip(".").casefold() in ABBREVIATIONS and last.endswith("."):
            continue
        if match.group() and before.endswith(".") and line[match.end()].islower():
            continue
        if _ORDINAL.search(before):
            continue
        if before.strip():
            found.append(before.strip())
        start = match.end()
    if line[start:].strip():
        found.append(line[start:].strip())
    return found


# --- records ---------------------------------------------------------------------------------------------------------


def _record_lines(text: str) -> list[tuple[str, str, bool]] | None:
    """(line, heading, False) of a message that is JSON, perhaps after a few words; None for prose."""
    start = min((i for i in (text.find("{"), text.find("[")) if i >= 0), default=-1)
    if start < 0 or start > 120 or text.rstrip()[-1:] not in "}]":
        return None
    try:
        data = orjson.loads(text[start:].strip())
    except orjson.JSONDecodeError:
        return None
    if not isinstance(data, dict | list):
        return None
    lines: list[tuple[str, str, bool]] = []
    _flatten(data, text[:start].strip(" :\n[]"), lines)
    return lines or None


def _flatten(data: object, heading: str, lines: list[tuple[str, str, bool]], depth: int = 0) -> None:
    if isinstance(data, dict | list) and depth == DEEPEST_RECORD:
        lines.append((orjson.dumps(data).decode(), heading, False))
    elif isinstance(data, dict):
        plain = [(k, v) for k, v in data.items() if not isinstance(v, dict | list)]
        if plain:
            lines.append((", ".join(f"{_spoken(k)}: {_shown(v)}" for k, v in plain), heading, False))
        for key, value in data.items():
            if isinstance(value, dict | list) and value:
                _flatten(value, f"{heading} {_spoken(key)}".strip(), lines, depth + 1)
    elif isinstance(data, list):
        plain_items = [item for item in data if not isinstance(item, dict | list)]
        if plain_items:
            listed = ", ".join(map(_shown, plain_items))
            lines.append((f"{_spoken(heading)}: {listed}" if heading else listed, heading, False))
        for item in data:
            if isinstance(item, dict | list):
                _flatten(item, heading, lines, depth + 1)


def _spoken(key: object) -> str:
    return str(key).replace("_", " ")


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


__all__ = ["Digest", "Unit", "clean", "digest", "sentences"]
