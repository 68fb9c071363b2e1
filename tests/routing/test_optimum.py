"""The linear programme against listing all corners, and the nearest allowed weights against a fine grid."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.routing.optimum import Cap, Feasible

programmes = st.integers(2, 5).flatmap(
    lambda m: st.tuples(
        st.lists(st.floats(0.05, 0.95), min_size=m, max_size=m),
        st.lists(st.floats(0.0, 1.0), min_size=m, max_size=m),
        st.lists(st.floats(0.0, 1.0), min_size=m, max_size=m),
        st.floats(0.05, 1.0),
        st.floats(0.05, 1.0),
        st.floats(0.0, 0.1),
    )
)


def region(cost, slow, cost_cap, slow_cap, floor):
    caps = (Cap("the cost", np.array(cost), cost_cap), Cap("the slow share", np.array(slow), slow_cap))
    return Feasible(np.full(len(cost), floor), caps)


@settings(max_examples=60)
@given(programmes)
def test_the_optimum_is_the_best_corner(programme):
    utility, *rest = programme
    feasible = region(*rest)
    best, corners = feasible.best(np.array(utility)), feasible.vertices()
    if best is None:
        # Corners may still be listed where the region is empty but for rounding error.
        assert len(corners) == 0 or all(not corner_is_inside(feasible, corner, 1e-7) for corner in corners)
        assert feasible.why_empty()
        return
    assert best.sum() == pytest.approx(1)
    assert all(cap.used_by(best) <= cap.limit + 1e-6 for cap in feasible.caps)
    if len(corners):
        assert best @ np.array(utility) == pytest.approx((corners @ np.array(utility)).max(), abs=1e-6)


def corner_is_inside(feasible, corner, margin):
    return all(cap.used_by(corner) < cap.limit - margin for cap in feasible.caps)


def test_three_candidates_and_one_cap_by_hand():
    feasible = Feasible(np.full(3, 0.1), (Cap("the cost", np.array([0.0, 1.0, 2.0]), 1.0),))
    # Corners: the first has all but two floors; the second likewise (0.8 + 0.2 is exactly the cap); the dear one
    # is held at 0.45 beside the first.
    np.testing.assert_allclose(feasible.vertices(), [[0.1, 0.8, 0.1], [0.45, 0.1, 0.45], [0.8, 0.1, 0.1]], atol=1e-9)
    np.testing.assert_allclose(feasible.best(np.array([0.0, 0.1, 1.0])), [0.45, 0.1, 0.45], atol=1e-9)


def test_the_nearest_allowed_weights_match_a_fine_grid():
    feasible = Feasible(np.zeros(3), (Cap("the cost", np.array([0.0, 1.0, 2.0]), 0.8),))
    target = np.array([0.1, 0.4, 0.5])
    steps = range(201)
    grid = np.array([[a, b, 200 - a - b] for a in steps for b in steps if a + b <= 200]) / 200
    allowed = grid[grid @ [0.0, 1.0, 2.0] <= 0.8]
    least = np.abs(allowed - target).sum(axis=1).min()
    found = feasible.nearest(target)
    assert feasible.holds(found)
    assert np.abs(found - target).sum() == pytest.approx(least, abs=1e-6)
    inside = np.array([0.5, 0.4, 0.1])
    assert feasible.nearest(inside) is inside


def test_an_empty_region_names_the_limit():
    feasible = region([0.5, 0.6], [0, 0], 0.4, 1.0, 0.0)
    assert feasible.best(np.array([1.0, 0.0])) is None
    assert feasible.nearest(np.array([0.5, 0.5])) is None
    assert feasible.why_empty() == "no weights meet the cost <= 0.4: the least of any mix is 0.5"


def test_a_ceiling_at_the_floor_keeps_a_candidate_small():
    feasible = Feasible(np.full(3, 0.02), (), np.array([1.0, 1.0, 0.02]))
    np.testing.assert_allclose(feasible.best(np.array([0.0, 0.1, 1.0])), [0.02, 0.96, 0.02])
    np.testing.assert_allclose(feasible.vertices(), [[0.02, 0.96, 0.02], [0.96, 0.02, 0.02]])
    shut = Feasible(np.zeros(2), (), np.zeros(2))
    assert shut.best(np.array([1.0, 0.0])) is None
    assert shut.why_empty() == "no weights sum to 1: the candidates may have 0 in all"


def by_brute_force(feasible, utility):
    """The best corner, found by crossing every m - 1 of all the planes that bound the region."""
    m = len(utility)
    normals = np.array([*np.eye(m), *(cap.values for cap in feasible.caps)])
    limits = np.array([*feasible.floors, *(cap.limit for cap in feasible.caps)])
    chosen = np.array(list(itertools.combinations(range(len(limits)), m - 1)))
    left = np.concatenate([np.ones((len(chosen), 1, m)), normals[chosen]], axis=1)
    right = np.concatenate([np.ones((len(chosen), 1)), limits[chosen]], axis=1)
    cross = np.abs(np.linalg.det(left)) >= 1e-12
    corners = np.linalg.solve(left[cross], right[cross][:, :, None])[:, :, 0]
    return max(filter(feasible.holds, corners), key=lambda corner: corner @ utility, default=None)


def test_a_thousand_random_programmes_agree_with_brute_force():
    random = np.random.default_rng(8)
    n_empty = 0
    for _ in range(1000):
        m = int(random.integers(2, 6))
        feasible = region(
            random.lognormal(-1, 1, m), random.uniform(0, 0.3, m), random.uniform(0.1, 0.8), 0.1, random.uniform(0, 0.1)
        )
        utility = random.uniform(size=m)
        expected, found = by_brute_force(feasible, utility), feasible.best(utility)
        n_empty += expected is None
        assert (expected is None) == (found is None)
        if expected is not None:
            np.testing.assert_allclose(found, expected, atol=1e-6)
    assert 100 < n_empty < 900
