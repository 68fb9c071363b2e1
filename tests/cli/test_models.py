"""`models`: the catalogue, which keys are there, and whether a model answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from compare.catalog import load_catalog
from tests.cli.command import weighbridge
from tests.engine.servers import ModelServer, answering, refusing


def listed(*options: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in weighbridge("models", "--json", *options).document["models"]}


def test_every_model_of_the_catalogue_is_listed_with_what_it_needs() -> None:
    rows = listed()
    assert list(rows) == list(load_catalog().models)
    assert rows["sim-lite"]["ready"]
    assert rows["sim-lite"]["simulated"]
    assert (rows["gpt-6-luna"]["ready"], rows["gpt-6-luna"]["state"]) == (False, "needs OPENAI_API_KEY")
    assert len(weighbridge("models").out.splitlines()) == 1 + len(rows)


def test_a_key_makes_its_models_ready_and_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    assert listed()["gpt-6-luna"]["state"] == "ready"
    assert "very-secret" not in weighbridge("models").out + weighbridge("models", "--json").out


def test_a_price_that_is_not_known_is_not_shown_as_nothing(server: ModelServer) -> None:
    assert listed()["local"]["price_usd_per_mtok"] is None
    (row,) = [line for line in weighbridge("models").out.splitlines() if line.startswith("local ")]
    assert row.count("unknown") == 3
    assert server.requests == []


def test_check_asks_every_model_that_is_ready_and_no_other(server: ModelServer) -> None:
    server.acts = [answering("ready")]
    rows = listed("--check")
    assert {name for name, row in rows.items() if "check" in row} == {n for n, row in rows.items() if row["ready"]}
    assert rows["local"]["check_ok"]
    assert rows["local"]["check"].endswith(": ready")
    assert len(server.requests) == 1


def test_check_fails_where_a_model_does_not_answer_and_says_why(server: ModelServer) -> None:
    server.acts = [refusing(401, "no such key")]
    outcome = weighbridge("models", "--check", "--json")
    checked = next(row for row in json.loads(outcome.out)["models"] if row["id"] == "local")
    assert not checked["check_ok"]
    assert "wants a key (401)" in checked["check"]
    assert outcome.last_words.endswith("did not answer: local.")
