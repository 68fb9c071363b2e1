"""The always-valid test of a canary: the formula by hand, the decisions, and its error rate under constant looking."""

import math

import numpy as np
import pytest

from compare.errors import ConfigError
from compare.routing.sequential import Arm, look, read_counts, watch


def by_hand(canary, control, tau):
    d = canary.harms / canary.requests - control.harms / control.requests
    p = (canary.harms + control.harms + 0.5) / (canary.requests + control.requests + 1)
    v = p * (1 - p) * (1 / canary.requests + 1 / control.requests)
    # The ratio of the two normal densities of d: mixed over N(0, tau^2), and under no difference.
    density = lambda variance: math.exp(-(d**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)  # noqa: E731
    return math.log(density(v + tau**2) / density(v))


@pytest.mark.parametrize(
    ("canary", "control", "tau"),
    [(Arm(800, 24), Arm(3200, 64), 0.01), (Arm(2500, 300), Arm(9000, 900), 0.02), (Arm(600, 0), Arm(700, 0), 0.05)],
)
def test_the_ratio_is_that_of_two_normal_densities(canary, control, tau):
    result = look(canary, control, tau=tau)
    assert result.log_likelihood_ratio == pytest.approx(by_hand(canary, control, tau), abs=1e-9)
    assert result.p_value == pytest.approx(min(1.0, math.exp(-by_hand(canary, control, tau))))


@pytest.mark.parametrize(
    ("canary", "control", "tau", "ratio", "p"),
    [
        (Arm(3000, 90), Arm(12_000, 240), 0.01, 3.86235, 0.021019),
        (Arm(1000, 30), Arm(4000, 80), 0.01, 0.683507, 0.504843),
        (Arm(2000, 260), Arm(8000, 800), 0.02, 5.591532, 0.003729),
        (Arm(500, 10), Arm(2000, 40), 0.01, -0.552929, 1.0),
    ],
)
def test_rows_that_another_program_computed(canary, control, tau, ratio, p):
    found = look(canary, control, tau=tau)
    assert found.log_likelihood_ratio == pytest.approx(ratio, abs=1e-5)
    assert found.p_value == pytest.approx(p, abs=1e-5)


def test_zero_lies_outside_the_limits_exactly_where_the_test_rejects():
    for harms in range(60, 140):
        result = look(Arm(3000, harms), Arm(12_000, 240), tau=0.01)
        assert (result.p_value <= 0.05) == (result.low >= 0 or result.high <= 0)


def test_a_worse_canary_is_rolled_back_and_an_equal_one_is_promoted_in_time():
    assert look(Arm(3000, 120), Arm(12_000, 240), tau=0.01).decision == "rollback"
    assert look(Arm(1000, 20), Arm(4000, 80), tau=0.01).decision == "hold"
    assert look(Arm(60_000, 1200), Arm(60_000, 1200), tau=0.01).decision == "promote"
    assert look(Arm(3000, 0), Arm(12_000, 240), tau=0.01).decision == "promote"


def test_a_full_stage_without_alarm_is_passed():
    counts = (Arm(2000, 42), Arm(8000, 160))
    assert look(*counts, tau=0.01).decision == "hold"
    assert look(*counts, tau=0.01, max_requests=2000).decision == "promote"
    assert look(Arm(2000, 100), Arm(8000, 160), tau=0.01, max_requests=2000).decision == "rollback"


def test_nothing_is_decided_before_enough_requests():
    result = look(Arm(499, 100), Arm(5000, 50), tau=0.01)
    assert result.decision == "hold"
    assert "499 requests in the smaller arm, at least 500 needed" in result.why
    empty = look(Arm(0, 0), Arm(5000, 50), tau=0.01)
    assert (empty.decision, empty.log_likelihood_ratio, empty.high) == ("hold", None, None)


def test_an_alarm_once_raised_is_not_taken_back():
    counts = [(Arm(1000, 60), Arm(4000, 80)), (Arm(60_000, 1200), Arm(60_000, 1200))]
    assert look(*counts[1], tau=0.01, p_so_far=0.01).p_value == 0.01
    assert [result.decision for result in watch(counts, tau=0.01)] == ["rollback"]


def test_looking_all_the_time_keeps_the_false_alarms_below_the_level():
    random = np.random.default_rng(4)
    alarms, found = 0, 0
    for _ in range(150):
        for rate in (0.02, 0.04):
            canary = np.cumsum(random.binomial(50, rate, 80))
            control = np.cumsum(random.binomial(200, 0.02, 80))
            looks = [(Arm(50 * (i + 1), int(canary[i])), Arm(200 * (i + 1), int(control[i]))) for i in range(80)]
            rolled_back = watch(looks, tau=0.01)[-1].decision == "rollback"
            alarms += rolled_back and rate == 0.02
            found += rolled_back and rate == 0.04
    assert alarms / 150 <= 0.05
    assert found / 150 >= 0.80


def test_the_counts_file_is_checked():
    document = {"canary": {"requests": 3000, "harms": 120}, "control": {"requests": 12000, "harms": 240}, "tau": 0.01}
    printed = read_counts(document).to_json()
    assert printed["decision"] == "rollback"
    assert {"log_likelihood_ratio", "p_value", "canary", "control"} <= set(printed)
    assert printed["canary"] == {"requests": 3000, "harms": 120}
    for change, reason in [
        ({"tau": 0}, "tau is 0"),
        ({"tau": "x"}, "tau must be a number"),
        ({"alpha": 0}, "alpha is 0"),
        ({"canary": {"requests": 3, "harms": 4}}, "canary has 4 harms in 3 requests"),
        ({"canary": {"requests": 3.5, "harms": 1}}, "canary must be an object"),
        ({"control": 3}, "control must be an object"),
        ({"tua": 1}, "unknown key 'tua'"),
    ]:
        with pytest.raises(ConfigError, match=reason):
            read_counts({**document, **change})
    with pytest.raises(ConfigError, match="have no tau"):
        read_counts({"canary": {}, "control": {}})
    with pytest.raises(ConfigError, match="must be an object"):
        read_counts([])
