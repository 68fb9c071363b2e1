from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from compare.providers.ratelimits import read_rate_limits
from compare.records import Allowance, RateLimits


def test_openai_headers_tell_requests_and_tokens() -> None:
    headers = {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-tokens": "29000",
        "x-ratelimit-reset-tokens": "1m2.5s",
    }
    assert read_rate_limits(headers) == RateLimits(Allowance(499, 0.12, 500), Allowance(29000, 62.5, 30000))


def test_anthropic_headers_tell_the_time_of_day() -> None:
    reset = (datetime.now(UTC) + timedelta(seconds=40)).isoformat().replace("+00:00", "Z")
    found = read_rate_limits(
        {
            "anthropic-ratelimit-requests-limit": "50",
            "anthropic-ratelimit-requests-remaining": "0",
            "anthropic-ratelimit-requests-reset": reset,
        }
    )
    assert found is not None
    assert found.requests is not None
    assert (found.requests.remaining, found.requests.limit, found.tokens) == (0, 50, None)
    assert 35 < found.requests.reset_s <= 40


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/event-stream"},
        {"x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "1s"},
        {"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "soon"},
        {"x-ratelimit-remaining-requests": "5"},
    ],
)
def test_headers_that_tell_nothing_are_none(headers: dict[str, str]) -> None:
    assert read_rate_limits(headers) is None


def test_a_reset_in_the_past_or_far_away_is_bounded() -> None:
    past = read_rate_limits(
        {"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "2001-01-01T00:00:00Z"}
    )
    far = read_rate_limits({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "30d"})
    assert [found.requests.reset_s for found in (past, far) if found and found.requests] == [0.0, 3600.0]
