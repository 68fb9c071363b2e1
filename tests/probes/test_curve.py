"""Memories with a known rule give the curve that the rule says."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from compare.errors import ConfigError
from compare.probes.curve import Asked, fit_curve
from compare.probes.curves import curve_of, curves_of
from compare.probes.plant import PlantPlan, plant
from compare.probes.probe import Probe
from compare.records import Message
from tests.probes.memories import ask, everything, last, logistic, old_values


def asked(distance: list[int], passed: list[bool], *, thread: list[int] | None = None) -> Asked:
    n = len(distance)
    return Asked(
        np.array(distance), np.array(distance) * 13, np.array(passed), np.zeros(n, dtype=np.bool_),
        np.array(thread if thread is not None else range(n)), np.linspace(0.0, 0.99, n),
    )  # fmt: skip


NO_CONTROLS = np.array([], dtype=np.bool_), np.array([], dtype=np.int64)
PLANTING = plant(PlantPlan(lengths=(4, 8, 16, 30, 50)))


@pytest.mark.parametrize("size", [6, 16, 24])
def test_a_memory_of_the_last_messages_passes_up_to_its_reach_and_never_beyond(size: int) -> None:
    found = ask(PLANTING, last(size))
    recall = [one for one in found if one.probe.type == "recall"]
    # The question is one of the last `size` messages, so the fact may lie size - 1 back.
    assert {one.probe.distance_messages for one in recall if one.passed} == {
        one.probe.distance_messages for one in recall if (one.probe.distance_messages or 0) <= size - 1
    }
    curve = curve_of(found)
    for each in curve.messages.bins:
        if each.high is not None and each.high < size:
            assert each.recall.value == 1.0
        if each.low >= size:
            assert each.recall.value == 0.0
    assert curve.messages.step is not None
    assert curve.messages.step.last_passed < size <= curve.messages.step.first_failed
    assert curve.d50 == curve.messages.step.first_failed
    assert curve.control.value == 1.0


def test_a_memory_of_everything_passes_everywhere() -> None:
    curve = curve_of(ask(PLANTING, everything))
    assert [each.recall.value for each in curve.messages.bins] == [1.0] * 6
    assert [each.label for each in curve.messages.bins] == ["1-4", "5-8", "9-16", "17-24", "25-32", "33+"]
    assert (curve.d50, curve.d50_words, curve.area) == (None, "> 48", 1.0)
    assert (curve.messages.line, curve.messages.step) == (None, None)
    assert {name: one.value for name, one in curve.types.items() if name != "stale"} == {
        name: 1.0 for name in ("recall", "control", "update", "instruction", "multi", "abstention", "coherence")
    }
    assert curve.types["stale"].value == 0.0


def test_a_memory_that_hears_no_correction_is_stale_every_time() -> None:
    curve = curve_of(ask(plant(PlantPlan(types=("recall", "update"))), old_values))
    assert curve.types["update"].value == 0.0
    assert curve.types["stale"].value == 1.0
    assert curve.types["recall"].value == 1.0


def test_planted_threads_and_scoring_give_back_a_logistic_memory() -> None:
    planting = plant(PlantPlan(types=("recall",), lengths=(8, 16, 24, 30, 40, 50), sets=8, controls=False))
    line = curve_of(ask(planting, logistic(3.0, 0.9, seed=5), repeat=2)).messages.line
    assert line is not None
    assert abs(line.slope - 0.9) <= 2 * line.slope_error
    assert abs(line.intercept - 3.0) <= 2 * line.intercept_error


def test_where_answers_separate_the_line_stays_finite_and_the_step_is_told() -> None:
    axis = fit_curve(asked([2, 4, 4, 8, 16, 32], [True, True, True, False, False, False]), *NO_CONTROLS).messages
    assert axis.step == (4, 8)
    assert axis.line is not None
    assert axis.line.method == "firth"
    assert 0 < axis.line.slope < 20
    assert math.isfinite(axis.line.slope_error)


def test_retention_is_measured_against_the_controls() -> None:
    controls = np.array([True, True, True, False]), np.arange(100, 104)
    curve = fit_curve(asked([2, 3, 40, 41], [True, True, False, True]), *controls)
    near, far = curve.messages.bins
    assert (near.recall.value, near.retention) == (1.0, pytest.approx(1 / 0.75))
    assert (far.recall.value, far.retention) == (0.5, pytest.approx(0.5 / 0.75))


def test_recall_at_a_distance_is_that_of_the_bin_which_holds_it() -> None:
    curve = fit_curve(asked([18, 22, 26, 32], [True, False, False, False]), *NO_CONTROLS)
    assert curve.recall_at(20) == curve.messages.bins[0]
    assert curve.recall_at(30) == curve.messages.bins[1]
    assert curve.recall_at(50) is None


def test_the_open_range_says_nothing_of_what_lies_beyond_the_longest_distance_asked() -> None:
    curve = fit_curve(asked([10, 36, 48], [True, True, True]), *NO_CONTROLS)
    assert curve.recall_at(40) == curve.recall_at(48) == curve.messages.bins[-1]
    assert curve.recall_at(49) is None


def test_unreliability_is_the_spread_over_repeats_of_one_probe() -> None:
    steady = asked([4] * 10, [True] * 5 + [False] * 5, thread=[0] * 5 + [1] * 5)
    assert fit_curve(steady, *NO_CONTROLS).unreliability == 0.0
    torn = asked([4] * 10, [True, True, True, False, False] * 2, thread=[0] * 5 + [1] * 5)
    assert (fit_curve(torn, *NO_CONTROLS).unreliability, fit_curve(torn, *NO_CONTROLS).n_repeated) == (1.0, 2)
    assert fit_curve(asked([4, 8], [True, False]), *NO_CONTROLS).unreliability is None


def test_a_lost_middle_shows_as_a_u_over_the_place_in_the_thread() -> None:
    n = 50
    depth = (np.arange(n) + 0.5) / n
    passed = (depth < 0.2) | (depth >= 0.8)
    values = Asked(
        np.arange(n) + 1, np.arange(n) + 1, passed, np.zeros(n, dtype=np.bool_), np.arange(n), depth.astype(np.float64)
    )
    assert [one.value for one in fit_curve(values, *NO_CONTROLS).by_depth] == [1.0, 0.0, 0.0, 0.0, 1.0]


def test_controls_are_told_by_the_type_that_they_are_of() -> None:
    def deaf(probe: Probe, messages: Sequence[Message]) -> list[Message]:
        return list(messages) if probe.of != "instruction" else []

    curve = curve_of(ask(plant(PlantPlan(types=("recall", "instruction"))), deaf))
    assert {of: one.value for of, one in curve.controls.items()} == {"recall": 1.0, "instruction": 0.0}
    # Retention is measured against those of recall, whatever other types do.
    assert curve.control == curve.controls["recall"]
    assert curve.types["control"].n == sum(one.n for one in curve.controls.values())
    assert curve.to_json()["controls"]["instruction"]["value"] == 0.0


def test_without_recall_probes_there_is_no_curve_but_shares_by_type() -> None:
    curve = curve_of(ask(plant(PlantPlan(types=("abstention",), lengths=(8,))), everything))
    assert (curve.messages.bins, curve.d50, curve.d50_words) == ((), None, "not measured")
    assert curve.types["abstention"].value == 1.0


def test_bins_must_rise() -> None:
    with pytest.raises(ConfigError, match="rise"):
        fit_curve(asked([2, 4], [True, False]), *NO_CONTROLS, edges=(8, 4))


def test_every_candidate_has_its_own_curve() -> None:
    found = [*ask(PLANTING, last(6), name="short"), *ask(PLANTING, everything, name="long")]
    curves = curves_of(found)
    assert list(curves) == ["short", "long"]
    assert (curves["short"].d50, curves["long"].d50) == (6, None)
