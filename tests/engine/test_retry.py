"""When a failed call is made again."""

from __future__ import annotations

import pytest

from compare.engine import retry
from compare.engine.retry import LONGEST_WAIT_S, MAX_ATTEMPTS, Retry, decide, in_words
from compare.records import ProviderFailure

BUSY = ProviderFailure("rate_limit", "Too many requests.", retryable=True)


@pytest.fixture(autouse=True)
def real_waits(monkeypatch: pytest.MonkeyPatch, short_waits: None) -> None:
    monkeypatch.setattr(retry, "_FIRST_WAIT_S", 0.5)


def asks(seconds: float) -> ProviderFailure:
    return ProviderFailure("rate_limit", "Too many requests.", retryable=True, retry_after_s=seconds)


def test_a_passing_failure_is_tried_again_with_longer_waits() -> None:
    for attempt in range(1, MAX_ATTEMPTS):
        decided = decide(BUSY, attempt, text_seen=False)
        assert decided is not None
        longest = 0.5 * 2 ** (attempt - 1)
        assert 0.75 * longest <= decided.wait_s <= longest
        assert (decided.next_attempt, decided.why) == (attempt + 1, "Too many requests.")


def test_it_ends_after_the_last_attempt() -> None:
    assert decide(BUSY, MAX_ATTEMPTS, text_seen=False) is None


def test_what_cannot_pass_is_not_tried_again() -> None:
    assert decide(ProviderFailure("auth", "No key."), 1, text_seen=False) is None


def test_nothing_is_asked_again_once_text_was_seen() -> None:
    assert decide(BUSY, 1, text_seen=True) is None


def test_the_servers_own_wish_is_followed_up_to_a_bound() -> None:
    assert decide(asks(2.5), 1, text_seen=False) == Retry(2.5, 2, "Too many requests.")
    assert decide(asks(0.0), 1, text_seen=False) == Retry(0.0, 2, "Too many requests.")
    assert decide(asks(LONGEST_WAIT_S), 1, text_seen=False) is not None
    assert decide(asks(LONGEST_WAIT_S + 1), 1, text_seen=False) is None


def test_a_wait_that_is_too_long_is_said() -> None:
    assert in_words(BUSY) == in_words(asks(5)) == "Too many requests."
    assert in_words(asks(7200)) == "Too many requests. It asks for 7,200 s of patience; ask again after that."
