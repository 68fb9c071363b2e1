"""Canary stages and drained models: the same routing file with other weights.

Gateways know neither, so each is a configuration of its own, exported like any other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from compare.errors import ConfigError
from compare.routing.config import Route, RoutingConfig


@dataclass(frozen=True, slots=True)
class StagedConfig:
    """What to deploy at one stage."""

    folder: str
    """stage-1-5pct, stage-2-20pct, ... and full."""
    config: RoutingConfig


def staged(config: RoutingConfig) -> list[StagedConfig]:
    """A configuration for each canary stage, and the full one last.

    At a stage, the canary's candidate gets the stage's share of its route, and the others share the rest in proportion
    to their weights (equally where they have none). A route with fewer stages than another is full meanwhile.

    Raises:
        ConfigError: a canary has no other candidate in its route.
    """
    count = max((len(route.canary.stages) for route in config.routes if route.canary), default=0)
    made = []
    for number in range(count):
        routes = tuple(_at_stage(route, number) for route in config.routes)
        made.append(StagedConfig(f"stage-{number + 1}-{_shares(config, number)}", replace(config, routes=routes)))
    return [*made, StagedConfig("full", config)]


def drained(config: RoutingConfig, name: str) -> RoutingConfig:
    """The configuration without one model: its weight goes to the others of each route in proportion.

    Raises:
        ConfigError: the file does not name the model, or a route has nothing else; each such route is named.
    """
    if name not in config.names:
        raise ConfigError(f"The routing file names no model {name!r}; it has {', '.join(config.names)}.")
    empty = [route.name for route in config.routes if _left(route, name) is None]
    if empty:
        raise ConfigError(
            f"{name} cannot be drained: nothing is left to answer in {', '.join(empty)}. "
            "Give the route another candidate or a fallback first."
        )
    routes = tuple(_without(route, name) for route in config.routes)
    return replace(config, routes=routes, models={key: ref for key, ref in config.models.items() if key != name})


def _at_stage(route: Route, number: int) -> Route:
    if route.canary is None or number >= len(route.canary.stages):
        return route
    candidate, share = route.canary.candidate, route.canary.stages[number].share
    others = {name: weight for name, weight in route.weights.items() if name != candidate}
    if not others and share < 1:
        raise ConfigError(
            f"The canary of {route.name!r} cannot start at {share:g}: {candidate} is the route's only candidate, so "
            "nobody gets the rest. Add the present one to its weights, with 0 if it is to go."
        )
    total = math.fsum(others.values())
    rest = {name: (weight / total if total else 1 / len(others)) * (1 - share) for name, weight in others.items()}
    weights = {name: _tidy(share if name == candidate else rest[name]) for name in route.weights}
    return replace(route, weights=weights)


def _left(route: Route, name: str) -> Mapping[str, float] | None:
    """The route's weights without a model; None where nothing is left."""
    others = {other: weight for other, weight in route.weights.items() if other != name}
    total = math.fsum(others.values())
    if total > 0:
        return {other: _tidy(weight / total) for other, weight in others.items()}
    first = next((other for other in route.fallbacks if other != name), None)
    return {**others, first: 1.0} if first else None


def _without(route: Route, name: str) -> Route:
    weights = _left(route, name)
    assert weights is not None
    if name not in route.weights:
        weights = route.weights
    evidence = dict(route.evidence)
    if name in evidence.get("win_rate", {}):
        evidence["win_rate"] = {key: value for key, value in evidence["win_rate"].items() if key != name}
    return replace(
        route,
        weights=weights,
        fallbacks=tuple(other for other in route.fallbacks if other != name),
        canary=None if route.canary and route.canary.candidate == name else route.canary,
        shadow=None if route.shadow and route.shadow.model == name else route.shadow,
        evidence=evidence,
    )


def _shares(config: RoutingConfig, number: int) -> str:
    """The shares of all canaries at a stage, as 5pct or 5pct-10pct."""
    shares = {r.canary.stages[number].share for r in config.routes if r.canary and number < len(r.canary.stages)}
    return "-".join(f"{100 * share:g}pct" for share in sorted(shares))


def _tidy(weight: float) -> float:
    """Without the last digits that binary fractions leave."""
    return round(weight, 12)
