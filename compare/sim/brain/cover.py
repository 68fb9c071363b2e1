"""How far a passage covers what an ask names, and whether it speaks of another thing instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compare.sim.brain.asks import Ask, AskTerm
from compare.sim.brain.digest import Unit
from compare.sim.brain.memory import Memory, Remembered
from compare.sim.brain.values import Value
from compare.sim.brain.words import LIGHT_STEMS, SOFT_STEMS, Word, likeness

CODE_SHARE = 0.5
"""What counts of a line of program text: it may show a name without saying anything of it."""
REACH = 7
"""How many words beside a shared term are looked at for something put in another's place."""
MISSED_BELOW = 0.45
"""A term that is covered less than this is missing."""


@dataclass(frozen=True, slots=True)
class Cover:
    """How far one passage covers an ask."""

    message: Remembered
    index: int
    """Of the passage in its message."""
    unit: Unit
    share: float
    """Of the ask's weight, 0 to 1."""
    missing: tuple[AskTerm, ...]
    """Terms found neither in the passage nor around it."""
    elsewhere: tuple[AskTerm, ...]
    """Terms found around the passage only."""
    matched: Mapping[str, str]
    """Ask term to the passage's own term, for those found in the passage itself."""
    near: float
    """Small bonus for surroundings that fit the rest of the user's message."""


def covers(ask: Ask, memory: Memory) -> Iterator[Cover]:
    """Every remembered passage with one of the ask's terms, or with a value of its kind close to one; oldest first."""
    if not ask.terms:
        return
    weights = {t.term: t.weight * memory.weight(t.term) for t in ask.terms}
    likes = {t.term: memory.matches(t.term) for t in ask.terms}
    anything = frozenset().union(*likes.values())
    about = frozenset(ask.about)
    for message in memory.messages:
        if anything.isdisjoint(message.digest.terms) and anything.isdisjoint(message.replies_to):
            continue
        for index, unit in enumerate(message.digest.units):
            if not anything.isdisjoint(unit.terms) or any(v.kind in ask.wants for v in unit.values):
                yield _cover(ask, message, index, weights, likes, about)


def _cover(
    ask: Ask,
    message: Remembered,
    index: int,
    weights: Mapping[str, float],
    likes: Mapping[str, Mapping[str, float]],
    about: frozenset[str],
) -> Cover:
    unit = message.digest.units[index]
    total = covered = 0.0
    missing: list[AskTerm] = []
    elsewhere: list[AskTerm] = []
    matched: dict[str, str] = {}
    served = any(v.kind in ask.wants for v in unit.values)
    for term in ask.terms:
        weight = weights[term.term]
        total += weight
        like, own = max(((like, t) for t, like in likes[term.term].items() if t in unit.terms), default=(0.0, ""))
        if own:
            matched[term.term] = own
        else:
            like = max((like * _around(message, index, t) for t, like in likes[term.term].items()), default=0.0)
        if term.weight < 0.4 and served:
            # A word that only names the kind of value, or an everyday verb, is served by the value itself.
            like = max(like, 0.8)
        covered += weight * like
        if like < MISSED_BELOW:
            missing.append(term)
        elif not own:
            elsewhere.append(term)
    share = covered / total * (CODE_SHARE if unit.is_code else 1.0)
    near = 0.04 * min(2, len(about & message.digest.terms)) if about else 0.0
    return Cover(message, index, unit, share, tuple(missing), tuple(elsewhere), matched, near)


def _around(message: Remembered, index: int, term: str) -> float:
    """How far a term close to a passage counts for it."""
    units = message.digest.units
    if term in units[index].heading:
        return 0.8
    if index > 0 and term in units[index - 1].terms:
        return 0.75
    if term in message.replies_to:
        return 0.6
    return 0.5 if term in message.digest.terms else 0.0


def is_other_thing(ask: Ask, cover: Cover, answer: Value | None = None) -> bool:
    """Whether the passage has something else where the ask has a term that it lacks: "south" for "north".

    Args:
        ask: what is asked.
        cover: the passage.
        answer: the value in it that would be the answer; its own words are not something else.
    """
    if any(t.term in ask.hard for t in cover.missing):
        return True
    known = {t.term for t in ask.terms}
    for term in (*cover.missing, *cover.elsewhere):
        if term.weight < 1.0:
            continue
        if any(_is_replaced(cover.unit, own, known, answer) for own in _beside(ask, term, cover)):
            return True
    return False


def _beside(ask: Ask, term: AskTerm, cover: Cover) -> list[str]:
    """The passage's words for the nearest terms of the ask on either side that it has."""
    shared = [t for t in ask.terms if t.term in cover.matched]
    before = [t for t in shared if t.order < term.order]
    after = [t for t in shared if t.order > term.order]
    return [cover.matched[t.term] for t in before[-1:] + after[:1]]


def _is_replaced(unit: Unit, own: str, known: set[str], answer: Value | None) -> bool:
    """Whether a word with a meaning stands right beside a shared term that the ask does not have.

    Both sides are looked at: "is the shed inspected", "the inspection of the shed".
    """
    said = [w for w in unit.words if says_something(w.term) and not _is_within(w, answer)]
    for here in (w.place for w in unit.words if w.term == own):
        right = min((w for w in said if 0 < w.place - here <= REACH), key=lambda w: w.place, default=None)
        left = max((w for w in said if 0 < here - w.place <= REACH), key=lambda w: w.place, default=None)
        if any(w is not None and not stands_for_any(w.term, known) for w in (right, left)):
            return True
    return False


def _is_within(word: Word, answer: Value | None) -> bool:
    return answer is not None and answer.start <= word.start < answer.end


def says_something(term: str) -> bool:
    """Whether a word names a subject: no everyday verb and no word that frames what is said."""
    return term not in LIGHT_STEMS and term not in SOFT_STEMS


def stands_for_any(term: str, known: set[str]) -> bool:
    """Whether a term is one of those known, or like one."""
    return term in known or any(likeness(k, term) for k in known)


__all__ = ["Cover", "covers", "is_other_thing", "says_something", "stands_for_any"]
