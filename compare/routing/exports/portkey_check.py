"""A strict check of a Portkey configuration: the gateway itself lets unknown keys pass, so a typo loses the weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from compare.errors import ConfigError

_TARGET = {"name", "weight", "provider", "api_key", "custom_host", "override_params", "retry", "strategy", "targets"}
_STRATEGY = {"mode", "conditions", "default", "on_status_codes"}
_OPERATORS = {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$regex"}
_PLACES = ("metadata.", "params.")


def check(document: Mapping[str, Any]) -> None:
    """Refuse what the gateway would read otherwise than it was meant.

    Raises:
        ConfigError: a key is not known, a weight is missing or the weights do not sum to 1, or a condition leads
            nowhere; all problems are named with their place.
    """
    problems = list(_target(document, "config"))
    if problems:
        raise ConfigError(f"Portkey would misread this configuration: {'; '.join(problems)}.")


def _target(target: Mapping[str, Any], at: str) -> Iterator[str]:
    yield from (f"{at}: the key {key!r} is not known" for key in target if key not in _TARGET)
    if "targets" not in target:
        yield from (f"{at}: {key} is missing" for key in ("provider", "api_key") if key not in target)
        return
    strategy, targets = target.get("strategy", {}), target["targets"]
    yield from (f"{at}.strategy: the key {key!r} is not known" for key in strategy if key not in _STRATEGY)
    if strategy.get("mode") == "loadbalance":
        weights = [each.get("weight") for each in targets]
        if None in weights or not math.isclose(math.fsum(w or 0 for w in weights), 1, abs_tol=1e-6):
            yield f"{at}: the weights are {weights}; each target needs one, and their sum must be 1"
    elif strategy.get("mode") == "conditional":
        yield from _conditions(strategy, [each.get("name") for each in targets], at)
    elif strategy.get("mode") != "fallback":
        yield f"{at}.strategy: the mode is {strategy.get('mode')!r}"
    for i, each in enumerate(targets):
        yield from _target(each, f"{at}.targets[{i}]")


def _conditions(strategy: Mapping[str, Any], names: list[Any], at: str) -> Iterator[str]:
    if len(set(names)) < len(names):
        yield f"{at}: two targets share a name"
    led = [condition.get("then") for condition in strategy["conditions"]]
    led += [strategy["default"]] if "default" in strategy else []
    yield from (f"{at}: there is no target {name!r}" for name in led if name not in names)
    for condition in strategy["conditions"]:
        yield from _query(condition["query"], at)


def _query(query: Mapping[str, Any], at: str) -> Iterator[str]:
    for key, value in query.items():
        if key in ("$and", "$or"):
            for part in value:
                yield from _query(part, at)
        elif not key.startswith(_PLACES):
            yield f"{at}: a condition asks for {key!r}"
        else:
            yield from (f"{at}: the operator {name!r} is not known" for name in value if name not in _OPERATORS)
    # The gateway stops reading a query at its first $and or $or.
    if len(query) > 1 and {"$and", "$or"} & set(query):
        yield f"{at}: a condition holds more than one part beside {'$and or $or'}"
