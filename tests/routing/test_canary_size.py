"""How many requests a canary needs, against the table of benchmarks/routing/canary.py and against the test itself."""

from __future__ import annotations

import numpy as np
import pytest

from compare.errors import ConfigError
from compare.routing.canary_size import canary_size
from compare.routing.sequential import Arm, look


def test_a_doubling_of_two_percent_at_a_fifth_of_the_requests() -> None:
    found = canary_size(0.2, 0.02)
    # The benchmark, by single requests: 73 to 76 % within 5,000; the first look at 2,500.
    assert found.found_early == pytest.approx(0.75, abs=0.03)
    assert (found.tau, found.worse, found.first_look) == (0.01, 0.04, 2500)
    assert found.needed is not None
    assert 6000 < found.needed < 7600
    assert found.sentence.startswith(
        "With 20% of the requests, harms that go from 2% to 4% are found in 90% of canaries"
    )
    assert found.sentence.endswith(": the first look comes after about 2,500.")
    assert canary_size(0.2, 0.02) == found


def test_so_many_requests_find_it_in_nine_of_ten_by_the_test_itself() -> None:
    needed = canary_size(0.5, 0.1, worse=0.15).needed
    assert needed is not None
    random, found = np.random.default_rng(7), 0
    for _ in range(400):
        canary = random.binomial(needed // 80, 0.15, 40).cumsum()
        control = random.binomial(needed // 80, 0.1, 40).cumsum()
        sent = needed // 80 * np.arange(1, 41)
        looks = zip(sent.tolist(), canary.tolist(), control.tolist(), strict=True)
        found += any(look(Arm(n, c), Arm(n, k), tau=0.025).decision == "rollback" for n, c, k in looks)
    assert found / 400 == pytest.approx(0.9, abs=0.06)


def test_a_smaller_share_or_a_smaller_harm_needs_more() -> None:
    usual = canary_size(0.2, 0.02).needed
    assert usual is not None
    for other in (canary_size(0.05, 0.02), canary_size(0.2, 0.005), canary_size(0.2, 0.02, worse=0.03)):
        assert other.needed is not None
        assert other.needed > 2 * usual
    assert canary_size(0.05, 0.02).found_early == 0


def test_a_change_that_nobody_could_find_is_called_so() -> None:
    found = canary_size(0.2, 0.02, worse=0.02001)
    assert found.needed is None
    assert found.sentence.endswith("are too small a change to be found.")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"share": 1.0, "harm_rate": 0.02}, "The share is 1; it must lie between 0 and 1."),
        ({"share": 0.2, "harm_rate": 0.0}, "The harm rate is 0"),
        ({"share": 0.2, "harm_rate": 0.1, "worse": 0.05}, "must be above the present 0.1"),
        ({"share": 0.2, "harm_rate": 0.1, "tau": 2.0}, "tau is 2"),
    ],
)
def test_what_cannot_be_is_named(given: dict[str, float], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        canary_size(**given)
