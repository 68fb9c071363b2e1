"""Means and ratios whose intervals know of clusters."""

from __future__ import annotations

import math

import numpy as np
import pytest

from compare.ratings.means import clustered_mean, clustered_ratio


def test_without_clusters_of_several_values_it_is_students_interval() -> None:
    # By hand: mean 4, variance 4 of 1..7 step 1 is 28/6; t(6, 0.975) = 2.446912.
    mean = clustered_mean([1, 2, 3, 4, 5, 6, 7], range(7))
    half = 2.446912 * math.sqrt(28 / 6 / 7)
    assert mean.value == 4
    assert mean.ci_low == pytest.approx(4 - half, rel=1e-6)
    assert mean.ci_high == pytest.approx(4 + half, rel=1e-6)
    assert (mean.n, mean.n_clusters) == (7, 7)


def test_values_that_repeat_within_a_cluster_narrow_nothing() -> None:
    once = clustered_mean([1.0, 5.0, 9.0], ["a", "b", "c"])
    four_times = clustered_mean([1.0, 5.0, 9.0] * 4, ["a", "b", "c"] * 4)
    assert (four_times.ci_low, four_times.ci_high) == pytest.approx((once.ci_low, once.ci_high))
    assert (four_times.n, four_times.n_clusters) == (12, 3)


def test_a_ratio_divides_sums_and_not_means_of_ratios() -> None:
    ratio = clustered_ratio([3.0, 1.0, 2.0], [1.0, 0.0, 1.0], ["a", "b", "c"])
    assert ratio.value == 3.0
    # By hand: residuals 0, 1, -1; G / (G - 1) * 2 = 3; root 3 over 2; t(2, 0.975) = 4.302653.
    assert ratio.ci_high == pytest.approx(3.0 + 4.302653 * math.sqrt(3) / 2, rel=1e-6)


def test_nothing_one_cluster_and_a_denominator_of_zero_have_no_interval() -> None:
    assert clustered_mean([], []).value is None
    one = clustered_mean([1.0, 2.0], ["a", "a"])
    assert (one.value, one.ci_low, one.ci_high, one.n_clusters) == (1.5, None, None, 1)
    assert clustered_ratio([1.0, 2.0], [0.0, 0.0], ["a", "b"]).value is None


def test_the_interval_covers_the_mean_of_clustered_values_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    hits, runs = 0, 1000
    clusters = np.repeat(np.arange(20), 5).tolist()
    for _ in range(runs):
        values = np.repeat(random.normal(size=20), 5) + random.normal(size=100)
        mean = clustered_mean(values.tolist(), clusters)
        assert mean.ci_low is not None
        assert mean.ci_high is not None
        hits += mean.ci_low <= 0.0 <= mean.ci_high
    assert 0.93 <= hits / runs <= 0.97
