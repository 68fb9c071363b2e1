"""Envoy: headers that choose what the file means, whole weights, who answers where one fails, whose key goes where."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.routing.config import CircuitBreaker, ModelRef, Retry, Route, RoutingConfig, Shadow, Sticky
from compare.routing.exports.envoy import export
from compare.routing.exports.shares import PARTS, whole_parts
from tests.routing.exports.files import configs, models, small, weights, whole


def read(config: RoutingConfig) -> dict[str, Any]:
    document = json.loads(export(config).files["envoy.json"])
    assert isinstance(document, dict)
    return document


def routes_of(document: dict[str, Any], listener: int = 0) -> list[dict[str, Any]]:
    (chain,) = document["static_resources"]["listeners"][listener]["filter_chains"]
    (host,) = chain["filters"][0]["typed_config"]["route_config"]["virtual_hosts"]
    return list(host["routes"])


def clusters_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {cluster["name"]: cluster for cluster in document["static_resources"]["clusters"]}


def lost(config: RoutingConfig) -> dict[str, str]:
    found = {loss.field: loss.reason for loss in export(config).losses}
    return {field: reason for field, reason in found.items() if not field.startswith("models.")}


# --- headers ---------------------------------------------------------------------------------------------------------


def matches(match: dict[str, Any], headers: dict[str, str]) -> bool:
    """As Envoy matches a header: a range wants a whole number, an inverted match also holds where it is missing."""
    value = headers.get(match["name"])
    if "present_match" in match:
        return value is not None
    if "range_match" in match:
        span = match["range_match"]
        return value is not None and span["start"] <= int(value) < span["end"]
    wanted, found = match["string_match"]["exact"], value
    if match["string_match"].get("ignore_case") and found is not None:
        wanted, found = wanted.lower(), found.lower()
    return (found == wanted) != match.get("invert_match", False)


def chosen(document: dict[str, Any], facts: dict[str, Any]) -> str | None:
    headers = {"x-" + name.replace("_", "-"): str(value) for name, value in facts.items()}
    for route in routes_of(document):
        if all(matches(match, headers) for match in route["match"].get("headers", ())):
            return str(route["name"])
    return None


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "thread_length": st.integers(1, 35),
        "user_turns": st.integers(1, 5),
        "prompt_tokens": st.sampled_from((1, 3999, 4000)),
        "has_tools": st.booleans(),
        "has_images": st.booleans(),
        "language": st.sampled_from(("de", "fr", "en")),
        "tag": st.sampled_from(("vip", "y")),
        "workload": st.sampled_from(("batch", "live")),
    },
)


@given(configs(), FACTS)
@settings(max_examples=100, deadline=None)
def test_the_headers_choose_the_route_that_the_file_means(config: RoutingConfig, facts: dict[str, Any]) -> None:
    told = [route for route in config.routes if not (route.match and route.match.text == "prompt_tokens > max_tokens")]
    if not told:
        with pytest.raises(ConfigError, match="compares two facts"):
            export(config)
        return
    meant = RoutingConfig(tuple(told), config.models).choose(facts)
    assert chosen(read(config), facts) == (meant.name if meant else None)
    assert {f"routes.{route.name}.match" for route in config.routes if route not in told} <= set(lost(config))


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        ("thread_length > 8", (9, 900), (8, 0)),
        ("thread_length > 8.5", (9,), (8,)),
        ("thread_length >= 8.5", (9,), (8,)),
        ("thread_length < 8.5", (8,), (9,)),
        ("thread_length <= 8", (8,), (9,)),
        ("thread_length not in (3, 5)", (1, 2, 4, 6), (3, 5)),
        ("thread_length in (3, 4.5)", (3,), (4, 5)),
        ("not (3 < thread_length <= 5)", (3, 6), (4, 5)),
    ],
)
def test_numbers_are_ranges_of_whole_numbers(rule: str, inside: tuple[int, ...], outside: tuple[int, ...]) -> None:
    document = read(small(match=rule))
    assert {chosen(document, {"thread_length": n}) for n in inside} == {"long"}
    assert {chosen(document, {"thread_length": n}) for n in outside} == {"rest"}
    assert chosen(document, {}) == "rest"


# --- weights ---------------------------------------------------------------------------------------------------------


@given(weights)
def test_whole_parts_keep_the_sum_and_are_off_by_less_than_one(chances: dict[str, float]) -> None:
    chances = {name: weight for name, weight in chances.items() if weight > 0}
    parts = whole_parts(chances)
    assert sum(parts.values()) == PARTS
    assert all(abs(parts[name] - weight * PARTS) < 1 for name, weight in chances.items())


def test_a_weight_below_a_part_gets_one_and_the_heaviest_gives_it() -> None:
    assert whole_parts({"a": 0.99999, "b": 0.00001}) == {"a": 9999, "b": 1}


@given(configs())
@settings(max_examples=60, deadline=None)
def test_weights_survive_and_every_cluster_that_is_named_is_there(config: RoutingConfig) -> None:
    if all(route.match and route.match.text == "prompt_tokens > max_tokens" for route in config.routes):
        return
    document = read(config)
    clusters = clusters_of(document)
    assert len(clusters) == len(document["static_resources"]["clusters"])
    given_weights = {route.name: {n: w for n, w in route.weights.items() if w > 0} for route in config.routes}
    for entry in routes_of(document):
        action = entry["route"]
        found = {each["name"].split(".")[1]: each["weight"] / PARTS for each in action["weighted_clusters"]["clusters"]}
        assert found == pytest.approx(given_weights[entry["name"]], abs=1 / PARTS)
        named = [each["name"] for each in action["weighted_clusters"]["clusters"]]
        named += [each["cluster"] for each in action.get("request_mirror_policies", ())]
        assert set(named) <= set(clusters)
    for cluster in clusters.values():
        assert set(cluster.get("cluster_type", {}).get("typed_config", {}).get("clusters", ())) <= set(clusters)


def test_rounding_is_told() -> None:
    third = {"alpha": 1 / 3, "beta": 1 / 3, "gamma": 1 / 3}
    assert "alpha 0.333333 as 0.3334" in lost(small(weights=third))["routes.long.weights"]
    assert "routes.long.weights" not in lost(small())


# --- failing, sessions, shadows --------------------------------------------------------------------------------------


def test_where_a_candidate_fails_a_retry_goes_to_the_next() -> None:
    document = read(small(fallbacks=("delta",), retry=Retry(2, ("429", "5xx", "timeout"))))
    clusters = clusters_of(document)
    order = clusters["long.beta.first"]["cluster_type"]["typed_config"]["clusters"]
    assert order == ["long.beta", "long.alpha", "long.delta"]
    policy = routes_of(document)[0]["route"]["retry_policy"]
    assert (policy["retry_on"], policy["num_retries"]) == ("5xx,retriable-status-codes", 2)
    assert policy["retriable_status_codes"] == [408, 429, 504]
    assert policy["retry_priority"]["typed_config"]["update_frequency"] == 1
    assert "retry_policy" not in routes_of(document)[1]["route"]


def test_no_cluster_has_a_bound_that_the_file_does_not_name() -> None:
    for cluster in clusters_of(read(whole())).values():
        (bounds,) = cluster["circuit_breakers"]["thresholds"]
        assert set(bounds) == {"max_connections", "max_pending_requests", "max_requests", "max_retries"}
        assert min(bounds.values()) >= 1_000_000


def test_the_breaker_is_of_the_route_alone() -> None:
    clusters = clusters_of(read(small(circuit_breaker=CircuitBreaker(3, 60, 30))))
    outlier = clusters["long.alpha"]["outlier_detection"]
    assert (outlier["consecutive_5xx"], outlier["base_ejection_time"]) == (3, "30s")
    assert outlier["max_ejection_time"] == "30s"
    assert "outlier_detection" not in clusters["rest.gamma"]


def test_a_session_is_hashed_and_a_shadow_gets_its_share() -> None:
    action = routes_of(read(small(sticky=Sticky("user"), shadow=Shadow("delta", 0.25))))[0]["route"]
    assert action["weighted_clusters"]["use_hash_policy"] is True
    assert action["hash_policy"] == [{"header": {"header_name": "x-user"}}]
    (mirror,) = action["request_mirror_policies"]
    assert mirror["cluster"] == "long.delta"
    assert mirror["runtime_fraction"]["default_value"] == {"numerator": 250_000, "denominator": "MILLION"}


def test_long_answers_are_not_cut_off() -> None:
    document = read(whole())
    for listener in range(len(document["static_resources"]["listeners"])):
        assert {route["route"]["timeout"] for route in routes_of(document, listener)} == {"600s"}


# --- models ----------------------------------------------------------------------------------------------------------


def speaking_for(name: str, ref: ModelRef) -> tuple[dict[str, Any], dict[str, Any]]:
    """The route of the model's listener inside Envoy, and its cluster."""
    document = read(RoutingConfig((Route("only", {name: 1.0}),), {name: ref}))
    assert document["static_resources"]["listeners"][1]["name"] == f"model.{name}"
    return routes_of(document, 1)[0], clusters_of(document)[f"model.{name}"]


def test_each_server_gets_its_own_key_and_never_the_clients() -> None:
    route, _cluster = speaking_for("alpha", ModelRef("openai", "a", "http://127.0.0.1:1/v1", "A_KEY"))
    (added,) = route["request_headers_to_add"]
    assert added["header"] == {"key": "authorization", "value": "Bearer %ENVIRONMENT(A_KEY)%"}
    assert added["append_action"] == "OVERWRITE_IF_EXISTS_OR_ADD"
    route, _cluster = speaking_for("alpha", ModelRef("openai", "a", "http://127.0.0.1:1/v1"))
    assert route["request_headers_to_remove"] == ["authorization"]
    assert "request_headers_to_add" not in route


def test_headers_for_the_gateway_do_not_reach_the_models() -> None:
    dropped = routes_of(read(small(sticky=Sticky())), 1)[0]["request_headers_to_remove"]
    assert dropped == ["x-session-id", "x-thread-length"]


@pytest.mark.parametrize(
    ("ref", "host", "port", "path"),
    [
        (ModelRef("openai", "a", "http://127.0.0.1:9001/v1"), "127.0.0.1", 9001, None),
        (ModelRef("openai", "a", "http://models.internal/llm/v2"), "models.internal", 80, "/llm/v2"),
        (ModelRef("openai", "a"), "api.openai.com", 443, None),
        (ModelRef("anthropic", "a"), "api.anthropic.com", 443, None),
        (ModelRef("google", "a"), "generativelanguage.googleapis.com", 443, "/v1beta/openai"),
    ],
)
def test_addresses_lead_to_the_servers_own_folder(ref: ModelRef, host: str, port: int, path: str | None) -> None:
    route, cluster = speaking_for("alpha", ref)
    assert route["route"].get("prefix_rewrite") == path
    (endpoint,) = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert endpoint["endpoint"]["hostname"] == host
    assert endpoint["endpoint"]["address"]["socket_address"] == {"address": host, "port_value": port}
    assert ("transport_socket" in cluster) == (port == 443)


def test_a_provider_without_an_address_is_refused_by_name() -> None:
    config = RoutingConfig((Route("only", {"alpha": 1.0}),), {"alpha": ModelRef("mistral", "m")})
    with pytest.raises(ConfigError, match="Envoy needs an address: give alpha a base_url under models"):
        export(config)


def test_what_the_gateway_cannot_do_is_told() -> None:
    config = small(sticky=Sticky("user", 60), retry=Retry(2, ("odd", "503")), circuit_breaker=CircuitBreaker(3, 60, 30))
    fields = ("sticky.ttl_s", "circuit_breaker.window_s", "retry.retry_on")
    assert set(lost(config)) == {f"routes.long.{field}" for field in fields}
    told = {loss.field: loss.reason for loss in export(small()).losses}
    assert "take the model name that the client sends" in told["models.alpha.model"]


def test_the_snippet_sends_the_headers_that_the_rules_ask_for() -> None:
    told = export(small(match="thread_length > 8 and has_tools", sticky=Sticky())).snippet
    compile(told, "client.py", "exec")
    assert '"x-thread-length": str(len(messages)),' in told
    assert '"x-session-id": session_id,' in told
    assert "extra_headers" not in export(RoutingConfig((Route("only", {"alpha": 1.0}),), models())).snippet
