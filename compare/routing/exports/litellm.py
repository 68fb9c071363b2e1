"""LiteLLM proxy: config.yaml with one model group a route, and weighbridge_hook.py, which picks the group.

The proxy has no rule on the thread, so a callback reads each request for the entry alias and sets the group. What is
written here was measured against LiteLLM 1.106: a weight stands on every deployment (a group where one lacks it may be
split evenly), the master key is the name of a variable (well-known values are refused at start), and session_affinity
stays off, because its pins push the breaker's counters out of a cache of 200 entries. Sessions are kept by a hash in
the hook instead, which needs no memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from compare.routing.config import Retry, Route, RoutingConfig
from compare.routing.exports.litellm_hook import HOOK, hook_file
from compare.routing.exports.lost import TOKEN_COUNTER, lost_everywhere
from compare.routing.exports.stamp import stamp_lines
from compare.routing.exports.target import Export, Loss
from compare.routing.exports.upstream import Upstream, order_after, upstreams, used, weighted

CONFIG = "config.yaml"
DEFAULT_ENTRY = "auto"
MASTER_KEY = "os.environ/LITELLM_MASTER_KEY"
DEFAULT_RETRIES = 2
"""LiteLLM's own, written out: the second try goes to another candidate of the route."""

_PREFIX = {"openai": "openai/", "openai-responses": "openai/responses/"}
_RETRIES = {
    "429": ("RateLimitErrorRetries",),
    "5xx": ("InternalServerErrorRetries", "ServiceUnavailableErrorRetries", "DefaultRetries"),
    "timeout": ("TimeoutErrorRetries",),
    "connection": ("DefaultRetries",),
}
_FAILS = ("RateLimitError", "InternalServerError", "ServiceUnavailableError", "BadGatewayError", "TimeoutError")


def export(config: RoutingConfig) -> Export:
    """The configuration for LiteLLM.

    Raises:
        ConfigError: a model's entry does not say where it is served.
    """
    ups = upstreams(config, used(config))
    entry = entry_of(config)
    losses = list(lost_everywhere(config))
    for route in config.routes:
        losses += _losses(route, str(config.provenance.get("token_counter", TOKEN_COUNTER)))
    text = yaml.safe_dump(_document(config, ups), sort_keys=False, allow_unicode=True, width=116)
    about = ["Written by Weighbridge for the LiteLLM proxy; do not edit, export again.", *stamp_lines(config)]
    about += [
        "session_affinity is off on purpose: its pins push the breaker's counters out of LiteLLM's small cache.",
        f"Start: litellm --config {CONFIG} (with {HOOK} beside it, and LITELLM_MASTER_KEY set to a long random value).",
    ]
    header = "".join(f"# {line}\n" for line in about)
    files = {CONFIG: header + text, HOOK: hook_file(config, entry)}
    return Export("litellm", files, tuple(losses), _snippet(config, entry))


def entry_of(config: RoutingConfig) -> str:
    """The alias that clients call: the file's own, else `auto`, or a longer name where a route is called that."""
    entry = config.entry or DEFAULT_ENTRY
    while not config.entry and entry in {route.name for route in config.routes}:
        entry += "-route"
    return entry


def session_group(route: str, name: str) -> str:
    """The group of the sessions of a route that a candidate keeps."""
    return f"session.{route}.{name}"


def model_group(name: str) -> str:
    """The group of one model alone, for fallbacks and shadows."""
    return f"model.{name}"


def _document(config: RoutingConfig, ups: Mapping[str, Upstream]) -> dict[str, Any]:
    models: list[dict[str, Any]] = []
    fallbacks: list[dict[str, list[str]]] = []
    policies: dict[str, dict[str, int]] = {}
    alone: dict[str, None] = {}
    for route in config.routes:
        models += _split(route, ups)
        alone |= dict.fromkeys(route.fallbacks)
        alone |= {route.shadow.model: None} if route.shadow and route.shadow.share > 0 else {}
        if route.fallbacks:
            fallbacks.append({route.name: [model_group(name) for name in route.fallbacks]})
        if route.sticky and len(weighted(route)) > 1:
            for name in weighted(route):
                group = session_group(route.name, name)
                models += _kept(route, group, ups[name])
                after = order_after(route, name)
                alone |= dict.fromkeys(after)
                fallbacks.append({group: [model_group(other) for other in after]})
                policies[group] = _policy(None)
        if route.retry:
            policies[route.name] = _policy(route.retry)
    models += [_deployment(model_group(name), ups[name], 1.0) for name in alone]
    router: dict[str, Any] = {"routing_strategy": "simple-shuffle", "num_retries": DEFAULT_RETRIES}
    if policies:
        router["model_group_retry_policy"] = policies
    if fallbacks:
        router["fallbacks"] = fallbacks
        router["max_fallbacks"] = max(5, *(len(after) for each in fallbacks for after in each.values()))
    return {
        "model_list": models,
        "router_settings": router,
        "litellm_settings": {"callbacks": [f"{HOOK.removesuffix('.py')}.instance"]},
        "general_settings": {"master_key": MASTER_KEY},
    }


def _split(route: Route, ups: Mapping[str, Upstream]) -> list[dict[str, Any]]:
    """The route's group: a deployment for each weight."""
    weights = weighted(route)
    breaker = _breaker(route, alone=len(weights) == 1)
    return [
        made
        for name, weight in weights.items()
        for made in _mirrored(route, _deployment(route.name, ups[name], weight, breaker))
    ]


def _kept(route: Route, group: str, up: Upstream) -> list[dict[str, Any]]:
    """The group of the sessions that one candidate keeps."""
    return _mirrored(route, _deployment(group, up, 1.0, _breaker(route, alone=True)))


def _mirrored(route: Route, deployment: dict[str, Any]) -> list[dict[str, Any]]:
    """The deployment, or two that share its weight where a share of its requests is also sent to a shadow."""
    if route.shadow is None or route.shadow.share <= 0:
        return [deployment]
    share, params, info = route.shadow.share, deployment["litellm_params"], deployment["model_info"]
    mirror = {"weight": _product(params["weight"], share), "silent_model": model_group(route.shadow.model)}
    plain = {"weight": _product(params["weight"], 1 - share)}
    shadowed = {
        "model_name": deployment["model_name"],
        "litellm_params": params | mirror,
        "model_info": info | {"id": f"{info['id']}/shadowed"},
    }
    return [shadowed] if share >= 1 else [deployment | {"litellm_params": params | plain}, shadowed]


def _product(weight: float, share: float) -> float:
    """Without the last digits that binary fractions leave."""
    return round(weight * share, 12)


def _deployment(group: str, up: Upstream, weight: float, info: Mapping[str, Any] | None = None) -> dict[str, Any]:
    params: dict[str, Any] = {"model": f"{_PREFIX.get(up.kind, f'{up.kind}/')}{up.model}"}
    if up.base_url:
        params["api_base"] = up.base_url
    if up.api_key_env:
        params["api_key"] = f"os.environ/{up.api_key_env}"
    elif up.base_url:
        params["api_key"] = "none"  # the OpenAI client asks for one even where the server does not
    params["weight"] = weight
    return {"model_name": group, "litellm_params": params, "model_info": {"id": f"{group}/{up.name}", **(info or {})}}


def _breaker(route: Route, *, alone: bool) -> dict[str, Any]:
    """The proxy leaves a deployment alone when more than `allowed_fails` requests failed."""
    if route.circuit_breaker is None:
        return {}
    allowed = route.circuit_breaker.failures - 1
    # The only deployment of a group is left alone only for the kinds of failure that are named.
    fails = {f"{kind}AllowedFails": allowed for kind in _FAILS}
    counted = {"allowed_fails_policy": fails} if alone else {"allowed_fails": allowed}
    return {**counted, "cooldown_time": route.circuit_breaker.cooldown_s}


def _policy(retry: Retry | None) -> dict[str, int]:
    """Retries by kind of failure; none at all where a session's candidate fails, so that the next one answers."""
    names = dict.fromkeys(name for part in _RETRIES.values() for name in part)
    words = (retry.retry_on or tuple(_RETRIES)) if retry else ()
    asked = {name for word in words for name in _RETRIES.get(word, ())}
    policy = {name: retry.attempts if retry and name in asked else 0 for name in names}
    return policy | {"BadRequestErrorRetries": 0, "AuthenticationErrorRetries": 0}


def _losses(route: Route, counter: str) -> list[Loss]:
    at = f"routes.{route.name}"
    losses = []
    if route.match and "prompt_tokens" in route.match.facts:
        other = "" if counter == TOKEN_COUNTER else f"; the file counts by {counter}"
        losses.append(
            Loss(f"{at}.match", f"prompt_tokens counts the texts by {TOKEN_COUNTER}, not tools or pictures{other}.")
        )
    if route.sticky and route.sticky.ttl_s:
        losses.append(
            Loss(f"{at}.sticky.ttl_s", "A session keeps its candidate for as long as the weights stand: it is hashed.")
        )
    if route.circuit_breaker:
        losses.append(
            Loss(
                f"{at}.circuit_breaker.window_s",
                f"LiteLLM counts failures over cooldown_s ({route.circuit_breaker.cooldown_s:g} s), not over "
                f"{route.circuit_breaker.window_s:g} s.",
            )
        )
    if route.sticky and route.retry and len(weighted(route)) > 1:
        losses.append(
            Loss(f"{at}.retry", "Where a session's own candidate fails, it is not asked again: the next one answers.")
        )
    unknown = [word for word in (route.retry.retry_on if route.retry else ()) if word not in _RETRIES]
    if unknown:
        losses.append(
            Loss(
                f"{at}.retry.retry_on",
                f"LiteLLM retries by kind of failure and knows {', '.join(_RETRIES)}; left out: {', '.join(unknown)}.",
            )
        )
    return losses


def _snippet(config: RoutingConfig, entry: str) -> str:
    facts = {fact for route in config.routes if route.match for fact in route.match.facts}
    told = sorted(facts & {"language", "tag", "workload"})
    keep = sorted({route.sticky.by for route in config.routes if route.sticky})
    lines = [f'client.chat.completions.create(model="{entry}", messages=messages']
    body = ", ".join(f'"{name}": {name}' for name in (*told, *keep))
    if body:
        lines[0] += ","
        lines.append(f'    extra_body={{"metadata": {{{body}}}}}')
    return "\n".join(lines) + ")\n"
