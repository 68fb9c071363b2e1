"""Who is separated from whom."""

import numpy as np
import pytest

from compare.ratings.intervals import Spread
from compare.ratings.separation import separation

THETA = np.array([1.0, 0.9, -0.5, -1.4])


def spread(covariance, degrees=None):
    return Spread(covariance, (), 1.959964 if degrees is None else 2.262157, degrees)


def test_a_difference_has_its_own_standard_error():
    covariance = np.diag([0.04, 0.04, 0.09, 0.01])
    covariance[0, 1] = covariance[1, 0] = 0.039
    found = separation(THETA, spread(covariance))
    assert found.standard_error[0, 1] == pytest.approx(np.sqrt(0.04 + 0.04 - 2 * 0.039))
    # The two intervals overlap almost wholly, but both move together: the difference is certain.
    assert found.separated[0, 1]
    assert found.standard_error[2, 3] == pytest.approx(np.sqrt(0.10))
    assert found.tied_with(2) == []


def test_what_is_not_separated_is_tied_and_shares_the_top():
    found = separation(THETA, spread(np.diag([0.04, 0.04, 0.09, 0.01])))
    assert (found.tied_with(0), found.tied_with(1), found.tied_with(3)) == ([1], [0], [])
    assert found.best == [0, 1]


def test_statements_about_all_pairs_at_once_are_more_careful():
    covariance = np.diag([0.04, 0.04, 0.09, 0.09])
    alone = separation(THETA, spread(covariance))
    together = separation(THETA, spread(covariance), simultaneous=True)
    # 0.9 apart with an error of 0.42: 2.1 errors pass 1.96, but not the 2.64 of six pairs.
    assert alone.separated[2, 3]
    assert not together.separated[2, 3]
    assert together.critical == pytest.approx(2.638257, abs=1e-5)
    assert separation(THETA, spread(covariance, 9), simultaneous=True).critical == pytest.approx(3.364, abs=1e-3)


def test_an_error_of_zero_is_no_certainty():
    assert not separation(THETA, spread(np.zeros((4, 4)))).separated.any()
