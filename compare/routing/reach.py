"""Rules that can never match: those that contradict themselves, and those whose requests earlier routes all take.

Every rule compares facts with constants, so requests fall into finitely many kinds: below, at and above each number,
each text that is named or another one, true, false, and not known. One request of each kind is tried.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from compare.routing.rules import FACTS, Both, Comparison, Either, Expression, Fact, Not, Rule, Value

MAX_KINDS = 20_000
"""Of requests, for one route; a file of so many thresholds on so many facts is left undecided."""

_ANOTHER_TEXT = "\0"
"""No rule can name it: control characters are refused."""

Facts = dict[str, Value | None]


def never_matching(routes: Sequence[tuple[str, Rule | None]]) -> dict[int, str]:
    """Why a route gets no request, by its place.

    Args:
        routes: name and rule (None takes everything), in order.
    """
    found = {}
    for place, (_name, rule) in enumerate(routes):
        if rule is not None and (why := _why(routes[:place], rule)):
            found[place] = why
    return found


def _why(earlier: Sequence[tuple[str, Rule | None]], rule: Rule) -> str:
    rules = [each for _name, each in earlier if each is not None]
    kinds = _kinds([*rules, rule])
    if math.prod(map(len, kinds.values())) > MAX_KINDS:
        return ""
    takers: dict[str, None] = {}
    for facts in _requests(kinds):
        if not rule.matches(facts):
            continue
        taker = next((name for name, each in earlier if each is None or each.matches(facts)), None)
        if taker is None:
            return ""
        takers[taker] = None
    if not takers:
        return f"can never match: no request meets {rule.text!r}"
    return f"can never match: every request of {rule.text!r} is taken before by {', '.join(takers)}"


def _requests(kinds: Mapping[str, Sequence[Value | None]]) -> Iterator[Facts]:
    for values in itertools.product(*kinds.values()):
        yield dict(zip(kinds, values, strict=True))


def _kinds(rules: Sequence[Rule]) -> dict[str, list[Value | None]]:
    """Values to try, by fact."""
    comparisons = [each for rule in rules for each in _comparisons(rule.expression)]
    constants: dict[str, set[Value]] = {name: set() for rule in rules for name in sorted(rule.facts)}
    paired: set[str] = set()
    for each in comparisons:
        sides = (each.left, each.right)
        names = [side.name for side in sides if isinstance(side, Fact)]
        for side in sides:
            if not isinstance(side, Fact):
                constants[names[0]].update(side.values)
        paired |= set(names) if len(names) == 2 else set()
    # Facts that are compared with each other need the same values, and neighbours of them to be above and below.
    shared = {value for name in paired for value in constants[name]}
    return {name: _values(name, values | (shared if name in paired else set())) for name, values in constants.items()}


def _values(name: str, constants: set[Value]) -> list[Value | None]:
    if FACTS[name] == "flag":
        return [None, True, False]
    if FACTS[name] == "text":
        return [None, *sorted(str(value) for value in constants), _ANOTHER_TEXT]
    # Facts count things: whole, from 0. Three neighbours are enough for chains of three facts.
    bounds = {end for value in constants for end in (math.floor(float(value)), math.ceil(float(value)))} | {0}
    near = {bound + step for bound in bounds for step in range(-3, 4)}
    return [None, *sorted(value for value in near if value >= 0)]


def _comparisons(node: Expression) -> Iterator[Comparison]:
    if isinstance(node, Comparison):
        yield node
    elif isinstance(node, Not):
        yield from _comparisons(node.part)
    elif isinstance(node, Both | Either):
        for part in node.parts:
            yield from _comparisons(part)
