"""Envoy: envoy.json, a static configuration with routes by headers and clusters by weights.

The client tells the facts as headers (x-thread-length: 9). Each candidate of a route is an aggregate cluster: itself
first, then those who answer where it fails; a retry goes to the next of them. The bodies pass as they are, so every
server must speak OpenAI's format and take the model name that the client sends.
"""

from __future__ import annotations

import json

from compare.errors import ConfigError
from compare.routing.config import Route, RoutingConfig
from compare.routing.exports.envoy_cluster import (
    ANSWER_TIMEOUT,
    Part,
    aggregate,
    http_chain,
    model_cluster,
    model_listener,
    route_cluster,
    typed,
)
from compare.routing.exports.envoy_match import header_of, header_sets
from compare.routing.exports.lost import TOKEN_COUNTER, lost_everywhere
from compare.routing.exports.normal_form import TwoFacts, alternatives
from compare.routing.exports.shares import PARTS, differences, whole_parts
from compare.routing.exports.stamp import stamp
from compare.routing.exports.target import Export, Loss
from compare.routing.exports.upstream import Upstream, order_after, upstreams, used, weighted

CONFIG = "envoy.json"
PORT = 10_000
BODY_BYTES = 32 * 1024 * 1024
"""A longer request is not sent again where a candidate fails."""

_STATUS = {"429": (429,), "timeout": (408, 504)}
_RETRY_ON = {"5xx": ("5xx",), "connection": ("connect-failure", "reset")}


def export(config: RoutingConfig) -> Export:
    """The configuration for Envoy.

    Raises:
        ConfigError: a model's entry does not say where it is served, or no route's rule can be told.
    """
    ups = upstreams(config, used(config))
    no_address = [up.name for up in ups.values() if not up.address]
    if no_address:
        raise ConfigError(f"Envoy needs an address: give {', '.join(no_address)} a base_url under models.")
    losses = list(lost_everywhere(config))
    routes: list[Part] = []
    clusters: list[Part] = []
    for route in config.routes:
        sets = header_sets(route.match.expression) if route.match else [[]]
        losses += _losses(route, config, told=bool(sets))
        if not sets:
            continue
        clusters += _clusters(route)
        # An action each: the file stays readable where one is changed by hand.
        routes += [_entry(route, headers) for headers in sets]
    if not routes:
        raise ConfigError("No route's rule can be told to Envoy: each compares two facts. Compare one with a number.")
    losses += [_model_loss(up) for up in ups.values()]
    if config.entry:
        losses.append(Loss("entry", "Envoy knows no alias: every request that it gets is routed."))
    told = _headers(config)
    inside = typed("envoy.extensions.bootstrap.internal_listener.v3.InternalListener")
    document = {
        "node": {"id": "weighbridge", "cluster": "weighbridge", "metadata": stamp(config)},
        "bootstrap_extensions": [{"name": "envoy.bootstrap.internal_listener", "typed_config": inside}],
        "static_resources": {
            "listeners": [_listener(routes), *(model_listener(up, told) for up in ups.values())],
            "clusters": [*clusters, *map(model_cluster, ups.values())],
        },
    }
    return Export("envoy", {CONFIG: json.dumps(document, indent=2) + "\n"}, tuple(losses), _snippet(config))


# --- routes ----------------------------------------------------------------------------------------------------------


def _listener(routes: list[Part]) -> Part:
    return {
        "name": "models",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": PORT}},
        "per_connection_buffer_limit_bytes": BODY_BYTES,
        "filter_chains": [http_chain("models", routes)],
    }


def _headers(config: RoutingConfig) -> list[str]:
    """What clients tell Envoy, and no model's server needs to know."""
    facts = {fact for route in config.routes if route.match for fact in route.match.facts}
    return sorted({header_of(name) for name in (*facts, *(r.sticky.by for r in config.routes if r.sticky))})


def _entry(route: Route, headers: list[Part]) -> Part:
    match = {"prefix": "/", **({"headers": headers} if headers else {})}
    parts = whole_parts(weighted(route))
    spread: Part = {"clusters": [{"name": _first(route, name), "weight": n} for name, n in parts.items()]}
    action: Part = {"weighted_clusters": spread, "timeout": ANSWER_TIMEOUT}
    retry = _retry(route)
    if retry:
        action["retry_policy"] = retry
    if route.sticky:
        spread["use_hash_policy"] = True
        action["hash_policy"] = [{"header": {"header_name": header_of(route.sticky.by)}}]
    if route.shadow and route.shadow.share > 0:
        fraction = {"numerator": round(route.shadow.share * 1_000_000), "denominator": "MILLION"}
        action["request_mirror_policies"] = [
            {"cluster": _own(route, route.shadow.model), "runtime_fraction": {"default_value": fraction}}
        ]
    return {"name": route.name, "match": match, "route": action}


def _retry(route: Route) -> Part | None:
    after = max(len(order_after(route, name)) for name in weighted(route))
    attempts = route.retry.attempts if route.retry else after
    if not attempts:
        return None
    words = (route.retry.retry_on if route.retry else ()) or (*_STATUS, *_RETRY_ON)
    codes = {code for word in words for code in _STATUS.get(word, (int(word),) if _is_status(word) else ())}
    causes = [cause for word in words for cause in _RETRY_ON.get(word, ())]
    policy: Part = {
        "retry_on": ",".join(dict.fromkeys([*causes, *(["retriable-status-codes"] if codes else [])])),
        "num_retries": attempts,
    }
    if codes:
        policy["retriable_status_codes"] = sorted(codes)
    if after:
        # The next cluster of the aggregate, not the one that has just failed.
        kind = "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"
        config = typed(kind, update_frequency=1)
        policy["retry_priority"] = {"name": "envoy.retry_priorities.previous_priorities", "typed_config": config}
    return policy


def _is_status(word: str) -> bool:
    return word.isdecimal() and 400 <= int(word) <= 599


# --- clusters --------------------------------------------------------------------------------------------------------


def _clusters(route: Route) -> list[Part]:
    """Of this route alone: its breaker counts its own failures."""
    names = list(dict.fromkeys([*weighted(route), *route.fallbacks]))
    made = [route_cluster(_own(route, name), name, route.circuit_breaker) for name in names]
    if route.shadow and route.shadow.share > 0 and route.shadow.model not in names:
        made.append(route_cluster(_own(route, route.shadow.model), route.shadow.model, None))
    for name in weighted(route):
        after = order_after(route, name)
        if after:
            made.append(aggregate(_first(route, name), [_own(route, each) for each in (name, *after)]))
    return made


def _own(route: Route, name: str) -> str:
    return f"{route.name}.{name}"


def _first(route: Route, name: str) -> str:
    """Where requests for a candidate go: to it first, where anybody comes after it."""
    return f"{route.name}.{name}.first" if order_after(route, name) else _own(route, name)


# --- what is lost ----------------------------------------------------------------------------------------------------


def _model_loss(up: Upstream) -> Loss:
    return Loss(
        f"models.{up.name}.model",
        f"Envoy does not change the body: the server at {up.address} must speak OpenAI's format and take the model "
        "name that the client sends.",
    )


def _losses(route: Route, config: RoutingConfig, *, told: bool) -> list[Loss]:
    at = f"routes.{route.name}"
    losses = []

    def lose(field: str, reason: str) -> None:
        losses.append(Loss(f"{at}.{field}", reason))

    if route.match:
        terms = [term for each in alternatives(route.match.expression) for term in each]
        two = dict.fromkeys(f"{t.left} {t.operator} {t.right}" for t in terms if isinstance(t, TwoFacts))
        if two:
            rest = "the rest of the rule stands" if told else "the route is left out"
            lose("match", f"Envoy cannot compare two facts ({', '.join(two)}): {rest}; other requests go to the next.")
        counter = config.provenance.get("token_counter", TOKEN_COUNTER)
        if "prompt_tokens" in route.match.facts:
            lose("match", f"prompt_tokens is what the client counts and sends; the weights were made with {counter}.")
    given = weighted(route)
    if changed := differences(given, whole_parts(given)):
        shown = ", ".join(f"{name} {asked:g} as {got:g}" for name, (asked, got) in changed.items())
        lose("weights", f"Envoy's weights are whole parts of {PARTS}: {shown}.")
    if route.sticky and route.sticky.ttl_s:
        lose("sticky.ttl_s", "A session keeps its candidate for as long as the weights stand: it is hashed.")
    if route.circuit_breaker:
        lose("circuit_breaker.window_s", "Envoy counts 5xx answers in a row, whatever time passes between them.")
    words = route.retry.retry_on if route.retry else ()
    unknown = [w for w in words if w not in _STATUS and w not in _RETRY_ON and not _is_status(w)]
    if unknown:
        known = ", ".join((*_STATUS, *_RETRY_ON))
        lose("retry.retry_on", f"Envoy knows status codes, {known}; left out: {', '.join(unknown)}.")
    return losses


def _snippet(config: RoutingConfig) -> str:
    facts = {fact for route in config.routes if route.match for fact in route.match.facts}
    values = {
        "thread_length": "str(len(messages))",
        "user_turns": 'str(sum(m["role"] == "user" for m in messages))',
        "has_tools": 'str(any(m["role"] == "tool" for m in messages)).lower()',
        "has_images": "str(has_images).lower()",
        "prompt_tokens": "str(prompt_tokens)",
        "max_tokens": "str(max_tokens)",
    }
    told = [f'    "{header_of(name)}": {values.get(name, name)},' for name in sorted(facts)]
    told += [f'    "{header_of(by)}": {by},' for by in sorted({r.sticky.by for r in config.routes if r.sticky})]
    lines = [f'client = OpenAI(base_url="http://127.0.0.1:{PORT}/v1", api_key="unused")']
    if told:
        lines += ["headers = {", *told, "}"]
    extra = ", extra_headers=headers" if told else ""
    lines.append(f"client.chat.completions.create(model=model, messages=messages{extra})")
    return "\n".join(["from openai import OpenAI", "", *lines]) + "\n"
