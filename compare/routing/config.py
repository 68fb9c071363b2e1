"""routing.yaml, schema routing-weights/v1: its values, and reading it with every problem named by line.

The first route whose `match` holds takes the request and spreads it over candidates by `weights`. A file that gives
only routes with name, match and weights is valid; every other key is optional, and unknown keys are refused, because a
gateway that ignores a misspelt `weights` splits evenly without a word. Keys are never in the file, only the names of
environment variables. Writing is in exports/yaml.py.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compare.errors import ConfigError
from compare.routing.places import Problem, Reader
from compare.routing.reach import never_matching
from compare.routing.rules import Rule, Value, parse
from compare.routing.schema import FILE

SUM_TOLERANCE = 1e-6
Note = Callable[[str, str], None]
"""Takes the path and what is wrong there."""


@dataclass(frozen=True, slots=True)
class ModelRef:
    """What a name in `weights` stands for."""

    provider: str = ""
    model: str = ""
    """The model's name at its server."""
    base_url: str = ""
    api_key_env: str = ""
    context_window: int | None = None
    candidate: str = ""
    """What the votes call it, where that is no legal name."""


@dataclass(frozen=True, slots=True)
class Sticky:
    """Keep a session with one candidate."""

    by: str = "session_id"
    ttl_s: float | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Ask again after a failure."""

    attempts: int
    retry_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """Leave a failing candidate alone for a while."""

    failures: int
    window_s: float
    cooldown_s: float


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a canary: its share of the route's requests, and how long it lasts at least."""

    share: float
    hold_h: float


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A limit on a metric of the canary."""

    metric: str
    op: str
    value: float
    min_n: int | None = None


@dataclass(frozen=True, slots=True)
class Canary:
    """A staged roll-out of one candidate."""

    candidate: str
    stages: tuple[Stage, ...]
    guardrails: tuple[Guardrail, ...] = ()
    on_breach: str = "rollback"


@dataclass(frozen=True, slots=True)
class Shadow:
    """Send a copy of a share of the requests to a model whose answers are not used."""

    model: str
    share: float


@dataclass(frozen=True, slots=True)
class Route:
    """One rule and its weights; without a match it takes what no other route took."""

    name: str
    weights: Mapping[str, float]
    match: Rule | None = None
    fallbacks: tuple[str, ...] = ()
    """In the order in which they are tried."""
    sticky: Sticky | None = None
    retry: Retry | None = None
    circuit_breaker: CircuitBreaker | None = None
    canary: Canary | None = None
    shadow: Shadow | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """Votes, raters, threads, method, win_rate by name, verdict."""


@dataclass(frozen=True, slots=True)
class RoutingConfig:
    """A whole routing.yaml."""

    routes: tuple[Route, ...]
    models: Mapping[str, ModelRef] = field(default_factory=dict)
    entry: str = ""
    """The alias that clients call; empty where the gateway has its own."""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def choose(self, facts: Mapping[str, Value | None]) -> Route | None:
        """The route of a request with these facts; None where none takes it."""
        return next((route for route in self.routes if route.match is None or route.match.matches(facts)), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every candidate that the file names, in order of first mention."""
        mentioned = [*self.models]
        for route in self.routes:
            mentioned += [*route.weights, *route.fallbacks]
            mentioned += [route.shadow.model] if route.shadow else []
        return tuple(dict.fromkeys(mentioned))


# --- reading ---------------------------------------------------------------------------------------------------------


def load(text: str) -> RoutingConfig:
    """Read a routing.yaml.

    Raises:
        ConfigError: something is wrong; the message lists every problem with its line.
    """
    config, problems = read(text)
    if config is None:
        listed = "\n".join(f"- {problem}" for problem in problems)
        raise ConfigError(f"The routing file has {len(problems)} problem(s):\n{listed}")
    return config


def read(text: str) -> tuple[RoutingConfig | None, tuple[Problem, ...]]:
    """The configuration, or None with the problems that stand in its way."""
    reader = Reader()
    document = reader.read(text, FILE)
    if document is not None and not reader.problems:
        rules = _parse_rules(document, reader)
        reader.problems += _meaning(document, reader.lines)
        reader.problems += _never_matching(document, rules, reader.lines)
        if not reader.problems:
            return _build(document, rules), ()
    return None, tuple(sorted(reader.problems, key=lambda problem: problem.line or 0))


def _parse_rules(document: Mapping[str, Any], reader: Reader) -> list[Rule | None]:
    rules: list[Rule | None] = []
    for i, route in enumerate(document["routes"]):
        path = f"routes[{i}].match"
        rule = None
        if "match" in route:
            try:
                rule = parse(route["match"])
            except ConfigError as exc:
                reader.problems.append(Problem(reader.lines[path], path, str(exc)))
        rules.append(rule)
    return rules


def _never_matching(document: Mapping[str, Any], rules: list[Rule | None], lines: Mapping[str, int]) -> list[Problem]:
    if any("match" in route and rule is None for route, rule in zip(document["routes"], rules, strict=True)):
        return []  # a rule that cannot be read is told already, and what it would take is not known
    names = [route["name"] for route in document["routes"]]
    found = never_matching(list(zip(names, rules, strict=True)))
    paths = {place: f"routes[{place}].match" for place in found}
    return [Problem(lines.get(paths[place]), paths[place], why) for place, why in found.items()]


def _meaning(document: Mapping[str, Any], lines: Mapping[str, int]) -> list[Problem]:
    """What a schema cannot say: sums, names that exist, the default's place."""
    problems: list[Problem] = []

    def note(path: str, message: str) -> None:
        problems.append(Problem(lines.get(path), path, message))

    routes = document["routes"]
    if not routes:
        note("routes", "there must be at least one route")
    first_place: dict[str, int] = {}
    for i, route in enumerate(routes):
        path = f"routes[{i}]"
        if first_place.setdefault(route["name"], i) != i:
            note(f"{path}.name", f"the route {route['name']!r} comes twice")
        if "match" not in route and i < len(routes) - 1:
            note(path, f"{route['name']!r} has no match, so it takes everything; it must be the last route")
        _check_weights(route, path, note)
        _check_names(route, path, document.get("models"), note)
    return problems


def _check_weights(route: Mapping[str, Any], path: str, note: Note) -> None:
    weights = route["weights"]
    total = math.fsum(weights.values())
    if abs(total - 1.0) > SUM_TOLERANCE:
        terms = " + ".join(f"{weight:g}" for weight in weights.values()) or "none"
        note(f"{path}.weights", f"the weights of {route['name']!r} sum to {total:.6g}, not 1 ({terms})")
    canary = route.get("canary")
    if canary and canary["candidate"] not in weights:
        note(f"{path}.canary.candidate", f"{canary['candidate']!r} is not among the weights of {route['name']!r}")


def _check_names(route: Mapping[str, Any], path: str, models: Mapping[str, Any] | None, note: Note) -> None:
    """Where the file lists its models, every name must be one of them."""
    if models is None:
        return
    used = [(f"{path}.weights.{name}", name) for name in route["weights"]]
    used += [(f"{path}.fallbacks[{i}]", name) for i, name in enumerate(route.get("fallbacks", ()))]
    if "shadow" in route:
        used.append((f"{path}.shadow.model", route["shadow"]["model"]))
    for place, name in used:
        if name not in models:
            close = difflib.get_close_matches(name, models, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"models has {', '.join(models) or 'none'}"
            note(place, f"{name!r} is not under models; {hint}")


def _build(document: Mapping[str, Any], rules: list[Rule | None]) -> RoutingConfig:
    return RoutingConfig(
        routes=tuple(_route(route, rule) for route, rule in zip(document["routes"], rules, strict=True)),
        models={name: ModelRef(**values) for name, values in document.get("models", {}).items()},
        entry=document.get("entry", ""),
        provenance=document.get("provenance", {}),
    )


def _route(values: Mapping[str, Any], rule: Rule | None) -> Route:
    canary = values.get("canary")
    retry = values.get("retry")
    return Route(
        name=values["name"],
        weights=values["weights"],
        match=rule,
        fallbacks=tuple(values.get("fallbacks", ())),
        sticky=Sticky(**values["sticky"]) if "sticky" in values else None,
        retry=Retry(retry["attempts"], tuple(retry.get("retry_on", ()))) if retry else None,
        circuit_breaker=CircuitBreaker(**values["circuit_breaker"]) if "circuit_breaker" in values else None,
        canary=_canary(canary) if canary else None,
        shadow=Shadow(**values["shadow"]) if "shadow" in values else None,
        evidence=values.get("evidence", {}),
    )


def _canary(values: Mapping[str, Any]) -> Canary:
    return Canary(
        candidate=values["candidate"],
        stages=tuple(Stage(**stage) for stage in values["stages"]),
        guardrails=tuple(Guardrail(**guardrail) for guardrail in values.get("guardrails", ())),
        on_breach=values.get("on_breach", "rollback"),
    )
