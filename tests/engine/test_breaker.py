"""The circuit breaker: closed, open, half-open, and what moves it."""

from __future__ import annotations

import pytest

from compare.engine.breaker import FIRST_PAUSE_S, LONGEST_PAUSE_S, OPENS_AFTER, Breaker, Breakers
from compare.records import FailureKind, ProviderFailure

DOWN = ProviderFailure("connection", "Nobody listens at 127.0.0.1:9.", retryable=True)


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("m at http://127.0.0.1:9/v1", clock=clock)


def fail(breaker: Breaker, times: int = OPENS_AFTER) -> None:
    for _ in range(times):
        assert breaker.admit() == 0
        breaker.failed(DOWN)


def test_it_opens_after_so_many_failures_in_a_row(breaker: Breaker) -> None:
    fail(breaker, OPENS_AFTER - 1)
    assert (breaker.admit(), breaker.status().state) == (0, "closed")
    breaker.failed(DOWN)
    assert (breaker.admit(), breaker.status().state) == (FIRST_PAUSE_S, "open")


def test_an_answer_in_between_starts_the_count_anew(breaker: Breaker) -> None:
    fail(breaker, OPENS_AFTER - 1)
    breaker.answered()
    fail(breaker, OPENS_AFTER - 1)
    assert breaker.status().state == "closed"


@pytest.mark.parametrize("kind", ["auth", "rate_limit", "bad_request", "context_length", "billing", "not_found"])
def test_a_refusal_shows_that_the_endpoint_is_there(breaker: Breaker, kind: FailureKind) -> None:
    fail(breaker, OPENS_AFTER - 1)
    breaker.failed(ProviderFailure(kind, "No."))
    assert breaker.status().failures == 0


def test_after_the_pause_one_request_is_let_through_and_no_second(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now_s += FIRST_PAUSE_S - 1
    assert breaker.admit() == 1.0
    clock.now_s += 1
    assert (breaker.admit(), breaker.status().state) == (0, "half-open")
    assert breaker.admit() > 0


def test_a_good_trial_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now_s += FIRST_PAUSE_S
    assert breaker.admit() == 0
    breaker.answered()
    assert (breaker.admit(), breaker.admit(), breaker.status().state, breaker.down_s) == (0, 0, "closed", 0)


def test_each_failed_trial_doubles_the_pause_up_to_a_bound(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    pauses = []
    for _ in range(6):
        clock.now_s += breaker.admit()
        assert breaker.admit() == 0
        breaker.failed(DOWN)
        pauses.append(breaker.admit())
    assert pauses == [60, 120, 240, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    assert breaker.down_s == 30 + 60 + 120 + 240 + 300 + 300


def test_a_trial_that_was_given_up_leaves_room_for_another(breaker: Breaker, clock: Clock) -> None:
    fail(breaker)
    clock.now_s += FIRST_PAUSE_S
    assert breaker.admit() == 0
    breaker.left()
    assert breaker.admit() == 0


def test_its_state_is_said_in_words(breaker: Breaker, clock: Clock) -> None:
    assert breaker.status().sentence == "ready"
    fail(breaker)
    clock.now_s += 7
    assert breaker.status().sentence == (
        "not asked for another 23 s, after 5 failures in a row: Nobody listens at 127.0.0.1:9."
    )


def test_a_model_at_a_new_address_begins_anew() -> None:
    breakers = Breakers()
    fail(breakers.of("m", "m at http://a"))
    assert breakers.statuses()["m"].state == "open"
    assert breakers.of("m", "m at http://a").status().state == "open"
    assert breakers.of("m", "m at http://b").status().state == "closed"


def test_a_model_that_answered_elsewhere_is_asked_again_at_once() -> None:
    breakers = Breakers()
    fail(breakers.of("m", "m at http://a"))
    breakers.found_there("m")
    breakers.found_there("never asked")
    assert breakers.of("m", "m at http://a").admit() == 0
    assert list(breakers.statuses()) == ["m"]
