"""The lines and the JSON of what was found."""

from __future__ import annotations

import json
from dataclasses import replace

import orjson

from compare.routing.config import load
from compare.routing.exports.target import Export, Loss
from compare.routing.verify.asks import Shape, Tally
from compare.routing.verify.figures import Figures, RouteFigures
from compare.routing.verify.judged import judge
from compare.routing.verify.report import Report

FILE = "routes: [{name: default, weights: {a: 0.75, b: 0.25}}]"


def report(**served: int) -> Report:
    config = load(FILE)
    loss = Loss("routes.default.sticky", "Not kept.")
    split = Tally(sum(served.values()), served)
    routes = {"default": RouteFigures(split, [(Shape("default", {"thread_length": 1}), split)])}
    checks = judge(config, [loss], routes, [])
    return Report("Envoy", config, Export("envoy", {}, (loss,)), 400, Figures(routes, 1.25, 9.0), checks)


def test_the_lines_say_what_holds_and_what_the_target_cannot_do() -> None:
    lines = list(report(a=300, b=100).lines())
    assert lines[0] == "Envoy: 400 requests to each route; ready after 1.2 s, 9 s in all"
    assert lines[2] == "default (all other threads)"
    assert " ".join(lines[3].split()) == (
        "holds split a 75.0% (must be 66.3% to 83.7%), b 25.0% (must be 16.3% to 33.7%) of 400 requests"
    )
    assert lines[-2:] == ["what Envoy cannot do as the file says", "  routes.default.sticky: Not kept."]


def test_the_document_has_every_figure_and_is_plain_json() -> None:
    found = json.loads(orjson.dumps(report(a=300, b=100).to_json()))
    assert (found["target"], found["ok"], found["requests"]) == ("envoy", True, 400)
    (route,) = found["routes"]
    assert [(m["model"], m["count"], m["share"], m["expected"]) for m in route["split"]["models"]] == [
        ("a", 300, 0.75, 0.75),
        ("b", 100, 0.25, 0.25),
    ]
    assert found["losses"] == [{"field": "routes.default.sticky", "reason": "Not kept."}]


def test_it_is_not_ok_where_something_is_broken() -> None:
    found = report(a=200, b=200)
    assert [check.about for check in found.broken] == ["split", "rule"]
    assert found.to_json()["ok"] is False


def test_a_stage_is_named_in_both() -> None:
    at_stage = replace(report(a=300, b=100), stage="stage-1-10pct")
    assert next(at_stage.lines()).startswith("Envoy, stage-1-10pct: 400 requests to each route; ")
    assert at_stage.to_json()["stage"] == "stage-1-10pct"
