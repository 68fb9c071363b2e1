"""Circuit breaker: an endpoint that fails again and again is left alone for a while, then tried with one request.

closed: asked as usual. open: not asked. half-open: one request is on its way, and its outcome decides. What counts is
whether the endpoint is there at all: a refusal (a wrong key, a rate limit, a prompt that is too long) is an answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from compare.records import FailureKind, ProviderFailure

BreakerState = Literal["closed", "open", "half-open"]

OPENS_AFTER = 5
"""Failures in a row."""
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 300.0
"""Each failed trial doubles the pause, up to this."""

_OUTAGES: frozenset[FailureKind] = frozenset(("connection", "timeout", "server", "overloaded"))


@dataclass(frozen=True, slots=True)
class BreakerStatus:
    """One breaker as it stands, for people."""

    endpoint: str
    """Model and host."""
    state: BreakerState
    failures: int
    """In a row."""
    last_failure: str
    wait_s: float
    """Until it is tried again; 0 unless open."""

    @property
    def sentence(self) -> str:
        """How it stands, in words: "not asked for another 23 s, after 5 failures in a row: ..."."""
        if self.state == "closed":
            return "ready" if not self.failures else f"{self.failures} failures in a row: {self.last_failure}"
        after = f"after {self.failures} failures in a row: {self.last_failure}"
        if self.state == "half-open":
            return f"being tried with one request, {after}"
        return f"not asked for another {self.wait_s:.0f} s, {after}"


class Breaker:
    """One endpoint's. Used on one event loop; `status` may be read from any thread."""

    def __init__(self, endpoint: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.endpoint = endpoint
        self._clock = clock
        self._failures = 0
        self._last = ""
        self._pause_s = FIRST_PAUSE_S
        self._open_until: float | None = None
        self._opened_at: float | None = None
        self._on_trial = False

    @property
    def down_s(self) -> float:
        """How long it has not been closed."""
        return 0.0 if self._opened_at is None else self._clock() - self._opened_at

    def admit(self) -> float:
        """Seconds until a request may be made: 0 admits this one, which must then be told of by one of the below."""
        if self._open_until is None:
            return 0.0
        if self._on_trial:
            return 1.0
        wait_s = self._open_until - self._clock()
        if wait_s > 0:
            return wait_s
        self._on_trial = True
        return 0.0

    def answered(self) -> None:
        """The endpoint is there: text came, or a refusal with a reason."""
        self._failures, self._last, self._pause_s = 0, "", FIRST_PAUSE_S
        self._open_until, self._opened_at, self._on_trial = None, None, False

    def left(self) -> None:
        """The request was given up before anything was learned; another may be the trial."""
        self._on_trial = False

    def failed(self, failure: ProviderFailure) -> None:
        """A request failed before any text came."""
        if failure.kind not in _OUTAGES:
            self.answered()
            return
        self._failures += 1
        self._last = failure.message
        if self._on_trial:
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
            self._on_trial = False
        elif self._failures < OPENS_AFTER:
            return
        now = self._clock()
        self._open_until, self._opened_at = now + self._pause_s, self._opened_at or now

    def status(self) -> BreakerStatus:
        """How it stands now."""
        until = self._open_until
        wait_s = max(0.0, until - self._clock()) if until is not None else 0.0
        state: BreakerState = "closed" if until is None else "half-open" if self._on_trial or not wait_s else "open"
        return BreakerStatus(self.endpoint, state, self._failures, self._last, wait_s)


class Breakers:
    """The breakers of all endpoints that were asked so far, by model id."""

    def __init__(self) -> None:
        self._by_model: dict[str, Breaker] = {}

    def of(self, model_id: str, endpoint: str) -> Breaker:
        """The breaker of a model at an address; another address begins anew."""
        breaker = self._by_model.get(model_id)
        if breaker is None or breaker.endpoint != endpoint:
            breaker = self._by_model[model_id] = Breaker(endpoint)
        return breaker

    def found_there(self, model_id: str) -> None:
        """Somebody else had an answer from the model, so it is asked here again."""
        if breaker := self._by_model.get(model_id):
            breaker.answered()

    def find(self, model_id: str) -> Breaker | None:
        """The breaker of a model that was asked before."""
        return self._by_model.get(model_id)

    def statuses(self) -> dict[str, BreakerStatus]:
        """How every one stands, by model id; may be called from any thread."""
        return {model_id: breaker.status() for model_id, breaker in list(self._by_model.items())}
