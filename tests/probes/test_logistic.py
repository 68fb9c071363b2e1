"""The line through answers over distance: checked against another package, and by simulated memories with a known
slope.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from compare.probes.logistic import FloatArray, clustered_covariance, fit_line
from compare.probes.plant import PlantPlan, plant

DISTANCES = np.array([2, 4, 8, 16, 32, 2, 4, 8, 16, 32, 3, 6, 12, 24, 48], dtype=np.float64)
TWICE = np.repeat(DISTANCES, 2), np.repeat(np.arange(15), 2)
PASSED = np.array([int(one) for one in "110111100111111100001110100100"], dtype=np.float64)


def of_default_plan() -> FloatArray:
    found = [one.probe.distance_messages for one in plant(PlantPlan(types=("recall",), controls=False)).planted]
    return np.array(found, dtype=np.float64)


def test_the_line_and_its_sandwich_are_those_of_statsmodels() -> None:
    # statsmodels 0.15.0: Logit(PASSED, x).fit(cov_type="cluster", cov_kwds={"groups": thread}).params, .bse
    distance, thread = TWICE
    line = fit_line(distance, PASSED, thread)
    assert line is not None
    assert (line.intercept, line.slope) == pytest.approx((4.2923397, 1.14172444), abs=1e-7)
    x = np.column_stack([np.ones(30), -np.log2(distance)])
    p = line.share(distance)
    bread = np.linalg.inv((x * (p * (1 - p))[:, None]).T @ x)
    sandwich = clustered_covariance(x, PASSED - p, thread, bread)
    assert np.sqrt(np.diag(sandwich)) == pytest.approx([1.37689109, 0.35376154], abs=1e-7)
    # On top of it stands a share of the model's own covariance, for 15 threads 2 in 13.
    effect = max(1.0, np.trace(np.linalg.solve(bread, sandwich)) / 2)
    assert line.slope_error**2 == pytest.approx(sandwich[1, 1] + 2 / 13 * effect * bread[1, 1])


def test_the_line_goes_through_both_logits_of_two_distances() -> None:
    # 3 of 4 at d = 2, 1 of 4 at d = 8: b = log(9) / 2 per doubling.
    line = fit_line(np.array([2.0] * 4 + [8.0] * 4), np.array([1.0, 1, 1, 0, 1, 0, 0, 0]), np.arange(8, dtype=np.int64))
    assert line is not None
    assert line.slope == pytest.approx(math.log(9) / 2)
    assert line.intercept == pytest.approx(math.log(3) + math.log(9) / 2)
    low, high = line.interval(np.array([4.0]))
    assert low[0] < 0.5 < high[0]
    assert line.share(np.array([4.0]))[0] == pytest.approx(0.5)


def test_the_slope_of_a_logistic_memory_is_found_within_two_standard_errors() -> None:
    intercept, slope = 4.0, 1.1
    distance = np.array([2, 4, 6, 8, 12, 16, 20, 24, 28, 36, 48], dtype=np.float64)
    hits = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        # 12 threads at each distance, each asked 3 times.
        thread = np.repeat(np.arange(len(distance) * 12), 3)
        d = distance[thread // 12]
        p = 1 / (1 + np.exp(-(intercept - slope * np.log2(d))))
        line = fit_line(d, (rng.random(len(d)) < p).astype(np.float64), thread)
        assert line is not None
        assert line.method == "ml"
        hits += abs(line.slope - slope) <= 2 * line.slope_error
    assert hits >= 0.93 * 200


@pytest.mark.parametrize(("intercept", "slope"), [(4.0, 1.1), (20.0, 5.0)])
def test_so_it_is_with_the_few_threads_of_the_default_plan_asked_five_times_with_the_same_outcome(
    intercept: float, slope: float
) -> None:
    distance = of_default_plan()
    p = 1 / (1 + np.exp(-(intercept - slope * np.log2(distance))))
    hits, methods = 0, set()
    for seed in range(200):
        passed = np.random.default_rng(seed).random(len(p)) < p
        # A model at temperature 0 gives the same answer five times: five answers are no more evidence than one.
        line = fit_line(np.repeat(distance, 5), np.repeat(passed, 5).astype(np.float64),
                        np.repeat(np.arange(len(p)), 5))  # fmt: skip
        assert line is not None
        methods.add(line.method)
        hits += abs(line.slope - slope) <= 2 * line.slope_error
    assert hits >= 0.93 * 200
    # The steep memory often separates perfectly: Firth's errors are held to the same.
    assert slope < 5.0 or "firth" in methods


@pytest.mark.parametrize("passed", ["11010100", "11110000"], ids=["maximum likelihood", "Firth"])
def test_repeats_of_one_thread_do_not_pass_for_more_evidence(passed: str) -> None:
    distance = np.array([4, 4, 8, 8, 16, 16, 32, 32], dtype=np.float64)
    values = np.array([int(one) for one in passed], dtype=np.float64)
    once = fit_line(distance, values, np.arange(8))
    five_times = fit_line(np.tile(distance, 5), np.tile(values, 5), np.tile(np.arange(8), 5))
    assert once is not None
    assert five_times is not None
    assert once.slope == pytest.approx(five_times.slope, abs=1e-6)
    assert once.slope_error == pytest.approx(five_times.slope_error, rel=0.15)
    assert (once.n_clusters, five_times.n_clusters) == (8, 8)


def test_firths_line_counts_threads_and_not_their_answers() -> None:
    distance = np.array([2, 2, 4, 4, 16, 16, 32, 32], dtype=np.float64)
    passed = np.array([1, 1, 1, 1, 0, 0, 0, 0], dtype=np.float64)
    of_threads = fit_line(distance, passed, np.repeat(np.arange(4), 2))
    one_each = fit_line(distance[::2], passed[::2], np.arange(4))
    assert of_threads is not None
    assert one_each is not None
    assert of_threads.method == one_each.method == "firth"
    assert (of_threads.slope, of_threads.slope_error) == pytest.approx((one_each.slope, one_each.slope_error))


@pytest.mark.parametrize("passed", [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
def test_answers_all_of_one_kind_have_no_line(passed: list[float]) -> None:
    assert fit_line(np.array([2.0, 4.0, 8.0]), np.array(passed), np.arange(3)) is None
