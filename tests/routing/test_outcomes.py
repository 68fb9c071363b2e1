"""Requests of one session are one unit of a canary."""

import pytest

from compare.errors import ConfigError
from compare.routing.outcomes import by_session
from compare.routing.sequential import Arm, look, read_counts


def request(arm, harm=False, session=None):
    return {"arm": arm, "harm": harm, **({"session_id": session} if session else {})}


def test_a_session_is_harmed_once_however_often_it_was():
    counted = by_session(
        [request("canary", True, "a")] * 10
        + [request("canary", False, "a"), request("canary", False, "b"), request("canary", True)]
        + [request("control", False, "c"), request("control")]
    )
    assert counted.canary == Arm(3, 2)
    assert counted.control == Arm(2, 0)
    assert counted.sentence == "15 requests make 5 units: those of one session are one"


def test_a_session_served_by_both_arms_is_left_out_and_told():
    counted = by_session([request("canary", True, "a"), request("control", False, "a"), request("control")])
    assert (counted.canary, counted.control, counted.n_mixed) == (Arm(0, 0), Arm(1, 0), 1)
    assert counted.sentence.endswith("1 session was served by both arms and left out (make the split sticky)")


def test_the_counts_file_takes_single_requests():
    outcomes = [request("canary", i < 30, f"s{i}") for i in range(600) for _ in range(5)]
    outcomes += [request("control", i < 12, f"c{i}") for i in range(2400)]
    found = read_counts({"outcomes": outcomes, "tau": 0.02})
    by_hand = look(Arm(600, 30), Arm(2400, 12), tau=0.02)
    assert (found.decision, found.p_value) == (by_hand.decision, by_hand.p_value) == ("rollback", by_hand.p_value)
    assert found.to_json()["counted"].startswith("5,400 requests make 3,000 units")


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        ([], "must be a list"),
        ({}, "must be a list"),
        ([3], r"outcomes\[0\] must be an object"),
        ([{"arm": "canary", "harm": 1}], r"outcomes\[0\]\.harm is 1"),
        ([{"arm": "left", "harm": True}], r"outcomes\[0\]\.arm is 'left'"),
        ([{"arm": "canary", "harm": True, "sesion": 1}], "unknown key 'sesion'"),
    ],
)
def test_what_is_no_outcome_is_named_with_its_place(outcomes, reason):
    with pytest.raises(ConfigError, match=reason):
        read_counts({"outcomes": outcomes, "tau": 0.01})


def test_counts_and_outcomes_together_are_refused():
    with pytest.raises(ConfigError, match="outcomes and canary as well"):
        read_counts({"outcomes": [request("canary")], "canary": {"requests": 1, "harms": 0}, "tau": 0.01})
