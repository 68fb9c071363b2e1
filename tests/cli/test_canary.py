"""`canary`: a decision from a file of counts; the test behind it is tested in tests/routing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compare.routing.sequential import Arm, look
from tests.cli.command import weighbridge


def counts(folder: Path, harms: int, **more: Any) -> Path:
    path = folder / "counts.json"
    arms = {"canary": {"requests": 3000, "harms": harms}, "control": {"requests": 12_000, "harms": 240}}
    path.write_text(json.dumps({**arms, "tau": 0.01, **more}))
    return path


@pytest.mark.parametrize(("harms", "decision"), [(120, "rollback"), (80, "hold"), (0, "promote")])
def test_the_decision_and_the_figures_behind_it(harms: int, decision: str, tmp_path: Path) -> None:
    found = weighbridge("canary", "--counts", counts(tmp_path, harms), "--json").document
    by_hand = look(Arm(3000, harms), Arm(12_000, 240), tau=0.01)
    assert found["decision"] == decision
    assert found["log_likelihood_ratio"] == pytest.approx(by_hand.log_likelihood_ratio)
    assert found["p_value"] == pytest.approx(by_hand.p_value)
    assert f"decision: {decision}\n" in weighbridge("canary", "--counts", tmp_path / "counts.json").out


def test_a_misspelt_key_is_one_sentence_with_the_known_ones(tmp_path: Path) -> None:
    told = weighbridge("canary", "--counts", counts(tmp_path, 10, alhpa=0.1)).complaint
    assert told.startswith("The counts have the unknown key 'alhpa'; known are canary, control, tau, alpha")


def test_counts_that_cannot_be_are_one_sentence(tmp_path: Path) -> None:
    told = weighbridge("canary", "--counts", counts(tmp_path, 3001)).complaint
    assert told == "canary has 3001 harms in 3000 requests; harms cannot exceed requests."


def test_before_it_starts_a_canarys_size_is_told() -> None:
    found = weighbridge("canary", "--share", "0.2", "--harm-rate", "0.02", "--json").document
    assert (found["tau"], found["worse"], found["power"]) == (0.01, 0.04, 0.9)
    assert 6000 < found["needed"] < 7600
    shown = weighbridge("canary", "--share", "0.2")
    assert shown.out == f"{found['sentence']}\n"
    assert shown.err == 'Put "tau": 0.01 into the counts.\n'


def test_counts_and_a_share_are_two_questions(tmp_path: Path) -> None:
    path = counts(tmp_path, 10)
    for words in ((), ("--counts", path, "--share", "0.2"), ("--counts", path, "--tau", "0.02")):
        assert weighbridge("canary", *words).status == 2


@pytest.mark.parametrize("option", ["--harm-rate", "--worse", "--tau"])
def test_options_of_the_size_are_refused_beside_counts(option: str, tmp_path: Path) -> None:
    told = weighbridge("canary", "--counts", counts(tmp_path, 10), option, "0.5")
    assert (told.status, told.out) == (2, "")
    assert "--harm-rate, --worse and --tau go with --share" in told.err
