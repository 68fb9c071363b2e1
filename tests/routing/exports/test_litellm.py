"""LiteLLM: what the proxy reads, and the hook that picks the group, run with a stand-in of its base class alone."""

from __future__ import annotations

import asyncio
import sys
import types
from collections import Counter
from typing import Any

import pytest
import tiktoken
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.routing.config import Retry, Route, RoutingConfig, Shadow, Sticky
from compare.routing.exports.litellm import export
from compare.routing.rules import parse
from compare.tokens import count
from tests.routing.exports.files import configs, models, small, whole


def read(config: RoutingConfig) -> dict[str, Any]:
    document = yaml.load(export(config).files["config.yaml"], Loader=yaml.CSafeLoader)
    assert isinstance(document, dict)
    return document


def group(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [model for model in document["model_list"] if model["model_name"] == name]


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the hook imports from the proxy's environment: the callback's base class, and the error for a client."""

    for name, attributes in {
        "litellm": {},
        "litellm.integrations": {},
        "litellm.integrations.custom_logger": {"CustomLogger": type("CustomLogger", (), {})},
        "fastapi": {"HTTPException": type("HTTPException", (Exception,), {})},
    }.items():
        module = types.ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    # LiteLLM points tiktoken at the ranks in its own package; here they come from ours.
    monkeypatch.setattr(tiktoken, "get_encoding", {"o200k_base": count._encoding()}.__getitem__)


def hook(config: RoutingConfig) -> Any:
    space: dict[str, Any] = {}
    exec(compile(export(config).files["weighbridge_hook.py"], "weighbridge_hook.py", "exec"), space)
    return space["instance"]


def sent_to(instance: Any, model: str = "auto", n: int = 1, **body: Any) -> str:
    data = {"model": model, "messages": [{"role": "user", "content": "hi"}] * n, **body}
    changed = asyncio.run(instance.async_pre_call_hook(None, None, data, "acompletion"))
    assert changed is data
    return str(data["model"])


# --- config.yaml -----------------------------------------------------------------------------------------------------


def test_every_deployment_of_a_route_has_an_explicit_weight() -> None:
    document = read(small())
    assert [d["litellm_params"]["weight"] for d in group(document, "long")] == [0.8, 0.2]
    assert all("weight" in model["litellm_params"] for model in document["model_list"])


def test_models_are_called_by_their_providers_and_keys_by_their_variables() -> None:
    document = read(whole())
    opus, flash = (d["litellm_params"] for d in group(document, "long_thread_test")[::2])
    assert (opus["model"], opus["api_key"]) == ("anthropic/claude-opus-4-1", "os.environ/ANTHROPIC_API_KEY")
    assert flash["model"] == "gemini/gemini-2.5-flash"
    (cheap,) = group(document, "default")
    assert cheap["litellm_params"] | {"weight": 1.0} == {
        "model": "openai/small:7b",
        "api_base": "http://127.0.0.1:9003/v1",
        "api_key": "none",
        "weight": 1.0,
    }
    assert document["general_settings"] == {"master_key": "os.environ/LITELLM_MASTER_KEY"}


def test_retries_breaker_and_fallbacks_are_the_files() -> None:
    document = read(whole())
    policy = document["router_settings"]["model_group_retry_policy"]["long_thread_test"]
    assert (policy["RateLimitErrorRetries"], policy["TimeoutErrorRetries"], policy["BadRequestErrorRetries"]) == (
        2,
        2,
        0,
    )
    info = group(document, "long_thread_test")[0]["model_info"]
    # LiteLLM cools down after more than allowed_fails.
    assert (info["allowed_fails"], info["cooldown_time"]) == (2, 30)
    assert {"long_thread_test": ["model.cheap"]} in document["router_settings"]["fallbacks"]


def test_a_failure_that_is_not_to_be_retried_is_not() -> None:
    config = small(retry=Retry(2, ("429", "teapot")))
    policy = read(config)["router_settings"]["model_group_retry_policy"]["long"]
    assert (policy["RateLimitErrorRetries"], policy["InternalServerErrorRetries"]) == (2, 0)
    (loss,) = export(config).losses
    assert (loss.field, "teapot" in loss.reason) == ("routes.long.retry.retry_on", True)


def test_a_shadow_gets_its_share_of_every_candidates_requests() -> None:
    deployments = group(read(small(shadow=Shadow("delta", 0.25))), "long")
    shares = {
        (d["model_info"]["id"], d["litellm_params"].get("silent_model")): d["litellm_params"]["weight"]
        for d in deployments
    }
    assert shares == {
        ("long/alpha", None): 0.6,
        ("long/alpha/shadowed", "model.delta"): 0.2,
        ("long/beta", None): 0.15,
        ("long/beta/shadowed", "model.delta"): 0.05,
    }


def test_session_affinity_is_never_written_and_the_file_says_why() -> None:
    text = export(whole()).files["config.yaml"]
    assert "session_affinity is off on purpose" in text
    assert "optional_pre_call_checks" not in text


def test_a_kept_session_falls_to_the_other_candidates_first() -> None:
    fallbacks = read(small(sticky=Sticky(), fallbacks=("delta",)))["router_settings"]["fallbacks"]
    assert {"session.long.alpha": ["model.beta", "model.delta"]} in fallbacks
    assert {"session.long.beta": ["model.alpha", "model.delta"]} in fallbacks


@given(configs())
@settings(max_examples=60, deadline=None)
def test_weights_survive_and_every_group_and_id_is_there_once(config: RoutingConfig) -> None:
    document = read(config)
    groups = {model["model_name"] for model in document["model_list"]}
    ids = [model["model_info"]["id"] for model in document["model_list"]]
    assert len(ids) == len(set(ids))
    for route in config.routes:
        found: Counter[str] = Counter()
        for model in group(document, route.name):
            found[model["litellm_params"]["model"].removeprefix("openai/").removesuffix("-model")] += model[
                "litellm_params"
            ]["weight"]
        assert found == pytest.approx({name: weight for name, weight in route.weights.items() if weight > 0})
    router = document["router_settings"]
    assert groups >= {name for each in router.get("fallbacks", []) for key, to in each.items() for name in (key, *to)}
    assert groups >= set(router.get("model_group_retry_policy", {}))
    assert groups >= {m["litellm_params"].get("silent_model", "rest") for m in document["model_list"]} - {"rest"}


# --- weighbridge_hook.py ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("proxy")
def test_the_hook_tells_eight_messages_from_nine() -> None:
    instance = hook(small())
    assert [sent_to(instance, n=n) for n in (1, 8, 9, 24)] == ["rest", "rest", "long", "long"]


@pytest.mark.usefixtures("proxy")
def test_the_hook_leaves_other_models_alone() -> None:
    assert sent_to(hook(small()), model="rest", n=20) == "rest"
    assert sent_to(hook(whole()), model="auto", n=20) == "auto"
    assert sent_to(hook(whole()), model="support", n=20) == "long_thread_test"


@pytest.mark.usefixtures("proxy")
def test_a_system_message_counts_also_where_it_is_kept_apart() -> None:
    assert sent_to(hook(small()), n=8, system="Be brief.") == "long"


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize(
    ("match", "body"),
    [
        ("has_images", {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]}),
        ("has_tools", {"messages": [{"role": "tool", "content": "4"}]}),
        ("has_tools", {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": "4"}]}]}),
        ("user_turns == 0", {"messages": [{"role": "user", "content": [{"type": "tool_result", "content": "4"}]}]}),
        ("max_tokens >= 500", {"max_tokens": 500}),
        ("workload == 'batch'", {"metadata": {"workload": "batch"}}),
        ("language in ('de', 'fr')", {"proxy_server_request": {"headers": {"x-language": "fr"}}}),
        ("prompt_tokens >= 500", {"messages": [{"role": "user", "content": "word " * 600}]}),
    ],
)
def test_the_hook_reads_every_fact(match: str, body: dict[str, Any]) -> None:
    instance = hook(small(match=match))
    assert sent_to(instance, **body) == "long"
    assert sent_to(instance) == "rest"


@pytest.mark.usefixtures("proxy")
def test_a_fact_that_nobody_told_matches_nothing_not_even_negated() -> None:
    assert sent_to(hook(small(match="not (language == 'de')"))) == "rest"


@pytest.mark.usefixtures("proxy")
def test_a_request_that_no_route_takes_is_refused_by_name() -> None:
    config = RoutingConfig((Route("long", {"alpha": 1.0}, parse("thread_length > 8")),), models())
    with pytest.raises(Exception, match="No route takes this request") as refused:
        sent_to(hook(config), n=2)
    assert refused.value.args[0] == 400


@pytest.mark.usefixtures("proxy")
def test_a_session_keeps_its_candidate_and_sessions_are_spread_by_the_weights() -> None:
    instance = hook(small(sticky=Sticky()))
    chosen = [sent_to(instance, n=9, metadata={"session_id": f"s{i}"}) for i in range(2000)]
    again = [sent_to(instance, n=11, metadata={"session_id": f"s{i}"}) for i in range(0, 2000, 100)]
    assert again == chosen[::100]
    counts = Counter(chosen)
    assert set(counts) == {"session.long.alpha", "session.long.beta"}
    assert abs(counts["session.long.alpha"] / 2000 - 0.8) < 0.036  # 4 sigma
    assert sent_to(instance, n=9) == "long"


@pytest.mark.usefixtures("proxy")
def test_a_change_of_weights_moves_only_the_sessions_it_must() -> None:
    before, after = hook(small(sticky=Sticky())), hook(small(sticky=Sticky(), weights={"alpha": 0.7, "beta": 0.3}))
    moved = Counter()
    for i in range(500):
        body = {"n": 9, "metadata": {"session_id": f"s{i}"}}
        moved[sent_to(before, **body), sent_to(after, **body)] += 1
    assert not moved["session.long.beta", "session.long.alpha"]
    assert 0 < moved["session.long.alpha", "session.long.beta"] < 100


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "language": st.sampled_from(("de", "fr", "en")),
        "tag": st.sampled_from(("vip", "y")),
        "workload": st.sampled_from(("batch", "live")),
    },
)


@pytest.mark.usefixtures("proxy")
@given(configs(), st.integers(1, 35), FACTS, st.none() | st.integers(1, 50))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_hook_chooses_the_route_that_the_file_means(
    config: RoutingConfig, n: int, told: dict[str, str], limit: int | None
) -> None:
    facts = {
        "thread_length": n,
        "user_turns": n,
        "has_tools": False,
        "has_images": False,
        "prompt_tokens": n,  # "hi" is one token
        **told,
        **({"max_tokens": limit} if limit else {}),
    }
    body = {"metadata": told, **({"max_tokens": limit} if limit else {})}
    meant = config.choose(facts)
    if meant is None:
        with pytest.raises(Exception, match="No route takes this request"):
            sent_to(hook(config), n=n, **body)
    else:
        assert sent_to(hook(config), n=n, **body) == meant.name
