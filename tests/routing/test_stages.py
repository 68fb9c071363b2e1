"""Canary stages and drained models: shares as told, sums kept, and a refusal where nothing is left."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings

from compare.errors import ConfigError
from compare.routing.config import Canary, Route, RoutingConfig, Shadow, Stage, load
from compare.routing.exports.yaml import to_yaml
from compare.routing.reach import never_matching
from compare.routing.stages import drained, staged
from tests.routing.exports.files import NAMES, configs, small, whole


def canary(candidate: str, *shares: float) -> Canary:
    return Canary(candidate, tuple(Stage(share, 24) for share in shares))


def test_each_stage_gives_the_candidate_its_share_and_the_last_is_the_file() -> None:
    first, second, full = staged(whole())
    assert [each.folder for each in (first, second, full)] == ["stage-1-5pct", "stage-2-20pct", "full"]
    assert first.config.routes[0].weights == {"primary": 0.95, "secondary": 0.05}
    assert second.config.routes[0].weights == {"primary": 0.8, "secondary": 0.2}
    assert full.config == whole()
    assert first.config.routes[1] == whole().routes[1]


def test_without_a_canary_there_is_the_full_file_alone() -> None:
    assert [each.folder for each in staged(small())] == ["full"]


def test_others_share_the_rest_in_proportion_and_equally_where_they_end_at_nothing() -> None:
    weights = {"alpha": 0.6, "beta": 0.3, "gamma": 0.1}
    (stage, _full) = staged(small(weights=weights, canary=canary("gamma", 0.4)))
    assert stage.config.routes[0].weights == pytest.approx({"alpha": 0.4, "beta": 0.2, "gamma": 0.4})
    (stage, _full) = staged(small(weights={"alpha": 1.0, "beta": 0.0}, canary=canary("alpha", 0.125)))
    assert stage.folder == "stage-1-12.5pct"
    assert stage.config.routes[0].weights == {"alpha": 0.125, "beta": 0.875}


def test_a_route_with_fewer_stages_is_full_meanwhile() -> None:
    config = small(canary=canary("beta", 0.05, 0.1))
    other = replace(config.routes[0], name="other", canary=canary("beta", 0.15))
    first, second, _full = staged(replace(config, routes=(other, *config.routes)))
    assert (first.folder, second.folder) == ("stage-1-5pct-15pct", "stage-2-10pct")
    assert second.config.routes[0].weights == other.weights


def test_a_canary_alone_in_its_route_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'long' cannot start at 0\.05: alpha is the route's only candidate"):
        staged(small(weights={"alpha": 1.0}, canary=canary("alpha", 0.05)))


def test_a_drained_models_weight_goes_to_the_others_in_proportion() -> None:
    config = small(weights={"alpha": 0.5, "beta": 0.3, "delta": 0.2}, fallbacks=("alpha", "gamma"))
    config = replace(
        config,
        routes=(replace(config.routes[0], canary=canary("alpha", 0.1), shadow=Shadow("alpha", 0.1)), config.routes[1]),
    )
    route, rest = drained(config, "alpha").routes
    assert route.weights == pytest.approx({"beta": 0.6, "delta": 0.4})
    assert (route.fallbacks, route.canary, route.shadow) == (("gamma",), None, None)
    assert rest == config.routes[1]
    assert "alpha" not in drained(config, "alpha").models


def test_where_no_weight_is_left_the_first_fallback_answers() -> None:
    config = RoutingConfig((Route("only", {"alpha": 1.0}, fallbacks=("beta", "gamma")),), small().models)
    assert drained(config, "alpha").routes[0].weights == {"beta": 1.0}


def test_a_drain_that_leaves_nothing_names_the_routes() -> None:
    with pytest.raises(ConfigError, match="cheap cannot be drained: nothing is left to answer in default"):
        drained(whole(), "cheap")
    with pytest.raises(ConfigError, match="names no model 'opus'; it has primary, secondary, cheap"):
        drained(whole(), "opus")


@given(configs())
@settings(max_examples=80, deadline=None)
def test_a_drained_file_is_valid_and_sums_to_one(config: RoutingConfig) -> None:
    for name in NAMES:
        try:
            left = drained(config, name)
        except ConfigError as exc:
            assert "nothing is left" in str(exc)  # noqa: PT017 - either outcome is checked
            continue
        assert name not in left.names
        assert all(math.isclose(math.fsum(route.weights.values()), 1, abs_tol=1e-9) for route in left.routes)
        if not never_matching([(route.name, route.match) for route in left.routes]):
            assert load(to_yaml(left)) == left
