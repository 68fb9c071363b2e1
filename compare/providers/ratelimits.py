"""What a server says in its headers about how much more it will take.

OpenAI and those who follow it: x-ratelimit-{limit,remaining,reset}-{requests,tokens}, the reset as a length of time
("1s", "6m0s", "120ms"). Anthropic: anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}, the reset as a time
of day. Most servers send neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from compare.records import Allowance, RateLimits

_LONGEST_S = 3600.0
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def read_rate_limits(headers: Mapping[str, str]) -> RateLimits | None:
    """The limits that a response's headers tell of (names in lower case); None where they tell nothing."""
    if "x-ratelimit-remaining-requests" in headers or "x-ratelimit-remaining-tokens" in headers:
        requests, tokens = (_allowance(headers, f"x-ratelimit-{{}}-{what}") for what in ("requests", "tokens"))
    elif any(f"anthropic-ratelimit-{what}-remaining" in headers for what in ("requests", "tokens")):
        requests, tokens = (_allowance(headers, f"anthropic-ratelimit-{what}-{{}}") for what in ("requests", "tokens"))
    else:
        return None
    return RateLimits(requests, tokens) if requests or tokens else None


def _allowance(headers: Mapping[str, str], name: str) -> Allowance | None:
    remaining = _number(headers.get(name.format("remaining")))
    reset_s = _length_s(headers.get(name.format("reset"), ""))
    if remaining is None or reset_s is None:
        return None
    return Allowance(remaining, reset_s, _number(headers.get(name.format("limit"))))


def _number(text: str | None) -> int | None:
    try:
        return max(0, int(float(text))) if text else None
    except (ValueError, OverflowError):
        return None


def _length_s(text: str) -> float | None:
    """Seconds from now: of "6m0s", "12", "12.5" or an ISO 8601 time; None where it is none of these."""
    text = text.strip()
    parts = _PART.findall(text)
    if parts and "".join(f"{n}{unit}" for n, unit in parts) == text:
        return min(sum(float(n) * _SECONDS[unit] for n, unit in parts), _LONGEST_S)
    try:
        return min(max(0.0, float(text)), _LONGEST_S)
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), _LONGEST_S)


__all__ = ["read_rate_limits"]
