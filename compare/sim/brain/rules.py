"""Standing instructions on form that a conversation holds ("answer in at most two sentences"), as far as remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from compare.sim.brain.digest import Digest, sentences

_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "ein": 1, "einem": 1, "einen": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "zehn": 10,
    "zwanzig": 20,
}  # fmt: skip
_COUNT = r"(?P<n>\d{1,3}|" + "|".join(_COUNTS) + r")"
_AT_MOST = (
    r"(?:at most|no more than|not more than|a maximum of|maximum|max\.?|under|fewer than|less than|within|up to|"
    r"exactly|only|"
    r"höchstens|maximal|nicht mehr als|unter|genau|nur|in)"
)
_ON_ANSWERS = re.compile(
    r"\b(?:answer|answers|reply|replies|respond|responses?|keep (?:it|them|your|every)|write back|antworte?\w*|"
    r"antworten)\b",
    re.I,
)
_WORDS = re.compile(rf"{_AT_MOST}\s+{_COUNT}\s+(?:words?|wörter\w*|worte\w*)\b", re.I)
_SENTENCES = re.compile(
    rf"{_AT_MOST}\s+(?:a single|{_COUNT}(?:\s+(?:short|kurze\w*))?)\s+(?:sentences?|s[aä]tz\w*)\b", re.I
)
_QUOTED = r"[\"“„'‘](?P<what>[^\"”“'’]{1,80})[\"”“'’]"
_END = re.compile(
    rf"\b(?:end|finish|close|sign off|conclude|beende\w*|schließ\w*)\b.{{0,40}}?\b(?:with|mit)\s+(?:the words? |"
    rf"den worten )?{_QUOTED}",
    re.I,
)
_BEGIN = re.compile(
    rf"\b(?:begin|start|open|beginne?\w*)\b.{{0,40}}?\b(?:with|mit)\s+(?:the words? |den worten )?{_QUOTED}", re.I
)
_NEVER = re.compile(
    rf"\b(?:never|do not(?: ever)?|don't(?: ever)?) (?:mention|say|write|use|call it)(?: the (?:words?|"
    rf"name))?\s+(?:{_QUOTED}|(?P<bare>\w+)[.!]?$)|"
    rf"\b(?:erwähne?|schreibe?|sage?|verwende?) (?:nie|niemals|nicht)(?: das wort|"
    rf" den namen)?\s+{_QUOTED.replace('what', 'german')}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What form an answer must have; None and empty where nothing was said."""

    max_words: int | None = None
    max_sentences: int | None = None
    begin: str = ""
    end: str = ""
    never: tuple[str, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether the usual answer would be too long."""
        return self.max_sentences is not None or (self.max_words is not None and self.max_words < 60)


def rules_in(digests: Iterable[Digest]) -> Rules:
    """The rules that hold after these messages, oldest first; a later one replaces an earlier one of its kind."""
    rules = Rules()
    for digest in digests:
        for unit in digest.units:
            if said := _said(unit.text):
                rules = replace(rules, **{**said, "never": (*rules.never, *said.get("never", ()))})
    return rules


@lru_cache(maxsize=50_000)
def _said(text: str) -> dict[str, Any]:
    """The fields of Rules that one sentence sets."""
    said: dict[str, Any] = {}
    if match := _NEVER.search(text):
        word = (match["what"] or match["bare"] or match["german"]).strip()
        if word.casefold() not in ("it", "that", "this", "them", "anything"):
            said["never"] = (word,)
    if not _ON_ANSWERS.search(text):
        return said
    if match := _WORDS.search(text):
        said["max_words"] = _number(match["n"])
    if match := _SENTENCES.search(text):
        said["max_sentences"] = _number(match["n"]) if match["n"] else 1
    if match := _END.search(text):
        said["end"] = match["what"].strip()
    if match := _BEGIN.search(text):
        said["begin"] = match["what"].strip()
    return said


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _COUNTS[text.casefold()]


def kept(text: str, rules: Rules) -> str:
    """An answer made to keep the rules."""
    for word in rules.never:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "[...]", text, flags=re.I)
    if rules.max_sentences is not None:
        text = _first_sentences(text, rules.max_sentences)
    if rules.max_words is not None:
        room = rules.max_words - len(rules.begin.split()) - len(rules.end.split())
        if len(text.split()) > max(1, room):
            text = " ".join(text.split()[: max(1, room)])
    if rules.begin and not text.startswith(rules.begin):
        text = f"{rules.begin} {text}"
    if rules.end and not text.rstrip().endswith(rules.end):
        text = f"{text.rstrip()} {rules.end}"
    return text


def _first_sentences(text: str, most: int) -> str:
    found = [s for line in text.splitlines() if line.strip() for s in sentences(line.strip())]
    return text if len(found) <= most else " ".join(found[:most])


__all__ = ["Rules", "kept", "rules_in"]
