import numpy as np
import pytest

from compare.ratings.percentiles import least_n, percentile, wilson


def test_median_of_ten_is_bracketed_by_the_second_and_the_ninth():
    # The classical table: ranks 2 and 9 of 10 cover the median with 97.9 %, ranks 3 and 8 only with 89.1 %.
    result = percentile([10, 1, 2, 9, 3, 8, 4, 7, 5, 6], 0.5)
    assert (result.value, result.ci_low, result.ci_high, result.n) == (5.5, 2, 9, 10)


@pytest.mark.parametrize(("q", "needed"), [(0.5, 6), (0.95, 72), (0.05, 72), (0.99, 368)])
def test_too_few_values_give_no_interval_and_say_how_many_are_needed(q, needed):
    short, enough = percentile(range(needed - 1), q), percentile(range(needed), q)
    assert short.ci_low is short.ci_high is None
    assert short.value is not None
    assert short.n_needed == enough.n_needed == least_n(q) == needed
    assert enough.ci_low is not None
    assert enough.ci_low <= enough.value <= enough.ci_high


def test_no_values_give_no_percentile():
    result = percentile([], 0.95)
    assert (result.value, result.n, result.ci_low) == (None, 0, None)


@pytest.mark.parametrize("q", [0.5, 0.95])
@pytest.mark.parametrize("n", [80, 200])
def test_interval_covers_the_true_percentile_of_a_skewed_distribution(q, n):
    random = np.random.default_rng(5)
    truth = -np.log(1 - q)
    hits = 0
    for _ in range(800):
        result = percentile(random.exponential(1.0, n), q)
        hits += result.ci_low <= truth <= result.ci_high
    # At least 95 % by construction; the Monte Carlo error of 800 runs is below 1 %.
    assert hits / 800 >= 0.93


# Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_matches_newcombes_table(successes, n, low, high):
    assert wilson(successes, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_wilson_is_symmetric_and_open_without_data():
    assert wilson(3, 10)[0] == pytest.approx(1 - wilson(7, 10)[1])
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="5 successes of 4"):
        wilson(5, 4)
