"""A routing.yaml against stored threads: what it would have cost, how fast and how good it would have been.

Nothing is drawn at random: every figure is an expectation over the weights, summed up over the requests. Without
stickiness each request is routed anew. With it a session keeps one place between 0 and 1, as gateways do that hash its
id, and each route's weights cut that range in the order of the file: the session changes its model only where its
thread reaches another route.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compare.ratings.bradley_terry import FloatArray
from compare.ratings.buckets import Bucket
from compare.routing.config import Route, RoutingConfig
from compare.routing.measured import ALL, Measured, mixture_quantile
from compare.routing.rules import Value
from compare.routing.traffic import at

Facts = Mapping[str, Value | None]
NO_FACTS: frozenset[str] = frozenset({"max_tokens", "has_images", "language", "tag"})
"""What a rule may ask and stored threads do not tell."""


@dataclass(frozen=True, slots=True)
class Session:
    """One stored thread as a router meets it: the facts of each request, in order."""

    requests: tuple[Facts, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the candidates, by the votes' names."""

    measured: Measured
    utility: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Win share by candidate and bucket; ALL for all lengths together."""
    handover_loss: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """By (before, after): the share of votes that a conversation loses by being handed over, 0.5 at most."""


@dataclass(frozen=True, slots=True)
class Bouncing:
    """Changes of the model inside a session."""

    switches_per_session: float
    loss_per_switch: float | None
    """Mean share of votes lost at a switch, where it was measured; None where none was."""
    known_share: float
    """Share of the switches between candidates whose loss was measured."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What one file makes of the stored threads."""

    n_sessions: int
    n_requests: int
    n_unrouted: int
    """Requests that no route takes; they are in no other figure."""
    win_rate: float | None
    """Expected win share of a request's answer; None where a candidate that gets requests has no votes."""
    cost_usd: float | None
    """Mean of a request; None where one that gets requests has no known cost."""
    cost_per_session_usd: float | None
    p50_ms: float | None
    p95_ms: float | None
    shares: Mapping[str, float]
    """Of the routed requests, by candidate."""
    routes: Mapping[str, int]
    """Requests that each route takes."""
    free: Bouncing
    """Each request routed anew."""
    sticky: Bouncing
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """One side of `route simulate --json`."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        for name in ("free", "sticky"):
            found: Bouncing = values.pop(name)
            values["without_stickiness" if name == "free" else "with_stickiness"] = {
                each: getattr(found, each) for each in found.__slots__
            }
        return {**values, "shares": dict(self.shares), "routes": dict(self.routes), "problems": list(self.problems)}


def session_of(roles: str, workload: str, tokens: Sequence[int] | None = None) -> Session:
    """A stored thread as requests: every user message asks for an answer to all before it.

    Args:
        roles: first letters of the messages' roles, oldest first.
        workload: what kind of work the thread is.
        tokens: of each message, by the local count; None where nobody counted.
    """
    requests: list[Facts] = []
    turns, tools, summed = 0, False, 0
    for place, role in enumerate(roles, 1):
        tools = tools or role == "t"
        summed += tokens[place - 1] if tokens is not None else 0
        if role == "u":
            turns += 1
            facts: dict[str, Value | None] = {"thread_length": place, "user_turns": turns, "has_tools": tools}
            requests.append({**facts, "workload": workload, "prompt_tokens": summed if tokens is not None else None})
    return Session(tuple(requests))


def simulate(config: RoutingConfig, sessions: Iterable[Session], known: Known, ranges: Sequence[Bucket]) -> Simulated:
    """What the file makes of these threads.

    Args:
        config: the file.
        sessions: the threads.
        known: of the candidates.
        ranges: the buckets by which `known` is sorted.
    """
    n_sessions, unrouted = 0, 0
    asked: Counter[tuple[int, str, str]] = Counter()
    crossed: Counter[tuple[int, int]] = Counter()
    for session in sessions:
        n_sessions += 1
        before: int | None = None
        for facts in session.requests:
            route = _route_of(config, facts)
            if route is None:
                unrouted, before = unrouted + 1, None
                continue
            length = int(facts["thread_length"] or 0)
            bucket = next((each.name for each in ranges if each.holds(length)), ALL)
            asked[route, bucket, str(facts.get("workload") or ALL)] += 1
            if before is not None:
                crossed[before, route] += 1
            before = route
    return _summed(config, n_sessions, unrouted, asked, crossed, known)


def _route_of(config: RoutingConfig, facts: Facts) -> int | None:
    return next((i for i, route in enumerate(config.routes) if route.match is None or route.match.matches(facts)), None)


def _summed(
    config: RoutingConfig,
    n_sessions: int,
    unrouted: int,
    asked: Counter[tuple[int, str, str]],
    crossed: Counter[tuple[int, int]],
    known: Known,
) -> Simulated:
    n = sum(asked.values())
    weights = [called(route, config) for route in config.routes]
    shares: dict[str, float] = {}
    win: float | None = 0.0
    cost: float | None = 0.0
    parts: list[tuple[FloatArray, float]] = []
    lacking: dict[str, set[str]] = {"votes": set(), "cost": set(), "time": set()}
    for (route, bucket, workload), count in asked.items():
        for name, weight in weights[route].items():
            if weight <= 0:
                continue
            shares[name] = shares.get(name, 0.0) + weight * count / n
            utility = known.utility.get((name, bucket), known.utility.get((name, ALL)))
            found = at(known.measured, name, bucket, workload)
            parts.append((found.times_ms, weight * count))
            lacking["votes"] |= {name} if utility is None else set()
            lacking["cost"] |= {name} if found.cost_usd is None else set()
            lacking["time"] |= set() if len(found.times_ms) else {name}
            win = None if win is None or utility is None else win + weight * count / n * utility
            cost = None if cost is None or found.cost_usd is None else cost + weight * count / n * found.cost_usd
    return Simulated(
        n_sessions=n_sessions,
        n_requests=n + unrouted,
        n_unrouted=unrouted,
        win_rate=win if n else None,
        cost_usd=cost if n else None,
        cost_per_session_usd=cost * n / n_sessions if n and cost is not None else None,
        p50_ms=mixture_quantile(parts, 0.5),
        p95_ms=mixture_quantile(parts, 0.95),
        shares=dict(sorted(shares.items(), key=lambda item: -item[1])),
        routes={
            route.name: sum(count for (place, _, _), count in asked.items() if place == i)
            for i, route in enumerate(config.routes)
        },
        free=_bouncing(crossed, weights, n_sessions, known, sticky=False),
        sticky=_bouncing(crossed, weights, n_sessions, known, sticky=True),
        problems=(*_told(lacking), *_unseen(config, unrouted)),
    )


def called(route: Route, config: RoutingConfig) -> dict[str, float]:
    """A route's weights by the votes' names, in the order of the file."""
    found: dict[str, float] = {}
    for alias, weight in route.weights.items():
        ref = config.models.get(alias)
        name = ref.candidate if ref is not None and ref.candidate else alias
        found[name] = found.get(name, 0.0) + weight
    return found


def _told(lacking: Mapping[str, set[str]]) -> list[str]:
    """What cannot be said, and of whom."""
    words = {
        "votes": "There are no votes on {}, so no win rate is told; have it rated, or say under models what the votes "
        "call it.",
        "cost": "The cost of {} is not known, so no cost is told; run it on stored threads, or give the model a price.",
        "time": "No times of {} are stored, so no percentile is told; run it on stored threads.",
    }
    return [words[what].format(", ".join(sorted(names))) for what, names in lacking.items() if names]


def _unseen(config: RoutingConfig, unrouted: int) -> list[str]:
    told = [
        f"The route {route.name!r} asks for {', '.join(sorted(blind))}, which stored threads do not tell; it "
        "takes only what it takes without that here."
        for route in config.routes
        if route.match is not None and (blind := route.match.facts & NO_FACTS)
    ]
    if unrouted:
        told.append(f"No route takes {unrouted:,} of the requests; end the file with a route that has no match.")
    return told


# --- bouncing --------------------------------------------------------------------------------------------------------


def _bouncing(
    crossed: Mapping[tuple[int, int], int],
    weights: Sequence[Mapping[str, float]],
    n_sessions: int,
    known: Known,
    *,
    sticky: bool,
) -> Bouncing:
    switches, measured, lost = 0.0, 0.0, 0.0
    for (before, after), count in crossed.items():
        first, second = weights[before], weights[after]
        joint = _cohorts(first, second) if sticky else np.outer(list(first.values()), list(second.values()))
        for i, one in enumerate(first):
            for j, other in enumerate(second):
                if one == other or joint[i, j] <= 0:
                    continue
                expected = count * float(joint[i, j])
                switches += expected
                loss = known.handover_loss.get((one, other))
                if loss is not None:
                    measured += expected
                    lost += expected * loss
    return Bouncing(
        switches_per_session=switches / n_sessions if n_sessions else 0.0,
        loss_per_switch=lost / measured if measured else None,
        known_share=measured / switches if switches else 0.0,
    )


def _cohorts(first: Mapping[str, float], second: Mapping[str, float]) -> FloatArray:
    """Shape (m, n): the share of sessions that the first route gives to i and the second to j."""
    edges = [np.concatenate([[0.0], np.cumsum(list(each.values()))]) for each in (first, second)]
    low = np.maximum(edges[0][:-1, None], edges[1][None, :-1])
    high = np.minimum(edges[0][1:, None], edges[1][None, 1:])
    return np.asarray(np.maximum(high - low, 0.0))
