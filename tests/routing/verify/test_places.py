"""Where a gateway is looked for, and the sentence where it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compare.cli.route_verify import TARGETS
from compare.errors import ConfigError
from compare.routing.exports.targets import TARGETS as EXPORTS
from compare.routing.verify.gateways.places import program
from compare.routing.verify.run import KINDS
from tests.cli.command import weighbridge

HOW = "Install it: pip install it."


def installed(folder: Path) -> Path:
    path = folder / "bin" / "litellm"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def find(home: Path | None = None) -> Path:
    return program("litellm", "LiteLLM", HOW, "litellm", home, ())


def test_the_named_environment_comes_before_the_variable_and_that_before_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path, by_variable, named = (installed(tmp_path / name) for name in ("path", "variable", "named"))
    monkeypatch.setenv("PATH", f"{on_path.parent}{os.pathsep}/usr/bin")
    assert find() == on_path
    monkeypatch.setenv("WEIGHBRIDGE_GATEWAY_LITELLM", str(tmp_path / "variable"))
    assert find() == by_variable
    assert find(tmp_path / "named") == named
    assert find(named) == named


def test_one_that_is_not_there_is_told_with_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find(tmp_path)
    assert str(caught.value) == (
        f"LiteLLM is not installed (looked in {tmp_path}). {HOW} "
        "Then name the place with --gateway or in WEIGHBRIDGE_GATEWAY_LITELLM."
    )


def test_a_variable_that_names_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_GATEWAY_LITELLM", str(tmp_path / "gone"))
    with pytest.raises(ConfigError, match=r"WEIGHBRIDGE_GATEWAY_LITELLM names .*gone, which does not exist"):
        find()


def test_every_target_of_an_export_can_be_proved() -> None:
    assert {*TARGETS} == {*KINDS} == {*EXPORTS}


@pytest.mark.parametrize("target", TARGETS)
def test_the_command_says_so_and_fails(target: str, tmp_path: Path) -> None:
    file = tmp_path / "routing.yaml"
    file.write_text("routes: [{name: default, weights: {a: 1}}]\n")
    done = weighbridge("route", "verify", str(file), "--to", target, "--gateway", str(tmp_path))
    assert done.status == 1
    assert f"is not installed (looked in {tmp_path}). Install it " in done.err
