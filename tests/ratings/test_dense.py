"""Numbers without gaps, as numpy's unique gives them."""

from __future__ import annotations

import numpy as np
import pytest

from compare.ratings.dense import dense


@pytest.mark.parametrize("numbers", [[], [0], [5, 5, 2], [9_000_000, 3, 3, 7], [2, 0, 1, 2, 0]])
def test_ranks_are_those_of_unique(numbers: list[int]) -> None:
    given = np.array(numbers, dtype=np.int64)
    expected = np.unique(given, return_inverse=True)[1]
    assert dense(given).tolist() == expected.tolist()
    assert dense(given).dtype == np.int64
