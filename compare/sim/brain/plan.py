"""What an answer will say, before any wording: language, findings, facts, the goal still open, rules of form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from compare.sim.brain.digest import Unit, digest
from compare.sim.brain.findings import Finding, Found, alike
from compare.sim.brain.memory import Memory, Remembered, Turn
from compare.sim.brain.moves import Say, say
from compare.sim.brain.recall import Recall
from compare.sim.brain.rules import Rules, rules_in
from compare.sim.brain.words import language

WordingLanguage = Literal["en", "de"]

MOST_FACTS = 8
MOST_POINTS = 3
"""How many points are brought up that matter in general and not for what was asked."""
MOST_RULES = 2
"""How many passages of system messages are brought up."""
WEIGHTY = 2.4
"""The importance from which a point is brought up unasked."""
_DECISION = re.compile(
    r"\b(?:decid\w+|agree\w*|must|never|deadline|budget|prefer\w*|allerg\w+|confirm\w*|book(?:ed|ing)|limit|"
    r"chose|chosen|settled|"
    r"final|promis\w+|entschied\w*|vereinbar\w*|muss|nie|frist|wichtig|gebucht|reserviert|bestätigt|beschlossen)\b",
    re.I,
)
_TOLD_LANGUAGE = re.compile(
    r"\b(?:answer|reply|respond|antworte?\w*)\b.{0,30}\b(?:(?P<de>in german|auf deutsch)|(?P<en>in english|"
    r"auf englisch))\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The content of one answer."""

    say: Say
    language: WordingLanguage
    rules: Rules
    found: tuple[Found, ...] = ()
    """One for each part asked; empty for other moves."""
    facts: tuple[Finding, ...] = ()
    """Remembered passages that bear on a request, or the points of a recap, most important first."""
    goal: Finding | None = None
    """What the user set out to do, as far as it is remembered."""
    earliest: Finding | None = None
    """The first user message that is remembered."""


def make_plan(turns: Sequence[Turn], memory_messages: int | None) -> Plan:
    """Decide what to say to the last message.

    Args:
        turns: (role, text) of every message, the last being what is answered.
        memory_messages: how many of the last messages are remembered; None: all.
    """
    memory = Memory(turns, memory_messages)
    replying = _asked_something(memory)
    told = say(turns[-1][1], replying=replying)
    plan = Plan(told, _language(turns, memory), _rules(memory, turns[-1]), earliest=_earliest(memory))
    recall = Recall(memory)
    if told.move == "ask":
        found = tuple(recall.find(ask) for ask in told.asks)
        only = found[0] if len(found) == 1 else None
        facts = _context(recall, memory, turns, told) if only is not None and only.status == "advice" else ()
        return replace(plan, found=found, facts=facts)
    if told.move == "recap":
        return replace(plan, facts=_key_points(memory))
    if told.move == "thanks":
        return replace(plan, facts=_key_points(memory)[:2])
    goal = _goal(memory) if replying or told.move == "request" else None
    if told.move == "go_ahead":
        return replace(plan, facts=_proposal(memory), goal=goal)
    facts = _context(recall, memory, turns, told) if told.asks else ()
    return replace(plan, facts=tuple(f for f in facts if goal is None or f.unit is not goal.unit), goal=goal)


def _asked_something(memory: Memory) -> bool:
    """Whether the message before the last ends by asking."""
    if not memory.messages or memory.messages[-1].role != "assistant":
        return False
    units = memory.messages[-1].digest.units
    return any(u.is_question or u.proposes for u in units[-2:])


def _language(turns: Sequence[Turn], memory: Memory) -> WordingLanguage:
    for message in reversed(memory.messages):
        if message.role in ("user", "system") and (told := _TOLD_LANGUAGE.search(message.text)):
            return "de" if told["de"] else "en"
    for role, text in reversed(turns):
        if role == "user" and (found := language(text)) is not None:
            return "de" if found == "de" else "en"
    return "en"


def _rules(memory: Memory, last: Turn) -> Rules:
    said = [m.digest for m in memory.messages if m.role in ("system", "user") and not m.digest.is_record]
    return rules_in([*said, digest(last[1])])


def _finding(message: Remembered, unit: Unit, score: float = 0.0) -> Finding:
    return Finding(message.number, message.role, unit, None, score, message.digest.is_record)


def _earliest(memory: Memory) -> Finding | None:
    for message in memory.messages:
        if message.role == "user" and message.digest.units:
            return _finding(message, max(message.digest.units, key=lambda u: len(u.words)))
    return None


def _goal(memory: Memory) -> Finding | None:
    """The latest sentence of the user that asks for something to be done."""
    for message in reversed(memory.messages):
        if message.role != "user" or message.digest.is_record:
            continue
        told = say(message.text)
        if told.move == "request":
            unit = next((u for u in message.digest.units if u.text == told.main), None)
            if unit is not None and len(unit.words) >= 3:
                return _finding(message, unit)
    return None


def _context(recall: Recall, memory: Memory, turns: Sequence[Turn], told: Say) -> tuple[Finding, ...]:
    """What should be taken into account: passages on the matter, then what matters most of all that is remembered."""
    ask = told.asks[0]
    found = [f for f in recall.passages(ask, 2 * MOST_FACTS) if _is_for_context(f)]
    # A policy bears on what the user wants done, and not on what the user merely says.
    rules = [f for f in found if f.role == "system"][: 0 if told.move == "statement" else MOST_RULES]
    on_it = [f for f in found if f.role != "system" or f in rules][: MOST_FACTS - MOST_POINTS]
    points = [f for f in _key_points(memory) if f.score >= WEIGHTY and not any(alike(f, k) for k in on_it)]
    facts = [*on_it, *_said_now(turns, told), *points[:MOST_POINTS]]
    if ask.form == "value":
        # A number of the kind asked for would look like the answer, which nobody has given.
        facts = [f for f in facts if not any(v.kind in ask.wants for v in f.unit.values)]
    return tuple(facts)


def _is_for_context(finding: Finding) -> bool:
    is_tool_call = finding.is_record and finding.role == "assistant"
    return len(finding.unit.words) >= 3 and not is_tool_call


def _said_now(turns: Sequence[Turn], told: Say) -> list[Finding]:
    """What the message itself tells beside its question or main sentence."""
    role, text = turns[-1]
    here = digest(text)
    found = [u for u in here.units if _is_point(u) and u.values and not (told.move != "ask" and u.text == told.main)]
    return [Finding(len(turns), role, u, None, 0.0, here.is_record) for u in found[:2]]


def _proposal(memory: Memory) -> tuple[Finding, ...]:
    """What the assistant's last message put forward: the lines with values, else its first sentences."""
    for message in reversed(memory.messages):
        if message.role != "assistant" or message.digest.is_record:
            continue
        units = [u for u in message.digest.units if not u.proposes and not u.is_question and len(u.words) >= 2]
        chosen = [u for u in units if any(v.kind != "name" for v in u.values)] or units
        return tuple(_finding(message, u) for u in chosen[:MOST_FACTS])
    return ()


def _key_points(memory: Memory) -> tuple[Finding, ...]:
    """The sentence that matters most of each message, most important first."""
    best: list[Finding] = []
    for message in memory.messages:
        if message.role == "system" or message.digest.is_record:
            continue
        rated = [_finding(message, u, _importance(u, message)) for u in message.digest.units if _is_point(u)]
        if rated:
            best.append(max(rated, key=lambda f: f.score))
    return tuple(sorted(best, key=lambda f: (-f.score, f.number))[:MOST_FACTS])


def _is_point(unit: Unit) -> bool:
    return not (unit.is_question or unit.refuses or unit.proposes or unit.is_code) and len(unit.words) >= 3


def _importance(unit: Unit, message: Remembered) -> float:
    exact = sum(v.kind not in ("name", "counted") for v in unit.values)
    names = sum(v.kind == "name" for v in unit.values)
    weight = min(3, exact) + 0.4 * min(2, names)
    return weight + (1.2 if _DECISION.search(unit.text) else 0.0) + (0.8 if message.role == "user" else 0.0)


__all__ = ["Plan", "WordingLanguage", "make_plan"]
