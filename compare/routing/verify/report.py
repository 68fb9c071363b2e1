"""What `route verify` found, as lines for a terminal and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from compare.routing.config import RoutingConfig
from compare.routing.exports.target import Export
from compare.routing.verify.asks import Tally
from compare.routing.verify.bands import band, expected_shares
from compare.routing.verify.figures import Figures, RouteFigures
from compare.routing.verify.judged import Check

_WIDTH = 10


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome for one file and one gateway."""

    title: str
    """The gateway's name."""
    config: RoutingConfig
    export: Export
    requests: int
    """Sent to each route for the split."""
    figures: Figures
    checks: tuple[Check, ...]
    stage: str = ""
    """The canary's stage that this is; empty for the file's own weights."""

    @property
    def broken(self) -> tuple[Check, ...]:
        """What the file promises and the gateway did not do."""
        return tuple(check for check in self.checks if check.verdict == "broken")

    def lines(self) -> Iterator[str]:
        """For a person."""
        stage = f", {self.stage}" if self.stage else ""
        yield (
            f"{self.title}{stage}: {self.requests} requests to each route; ready after {self.figures.ready_s:.1f} s, "
            f"{self.figures.total_s:.0f} s in all"
        )
        for route in self.config.routes:
            yield ""
            yield f"{route.name} ({route.match.text if route.match else 'all other threads'})"
            yield from _told([check for check in self.checks if check.route == route.name])
        between = [check for check in self.checks if not check.route]
        if between:
            yield ""
            yield "between routes"
            yield from _told(between)
        if self.export.losses:
            yield ""
            yield f"what {self.title} cannot do as the file says"
            for loss in self.export.losses:
                yield f"  {loss.field}: {loss.reason}"

    def to_json(self) -> dict[str, Any]:
        """Every figure."""
        return {
            "target": self.export.target,
            "stage": self.stage,
            "ok": not self.broken,
            "requests": self.requests,
            "ready_s": round(self.figures.ready_s, 3),
            "total_s": round(self.figures.total_s, 3),
            "routes": [
                {"name": route.name, **_route(self.figures.routes[route.name], dict(route.weights))}
                for route in self.config.routes
                if route.name in self.figures.routes
            ],
            "checks": [asdict(check) for check in self.checks],
            "losses": [asdict(loss) for loss in self.export.losses],
        }


def _told(checks: list[Check]) -> Iterator[str]:
    for check in checks:
        yield f"  {check.verdict:<{_WIDTH}}{check.about:<{_WIDTH + 1}} {check.says}"
        if check.reason:
            yield f"  {'':<{2 * _WIDTH + 1}} loss report: {check.reason}"


def _route(figures: RouteFigures, weights: dict[str, float]) -> dict[str, Any]:
    return {
        "split": _tally(figures.split, weights),
        "by_shape": [
            {"facts": dict(shape.facts), "label": shape.label, **_tally(counted, weights)}
            for shape, counted in figures.by_shape
        ],
        "shadow_hits": figures.shadow_hits,
        "streaming": asdict(figures.streams) if figures.streams else None,
        "stickiness": asdict(figures.sticky) if figures.sticky else None,
        "failures": [asdict(failure) for failure in figures.failures],
        "recoveries": [asdict(recovery) for recovery in figures.recoveries],
        "recovered": _tally(figures.recovered, weights) if figures.recovered else None,
    }


def _tally(counted: Tally, weights: dict[str, float]) -> dict[str, Any]:
    """Counts, with each model's share and its band."""
    n = max(1, counted.n)
    models = [
        {
            "model": name,
            "count": counted.served.get(name, 0),
            "share": counted.served.get(name, 0) / n,
            "expected": share,
            "low": band(share, n).low,
            "high": band(share, n).high,
        }
        for name, share in expected_shares(weights, list(counted.served)).items()
    ]
    return {"n": counted.n, "models": models, "errors": counted.errors, "first_error": counted.first_error}


__all__ = ["Report"]
