"""The differences of two routing files, as values and as Markdown that a reviewer can trust."""

from __future__ import annotations

from dataclasses import replace

from compare.routing.config import Canary, ModelRef, Retry, Route, Stage
from compare.routing.diff import compare_configs, to_markdown
from compare.routing.exports.targets import TARGETS
from compare.routing.rules import parse
from tests.routing.exports.files import small, whole


def test_equal_files_have_no_difference() -> None:
    found = compare_configs(whole(), whole())
    assert found["same"]
    assert to_markdown(found) == "Nothing changes: both files route the same.\n"


def test_weights_before_and_after_stand_beside_each_other() -> None:
    found = compare_configs(small(), small(weights={"alpha": 0.7, "beta": 0.2, "delta": 0.1}))
    long, rest = found["routes"]
    assert long["weights"] == {"alpha": [0.8, 0.7], "beta": [0.2, 0.2], "delta": [None, 0.1]}
    assert (long["status"], rest["status"]) == ("changed", "same")
    text = to_markdown(found)
    assert "| `long` | `alpha` | 0.8 | **0.7** |\n|  | `beta` | 0.2 | 0.2 |\n|  | `delta` | - | **0.1** |\n" in text
    assert "Unchanged: `rest`." in text


def test_rules_fallbacks_and_canaries_are_told() -> None:
    canary = Canary("beta", (Stage(0.05, 24),))
    after = small(match="thread_length > 12", fallbacks=("delta",), retry=Retry(2), canary=canary)
    text = to_markdown(compare_configs(small(), after))
    assert "- `long` takes `thread_length > 12` (before: `thread_length > 8`)" in text
    assert "- `long` fallbacks: `[delta]` (before: none)" in text
    assert "canary: `candidate beta, stages [share 0.05, hold_h 24], on_breach rollback` (before: none)" in text


def test_what_each_gateway_loses_anew_is_told() -> None:
    found = compare_configs(small(), small(canary=Canary("beta", (Stage(0.05, 24),))))
    assert set(found["losses"]) == set(TARGETS)
    for changes in found["losses"].values():
        assert [each["field"] for each in changes["new"]] == ["routes.long.canary.stages"]
        assert changes["gone"] == []
    assert "- litellm will not do `routes.long.canary.stages`: " in to_markdown(found)


def test_routes_that_come_go_and_change_places_are_told() -> None:
    mid = Route("mid", {"gamma": 1.0}, parse("thread_length > 3"))
    before = small()
    added = replace(before, routes=(before.routes[0], mid, before.routes[1]))
    assert "`mid` (new)" in to_markdown(compare_configs(before, added))
    assert "`mid` (removed)" in to_markdown(compare_configs(added, before))
    moved = replace(before, routes=(mid, before.routes[0], before.routes[1]))
    found = compare_configs(added, moved)
    assert found["order"] == [["long", "mid", "rest"], ["mid", "long", "rest"]]
    assert "`long` > `mid` > `rest` becomes `mid` > `long` > `rest`" in to_markdown(found)


def test_a_model_served_elsewhere_is_told_and_hostile_names_stay_in_their_cell() -> None:
    before, after = small(), small()
    evil = ModelRef("openai", "x` | <b>bold</b>\n# head", "http://127.0.0.1:9001/v1", "ALPHA_KEY")
    after = replace(after, models={**after.models, "alpha": evil})
    text = to_markdown(compare_configs(before, after))
    assert "- model `alpha`: model `alpha-model` to `x' / <b>bold</b> # head`\n" in text


def test_a_file_that_a_gateway_cannot_be_told_says_why() -> None:
    found = compare_configs(small(), replace(small(), models={}))
    assert "alpha is not under models" in found["losses"]["litellm"]["refused"]
    assert "- litellm: not exported. A gateway cannot be told" in to_markdown(found)
