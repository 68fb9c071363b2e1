"""What changes between two routing files, as plain values and as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from compare.errors import ConfigError
from compare.routing.config import Route, RoutingConfig
from compare.routing.exports.stamp import routing_sha256
from compare.routing.exports.targets import TARGETS, export

_PARTS = ("fallbacks", "sticky", "retry", "circuit_breaker", "canary", "shadow")
_SAYS = {"added": "new", "removed": "removed", "changed": "changed"}


def compare_configs(old: RoutingConfig, new: RoutingConfig) -> dict[str, Any]:
    """Every difference.

    Returns:
        `same`; `routes` in the new order with the removed ones last, each with name, status (same, changed, added,
        removed), match and `weights` by candidate as [before, after] (None where it is not there), and the other
        parts that changed as [before, after]; `order` before and after where it changed; `models` and `entry` that
        changed; `losses` by gateway: what is lost anew, what no longer, or why it is refused.
    """
    before = {route.name: route for route in old.routes}
    after = {route.name: route for route in new.routes}
    names = [*after, *(name for name in before if name not in after)]
    routes = [_route(name, before.get(name), after.get(name)) for name in names]
    found: dict[str, Any] = {
        "same": routing_sha256(old) == routing_sha256(new),
        "old_sha256": routing_sha256(old),
        "new_sha256": routing_sha256(new),
        "entry": [old.entry, new.entry] if old.entry != new.entry else None,
        "routes": routes,
        "models": {
            name: [_plain(old.models.get(name)), _plain(new.models.get(name))]
            for name in dict.fromkeys([*new.models, *old.models])
            if old.models.get(name) != new.models.get(name)
        },
        "losses": {target: _losses(old, new, target) for target in TARGETS},
    }
    kept = [[name for name in each if name in before and name in after] for each in (before, after)]
    found["order"] = [list(before), list(after)] if kept[0] != kept[1] else None
    return found


def to_markdown(found: Mapping[str, Any]) -> str:
    """The differences for a reader of a pull request."""
    if found["same"]:
        return "Nothing changes: both files route the same.\n"
    lines = ["### Routing weights", ""]
    if found["entry"]:
        before, after = (_code(name) if name else "the gateway's default alias" for name in found["entry"])
        lines += [f"Clients call {after} instead of {before}.", ""]
    changed = [route for route in found["routes"] if route["status"] != "same"]
    if changed:
        lines += ["| route | candidate | before | after |", "|---|---|---:|---:|"]
        for route in changed:
            lines += _weight_rows(route)
        lines.append("")
        for route in changed:
            lines += _other_lines(route)
    same = [route["name"] for route in found["routes"] if route["status"] == "same"]
    if same:
        lines += [f"Unchanged: {', '.join(map(_code, same))}.", ""]
    if found["order"]:
        before, after = (" > ".join(map(_code, order)) for order in found["order"])
        lines += [f"The order changes, and the first match wins: {before} becomes {after}.", ""]
    for name, (was, becomes) in found["models"].items():
        lines.append(f"- model {_code(name)}: {_model_change(was, becomes)}")
    lines += [""] if found["models"] else []
    lines += _loss_lines(found["losses"])
    return "\n".join(lines).rstrip() + "\n"


def _route(name: str, old: Route | None, new: Route | None) -> dict[str, Any]:
    status = "added" if old is None else "removed" if new is None else "same" if old == new else "changed"
    given = [route.weights if route else {} for route in (old, new)]
    return {
        "name": name,
        "status": status,
        "match": [_match(old), _match(new)],
        "weights": {each: [w.get(each) for w in given] for each in dict.fromkeys([*given[1], *given[0]])},
        "changed": _changed(old, new),
    }


def _changed(old: Route | None, new: Route | None) -> dict[str, list[Any]]:
    def pair(read: Callable[[Route], Any]) -> list[Any]:
        return [_plain(read(route)) if route else None for route in (old, new)]

    pairs = {part: pair(lambda route, part=part: getattr(route, part) or None) for part in _PARTS}  # type: ignore[misc]
    pairs["evidence"] = pair(lambda route: dict(route.evidence) or None)
    return {part: values for part, values in pairs.items() if values[0] != values[1]}


def _match(route: Route | None) -> str | None:
    """The rule's text; empty for a route that takes everything."""
    if route is None:
        return None
    return route.match.text if route.match else ""


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return list(value) if isinstance(value, tuple) else value


def _losses(old: RoutingConfig, new: RoutingConfig, target: str) -> dict[str, Any]:
    try:
        after = {(loss.field, loss.reason) for loss in export(new, target).losses}
    except ConfigError as exc:
        return {"refused": str(exc)}
    try:
        before = {(loss.field, loss.reason) for loss in export(old, target).losses}
    except ConfigError:
        before = set()
    changes = {"new": after - before, "gone": before - after}
    return {name: [{"field": f, "reason": r} for f, r in sorted(losses)] for name, losses in changes.items()}


# --- as Markdown -----------------------------------------------------------------------------------------------------


def _weight_rows(route: Mapping[str, Any]) -> list[str]:
    label = _code(route["name"]) + (f" ({_SAYS[route['status']]})" if route["status"] != "changed" else "")
    rows = []
    for name, (before, after) in route["weights"].items():
        shown = [f"{value:.4g}" if value is not None else "-" for value in (before, after)]
        after_cell = f"**{shown[1]}**" if before != after else shown[1]
        rows.append(f"| {label} | {_code(name)} | {shown[0]} | {after_cell} |")
        label = ""
    return rows


def _other_lines(route: Mapping[str, Any]) -> list[str]:
    lines = []
    before, after = route["match"]
    if before != after:
        said = [_code(each) if each else "everything" if each == "" else "nothing" for each in (before, after)]
        lines.append(f"- {_code(route['name'])} takes {said[1]} (before: {said[0]})")
    for part, (was, becomes) in route["changed"].items():
        if part == "evidence":
            lines.append(f"- {_code(route['name'])} evidence: {_evidence(becomes)} (before: {_evidence(was)})")
        else:
            lines.append(f"- {_code(route['name'])} {part}: {_value(becomes)} (before: {_value(was)})")
    return [*lines, ""] if lines else []


def _evidence(values: Mapping[str, Any] | None) -> str:
    if not values:
        return "none"
    verdict = f", {values['verdict']}" if "verdict" in values else ""
    return f"{values.get('votes', 'an unknown number of')} votes{verdict}"


def _model_change(was: Any, becomes: Any) -> str:
    if was is None or becomes is None:
        return "new" if was is None else "removed"
    fields = [f"{key} {_value(was[key])} to {_value(becomes[key])}" for key in becomes if was[key] != becomes[key]]
    return "; ".join(fields)


def _loss_lines(losses: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = []
    for target, changes in losses.items():
        if "refused" in changes:
            lines.append(f"- {target}: not exported. {changes['refused']}")
            continue
        lines += [f"- {target} will not do {_code(each['field'])}: {each['reason']}" for each in changes["new"]]
        lines += [f"- {target} no longer loses {_code(each['field'])}" for each in changes["gone"]]
    return ["What gateways make of it:", "", *lines] if lines else []


def _value(value: Any) -> str:
    return "none" if value is None else _code(_flat(value))


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(each)}" for key, each in value.items() if each not in (None, (), [], ""))
    if isinstance(value, list | tuple):
        return "[" + "; ".join(map(_flat, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _code(text: str) -> str:
    """A code span; nothing in it can end it, or a table's cell."""
    return f"`{' '.join(text.split()).replace('`', chr(39)).replace('|', '/')}`"
