"""What holds for every gateway: no key in a file, a stamp in each, nothing lost in silence, named refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from compare.errors import ConfigError
from compare.routing.config import ModelRef, Route, RoutingConfig, load
from compare.routing.exports.targets import TARGETS, export
from tests.routing.exports.files import configs, small, whole

CANARY = "sk-canary-0123456789abcdef"


@pytest.mark.parametrize("target", TARGETS)
def test_files_hold_names_of_variables_and_never_a_key(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "LITELLM_MASTER_KEY"):
        monkeypatch.setenv(name, CANARY)
    made = export(whole(), target)
    text = "".join(made.files.values()) + made.snippet + repr(made.losses)
    assert CANARY not in text
    assert "ANTHROPIC_API_KEY" in text


@pytest.mark.parametrize("target", TARGETS)
def test_every_file_says_which_votes_it_rests_on(target: str) -> None:
    config = whole()
    for text in export(config, target).files.values():
        for value in ("votes_sha256", "parent_sha256", "generated_at", "tool"):
            assert str(config.provenance[value]) in text
        assert "412" in text


@pytest.mark.parametrize("target", TARGETS)
def test_a_file_without_votes_says_so(target: str) -> None:
    assert all("no votes are named" in text for text in export(small(), target).files.values())


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_configuration_gives_the_same_files(target: str) -> None:
    assert export(whole(), target) == export(whole(), target)


@pytest.mark.parametrize("target", TARGETS)
def test_the_canary_is_told_as_lost_with_what_to_do(target: str) -> None:
    lost = {loss.field: loss.reason for loss in export(whole(), target).losses}
    assert "by hand" in lost["routes.long_thread_test.canary.stages"]
    assert "rollback by hand" in lost["routes.long_thread_test.canary.guardrails"]
    assert "models.primary.context_window" in lost


@pytest.mark.parametrize("target", TARGETS)
@given(config=configs())
@settings(max_examples=40, deadline=None)
def test_losses_name_fields_of_the_file_in_sentences(target: str, config: RoutingConfig) -> None:
    try:
        made = export(config, target)
    except ConfigError as exc:
        assert "compares two facts" in str(exc)  # noqa: PT017 - either outcome is checked
        return
    names = {f"routes.{route.name}" for route in config.routes} | {f"models.{name}" for name in config.models}
    for loss in made.losses:
        assert ".".join(loss.field.split(".")[:2]) in names | {"routes", "entry"}
        assert loss.reason.endswith(".")
    assert len({(loss.field, loss.reason) for loss in made.losses}) == len(made.losses)


@pytest.mark.parametrize("target", TARGETS)
def test_models_without_an_address_are_all_named(target: str) -> None:
    config = replace(small(), models={"alpha": ModelRef("openai"), "beta": ModelRef(model="b")})
    with pytest.raises(ConfigError) as refused:
        export(config, target)
    said = str(refused.value)
    assert "models.alpha has no model" in said
    assert "models.beta has neither provider nor base_url" in said
    assert "gamma is not under models" in said


@pytest.mark.parametrize("target", TARGETS)
def test_what_names_and_notes_hold_cannot_change_the_file(target: str) -> None:
    evil = 'x"""\nimport os\n# \\ """ \'\'\' ${HOME} {{ }} %s [[x]]'
    config = replace(small(), models={n: replace(r, model=evil) for n, r in small().models.items()})
    config = replace(config, provenance={"tool": evil, "vote_count": 3})
    made = export(config, target)
    for name, text in made.files.items():
        assert not any(line.startswith("import os\n") for line in text.splitlines(keepends=True))
        if name.endswith(".py"):
            compile(text, name, "exec")


def test_a_candidate_at_weight_zero_gets_nothing() -> None:
    config = RoutingConfig((Route("only", {"alpha": 1.0, "ghost": 0.0}),), small().models)
    for target in TARGETS:
        assert "ghost" not in "".join(export(config, target).files.values())


def test_a_target_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match=r"no target 'kong'; there are litellm, "):
        export(load("routes: [{name: a, weights: {b: 1}}]"), "kong")
