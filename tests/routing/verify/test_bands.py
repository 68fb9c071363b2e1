"""The band of a share: four standard deviations of its own number of requests."""

from __future__ import annotations

import pytest

from compare.routing.verify.bands import band, can_tell_apart, expected_shares


def test_two_thousand_requests_leave_a_share_of_eighty_percent_three_and_a_half_points() -> None:
    limits = band(0.8, 2000)
    # 4 * sqrt(0.8 * 0.2 / 2000)
    assert (limits.low, limits.high) == pytest.approx((0.764223, 0.835777), abs=1e-6)


@pytest.mark.parametrize(("count", "holds"), [(1528, False), (1529, True), (1671, True), (1672, False)])
def test_the_limits_of_the_band_are_counts(count: int, holds: bool) -> None:
    assert band(0.8, 2000).holds(count, 2000) is holds


@pytest.mark.parametrize(("share", "count"), [(0.0, 0), (1.0, 50)])
def test_none_and_all_leave_no_room(share: float, count: int) -> None:
    assert band(share, 50).holds(count, 50)
    assert not band(share, 50).holds(abs(count - 1), 50)


def test_a_small_share_of_few_requests_may_be_none() -> None:
    assert band(0.01, 100).low == 0.0


def test_who_has_no_weight_is_expected_never() -> None:
    assert expected_shares({"a": 0.8, "b": 0.2}, ["b", "c"]) == {"a": 0.8, "b": 0.2, "c": 0.0}


def test_weights_that_differ_little_cannot_be_told_apart_by_few_requests() -> None:
    one, other = {"a": 0.8, "b": 0.2}, {"a": 0.7, "b": 0.3}
    assert not can_tell_apart(one, other, 100)
    assert can_tell_apart(one, other, 2000)
    assert can_tell_apart(one, {"c": 1.0}, 10)
    assert not can_tell_apart(one, one, 100_000)
