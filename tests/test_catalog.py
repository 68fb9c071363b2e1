"""The catalogue: what ships is whole, and the user's own file is merged over it, or refused by place and field."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from compare import catalog as module
from compare.catalog import availability, load_catalog
from compare.errors import ConfigError, NotFoundError
from compare.records import ModelSpec
from compare.settings import shipped

OWN = """
[[model]]
id = "my-local"
provider = "openai-chat"
base_url = "http://127.0.0.1:8080/v1/"
model = "name-at-the-server"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(path))
    return path


def refusal(own: Path, text: str) -> str:
    own.write_text(text)
    with pytest.raises(ConfigError) as refused:
        load_catalog()
    return str(refused.value)


# --- what ships ------------------------------------------------------------------------------------------------------


def test_every_model_that_ships_has_a_price_with_date_and_source() -> None:
    for spec in load_catalog().models.values():
        assert spec.price is not None, spec.id
        if not spec.simulated:
            assert date.fromisoformat(spec.price.as_of).year >= 2025
            assert spec.price.source, spec.id


def test_every_price_that_ships_belongs_to_a_model() -> None:
    assert set(module._read_prices(shipped("prices.json"))) <= set(load_catalog().models)


def test_the_simulated_models_need_no_key_and_no_address() -> None:
    simulated = [spec for spec in load_catalog().models.values() if spec.simulated]
    assert {"sim-lite", "sim-flash", "sim-large", "sim-flaky"} == {spec.id for spec in simulated}
    assert all(availability(spec).ready for spec in simulated)


def test_the_bounds_of_tiers_rise() -> None:
    for spec in load_catalog().models.values():
        bounds = [tier.above_input_tokens for tier in spec.price.tiers] if spec.price else []
        assert bounds == sorted(set(bounds)), spec.id


def test_reading_it_twice_reads_the_files_once() -> None:
    assert load_catalog() is load_catalog()


# --- availability ----------------------------------------------------------------------------------------------------


def spec(**changes: str) -> ModelSpec:
    return ModelSpec("m", "openai-chat", "http://x", "m", **changes)  # type: ignore[arg-type]


def test_a_missing_key_is_named_and_a_set_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    assert availability(spec(api_key_env="MY_KEY")) == module.Availability(False, "needs MY_KEY")
    monkeypatch.setenv("MY_KEY", "secret")
    assert availability(spec(api_key_env="MY_KEY")) == module.Availability(True, "ready")


def test_a_retired_model_says_since_when() -> None:
    assert availability(spec(retired="2020-01-31", maker="Acme")).reason == "retired by Acme on 2020-01-31"
    assert availability(spec(retired="2999-01-31", maker="Acme")).ready
    both = availability(spec(retired="2020-01-31", api_key_env="MY_KEY"))
    assert both.reason == "needs MY_KEY; retired by its vendor on 2020-01-31"


# --- the user's own file ---------------------------------------------------------------------------------------------


def test_own_models_come_after_those_that_ship(own: Path) -> None:
    models = load_catalog().models
    assert list(models)[-1] == "my-local"
    assert models["my-local"].base_url == "http://127.0.0.1:8080/v1"
    assert models["my-local"].price is None


def test_an_own_entry_replaces_the_one_of_its_id(own: Path) -> None:
    own.write_text(OWN.replace("my-local", "sim-lite"))
    models = load_catalog().models
    assert not models["sim-lite"].simulated
    assert next(iter(models)) == "sim-lite"


def test_a_changed_file_is_read_again(own: Path) -> None:
    assert load_catalog().get("my-local").label == ""
    own.write_text(OWN + 'label = "Mine"\n')
    os.utime(own, ns=(1, 1))
    assert load_catalog().get("my-local").label == "Mine"


def test_a_byte_order_mark_is_no_error(own: Path) -> None:
    own.write_text(OWN, encoding="utf-8-sig")
    assert load_catalog().get("my-local").model == "name-at-the-server"


def test_own_prices_with_tiers_in_any_order(own: Path) -> None:
    own.write_text(
        OWN + 'price = { input = "0", output = 1.5, tiers = ['
        '{ above_input_tokens = 2000, input = "3" }, { above_input_tokens = 1000, input = "2" }] }\n'
    )
    price = load_catalog().get("my-local").price
    assert price is not None
    assert (price.input_usd_per_mtok, price.output_usd_per_mtok, price.source) == (0, Decimal("1.5"), "models.toml")
    assert [tier.above_input_tokens for tier in price.tiers] == [1000, 2000]


def test_a_date_may_be_written_as_toml_has_dates(own: Path) -> None:
    own.write_text(OWN + "retired = 2026-01-31\n")
    assert load_catalog().get("my-local").retired == "2026-01-31"


def test_a_key_in_place_of_its_name_is_refused_and_not_repeated(own: Path) -> None:
    said = refusal(own, OWN + 'api_key_env = "sk-abc123SECRET"\n')
    assert "api_key_env must be the NAME of an environment variable" in said
    assert "SECRET" not in said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (OWN + 'api_key = "x"', r"model 1: unknown field 'api_key'\. Known are: api_key_env"),
        (OWN.replace('id = "my-local"', ""), r"model 1: the field 'id' is missing or empty"),
        (OWN.replace("name-at-the-server", " "), r"the field 'model' is missing or empty"),
        (OWN.replace("openai-chat", "carrier-pigeon"), r"provider is 'carrier-pigeon'; it must be one of openai-chat"),
        (OWN.replace("http://", ""), r"base_url is '127\.0\.0\.1:8080/v1'; it must start with http"),
        (OWN.replace("my-local", "a,b"), "an id must not hold a comma"),
        (OWN + OWN, "model 2: the id 'my-local' stands there twice"),
        (OWN + "context_window_tokens = 0", "context_window_tokens is 0; it must be a whole number above 0"),
        (OWN + 'max_output_tokens = "4k"', "max_output_tokens is '4k'; it must be a whole number"),
        (OWN + 'simulated = "no"', "simulated is 'no'; it must be true or false"),
        (OWN + 'retired = "soon"', "retired is 'soon'; it must be a date"),
        (OWN + 'price = { input = "1" }', "a price needs 'input' and 'output'"),
        (OWN + 'price = { input = "1", output = "cheap" }', "the price output is 'cheap', which is not a number"),
        (OWN + "price = { input = 1, output = -2 }", "the price output is -2; it must be a number from 0 upwards"),
        (OWN + "price = { input = nan, output = 2 }", "the price input is nan; it must be a number from 0 upwards"),
        (OWN + "price = { input = 1, output = 2, cached = 0 }", "unknown price 'cached'. Known are: input, output"),
        (OWN + "price = { input = 1, output = 2, tiers = 3 }", "tiers must be a list"),
        (OWN + "price = { input = 1, output = 2, tiers = [{ input = 2 }] }", "lacks 'above_input_tokens'"),
        (OWN + "price = { input = 1, output = 2, tiers = [7] }", "a tier of a price must name"),
        ("[model]\nid = 'x'", r"must hold \[\[model\]\] blocks"),
        ("[[models]]\nid = 'x'", r"holds 'models', which nothing reads"),
        ("[[model]\n", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_entry_and_field(own: Path, text: str, sentence: str) -> None:
    said = refusal(own, text)
    assert str(own) in said
    assert re.search(sentence, said)


def test_an_unreadable_file_is_named(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"mine\.toml is not valid TOML"):
        load_catalog()


def test_broken_prices_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prices.json").write_text("{")
    with pytest.raises(ConfigError, match=r"prices\.json cannot be read .*or restore it"):
        module._read_prices(tmp_path / "prices.json")


def test_an_unknown_model_is_answered_with_near_names() -> None:
    with pytest.raises(NotFoundError, match=r"no model 'sim-lit' in the catalogue\. Did you mean sim-lite"):
        load_catalog().get("sim-lit")
    with pytest.raises(NotFoundError, match=r"Known are: sim-lite, .*a file named by WEIGHBRIDGE_MODELS"):
        load_catalog().get("zzzzzzzz")


def test_a_price_file_of_ones_own_is_merged_over_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "prices.json"
    entry = {"gemini-2.5-flash": {"input": "9", "output": "10"}}
    own.write_text(json.dumps({"as_of": "2026-12-01", "source": "our contract", "models": entry}))
    before = load_catalog().get("gemini-2.5-flash-lite").price
    monkeypatch.setenv("WEIGHBRIDGE_PRICES", str(own))
    price = load_catalog().get("gemini-2.5-flash").price
    assert price is not None
    assert (price.input_usd_per_mtok, price.as_of, price.source) == (9, "2026-12-01", "our contract")
    assert load_catalog().get("gemini-2.5-flash-lite").price == before


@pytest.mark.parametrize(
    ("text", "said"), [("{", "cannot be read"), ("[]", "must be an object with 'models'"), (None, "is not a file")]
)
def test_a_price_file_that_cannot_be_used_is_named(
    text: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "prices.json"
    if text is not None:
        own.write_text(text)
    monkeypatch.setenv("WEIGHBRIDGE_PRICES", str(own))
    with pytest.raises(ConfigError, match=said) as error:
        load_catalog()
    assert str(own) in str(error.value)


@pytest.mark.parametrize(
    ("line", "version"),
    [("", ""), ('api_version = "2026-10-21"', "2026-10-21"), ("api_version = 2026-10-21", "2026-10-21")],
)
def test_version_of_an_api_is_asked_for_by_its_model(line: str, version: str, own: Path) -> None:
    own.write_text(f"{OWN}{line}\n")
    assert load_catalog().get("my-local").api_version == version


def test_notes_for_governance_are_kept_as_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "models.toml"
    own.write_text(
        '[[model]]\nid = "m"\nprovider = "anthropic"\nbase_url = "http://127.0.0.1:1"\nmodel = "m"\n'
        'region = "eu"\nretention = "30 days"\nterms = "no training"\npools = ["experimental", "eu"]\n'
    )
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(own))
    spec = load_catalog().get("m")
    assert (spec.region, spec.retention, spec.terms) == ("eu", "30 days", "no training")
    assert spec.pools == ("experimental", "eu")
