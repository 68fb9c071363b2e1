import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compare.ratings.ranks import ranks


def test_overlapping_intervals_share_a_rank():
    low = np.array([1100.0, 1050.0, 900.0, 890.0])
    high = np.array([1200.0, 1120.0, 1000.0, 910.0])
    assert ranks(low, high).tolist() == [1, 1, 3, 3]


def test_touching_intervals_overlap():
    assert ranks(np.array([10.0, 5.0]), np.array([12.0, 10.0])).tolist() == [1, 1]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), min_size=1, max_size=20))
def test_rank_counts_the_candidates_surely_above(intervals):
    low = np.array([float(start) for start, _ in intervals])
    high = np.array([float(start + width) for start, width in intervals])
    by_hand = [1 + sum(other > mine for other in low) for mine in high]
    assert ranks(low, high).tolist() == by_hand
