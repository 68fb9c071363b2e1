"""Portkey gateway: config.json, which travels with each request in the header x-portkey-config.

The gateway has no configuration file of its own and no view of the thread, so the client sends facts as metadata (the
snippet shows how). It lets unknown keys pass and splits evenly where a `weight` is misspelt: portkey_check.py refuses
every key that is not known. Where one candidate fails, the next of its branch answers.
"""

from __future__ import annotations

import json
from typing import Any

from compare.errors import ConfigError
from compare.routing.config import Route, RoutingConfig
from compare.routing.exports.lost import TOKEN_COUNTER, lost_everywhere
from compare.routing.exports.normal_form import Condition, TwoFacts, alternatives, compares_two_facts
from compare.routing.exports.portkey_check import check
from compare.routing.exports.portkey_client import bucket_of, snippet
from compare.routing.exports.shares import PARTS, differences, whole_parts
from compare.routing.exports.stamp import stamp
from compare.routing.exports.target import Export, Loss
from compare.routing.exports.upstream import Upstream, order_after, upstreams, used, weighted

CONFIG = "config.json"
MAX_HEADER_BYTES = 12_000
"""Node takes 16 kB of headers in all; the rest is for the others."""

_PROVIDER = {"openai": "openai", "openai-responses": "openai", "gemini": "google"}
_STATUS = {"429": (429,), "5xx": (500, 502, 503, 504), "timeout": (408, 504), "connection": (500, 502, 503)}
_OPERATOR = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_KNOWN = "^(?!(undefined|null)$)"
"""The gateway tests a missing value as the text `undefined`."""


def export(config: RoutingConfig) -> Export:
    """The configuration for Portkey.

    Raises:
        ConfigError: a model's entry does not say where it is served, or no route's rule can be told.
    """
    ups = upstreams(config, used(config))
    losses = list(lost_everywhere(config))
    conditions: list[dict[str, Any]] = []
    targets: list[dict[str, Any]] = []
    default = ""
    for route in config.routes:
        losses += _losses(route, config)
        queries = _queries(route)
        if route.match and not queries:
            continue
        if route.sticky and len(weighted(route)) > 1:
            kept, branches = _kept(route, queries, ups)
            conditions += kept
            targets += branches
        conditions += [{"query": query, "then": route.name} for query in queries]
        targets.append({"name": route.name, **_spread(route, ups)})
        default = default if route.match else route.name
    if not targets:
        raise ConfigError("No route's rule can be told to Portkey: each compares two facts. Compare one with a number.")
    strategy: dict[str, Any] = {"mode": "conditional", "conditions": conditions}
    strategy |= {"default": default} if default else {}
    document = {"strategy": strategy, "targets": targets} if conditions else _without_name(targets[-1])
    check(document)
    document |= {"weighbridge": _short_stamp(config)}
    sent = len(json.dumps(document, separators=(",", ":")))
    if sent > MAX_HEADER_BYTES:
        reason = f"It has {sent} bytes and travels in a header of each request; Node takes 16384 bytes of headers."
        losses.append(Loss("routes", reason))
    text = json.dumps(document, indent=2) + "\n"
    return Export("portkey", {CONFIG: text}, tuple(losses), snippet(config))


def _short_stamp(config: RoutingConfig) -> dict[str, Any]:
    """It travels with each request: hashes, count and dates, without the evidence of each route."""
    return {name: value for name, value in stamp(config).items() if name != "evidence"}


def _without_name(target: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in target.items() if key != "name"}


# --- who answers -----------------------------------------------------------------------------------------------------


def _spread(route: Route, ups: dict[str, Upstream]) -> dict[str, Any]:
    branches = {name: _branch(route, name, ups) for name in weighted(route)}
    if len(branches) == 1:
        return next(iter(branches.values()))
    weights = weighted(route)
    return {
        "strategy": {"mode": "loadbalance"},
        "targets": [{"weight": weights[name], **branch} for name, branch in branches.items()],
    }


def _branch(route: Route, name: str, ups: dict[str, Upstream]) -> dict[str, Any]:
    """A candidate, and after it those who answer where it fails."""
    after = order_after(route, name)
    if not after:
        retry = {"attempts": route.retry.attempts, "on_status_codes": _statuses(route)} if route.retry else None
        return _leaf(ups[name]) | ({"retry": retry} if retry else {})
    strategy = {"mode": "fallback", "on_status_codes": _statuses(route)}
    return {"strategy": strategy, "targets": [_leaf(ups[each]) for each in (name, *after)]}


def _leaf(up: Upstream) -> dict[str, Any]:
    key = f"${{{up.api_key_env}}}" if up.api_key_env else "none"
    leaf: dict[str, Any] = {"provider": _PROVIDER.get(up.kind, up.kind), "api_key": key}
    if up.base_url:
        leaf["custom_host"] = _custom_host(up)
    return leaf | {"override_params": {"model": up.model}}


def _custom_host(up: Upstream) -> str:
    """As Portkey completes it: /messages after Anthropic's, /v1beta/models/... after Google's."""
    if up.kind == "anthropic" and not up.base_url.endswith("/v1"):
        return f"{up.base_url}/v1"
    if up.kind == "gemini":
        return up.base_url.removesuffix("/v1beta").removesuffix("/v1")
    return up.base_url


def _statuses(route: Route) -> list[int]:
    words = (route.retry.retry_on if route.retry else ()) or tuple(_STATUS)
    codes = {code for word in words for code in _STATUS.get(word, (int(word),) if _is_status(word) else ())}
    return sorted(codes)


def _is_status(word: str) -> bool:
    return word.isdecimal() and 400 <= int(word) <= 599


# --- which route -----------------------------------------------------------------------------------------------------


def _queries(route: Route) -> list[dict[str, Any]]:
    """One condition for each alternative of the rule; those that compare two facts cannot be told."""
    if route.match is None:
        return []
    told = [terms for terms in alternatives(route.match.expression) if not compares_two_facts(terms)]
    return [_all([_query(term) for term in terms if isinstance(term, Condition)]) for terms in told]


def _all(queries: list[dict[str, Any]]) -> dict[str, Any]:
    parts = [part for query in queries for part in query.get("$and", [query])]
    return parts[0] if len(parts) == 1 else {"$and": parts}


def _query(term: Condition) -> dict[str, Any]:
    if term.fact == "max_tokens":
        return {"$or": [_number(f"params.{name}", term) for name in ("max_completion_tokens", "max_tokens")]}
    place = f"metadata.{term.fact}"
    if term.kind == "number":
        return _number(place, term)
    if term.kind == "flag":
        flags = {bool(value) for value in term.values}
        wanted = flags if term.operator in ("==", "in") else {True, False} - flags
        # Metadata may come as JSON or as text.
        return {place: {"$in": [form for flag in sorted(wanted) for form in (flag, str(flag).lower())]}}
    if term.operator in ("==", "in"):
        return {place: {"$in": list(term.values)}}
    return {"$and": [{place: {"$regex": _KNOWN}}, {place: {"$nin": list(term.values)}}]}


def _number(place: str, term: Condition) -> dict[str, Any]:
    """Comparisons of order alone: they read numbers that come as text, and never hold where the value is missing."""
    if term.operator in _OPERATOR:
        return {place: {_OPERATOR[term.operator]: term.values[0]}}
    if term.operator in ("==", "in"):
        equal = [{place: {"$gte": value, "$lte": value}} for value in term.values]
        return equal[0] if len(equal) == 1 else {"$or": equal}
    return _all([{"$or": [{place: {"$lt": value}}, {place: {"$gt": value}}]} for value in term.values])


def _kept(
    route: Route, queries: list[dict[str, Any]], ups: dict[str, Upstream]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Conditions and targets that keep a session's cohort with one candidate."""
    assert route.sticky is not None
    conditions, targets, low = [], [], 0
    for name, parts in whole_parts(weighted(route)).items():
        cohort = {f"metadata.{bucket_of(route.sticky.by)}": {"$gte": low, "$lt": low + parts}}
        target = f"{route.name}.{name}"
        conditions += [{"query": _all([query, cohort]), "then": target} for query in queries]
        conditions += [] if route.match else [{"query": cohort, "then": target}]
        targets.append({"name": target, **_branch(route, name, ups)})
        low += parts
    return conditions, targets


# --- what is lost ----------------------------------------------------------------------------------------------------


def _losses(route: Route, config: RoutingConfig) -> list[Loss]:
    at = f"routes.{route.name}"
    losses = []

    def lose(field: str, reason: str) -> None:
        losses.append(Loss(f"{at}.{field}", reason))

    if route.match:
        _lose_match(route, config, lose)
    if route.sticky:
        if route.sticky.ttl_s:
            lose("sticky.ttl_s", "A session keeps its candidate for as long as the weights stand: it is hashed.")
        given = weighted(route)
        if changed := differences(given, whole_parts(given)):
            told = ", ".join(f"{name} {asked:g} as {got:g}" for name, (asked, got) in changed.items())
            lose("weights", f"Cohorts of sessions are {PARTS} parts: {told}.")
    if route.circuit_breaker:
        lose("circuit_breaker", "The open gateway has none: a failing candidate is asked first by its whole share.")
    if route.retry and any(order_after(route, name) for name in weighted(route)):
        lose("retry.attempts", "The next candidate is asked at once instead: Portkey's own retry waits for seconds.")
    unknown = [w for w in (route.retry.retry_on if route.retry else ()) if w not in _STATUS and not _is_status(w)]
    if unknown:
        lose("retry.retry_on", f"Portkey knows status codes, {', '.join(_STATUS)}; left out: {', '.join(unknown)}.")
    if route.shadow and route.shadow.share > 0:
        lose("shadow", "Portkey sends no copies of requests; nothing goes to the shadow.")
    return losses


def _lose_match(route: Route, config: RoutingConfig, lose: Any) -> None:
    assert route.match is not None
    terms = [term for each in alternatives(route.match.expression) for term in each]
    two = dict.fromkeys(f"{t.left} {t.operator} {t.right}" for t in terms if isinstance(t, TwoFacts))
    if two:
        rest = "the rest of the rule stands" if _queries(route) else "the route is left out"
        lose("match", f"Portkey cannot compare two facts ({', '.join(two)}): {rest}; other requests go on to the next.")
    counter = config.provenance.get("token_counter", TOKEN_COUNTER)
    if "prompt_tokens" in route.match.facts:
        lose("match", f"prompt_tokens is what the client counts and sends; the weights were made with {counter}.")
