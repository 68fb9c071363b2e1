"""routing.yaml, schema routing-weights/v1: a configuration as text, the evidence beside the weights as comments.

Whatever is written can be read back by `config.load` and gives the same configuration.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from compare.routing.config import Canary, ModelRef, Route, RoutingConfig
from compare.routing.schema import SCHEMA

_WIDTH = 116


def to_yaml(
    config: RoutingConfig, *, header: Sequence[str] = (), comments: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Write a configuration.

    Args:
        config: what to write.
        header: comment lines at the top.
        comments: comment lines above routes, by the route's name.
    """
    about = comments or {}
    parts = [_comment(header), _dump({"schema": SCHEMA})]
    if config.entry:
        parts.append(_dump({"entry": config.entry}))
    if config.models:
        parts.append(_dump({"models": {name: _model(ref) for name, ref in config.models.items()}}))
    parts.append("routes:  # the first match wins\n")
    for route in config.routes:
        parts.append(_indent(_comment(about.get(route.name, ()))))
        parts.append(_indent(_dump([_route(route)])))
    if config.provenance:
        parts.append(_dump({"provenance": dict(config.provenance)}, block=True))
    return "".join(parts)


def _dump(value: Any, *, block: bool = False) -> str:
    """Innermost mappings and lists on one line, `weights: {primary: 0.8, secondary: 0.2}`, unless `block`."""
    flow = False if block or not _holds_parts(value) else None
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=flow, width=_WIDTH)
    return text


def _holds_parts(value: Any) -> bool:
    """False for a mapping of plain values, which PyYAML would otherwise put in braces as a whole."""
    return not isinstance(value, dict) or any(isinstance(part, dict | list) for part in value.values())


def _comment(lines: Sequence[str]) -> str:
    """Comment lines; what a candidate is called must not be able to end a comment."""
    wrapped = (part for line in lines for part in textwrap.wrap(" ".join(line.split()), _WIDTH - 4))
    return "".join(f"# {part}\n" for part in wrapped)


def _indent(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def _model(ref: ModelRef) -> dict[str, Any]:
    values = {name: getattr(ref, name) for name in ref.__slots__}
    return {name: value for name, value in values.items() if value not in ("", None)}


def _route(route: Route) -> dict[str, Any]:
    values: dict[str, Any] = {"name": route.name}
    if route.match:
        values["match"] = route.match.text
    values["weights"] = {name: float(weight) for name, weight in route.weights.items()}
    if route.fallbacks:
        values["fallbacks"] = list(route.fallbacks)
    for name in ("sticky", "circuit_breaker", "shadow"):
        part = getattr(route, name)
        if part is not None:
            values[name] = _given(part)
    if route.retry:
        values["retry"] = {"attempts": route.retry.attempts}
        if route.retry.retry_on:
            values["retry"]["retry_on"] = list(route.retry.retry_on)
    if route.canary:
        values["canary"] = _canary(route.canary)
    if route.evidence:
        values["evidence"] = _plain(route.evidence)
    return values


def _canary(canary: Canary) -> dict[str, Any]:
    values: dict[str, Any] = {"candidate": canary.candidate, "stages": [_given(stage) for stage in canary.stages]}
    if canary.guardrails:
        values["guardrails"] = [_given(guardrail) for guardrail in canary.guardrails]
    values["on_breach"] = canary.on_breach
    return values


def _given(part: Any) -> dict[str, Any]:
    """The fields of a record that are set."""
    return {name: getattr(part, name) for name in part.__slots__ if getattr(part, name) is not None}


def _plain(value: Any) -> Any:
    """Evidence as lists and dicts: PyYAML's safe dumper knows nothing else."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
