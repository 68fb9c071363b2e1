"""When a failed call is made again: only before its first piece of text, and always counted and shown."""

from __future__ import annotations

import random
from dataclasses import dataclass

from compare.records import ProviderFailure

MAX_ATTEMPTS = 3
_MAX_PATIENT_ATTEMPTS = 8
LONGEST_WAIT_S = 30.0
"""A server that asks for more is not waited for: the answer fails and says how long the server asked for (in_words)."""
_FIRST_WAIT_S = 0.5
_LONGEST_BACKOFF_S = 8.0


@dataclass(frozen=True, slots=True)
class Retry:
    """The decision to ask again."""

    wait_s: float
    next_attempt: int
    why: str


def decide(failure: ProviderFailure, attempt: int, *, text_seen: bool, patience_s: float = 0.0) -> Retry | None:
    """Whether to ask again after attempt number `attempt` (1-based) failed; None means the failure stands.

    After the first piece of text it never does: the reader has seen it, and the provider has been paid for it. Who has
    patience waits as long as a server asks for, and takes "not now" for an answer more often.
    """
    most = _MAX_PATIENT_ATTEMPTS if patience_s and failure.kind == "rate_limit" else MAX_ATTEMPTS
    if text_seen or not failure.retryable or attempt >= most:
        return None
    wait_s = failure.retry_after_s
    backoff_s = min(_FIRST_WAIT_S * 2 ** (attempt - 1), _LONGEST_BACKOFF_S) * random.uniform(0.75, 1.0)
    if wait_s is None:
        wait_s = backoff_s
    elif most > MAX_ATTEMPTS:
        # A server may say "at once" again and again.
        wait_s = max(wait_s, backoff_s)
    if wait_s > max(LONGEST_WAIT_S, patience_s):
        return None
    return Retry(wait_s, attempt + 1, failure.message)


def in_words(failure: ProviderFailure) -> str:
    """What is said of a failure that stands."""
    if failure.retry_after_s is None or failure.retry_after_s <= LONGEST_WAIT_S:
        return failure.message
    return f"{failure.message} It asks for {failure.retry_after_s:,.0f} s of patience; ask again after that."
