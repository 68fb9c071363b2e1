"""Requests for every route of a file, on both sides of each limit that a rule names."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from compare.routing.config import RoutingConfig
from compare.routing.rules import FACTS, Both, Comparison, Either, Expression, Fact, Literals, Not, Value
from compare.routing.verify.asks import Shape

MAX_MESSAGES = 400
"""A longer conversation is not sent: a limit above this is not tried."""
MAX_TOKENS = 50_000
"""Nor one of more tokens."""
MAX_COMBINATIONS = 20_000
SHAPES_EACH = 8
"""At most so many kinds of requests for a route."""
_BEYOND = 8

Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send."""

    shapes: Mapping[str, tuple[Shape, ...]]
    """Kinds of requests by route, those at a limit first; none where nothing leads there."""
    limits: tuple[tuple[Shape, Shape], ...]
    """Neighbours in different routes: they differ in one fact, a number by one."""


def plan(config: RoutingConfig) -> Plan:
    """Kinds of requests for every route, and the limits between them."""
    wanted = _values(config)
    reached: dict[Values, Shape] = {}
    for values in itertools.islice(itertools.product(*wanted.values()), MAX_COMBINATIONS):
        facts = dict(zip(wanted, values, strict=True))
        route = config.choose(facts) if _possible(facts) else None
        if route is not None:
            reached[values] = Shape(route.name, facts)
    limits = list(_limits(wanted, reached))
    at_limits = list(itertools.chain.from_iterable(limits))
    shapes = {route.name: _some(route.name, at_limits, reached.values()) for route in config.routes}
    kept = list(itertools.chain.from_iterable(shapes.values()))
    return Plan(shapes, tuple(pair for pair in limits if pair[0] in kept and pair[1] in kept))


def _some(route: str, at_limits: Iterable[Shape], reached: Iterable[Shape]) -> tuple[Shape, ...]:
    """Those at a limit, and the least and the greatest."""
    every = [shape for shape in reached if shape.route == route]
    chosen: list[Shape] = []
    for shape in (*(shape for shape in at_limits if shape.route == route), *every[:1], *every[-1:]):
        if shape not in chosen:
            chosen.append(shape)
    return tuple(chosen[:SHAPES_EACH])


def _limits(wanted: Mapping[str, list[Value]], reached: Mapping[Values, Shape]) -> Iterator[tuple[Shape, Shape]]:
    """One pair of neighbours for each step of a fact and each two routes."""
    seen = set()
    for i, (name, tried) in enumerate(wanted.items()):
        after = {low: high for low, high in itertools.pairwise(tried) if _adjacent(name, low, high)}
        for values, shape in reached.items():
            neighbour = reached.get((*values[:i], after[values[i]], *values[i + 1 :])) if values[i] in after else None
            if neighbour is None or neighbour.route == shape.route:
                continue
            step = (name, values[i], shape.route, neighbour.route)
            if step not in seen:
                seen.add(step)
                yield shape, neighbour


def _adjacent(name: str, low: Value, high: Value) -> bool:
    return FACTS[name] != "number" or int(high) - int(low) == 1


def _values(config: RoutingConfig) -> dict[str, list[Value]]:
    """What to try for each fact that a rule asks about: both sides of every constant."""
    constants: dict[str, set[Value]] = {"thread_length": set()}
    for route in config.routes:
        if route.match is not None:
            for name in sorted(route.match.facts):
                constants.setdefault(name, set())
            for name, value in _constants(route.match.expression):
                constants[name].add(value)
    return {name: _around(name, values) for name, values in constants.items()}


def _around(name: str, constants: set[Value]) -> list[Value]:
    if FACTS[name] == "flag":
        return [False, True]
    if FACTS[name] == "text":
        return ["other", *sorted(map(str, constants))]
    least = 1 if name in ("thread_length", "user_turns", "max_tokens") else 0
    near = {int(value) + step for value in constants if isinstance(value, int | float) for step in (-1, 0, 1)}
    far = max(near, default=least) + _BEYOND
    most = {"thread_length": MAX_MESSAGES, "user_turns": MAX_MESSAGES, "prompt_tokens": MAX_TOKENS}.get(name, 1 << 20)
    return sorted(value for value in {least, *near, far} if least <= value <= most)


def _constants(node: Expression) -> list[tuple[str, Value]]:
    if isinstance(node, Comparison):
        sides = (node.left, node.right)
        facts = [side.name for side in sides if isinstance(side, Fact)]
        values = [value for side in sides if isinstance(side, Literals) for value in side.values]
        return [(fact, value) for fact in facts for value in values]
    if isinstance(node, Not):
        return _constants(node.part)
    if isinstance(node, Both | Either):
        return [pair for part in node.parts for pair in _constants(part)]
    return []


def _possible(facts: dict[str, Value]) -> bool:
    """Whether one request can have them all."""
    length = int(facts["thread_length"])
    others = length - bool(facts.get("has_tools"))
    turns, tokens = int(facts.get("user_turns", 1)), int(facts.get("prompt_tokens", length))
    return others >= max(1, turns) and tokens >= length


__all__ = ["Plan", "plan"]
