from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.routing.rounding import round_weights


def test_the_largest_remainders_get_the_rest():
    assert round_weights([1 / 3, 1 / 3, 1 / 3]) == [0.34, 0.33, 0.33]
    assert round_weights([0.804, 0.098, 0.098]) == [0.8, 0.1, 0.1]
    assert round_weights([0.29, 0.71]) == [0.29, 0.71]


def test_a_cap_moves_the_rest_to_another_candidate():
    # 0.335 of the dear one would round up to 0.34 and cost more than the cap allows.
    weights = [0.335, 0.335, 0.33]
    assert round_weights(weights) == [0.34, 0.33, 0.33]
    assert round_weights(weights, allowed=lambda w: w[0] <= 0.335) == [0.33, 0.34, 0.33]


def test_more_decimals_are_taken_where_two_cannot_keep_the_cap():
    assert round_weights([0.335, 0.665], allowed=lambda w: w[0] <= 0.335 and w[1] <= 0.665) == [0.335, 0.665]
    odd = [0.3333333333, 0.6666666667]
    assert round_weights(odd, allowed=lambda w: w == odd) == odd


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(sum))
def test_the_sum_is_exact_and_nothing_moves_by_a_whole_unit(parts):
    weights = [part / sum(parts) for part in parts]
    rounded = round_weights(weights)
    assert sum(Fraction(str(weight)) for weight in rounded) == 1
    assert max(abs(a - b) for a, b in zip(weights, rounded, strict=True)) < 0.01 + 1e-9
    assert all(weight >= 0 for weight in rounded)


def test_rounding_twice_changes_nothing():
    once = round_weights([0.123, 0.456, 0.421])
    assert round_weights(once) == pytest.approx(once)
