"""Figures held against what the file says.

What holds, holds. What does not hold is broken, unless the export's loss report says that the target cannot do it; then
the figures are given with that reason. What the file promises nothing about is measured and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from compare.routing.config import Route, RoutingConfig
from compare.routing.exports.target import Loss
from compare.routing.verify.asks import Shape, Tally
from compare.routing.verify.bands import band, can_tell_apart, expected_shares
from compare.routing.verify.figures import FailureFigures, RouteFigures, StreamFigures
from compare.routing.verify.traffic import CONCURRENCY

Verdict = Literal["holds", "broken", "cannot", "measured"]
About = Literal["split", "rule", "streaming", "stickiness", "failover", "breaker", "recovery", "shadow"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        route: where; empty for what lies between routes.
        says: the figures in a sentence.
        reason: what the loss report says, where the target cannot do it.
    """

    route: str
    about: About
    verdict: Verdict
    says: str
    reason: str = ""


def judge(
    config: RoutingConfig,
    losses: Sequence[Loss],
    figures: Mapping[str, RouteFigures],
    limits: Sequence[tuple[Shape, Shape]],
) -> tuple[Check, ...]:
    """Every check, route by route in the file's order, then the limits between routes."""
    checks: list[Check] = []
    for route in config.routes:
        if route.name in figures:
            checks += _Judge(route, losses).checks(figures[route.name])
        else:
            says = "no request that leads here could be made, so nothing was sent"
            checks.append(Check(route.name, "rule", "measured", says))
    return (*checks, *_between(config, losses, figures, limits))


class _Judge:
    """All checks of one route."""

    def __init__(self, route: Route, losses: Sequence[Loss]) -> None:
        self._route = route
        self._losses = losses
        self._weights = {name: float(weight) for name, weight in route.weights.items() if weight > 0}

    def checks(self, figures: RouteFigures) -> Iterator[Check]:
        yield self._split(figures.split)
        for shape, counted in figures.by_shape:
            yield self._shape(shape, counted)
        if figures.streams is not None:
            yield self._streaming(figures.streams)
        if figures.sticky is not None:
            kept, of = figures.sticky.kept, figures.sticky.sessions
            says = (
                f"{kept} of {of} sessions stayed with one model over {figures.sticky.requests_each} requests "
                f"(by chance {figures.sticky.by_chance:.0f})"
            )
            yield self._check("stickiness", kept == of, says, "sticky")
        if not figures.failures and not self._can_fail_over():
            says = f"not tried: the file names nobody who could take over from {', '.join(self._weights)}"
            yield Check(self._route.name, "failover", "measured", says)
        for failure in figures.failures:
            yield self._failover(failure)
            if failure.hits is not None:
                yield self._breaker(failure, failure.hits)
        yield from self._recovery(figures)
        if figures.shadow_hits is not None and self._route.shadow is not None:
            yield self._shadow(figures.shadow_hits, figures.split.n)

    def _can_fail_over(self) -> bool:
        return len({*self._weights, *self._route.fallbacks}) > 1

    def _check(self, about: About, held: bool, says: str, field: str) -> Check:
        reason = "" if held else _reason(self._losses, f"routes.{self._route.name}.{field}")
        return Check(self._route.name, about, "holds" if held else "cannot" if reason else "broken", says, reason)

    def _split(self, counted: Tally) -> Check:
        return self._check("split", shares_hold(self._weights, counted), told_shares(self._weights, counted), "weights")

    def _shape(self, shape: Shape, counted: Tally) -> Check:
        says = f"{shape.label}: {told_counts(counted)}"
        return self._check("rule", shares_hold(self._weights, counted), says, "match")

    def _streaming(self, found: StreamFigures) -> Check:
        """Whole, by the same split, and as they come: a gateway that waits for the end makes every answer seem slow."""
        ms, sent_ms = 1000 * found.median_spread_s, 1000 * found.sent_spread_s
        passed_on = found.median_pieces > 1 and found.median_spread_s >= found.sent_spread_s / 2
        says = told_shares(self._weights, found.tally)
        if found.in_pieces:
            says += (
                f"; of those sent in pieces over {sent_ms:.0f} ms, the client got {found.median_pieces:.0f} pieces "
                f"over {ms:.0f} ms (median of {found.in_pieces})"
            )
            says += "" if passed_on else "; the gateway kept them back until the end"
        return self._check("streaming", passed_on and shares_hold(self._weights, found.tally), says, "stream")

    def _failover(self, failure: FailureFigures) -> Check:
        errors, n = failure.tally.errors, failure.tally.n
        says = f"while {failure.victim} {failure.state}, {errors} of {n} requests failed; {told_counts(failure.tally)}"
        if errors:
            says += f"; the first: {failure.tally.first_error}"
        promised = set(self._route.fallbacks) - {failure.victim}
        if not promised:
            return Check(self._route.name, "failover", "measured", f"{says}; the file names no fallbacks")
        return self._check("failover", errors == 0, says, "fallbacks")

    def _breaker(self, failure: FailureFigures, hits: int) -> Check:
        says = f"{hits} of {failure.tally.n} requests' tries reached {failure.victim} while it failed"
        breaker = self._route.circuit_breaker
        if breaker is None:
            return Check(self._route.name, "breaker", "measured", f"{says}; the file names no circuit_breaker")
        most = allowed_hits(self._route, failure.elapsed_s)
        if most >= failure.tally.n * self._weights[failure.victim]:
            return Check(self._route.name, "breaker", "measured", f"{says}; too few were sent to tell")
        return self._check("breaker", hits <= most, f"{says}, at most {most} may", "circuit_breaker")

    def _recovery(self, figures: RouteFigures) -> Iterator[Check]:
        for failure, recovery in zip(figures.failures, figures.recoveries, strict=True):
            if not recovery.back:
                says = f"{failure.victim} got no request in the {recovery.limit_s:.0f} s after it was up again"
                yield self._check("recovery", False, says, "circuit_breaker")
        if figures.recovered is not None:
            waits = " and ".join(f"{recovery.waited_s:.1f}" for recovery in figures.recoveries)
            says = (
                f"{figures.failures[-1].victim} was asked again {waits} s after it was up again; then "
                f"{told_shares(self._weights, figures.recovered)}"
            )
            yield self._check("recovery", shares_hold(self._weights, figures.recovered), says, "weights")

    def _shadow(self, hits: int, n: int) -> Check:
        assert self._route.shadow is not None
        limits = band(self._route.shadow.share, n)
        says = (
            f"{self._route.shadow.model} got a copy of {hits} of {n} requests "
            f"({hits / n:.1%}, must be {limits.low:.1%} to {limits.high:.1%})"
        )
        return self._check("shadow", limits.holds(hits, n), says, "shadow")


def allowed_hits(route: Route, elapsed_s: float) -> int:
    """How many tries may reach a failing model: those until the breaker opens and those under way, in every period."""
    breaker = route.circuit_breaker
    assert breaker is not None
    tries = 1 + (route.retry.attempts if route.retry else 2)
    periods = 1 + int(elapsed_s / breaker.cooldown_s) if breaker.cooldown_s else 1
    return (breaker.failures + CONCURRENCY) * tries * periods


def shares_hold(weights: Mapping[str, float], counted: Tally) -> bool:
    """Whether nothing failed and every model's share lies in its band, 0 for those without a weight."""
    if counted.errors or not counted.n:
        return False
    expected = expected_shares(weights, list(counted.served))
    return all(band(share, counted.n).holds(counted.served.get(name, 0), counted.n) for name, share in expected.items())


def told_shares(weights: Mapping[str, float], counted: Tally) -> str:
    """`primary 79.6 % of 2000 (76.4 to 83.6 must be), ...`."""
    parts = []
    for name, share in expected_shares(weights, list(counted.served)).items():
        limits = band(share, max(1, counted.n))
        got = counted.served.get(name, 0) / max(1, counted.n)
        room = f"{limits.low:.1%} to {limits.high:.1%}" if limits.low < limits.high else f"{share:.0%}"
        parts.append(f"{name} {got:.1%} (must be {room})")
    said = f"{', '.join(parts)} of {counted.n} requests"
    return f"{said}; {counted.errors} failed, the first: {counted.first_error}" if counted.errors else said


def told_counts(counted: Tally) -> str:
    """`primary 212, secondary 51`."""
    parts = [f"{name} {n}" for name, n in sorted(counted.served.items(), key=lambda item: (-item[1], item[0]))]
    return ", ".join(parts) or "nobody answered"


def _reason(losses: Sequence[Loss], field: str) -> str:
    """Why the target cannot do what stands in a field, or in one around it."""
    return next((loss.reason for loss in losses if field == loss.field or field.startswith(f"{loss.field}.")), "")


def _between(
    config: RoutingConfig,
    losses: Sequence[Loss],
    figures: Mapping[str, RouteFigures],
    limits: Sequence[tuple[Shape, Shape]],
) -> Iterator[Check]:
    """Limits between two routes, each with requests on both sides."""
    routes = {route.name: route for route in config.routes}
    counts = [pair for each in figures.values() for pair in each.by_shape]
    for one, other in limits:
        sides = [(s, routes[s.route], counted) for side in (one, other) for s, counted in counts if s == side]
        if len(sides) < 2:
            continue
        says = " | ".join(f"{shape.label} ({route.name}): {told_counts(counted)}" for shape, route, counted in sides)
        if not can_tell_apart(sides[0][1].weights, sides[1][1].weights, min(counted.n for _, _, counted in sides)):
            yield Check("", "rule", "measured", f"{says}; the weights are too alike to tell the two apart")
            continue
        held = all(shares_hold(_positive(route), counted) for _, route, counted in sides)
        reasons = [_reason(losses, f"routes.{route.name}.match") for _, route, _ in sides]
        reason = "" if held else next(filter(None, reasons), "")
        yield Check("", "rule", "holds" if held else "cannot" if reason else "broken", says, reason)


def _positive(route: Route) -> dict[str, float]:
    return {name: float(weight) for name, weight in route.weights.items() if weight > 0}


__all__ = ["About", "Check", "Verdict", "allowed_hits", "judge", "shares_hold", "told_counts", "told_shares"]
