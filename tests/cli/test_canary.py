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


def test_a_terminal_gets_the_decision_first_and_rounded_figures(tmp_path: Path) -> None:
    shown = weighbridge("canary", "--counts", counts(tmp_path, 120)).out
    assert shown.splitlines() == [
        "Roll back: harms are up by 0.0200, and p = 2.682e-08 is at most 0.05.",
        "canary: 120 harms in 3,000 requests (4.00%)",
        "control: 240 harms in 12,000 requests (2.00%)",
        "difference of the harm rates: +0.0200 (95 % limits at every look: +0.0105 to +0.0295)",
        "p = 2.682e-08; tau 0.01, alpha 0.05, tolerance 0.01",
    ]


def test_counts_of_single_requests_are_told_as_units(tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    seen = [{"arm": "canary", "harm": True, "session_id": "s"}] * 2 + [{"arm": "control", "harm": False}]
    path.write_text(json.dumps({"outcomes": seen, "tau": 0.01}))
    first, canary, control, *_, last = weighbridge("canary", "--counts", path).out.splitlines()
    assert first.startswith("Hold: ")
    assert (canary, control) == ("canary: 1 harm in 1 unit (100.00%)", "control: 0 harms in 1 unit (0.00%)")
    assert last == "3 requests make 2 units: those of one session are one."


def test_an_arm_without_requests_has_no_figures(tmp_path: Path) -> None:
    path = tmp_path / "counts.json"
    path.write_text(
        json.dumps({"canary": {"requests": 0, "harms": 0}, "control": {"requests": 9, "harms": 1}, "tau": 0.01})
    )
    assert weighbridge("canary", "--counts", path).out.splitlines() == [
        "Hold: one arm has no requests yet.",
        "canary: 0 harms in 0 requests",
        "control: 1 harm in 9 requests (11.11%)",
        "p = 1; tau 0.01, alpha 0.05, tolerance 0.01",
    ]


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
