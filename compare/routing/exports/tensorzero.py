"""TensorZero: tensorzero.toml with a function a route, and weighbridge_route.py, which picks the function.

The gateway cannot look at the thread, so the application calls the function that the rules choose. Within a function
the candidates are spread by their weights; where one fails, the others answer, then the fallbacks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compare.routing.config import Route, RoutingConfig
from compare.routing.exports.lost import lost_everywhere
from compare.routing.exports.rule_code import module, rule_lists
from compare.routing.exports.stamp import stamp_lines
from compare.routing.exports.target import Export, Loss
from compare.routing.exports.upstream import Upstream, order_after, upstreams, used, weighted

CONFIG = "tensorzero.toml"
PICKER = "weighbridge_route.py"
MAX_DELAY_S = 1

_TYPE = {"openai-responses": "openai", "gemini": "google_ai_studio_gemini"}

_CODE = '''
def route_of(body, **told):
    """The function to call for a request in the form of Chat Completions or Anthropic Messages.

    Args:
        body: the request, with its messages.
        told: what only the application knows: prompt_tokens, language, tag, workload.
    """
    facts = facts_of_request(body, told)
    if told.get("prompt_tokens") is not None:
        facts["prompt_tokens"] = told["prompt_tokens"]
    route = choose_route(RULES, facts)
    if route is None:
        raise LookupError(f"No route takes this request: {facts}. Routes: {[name for name, _ in RULES]}.")
    return route
'''


def export(config: RoutingConfig) -> Export:
    """The configuration for TensorZero.

    Raises:
        ConfigError: a model's entry does not say where it is served.
    """
    names = [name for route in config.routes for name in (*weighted(route), *route.fallbacks)]
    ups = upstreams(config, used(config))
    about = ["Written by Weighbridge for TensorZero; do not edit, export again.", *stamp_lines(config)]
    lines = [f"# {line}" for line in about]
    lines += ["", "[gateway]", "observability.enabled = false"]
    for name in dict.fromkeys(names):
        lines += _model(ups[name])
    for route in config.routes:
        lines += _function(route)
    picker = module(
        ["Written by Weighbridge: picks the function of a request; do not edit, export again.", "", *about[1:]],
        {"RULES": rule_lists(config)},
        _CODE,
    )
    files = {CONFIG: "\n".join(lines) + "\n", PICKER: picker}
    return Export("tensorzero", files, tuple(_losses(config, ups)), _snippet(config))


def _model(up: Upstream) -> list[str]:
    provider: dict[str, Any] = {"type": _TYPE.get(up.kind, up.kind), "model_name": up.model}
    if up.kind == "openai-responses":
        provider["api_type"] = "responses"
    if up.base_url:
        provider["api_base"] = _api_base(up)
    if up.api_key_env:
        provider["api_key_location"] = f"env::{up.api_key_env}"
    elif up.base_url:
        provider["api_key_location"] = "none"
    at = f"models.{up.name}"
    return ["", f"[{at}]", f"routing = {_toml([up.name])}", *_table(f"{at}.providers.{up.name}", provider)]


def _api_base(up: Upstream) -> str:
    """As TensorZero completes it: with chat/completions or messages, from the version's folder on."""
    if up.kind == "anthropic":
        return f"{up.base_url.removesuffix('/v1')}/v1/"
    return f"{up.base_url}/"


def _function(route: Route) -> list[str]:
    at = f"functions.{route.name}"
    weights = weighted(route)
    lines = _table(at, {"type": "chat"})
    for name in dict.fromkeys([*weights, *route.fallbacks]):
        variant: dict[str, Any] = {"type": "chat_completion", "model": name}
        if route.retry:
            variant["retries"] = {"num_retries": route.retry.attempts, "max_delay_s": MAX_DELAY_S}
        lines += _table(f"{at}.variants.{name}", variant)
    spread: dict[str, Any] = {"type": "static", "candidate_variants": weights}
    fallbacks = [name for name in route.fallbacks if name not in weights]
    if fallbacks:
        spread["fallback_variants"] = fallbacks
    return [*lines, *_table(f"{at}.experimentation", spread)]


def _table(name: str, values: Mapping[str, Any]) -> list[str]:
    return ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]


def _toml(value: Any) -> str:
    """JSON's texts, numbers and lists are TOML's too, but for one control character; a mapping is written inline."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _losses(config: RoutingConfig, ups: Mapping[str, Upstream]) -> list[Loss]:
    losses = list(lost_everywhere(config))
    for route in config.routes:
        losses += _route_losses(route)
    if config.entry:
        losses.append(Loss("entry", f"There is no alias: the application calls the function that {PICKER} names."))
    for up in ups.values():
        if up.kind == "gemini" and up.base_url:
            losses.append(
                Loss(f"models.{up.name}.base_url", "TensorZero calls Google's own address for this provider.")
            )
    return losses


def _route_losses(route: Route) -> list[Loss]:
    at = f"routes.{route.name}"
    losses = []

    def lose(field: str, reason: str) -> None:
        losses.append(Loss(f"{at}.{field}", reason))

    if route.match:
        lose(
            "match", f"TensorZero does not look at the thread: the application calls the function that {PICKER} names."
        )
    if route.sticky:
        by, ttl = route.sticky.by, ".ttl_s" if route.sticky.ttl_s else ""
        reason = f"A session is an episode: the application sends the first answer's episode_id again, not {by}"
        lose("sticky", f"{reason}{', and it never ends' if ttl else ''}.")
    if route.retry and route.retry.retry_on:
        lose("retry.retry_on", f"Every failure is tried {route.retry.attempts} more times with the same candidate.")
    elif route.retry and any(order_after(route, name) for name in weighted(route)):
        lose("retry.attempts", "They go to the same candidate, before another one is asked.")
    if route.circuit_breaker:
        lose("circuit_breaker", "TensorZero has none: each request finds out again that a candidate fails.")
    if route.shadow and route.shadow.share > 0:
        lose("shadow", "TensorZero sends no copies of requests; nothing goes to the shadow.")
    return losses


def _snippet(config: RoutingConfig) -> str:
    facts = {fact for route in config.routes if route.match for fact in route.match.facts}
    told = [f"{name}={name}" for name in ("prompt_tokens", "language", "tag", "workload") if name in facts]
    picked = ", ".join(['{"messages": messages}', *told])
    sticky = any(route.sticky for route in config.routes)
    lines = ["from weighbridge_route import route_of", ""]
    lines += ["# episode_id: None in a session's first request, then that of its first answer."] if sticky else []
    lines += [
        "answer = await client.inference(",
        f"    function_name=route_of({picked}),",
        '    input={"messages": messages},',
        *(["    episode_id=episode_id,"] if sticky else []),
        ")",
    ]
    return "\n".join(lines) + "\n"
