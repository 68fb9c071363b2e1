"""The difference of two shares over the same things."""

from __future__ import annotations

import numpy as np
import pytest

from compare.ratings.paired import paired_difference
from compare.ratings.shares import BoolArray


def pairs(both: int, first: int, second: int, neither: int) -> tuple[BoolArray, BoolArray]:
    """So many pairs of each kind."""
    one = [True] * (both + first) + [False] * (second + neither)
    two = [True] * both + [False] * first + [True] * second + [False] * neither
    return np.array(one, dtype=np.bool_), np.array(two, dtype=np.bool_)


def test_the_published_example_comes_out() -> None:
    # Newcombe 1998, table II: 36 both, 12 and 2 only one, method 10.
    found = paired_difference(*pairs(36, 12, 2, 0))
    assert found.value == pytest.approx(0.2)
    assert (found.ci_low, found.ci_high) == (pytest.approx(0.0569, abs=5e-5), pytest.approx(0.3404, abs=5e-5))


def test_pairs_that_all_agree_still_leave_doubt() -> None:
    same = paired_difference(*pairs(20, 0, 0, 0))
    assert (same.value, same.ci_low, same.ci_high) == (
        0.0,
        pytest.approx(-0.161, abs=1e-3),
        pytest.approx(0.161, abs=1e-3),
    )
    apart = paired_difference(*pairs(0, 20, 0, 0))
    assert (apart.value, apart.ci_high) == (1.0, 1.0)
    assert apart.ci_low is not None
    assert 0.7 < apart.ci_low < 0.8


def test_repeats_of_one_thread_are_not_so_many_pairs() -> None:
    first, second = pairs(30, 18, 0, 12)
    thread = np.repeat(np.arange(12), 5)
    alone, clustered = paired_difference(first, second), paired_difference(first, second, [thread])
    assert clustered.value == alone.value == pytest.approx(0.3)
    assert None not in (alone.ci_low, clustered.ci_low, alone.ci_high, clustered.ci_high)
    assert (clustered.ci_high or 0) - (clustered.ci_low or 0) > 1.3 * ((alone.ci_high or 0) - (alone.ci_low or 0))


def test_one_thread_or_none_has_no_interval() -> None:
    one = paired_difference(*pairs(3, 1, 0, 0), [np.zeros(4, dtype=np.int64)])
    assert (one.value, one.ci_low, one.ci_high, one.n) == (0.25, None, None, 4)
    none = paired_difference(*pairs(0, 0, 0, 0))
    assert (none.value, none.ci_low, none.n) == (None, None, 0)
