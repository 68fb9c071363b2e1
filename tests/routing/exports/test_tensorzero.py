"""TensorZero: a function a route, weights as candidate variants, and the picker that stands for the rules."""

from __future__ import annotations

import ast
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.routing.config import CircuitBreaker, ModelRef, Retry, Route, RoutingConfig, Shadow, Sticky
from compare.routing.exports.tensorzero import export
from compare.routing.rules import parse
from tests.routing.exports.files import configs, models, small, whole


def read(config: RoutingConfig) -> dict[str, Any]:
    return tomllib.loads(export(config).files["tensorzero.toml"])


def picker(config: RoutingConfig) -> Any:
    space: dict[str, Any] = {}
    exec(compile(export(config).files["weighbridge_route.py"], "weighbridge_route.py", "exec"), space)
    return space["route_of"]


def test_a_route_is_a_function_with_its_weights() -> None:
    function = read(whole())["functions"]["long_thread_test"]
    assert function["experimentation"] == {
        "type": "static",
        "candidate_variants": {"primary": 0.8, "secondary": 0.2},
        "fallback_variants": ["cheap"],
    }
    assert function["variants"]["cheap"]["model"] == "cheap"
    assert function["variants"]["primary"]["retries"] == {"num_retries": 2, "max_delay_s": 1}


def test_models_are_of_their_providers_type_with_the_keys_variable() -> None:
    refs = {
        "alpha": ModelRef("anthropic", "a", "http://127.0.0.1:1", "A_KEY"),
        "beta": ModelRef("gemini", "b", "", "B_KEY"),
        "gamma": ModelRef("openai-chat", 'say "hi" \\ \x7f', "http://127.0.0.1:3/v1"),
        "delta": ModelRef("openai-responses", "d", "https://api.openai.com/v1", "D_KEY"),
    }
    names = dict.fromkeys(refs, 0.25)
    found = read(RoutingConfig((Route("only", names),), refs))["models"]
    assert {name: found[name]["providers"][name] for name in refs} == {
        "alpha": {
            "type": "anthropic",
            "model_name": "a",
            "api_base": "http://127.0.0.1:1/v1/",
            "api_key_location": "env::A_KEY",
        },
        "beta": {"type": "google_ai_studio_gemini", "model_name": "b", "api_key_location": "env::B_KEY"},
        "gamma": {
            "type": "openai",
            "model_name": 'say "hi" \\ \x7f',
            "api_base": "http://127.0.0.1:3/v1/",
            "api_key_location": "none",
        },
        "delta": {"type": "openai", "model_name": "d", "api_type": "responses", "api_key_location": "env::D_KEY"},
    }


@given(configs())
@settings(max_examples=60, deadline=None)
def test_weights_survive_and_every_variant_and_model_is_there(config: RoutingConfig) -> None:
    document = read(config)
    assert list(document["functions"]) == [route.name for route in config.routes]
    for route in config.routes:
        function = document["functions"][route.name]
        spread = function["experimentation"]
        assert spread["candidate_variants"] == {name: w for name, w in route.weights.items() if w > 0}
        named = [*spread["candidate_variants"], *spread.get("fallback_variants", ())]
        assert len(named) == len(set(named))
        assert list(function["variants"]) == named
        assert {variant["model"] for variant in function["variants"].values()} <= set(document["models"])


def test_the_picker_tells_eight_messages_from_nine() -> None:
    route_of = picker(small())
    messages = [{"role": "user", "content": "hi"}]
    assert [route_of({"messages": messages * n}) for n in (8, 9)] == ["rest", "long"]


def test_the_picker_takes_what_only_the_application_knows() -> None:
    route_of = picker(small(match="prompt_tokens >= 4000 or workload == 'batch'"))
    body = {"messages": [{"role": "user", "content": "hi"}]}
    assert route_of(body) == "rest"
    assert route_of(body, prompt_tokens=4000) == "long"
    assert route_of(body, workload="batch") == "long"


def test_the_picker_refuses_a_request_that_no_route_takes() -> None:
    config = RoutingConfig((Route("long", {"alpha": 1.0}, parse("thread_length > 8")),), models())
    with pytest.raises(LookupError, match="No route takes this request"):
        picker(config)({"messages": []})


@given(configs(), st.integers(1, 35), st.sampled_from(({}, {"language": "de"}, {"workload": "batch", "tag": "vip"})))
@settings(max_examples=40, deadline=None)
def test_the_picker_chooses_the_route_that_the_file_means(config: RoutingConfig, n: int, told: dict[str, str]) -> None:
    facts = {"thread_length": n, "user_turns": n, "has_tools": False, "has_images": False, **told}
    meant = config.choose(facts)
    body = {"messages": [{"role": "user", "content": "hi"}] * n}
    if meant is None:
        with pytest.raises(LookupError):
            picker(config)(body, **told)
    else:
        assert picker(config)(body, **told) == meant.name


def test_what_the_gateway_cannot_do_is_told() -> None:
    config = small(
        sticky=Sticky("user", 60),
        retry=Retry(2, ("429",)),
        circuit_breaker=CircuitBreaker(3, 60, 30),
        shadow=Shadow("delta", 0.1),
    )
    lost = {loss.field: loss.reason for loss in export(config).losses}
    fields = ("match", "sticky", "retry.retry_on", "circuit_breaker", "shadow")
    assert set(lost) == {f"routes.long.{field}" for field in fields}
    assert "delta" not in read(config)["models"]
    assert "entry" in {loss.field for loss in export(whole()).losses}


def test_the_snippet_calls_the_function_that_the_picker_names() -> None:
    told = export(small(match="language == 'de'", sticky=Sticky())).snippet
    ast.parse(told.replace("await ", ""))
    assert 'function_name=route_of({"messages": messages}, language=language),' in told
    assert "episode_id=episode_id," in told
    assert "episode_id" not in export(small()).snippet
