"""What replaces a value that was found: a later sentence that takes it back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from compare.sim.brain.asks import Ask
from compare.sim.brain.cover import Cover, is_other_thing, says_something, stands_for_any
from compare.sim.brain.digest import Unit
from compare.sim.brain.findings import Finding
from compare.sim.brain.memory import Memory, Remembered
from compare.sim.brain.values import Value
from compare.sim.brain.words import fold

_NOT_NEW = re.compile(
    r"\b(?:not|from|instead of|rather than|no longer|nicht|statt|anstelle von|von)\s+(?:the |den |die |das |am |um )?$",
    re.I,
)
NEAR_MESSAGES = 3
"""Within so many messages "make it 14:30" is still about what was said before."""


def corrected(ask: Ask, first: Finding, memory: Memory, covers: Sequence[Cover]) -> Finding:
    """The finding, or the latest correction of it.

    Args:
        ask: what is asked.
        first: the passage found for it.
        memory: all that is remembered.
        covers: the passages in it that have to do with the ask.
    """
    current, place = first, (0, 0)
    by_place = {(c.message.number, c.index): c for c in covers}
    for message in memory.messages:
        if message.number < first.number or message.role == "system":
            continue
        for index, unit in enumerate(message.digest.units):
            if message.number == first.number and unit is first.unit:
                place = (message.number, index)
            elif place > (0, 0):
                current = _replacement(ask, current, message, index, by_place.get((message.number, index))) or current
    return current


def is_taken_back(value: Value, unit: Unit) -> bool:
    """Whether a passage names a value only to say that it no longer holds: "from 7731 to 2280", "not 14"."""
    return unit.corrects and _NOT_NEW.search(unit.text, 0, value.start) is not None


def _replacement(ask: Ask, current: Finding, message: Remembered, index: int, cover: Cover | None) -> Finding | None:
    """What a passage puts in the place of the current value, or None."""
    units = message.digest.units
    unit = units[index]
    if current.value is None or not unit.tells or not (unit.corrects or (index > 0 and units[index - 1].corrects)):
        return None
    kinds = {v.kind for v in current.unit.values if v.text == current.value} or set(ask.wants)
    others = [v for v in unit.values if v.kind in kinds and fold(v.text) != fold(current.value)]
    if any(c.isdigit() for c in current.value):
        others = [v for v in others if any(c.isdigit() for c in v.text)]
    if not others:
        return None
    standing = [v for v in others if not is_taken_back(v, unit)] or others
    names_old = fold(current.value) in fold(unit.text)
    new = standing[0] if names_old else standing[-1]
    if not names_old and not _same_subject(ask, current, message, unit, new, cover):
        return None
    record = message.digest.is_record
    return Finding(message.number, message.role, unit, new.text, current.score, record, True, quotable=not names_old)


def _same_subject(ask: Ask, current: Finding, message: Remembered, unit: Unit, new: Value, cover: Cover | None) -> bool:
    every = {t.term for t in ask.terms}
    named = {w.term for w in unit.words if says_something(w.term) and not new.start <= w.start < new.end}
    foreign = sum(not stands_for_any(t, every) for t in named)
    if cover is not None and any(t.weight == 1.0 and t.term in cover.matched for t in ask.terms):
        return not is_other_thing(ask, cover, new) and foreign <= 2 * len(cover.matched) + 1
    # "Actually, make it 14:30" names nothing, so it is about what was last spoken of.
    return unit.corrects and foreign <= 1 and message.number - current.number <= NEAR_MESSAGES


__all__ = ["corrected", "is_taken_back"]
