"""Environment, folders and route tokens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compare import settings
from compare.errors import ConfigError


def test_the_database_lies_in_the_named_folder_which_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(tmp_path / "a" / "b"))
    assert settings.database_path() == tmp_path / "a" / "b" / "weighbridge.db"
    assert (tmp_path / "a" / "b").is_dir()


def test_without_a_name_a_checkout_uses_its_own_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEIGHBRIDGE_DATA_DIR")
    assert settings.is_checkout()
    assert settings.data_dir() == settings.app_root() / "data"


def test_an_installed_copy_uses_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEIGHBRIDGE_DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(settings, "PACKAGE", tmp_path / "site-packages" / "compare")
    assert not settings.is_checkout()
    assert settings.app_root() == tmp_path / "site-packages" / "compare" / "_app"
    assert settings.data_dir().is_relative_to(tmp_path)
    assert settings.data_dir().name == "weighbridge"


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WEIGHBRIDGE_DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(ConfigError, match=r"file/data cannot be made .*WEIGHBRIDGE_DATA_DIR"):
        settings.data_dir()


def test_a_read_only_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Asked of the system, since a superuser may write anywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigError, match=r"is read-only\. Name a folder that you may write to"):
        settings.data_dir()


@pytest.mark.parametrize(("text", "speed"), [("0", 0.0), ("1", 1.0), ("0.25", 0.25), ("", 1.0), (" 2 ", 2.0)])
def test_the_pace_of_simulated_models(text: str, speed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", text)
    assert settings.sim_speed() == speed


@pytest.mark.parametrize("text", ["fast", "-1", "nan", "inf", "1,5"])
def test_a_pace_that_is_no_number_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", text)
    with pytest.raises(ConfigError, match=f"WEIGHBRIDGE_SIM_SPEED is '{text}'"):
        settings.sim_speed()


def test_a_models_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.own_models_file() is None
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(tmp_path / "mine.toml"))
    with pytest.raises(ConfigError, match=r"mine\.toml, which is not a file"):
        settings.own_models_file()
    (tmp_path / "mine.toml").write_text("")
    assert settings.own_models_file() == tmp_path / "mine.toml"


@pytest.mark.parametrize(("text", "plain"), [("", False), ("0", False), ("1", True)])
def test_the_plain_viewer(text: str, plain: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", text)
    assert settings.plain_viewer() is plain


def test_a_key_is_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.api_key(None) is None
    assert settings.api_key("MY_KEY") is None
    monkeypatch.setenv("MY_KEY", " secret \n")
    assert settings.api_key("MY_KEY") == "secret"
    monkeypatch.setenv("MY_KEY", "  ")
    assert settings.api_key("MY_KEY") is None


def test_what_ships_is_there() -> None:
    for name in ("models.toml", "prices.json", "tokenizers", "threads"):
        assert settings.shipped(name).exists()


# --- tokens for routes -----------------------------------------------------------------------------------------------


def test_a_token_opens_its_run_for_its_viewer() -> None:
    assert settings.read_route(settings.sign_route("run-1", "viewer-1")) == ("run-1", "viewer-1")


def test_a_changed_token_opens_nothing() -> None:
    body, seal = settings.sign_route("run-1", "viewer-1").split(".")
    other_body, other_seal = settings.sign_route("run-2", "viewer-1").split(".")
    assert settings.read_route(f"{other_body}.{seal}") is None
    assert settings.read_route(f"{body}.{other_seal}") is None
    assert settings.read_route(body) is None


@pytest.mark.parametrize("token", ["", ".", "a.b", "a.b.c", "\u00e9.\u00e9", "=.=", "AAAA." + "A" * 43])
def test_nonsense_opens_nothing(token: str) -> None:
    assert settings.read_route(token) is None


def test_a_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    token = settings.sign_route("run-1", "viewer-1")
    made = settings.time.time()
    monkeypatch.setattr(settings.time, "time", lambda: made + settings.ROUTE_TOKEN_MAX_AGE_S - 5)
    assert settings.read_route(token) is not None
    monkeypatch.setattr(settings.time, "time", lambda: made + settings.ROUTE_TOKEN_MAX_AGE_S + 5)
    assert settings.read_route(token) is None


def test_another_process_signs_with_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    token = settings.sign_route("run-1", "viewer-1")
    monkeypatch.delattr("sys._weighbridge_signing_key")
    assert settings.read_route(token) is None
