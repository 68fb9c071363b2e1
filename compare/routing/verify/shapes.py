"""Requests for every route of a file, on both sides of each limit that a rule names."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from compare.routing.config import RoutingConfig
from compare.routing.rules import FACTS, Both, Comparison, Either, Expression, Fact, Literals, Not, Value
from compare.routing.verify.asks import Shape

MAX_MESSAGES = 400
"""A longer conversation is not sent: a limit above this is not tried."""
MAX_TOKENS = 50_000
"""Nor one of more tokens."""
MAX_COMBINATIONS = 20_000
SHAPES_EACH = 4
"""At most so many kinds of requests for a route."""
_BEYOND = 8


def shapes(config: RoutingConfig) -> dict[str, tuple[Shape, ...]]:
    """Kinds of requests by route, those nearest to a limit of thread_length first; none where nothing leads there."""
    wanted = _values(config)
    combinations = itertools.islice(itertools.product(*wanted.values()), MAX_COMBINATIONS)
    found: dict[str, list[Shape]] = {route.name: [] for route in config.routes}
    for values in combinations:
        facts = dict(zip(wanted, values, strict=True))
        route = config.choose(facts) if _possible(facts) else None
        if route is not None:
            found[route.name].append(Shape(route.name, facts))
    edges = set(itertools.chain.from_iterable(boundaries([s for each in found.values() for s in each])))
    return {
        name: tuple(sorted(each, key=lambda shape: (shape.label not in edges, shape.thread_length))[:SHAPES_EACH])
        for name, each in found.items()
    }


def boundaries(all_shapes: Sequence[Shape]) -> list[tuple[str, str]]:
    """Pairs of labels that differ by one message and lie in different routes."""
    by_rest: dict[tuple[tuple[str, Value], ...], dict[int, Shape]] = {}
    for shape in all_shapes:
        rest = tuple((name, value) for name, value in shape.facts.items() if name != "thread_length")
        by_rest.setdefault(rest, {})[shape.thread_length] = shape
    pairs = []
    for lengths in by_rest.values():
        for n, shape in sorted(lengths.items()):
            after = lengths.get(n + 1)
            if after is not None and after.route != shape.route:
                pairs.append((shape.label, after.label))
    return pairs


def _values(config: RoutingConfig) -> dict[str, list[Value]]:
    """What to try for each fact that a rule asks about: both sides of every constant."""
    constants: dict[str, set[Value]] = {"thread_length": set()}
    for route in config.routes:
        if route.match is not None:
            for name in route.match.facts:
                constants.setdefault(name, set())
            for name, value in _constants(route.match.expression):
                constants[name].add(value)
    return {name: _around(name, values) for name, values in constants.items()}


def _around(name: str, constants: set[Value]) -> list[Value]:
    if FACTS[name] == "flag":
        return [False, True]
    if FACTS[name] == "text":
        return [*sorted(map(str, constants)), "other"]
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


__all__ = ["boundaries", "shapes"]
