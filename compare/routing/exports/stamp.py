"""Where an exported file comes from: the votes, how weights were made of them, and the routing.yaml it says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from compare.routing.config import RoutingConfig
from compare.routing.exports.yaml import to_yaml

UNKNOWN = "no votes are named: the weights were written by hand"


def stamp(config: RoutingConfig) -> dict[str, Any]:
    """Provenance as plain values: the file's own, its evidence by route, and the hash of the routing.yaml it says."""
    routes = {
        route.name: {
            name: route.evidence[name] for name in ("votes", "raters", "method", "verdict") if name in evidence
        }
        for route in config.routes
        if (evidence := route.evidence)
    }
    values: dict[str, Any] = {"written_by": "weighbridge", "routing_sha256": routing_sha256(config)}
    values |= dict(config.provenance) or {"provenance": UNKNOWN}
    return values | ({"evidence": routes} if routes else {})


def routing_sha256(config: RoutingConfig) -> str:
    """Of the configuration as routing.yaml: the same for the same content, however the file was laid out."""
    return hashlib.sha256(to_yaml(config).encode()).hexdigest()


def stamp_lines(config: RoutingConfig) -> list[str]:
    """The stamp as lines for a comment."""
    return list(_lines(stamp(config), ""))


def _lines(values: Mapping[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{name}:", *_lines(value, f"{indent}  ")]
        else:
            lines.append(f"{indent}{name}: {' '.join(str(value).split())}")
    return lines
