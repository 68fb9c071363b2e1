"""Portkey: conditions that choose what the file means, weights spelt as the gateway reads them, the client's side."""

from __future__ import annotations

import ast
import json
import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.routing.config import CircuitBreaker, ModelRef, Retry, Route, RoutingConfig, Shadow, Sticky
from compare.routing.exports.portkey import export
from compare.routing.exports.portkey_check import check
from compare.routing.rules import parse
from tests.routing.exports.files import configs, models, small, whole


def read(config: RoutingConfig) -> dict[str, Any]:
    document = json.loads(export(config).files["config.json"])
    assert isinstance(document, dict)
    return document


def lost(config: RoutingConfig) -> dict[str, str]:
    return {loss.field: loss.reason for loss in export(config).losses}


# --- the gateway's way of reading conditions, as its documentation and measurements have it --------------------------


def number(value: Any) -> float:
    """As JavaScript's parseFloat: text that holds a number is one, everything else is NaN."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return math.nan


def holds(query: dict[str, Any], request: dict[str, Any]) -> bool:
    for key, value in query.items():
        if key in ("$and", "$or"):
            return (all if key == "$and" else any)(holds(part, request) for part in value)
        if not all(operator(name, wanted, request.get(key)) for name, wanted in value.items()):
            return False
    return True


def operator(name: str, wanted: Any, value: Any) -> bool:
    if name in ("$in", "$nin"):
        among = any(value == each and type(value) is type(each) for each in wanted)
        return among == (name == "$in")
    if name == "$regex":
        return re.search(wanted, "undefined" if value is None else str(value)) is not None
    left, right = number(value), number(wanted)
    return {"$gt": left > right, "$gte": left >= right, "$lt": left < right, "$lte": left <= right}[name]


def chosen(document: dict[str, Any], facts: dict[str, Any]) -> str | None:
    request = {f"metadata.{name}": value for name, value in facts.items() if name != "max_tokens"}
    request["params.max_tokens"] = facts.get("max_tokens")
    strategy = document["strategy"]
    led = (each["then"] for each in strategy["conditions"] if holds(each["query"], request))
    found = next(led, strategy.get("default"))
    return None if found is None else str(found)


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "thread_length": st.integers(1, 35) | st.integers(1, 35).map(str),
        "user_turns": st.integers(1, 5),
        "prompt_tokens": st.sampled_from((1, 3999, 4000)),
        "max_tokens": st.integers(1, 50),
        "has_tools": st.booleans(),
        "has_images": st.booleans() | st.sampled_from(("true", "false")),
        "language": st.sampled_from(("de", "fr", "en")),
        "tag": st.sampled_from(("vip", "y")),
        "workload": st.sampled_from(("batch", "live")),
    },
)


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Metadata that came as text, as what it says."""
    read = {"true": True, "false": False}
    return {
        name: int(value) if name == "thread_length" else read.get(value, value) if isinstance(value, str) else value
        for name, value in facts.items()
    }


@given(configs(), FACTS)
@settings(max_examples=100, deadline=None)
def test_the_conditions_choose_the_route_that_the_file_means(config: RoutingConfig, facts: dict[str, Any]) -> None:
    told = [route for route in config.routes if not (route.match and route.match.text == "prompt_tokens > max_tokens")]
    meant = RoutingConfig(tuple(told), config.models).choose(plain(facts))
    if not told:
        with pytest.raises(ConfigError, match="compares two facts"):
            export(config)
        return
    document = read(config)
    if not document.get("strategy", {}).get("conditions"):
        assert meant is told[-1]
    else:
        assert chosen(document, facts) == (meant.name if meant else None)
    dropped = {f"routes.{route.name}.match" for route in config.routes if route not in told}
    assert dropped <= set(lost(config))


@given(configs())
@settings(max_examples=60, deadline=None)
def test_weights_survive_under_the_name_that_the_gateway_reads(config: RoutingConfig) -> None:
    if all(route.match and route.match.text == "prompt_tokens > max_tokens" for route in config.routes):
        return
    document = read(config)
    targets = (
        {each["name"]: each for each in document["targets"]} if "conditions" in document.get("strategy", {}) else {}
    )
    for route in config.routes:
        weights = {name: weight for name, weight in route.weights.items() if weight > 0}
        target = targets.get(route.name)
        if target is None or len(weights) == 1:
            continue
        found = {leaves(each)[0]: each["weight"] for each in target["targets"]}
        assert found == {f"{name}-model": weight for name, weight in weights.items()}


def leaves(target: dict[str, Any]) -> list[str]:
    if "targets" not in target:
        return [target["override_params"]["model"]]
    return [name for each in target["targets"] for name in leaves(each)]


# --- failing, sessions, addresses ------------------------------------------------------------------------------------


def test_where_a_candidate_fails_its_siblings_and_then_the_fallbacks_answer() -> None:
    document = read(small(fallbacks=("delta",)))
    (long, _rest) = document["targets"]
    assert [leaves(each) for each in long["targets"]] == [
        ["alpha-model", "beta-model", "delta-model"],
        ["beta-model", "alpha-model", "delta-model"],
    ]
    assert long["targets"][0]["strategy"] == {"mode": "fallback", "on_status_codes": [408, 429, 500, 502, 503, 504]}


def test_a_session_stays_with_the_candidate_of_its_cohort() -> None:
    document = read(small(sticky=Sticky()))
    counts = {"long.alpha": 0, "long.beta": 0}
    for bucket in range(10_000):
        counts[str(chosen(document, {"thread_length": 9, "session_id_bucket": bucket}))] += 1
    assert counts == {"long.alpha": 8000, "long.beta": 2000}
    assert chosen(document, {"thread_length": 9}) == "long"
    assert chosen(document, {"thread_length": 8, "session_id_bucket": 1}) == "rest"


def test_a_third_is_told_as_rounded() -> None:
    third = {"alpha": 1 / 3, "beta": 1 / 3, "gamma": 1 / 3}
    assert "alpha 0.333333 as 0.3334" in lost(small(weights=third, sticky=Sticky()))["routes.long.weights"]


def test_what_the_gateway_cannot_do_is_told() -> None:
    config = small(
        retry=Retry(2, ("429", "odd")), circuit_breaker=CircuitBreaker(3, 60, 30), shadow=Shadow("delta", 0.1)
    )
    assert set(lost(config)) == {
        f"routes.long.{field}" for field in ("circuit_breaker", "retry.attempts", "retry.retry_on", "shadow")
    }
    assert read(config)["targets"][0]["targets"][0]["strategy"]["on_status_codes"] == [429]


def test_addresses_are_as_the_gateway_completes_them() -> None:
    refs = {
        "alpha": ModelRef("anthropic", "a", "http://127.0.0.1:1"),
        "beta": ModelRef("gemini", "b", "http://127.0.0.1:2/v1beta"),
        "gamma": ModelRef("openai-chat", "c", "https://api.openai.com/v1"),
    }
    route = Route("only", {"alpha": 0.5, "beta": 0.25, "gamma": 0.25})
    first = read(RoutingConfig((route,), refs))["targets"][0]["targets"]
    assert [leaf.get("custom_host") for leaf in first] == ["http://127.0.0.1:1/v1", "http://127.0.0.1:2", None]
    assert [leaf["provider"] for leaf in first] == ["anthropic", "google", "openai"]


def test_one_route_needs_no_conditions() -> None:
    document = read(RoutingConfig((Route("only", {"alpha": 1.0}),), models()))
    assert "strategy" not in document
    assert document["override_params"] == {"model": "alpha-model"}


def test_the_snippet_sends_the_facts_that_the_rules_ask_for() -> None:
    told = export(small(match="thread_length > 8 and language == 'de'", sticky=Sticky("user"))).snippet
    ast.parse(told)
    assert '"thread_length": len(messages),' in told
    assert '"language": language,' in told
    assert '"user_bucket": int(sha256(str(user)' in told
    assert "workload" not in told
    assert "metadata" not in export(RoutingConfig((Route("only", {"alpha": 1.0}),), models())).snippet


def test_a_configuration_too_large_for_a_header_is_told() -> None:
    many = tuple(Route(f"r{i}", {"alpha": 0.5, "beta": 0.5}, parse(f"thread_length == {i}")) for i in range(20))
    assert "travels in a header" in lost(RoutingConfig(many, models()))["routes"]
    assert "routes" not in lost(whole())


# --- the strict check ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["targets"][0]["targets"][0].update(weigth=0.8), "config.targets[0].targets[0]: the key 'weigth'"),
        (lambda d: d["targets"][0]["targets"][0].pop("weight"), "the weights are [None, 0.2]"),
        (lambda d: d["targets"][0]["targets"][1].update(weight=0.3), "the weights are [0.8, 0.3]"),
        (lambda d: d["strategy"].update(defualt="rest"), "config.strategy: the key 'defualt'"),
        (lambda d: d["strategy"].update(default="none"), "there is no target 'none'"),
        (lambda d: d["strategy"]["conditions"][0].update(query={"meta.x": {"$gt": 1}}), "asks for 'meta.x'"),
        (lambda d: d["strategy"]["conditions"][0].update(query={"metadata.x": {"$gr": 1}}), "the operator '$gr'"),
        (lambda d: d["targets"][1].pop("api_key"), "config.targets[1]: api_key is missing"),
        (lambda d: d["targets"][1].update(name="long"), "two targets share a name"),
    ],
)
def test_what_the_gateway_would_misread_is_refused(change: Any, said: str) -> None:
    document = {key: value for key, value in read(small()).items() if key != "weighbridge"}
    check(document)
    change(document)
    with pytest.raises(ConfigError, match=re.escape(said)):
        check(document)
