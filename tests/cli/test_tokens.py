"""`tokens calibration` over answers that `run` has stored; its figures are tested in tests/tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.sim.models import SIM_MODELS
from tests.cli.command import weighbridge


def test_answers_of_a_run_tell_what_each_model_makes_of_our_count(conversations: Path) -> None:
    done = weighbridge("run", "--threads", conversations, "--models", "sim-lite,sim-large", "--repeat", 2)
    reported = [line["usage"]["in_reported"] for line in done.lines if line["model_id"] == "sim-large"]
    found = weighbridge("tokens", "calibration", "--json").document
    assert (found["answers"], found["answers_without_both_numbers"]) == (20, 0)
    large, lite = found["models"]
    assert (large["model_id"], large["n"], large["simulated"], large["settled"]) == ("sim-large", 10, True, True)
    assert large["findings"] == []
    assert large["band"]["low"] <= sorted(reported)[5] <= large["band"]["high"]
    assert (lite["model_id"], lite["findings"]) == ("sim-lite", [])
    # Short threads tell little about slopes; the whole count is what a line must meet.
    factor, framing = SIM_MODELS["sim-large"].tokenizer_factor, SIM_MODELS["sim-large"].tokens_per_message
    band = large["band"]
    assert band["expected"] == pytest.approx(factor * band["counted"] + framing * band["n_messages"], abs=5)
