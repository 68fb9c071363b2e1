"""Finding in memory what an ask is about: one value exactly, passages, or nothing.

The rule for values is strict, since a wrong value is worse than none: a passage must cover what the ask names, must
not put something else in the place of what it does not cover ("south warehouse" for "north warehouse"), and of equally
good passages the latest counts, or a later correction of it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from compare.sim.brain.asks import Ask
from compare.sim.brain.corrections import corrected, is_taken_back
from compare.sim.brain.cover import Cover, covers, is_other_thing, says_something, stands_for_any
from compare.sim.brain.digest import Unit
from compare.sim.brain.findings import Finding, Found, distinct, finding
from compare.sim.brain.memory import Memory
from compare.sim.brain.values import Value
from compare.sim.brain.words import fold, words

ENOUGH = 0.5
"""Share of an ask's weight that a passage must cover to answer a value ask."""
RELATED = 0.3
"""The same, to be shown for an open ask."""
FAINT = 0.12
"""The same, to be shown as what was said nearest to it."""
PERSON = 0.15
"""Given to a passage about the user, taken off one about somebody else, where the user asks about themselves."""
CLOSE = 0.12
"""Passages whose scores differ by less say the same thing; the latest of them counts."""

_LINK = re.compile(
    r"[\s\"'“„*(]*(?:(?:is|are|was|were|be|of|at|on|for|to|by|from|in|under|with|has|the|a|an|now|set|comes?|"
    r"costs?|ends?|starts?|"
    r"will|should|about|around|exactly|ist|sind|war|lautet|lauten|heißt|am|um|im|bei|auf|von|beträgt|kostet|nun|"
    r"jetzt|die|der|das|den|"
    r"ein|eine|nummer|number|no\.?|code|id|called|named|es|de)\b[\s\"'“„*:]*|[:=→–-]\s*)*",
    re.I,
)
_COMPLEMENT = re.compile(
    r"\s*(?:(?:is|are|was|were|will be|called|named|ist|sind|war|waren|lautet|heißt|wird|bleibt)\b|[:=→])\s*"
    r"(?:called |named |now |going to be |set |to be |still |jetzt |nun )?[\"'“„]?(?P<what>[^,;.!?()\"”“]{2,70})",
    re.I,
)
_BY_USER = re.compile(r"\b(?:i|my|me|mine|we|our|us|ich|mein\w*|mir|mich|wir|unser\w*|uns)\b", re.I)
_TO_USER = re.compile(r"\b(?:you|your|yours|du|dein\w*|dir|dich|Sie|Ihre?\w?|Ihnen|we|our|wir|unser\w*)\b")
_PLACE = re.compile(r"(?:where|wohin|wo)\b", re.I)
_POSSESSIVE = re.compile(r"\b(?P<who>[A-Z]\w+)['’]s\s+\w")


class Recall:
    """Answers asks from one memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def find(self, ask: Ask) -> Found:
        """Answer one ask."""
        if ask.form == "value":
            found = self._value(ask)
            if found.status != "missing" or ask.recalls:
                return found
            near = () if ask.advice else tuple(self._harmless(ask))
            return Found(ask, "advice" if ask.advice else "nearby" if near else "missing", near)
        return self._passages(ask)

    def _passages(self, ask: Ask) -> Found:
        found = self.passages(ask, 5)
        if ask.advice:
            return Found(ask, "advice", tuple(found))
        if found:
            return Found(ask, "related", tuple(found))
        nearby = self.passages(ask, 2, floor=FAINT) or self._last_said()
        return Found(ask, "nearby" if nearby else "missing", tuple(nearby))

    def _harmless(self, ask: Ask) -> list[Finding]:
        """Passages on the subject that hold nothing which could be taken for the value asked for."""
        if ask.hard:
            return []
        near = [
            finding(c.message, c.unit, None, c.share)
            for c in covers(ask, self._memory)
            if c.share >= FAINT and c.unit.tells and not c.unit.proposes and not is_other_thing(ask, c)
        ]
        near.sort(key=lambda f: (-round(f.score, 2), -f.number))
        return [
            f
            for f in distinct(near or ([] if ask.wants else self._last_said()), 4)
            if not f.unit.values and not f.unit.is_code
        ][:2]

    def _last_said(self) -> list[Finding]:
        """What the assistant said last: what "it" in a short question most likely means."""
        for message in reversed(self._memory.messages):
            if message.role == "assistant":
                units = [
                    u
                    for u in message.digest.units
                    if u.tells and not u.proposes and not u.is_code and len(u.words) >= 4
                ]
                return [finding(message, u, None, 0.0) for u in units[:2]]
        return []

    def passages(self, ask: Ask, limit: int, floor: float = RELATED) -> list[Finding]:
        """The best passages on an ask, best first, no two alike."""
        scored = [
            finding(c.message, c.unit, None, c.share + c.near)
            for c in covers(ask, self._memory)
            if c.share >= floor
            and c.unit.tells
            and not c.unit.proposes
            and not c.unit.is_code
            and not _names_another(ask, c)
        ]
        scored.sort(key=lambda f: (-round(f.score, 2), -f.number))
        return distinct(scored, limit)

    def _value(self, ask: Ask) -> Found:
        found = tuple(covers(ask, self._memory))
        accepted = [f for c in found for f in _candidates(ask, c)]
        if not accepted:
            return Found(ask, "missing")
        top = max(f.score for f in accepted)
        close = [f for f in accepted if f.score >= top - CLOSE]
        if ask.plural:
            several = distinct(sorted(close, key=lambda f: f.number), 8)
            if len({f.value or f.unit.text for f in several}) > 1:
                return Found(ask, "found", tuple(several))
        if ask.first_stated:
            return Found(ask, "found", (min(close, key=lambda f: (f.number, -f.score)),))
        chosen = max(close, key=lambda f: (f.number, f.score))
        return Found(ask, "found", (corrected(ask, chosen, self._memory, found),))


def _names_another(ask: Ask, cover: Cover) -> bool:
    """Whether most of what the ask names by name is not in the passage."""
    return 2 * sum(t.term in ask.hard for t in cover.missing) > len(ask.hard)


# --- values ----------------------------------------------------------------------------------------------------------


def _candidates(ask: Ask, cover: Cover) -> list[Finding]:
    unit = cover.unit
    if not unit.tells or cover.share < ENOUGH:
        return []
    whose = _whose(cover) if ask.of_user else "nobody's"
    owner = _POSSESSIVE.search(unit.text)
    foreign = owner is not None and owner["who"] not in ask.text
    if ask.of_user and foreign and whose != "the user's":
        return []
    if not cover.matched and _names_subjects(unit, ask) > 1:
        return []  # only a short reply or a list item may leave its subject to what stands around it
    base = cover.share + cover.near + {"another's": -PERSON, "nobody's": 0.0, "the user's": PERSON}[whose]
    base -= 2 * PERSON if foreign else 0.0
    typed = [v for v in unit.values if v.kind in ask.wants and not (_is_named_in(v, ask) or _is_owner(v))]
    standing = [v for v in typed if not is_taken_back(v, unit)]
    scored = [(_closeness(ask, v, cover), v) for v in standing or typed if not is_other_thing(ask, cover, v)]
    if scored:
        best = max(s for s, _ in scored)
        kept = [(s, v) for s, v in scored if s == best or (ask.plural and s > best - 0.3)]
        changed = 0 < len(standing) < len(typed)
        found = [finding(cover.message, unit, v.text, base + 0.3 * s) for s, v in kept]
        return [replace(f, corrected=changed, quotable=not changed) for f in found]
    if typed or (ask.wants and not {"code", "name"} & set(ask.wants)):
        return []
    # A code word or a name may be any word; an amount or a date may not.
    linked = _linked(ask, cover) if not ask.wants else None
    complement = None if _PLACE.match(ask.text) else _complement(unit, cover)
    value = linked.text if linked else complement.text if complement else None
    if is_other_thing(ask, cover, linked or complement) or (ask.wants and value is None):
        return []
    return [finding(cover.message, unit, value, base + (0.1 if value else 0.0))]


def _names_subjects(unit: Unit, ask: Ask) -> int:
    """How many words of a passage, possible answers aside, name a subject that the ask does not."""
    known = {t.term for t in ask.terms}
    answers = [v for v in unit.values if v.kind in ask.wants]
    outside = [w for w in unit.words if not any(v.start <= w.start < v.end for v in answers)]
    return sum(says_something(w.term) and not stands_for_any(w.term, known) for w in outside)


def _whose(cover: Cover) -> Literal["the user's", "another's", "nobody's"]:
    """Whether a passage is about the user or about somebody else with a name."""
    said_by_user = cover.message.role == "user"
    if (_BY_USER if said_by_user else _TO_USER).search(cover.unit.text):
        return "the user's"
    return "another's" if any(v.kind == "name" for v in cover.unit.values) else "nobody's"


def _is_owner(value: Value) -> bool:
    """Whether a name only says whose something is ("Rosalind's badge"); then it answers nothing."""
    return value.kind == "name" and value.text.endswith(("'s", "’s"))


def _is_named_in(value: Value, ask: Ask) -> bool:
    """A value that the question itself names is not its answer."""
    return re.search(rf"(?<!\w){re.escape(fold(value.text))}(?!\w)", fold(ask.text)) is not None


def _closeness(ask: Ask, value: Value, cover: Cover) -> float:
    """How surely a value belongs to the ask's terms, 0 to 1."""
    rank = 0.03 * ask.wants.index(value.kind) if value.kind in ask.wants else 0.0
    return max((_link(cover.unit.text, value, start, end) for start, end in _places(cover)), default=0.0) - rank


def _places(cover: Cover) -> list[tuple[int, int]]:
    own = set(cover.matched.values())
    return [(w.start, w.start + len(w.raw)) for w in cover.unit.words if w.term in own]


def _link(text: str, value: Value, start: int, end: int) -> float:
    if end <= value.start:
        between = text[end : value.start]
        if _LINK.fullmatch(between):
            return 1.0
    elif start >= value.end:
        between = text[value.end : start]
    else:
        return 0.0
    distance = len(between.split()) + 2 * len(re.findall(r"[,;:()]", between))
    return 0.8 / (1 + 0.25 * distance)


def _linked(ask: Ask, cover: Cover) -> Value | None:
    """The value right beside one of the ask's terms: "the coach company Kestrel Coaches"."""
    best: tuple[float, Value | None] = (0.7, None)
    for value in cover.unit.values:
        if _is_named_in(value, ask) or any(value.start <= s < value.end for s, _ in _places(cover)):
            continue
        if (close := _closeness(ask, value, cover)) > best[0]:
            best = (close, value)
    return best[1]


def _complement(unit: Unit, cover: Cover) -> Value | None:
    """What a passage says its subject is: "the colour is teal"."""
    for _, end in sorted(_places(cover), reverse=True):
        match = _COMPLEMENT.match(unit.text, end)
        if match:
            what = re.split(r"\s(?:and|but|because|so|und|aber|weil|denn)\s", match["what"])[0].strip(" '\"")
            if len(what.split()) <= 8 and words(what):
                start = match.start("what")
                return Value("name", what, start, start + len(what))
    return None


__all__ = ["Recall"]
