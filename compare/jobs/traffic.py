"""Limits on what each endpoint is asked, and how they follow what the endpoint says.

An *endpoint* is a host and a key: what a provider counts by. Each has a window (calls at once), which halves when the
endpoint says that it is too much (429, overloaded) and grows by one call for each window of good answers; a pause that
Retry-After asks for; and buckets for requests and tokens a minute, given by the user or told in rate headers. So a
slow or dead endpoint holds its own calls up and no others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from compare.jobs.terms import Limit
from compare.records import Allowance, ChatResult, FailureKind, ModelSpec, RateLimits

_TOO_MUCH: frozenset[FailureKind] = frozenset(("rate_limit", "overloaded"))
_ONE_DECREASE_S = 1.0
"""Refusals of calls that were made together are one piece of news."""
_LONGEST_PAUSE_S = 300.0
_MINUTE_S = 60.0


class Bucket:
    """So much may be taken, and it fills again by and by. What is taken beyond it has to be waited for afterwards."""

    def __init__(self, capacity: float, per_s: float, level: float | None = None) -> None:
        self._capacity = max(capacity, 1.0)
        self._per_s = per_s
        self._level = self._capacity if level is None else level
        self._at = time.monotonic()

    def wait_s(self, amount: float) -> float:
        """Seconds until so much is there, or all that ever is."""
        self._fill()
        lacks = min(amount, self._capacity) - self._level
        return 0.0 if lacks <= 1e-9 else lacks / self._per_s if self._per_s > 0 else _MINUTE_S

    def holds(self) -> float:
        """How much is there now."""
        self._fill()
        return self._level

    def take(self, amount: float) -> None:
        """Take so much, whether it is there or not."""
        self._fill()
        self._level -= amount

    def _fill(self) -> None:
        now = time.monotonic()
        self._level = min(self._capacity, self._level + (now - self._at) * self._per_s)
        self._at = now


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """One endpoint as it stands, for people."""

    name: str
    n_calls: int
    """At this moment."""
    window: int
    """How many there may be."""
    most: int
    """How many there might be at best."""
    n_refused: int
    """Times that it said it is too much."""
    wait_s: float
    """Until the next call may begin; 0 where it may now."""

    @property
    def is_held_up(self) -> bool:
        """Whether it waits, or takes fewer calls than it might because it refused some."""
        return self.wait_s >= 0.5 or (self.n_refused > 0 and self.window < self.most)

    @property
    def sentence(self) -> str:
        """How it stands, in words."""
        said = f"{self.name}: {self.n_calls} of {self.window} calls at once"
        if self.n_refused:
            said += f", refused {self.n_refused} times"
        if self.wait_s >= 0.5:
            said += f", waits {self.wait_s:.0f} s"
        return said


class _Endpoint:
    def __init__(self, key: str, name: str, most: int, limit: Limit) -> None:
        self.key = key
        self.name = name
        self.most = most
        self.window = float(most)
        self.n_calls = 0
        self.n_refused = 0
        self._paused_until = 0.0
        self._decreased_at = 0.0
        per_min = (limit.requests_per_min, limit.tokens_per_min)
        self._given = [None if n is None else Bucket(n, n / _MINUTE_S) for n in per_min]
        self._told: list[Bucket | None] = [None, None]

    def wait_s(self, n_tokens: int) -> float | None:
        """Seconds until a call may begin; None: not before one has ended."""
        if self.n_calls >= max(1, int(self.window)):
            return None
        waits = [self._paused_until - time.monotonic()]
        for buckets in (self._given, self._told):
            waits += [b.wait_s(n) for b, n in zip(buckets, (1, n_tokens), strict=True) if b is not None]
        return max(0.0, *waits)

    def room(self) -> int:
        """How many more calls may begin now."""
        if self._paused_until > time.monotonic():
            return 0
        free = max(1, int(self.window)) - self.n_calls
        for requests, tokens in (self._given, self._told):
            if requests is not None:
                free = min(free, int(requests.holds() + 1e-9))
            if tokens is not None and tokens.holds() <= 0:
                free = 0
        return max(0, free)

    def begin(self, n_tokens: int) -> None:
        self.n_calls += 1
        self._take(1, n_tokens)

    def _take(self, n_requests: int, n_tokens: int) -> None:
        for buckets in (self._given, self._told):
            for bucket, n in zip(buckets, (n_requests, n_tokens), strict=True):
                if bucket is not None and n:
                    bucket.take(n)

    def hear(self, limits: RateLimits) -> None:
        self._told = [_told(limits.requests), _told(limits.tokens)]

    def end(self, result: ChatResult | None) -> None:
        self.n_calls -= 1
        if result is None:
            return
        failure = result.failure
        if failure is None:
            self.window = min(float(self.most), self.window + 1.0 / max(self.window, 1.0))
            self._take(0, result.usage.output or len(result.text) // 4)
            return
        if result.rate_limits is not None:
            self.hear(result.rate_limits)
        if failure.kind in _TOO_MUCH:
            self._decrease(failure.retry_after_s)

    def _decrease(self, retry_after_s: float | None) -> None:
        now = time.monotonic()
        self.n_refused += 1
        if now - self._decreased_at >= _ONE_DECREASE_S:
            self.window = max(1.0, self.window / 2)
            self._decreased_at = now
        if retry_after_s is not None:
            self._paused_until = max(self._paused_until, now + min(retry_after_s, _LONGEST_PAUSE_S))

    def status(self) -> EndpointStatus:
        return EndpointStatus(
            self.name, self.n_calls, max(1, int(self.window)), self.most, self.n_refused, self.wait_s(1) or 0.0
        )


def _told(allowance: Allowance | None) -> Bucket | None:
    """What a header tells, as a bucket that is as full as it says and full when it says."""
    if allowance is None:
        return None
    reset_s = max(allowance.reset_s, 0.001)
    if allowance.limit is None:
        return Bucket(max(allowance.remaining, 1), max(allowance.remaining, 1) / reset_s, allowance.remaining)
    return Bucket(allowance.limit, (allowance.limit - allowance.remaining) / reset_s, allowance.remaining)


class Roads:
    """engine.traffic.Traffic for a job: every endpoint's limits, and the bound over all."""

    def __init__(self, concurrency: int, limits: Sequence[Limit], on_room: Callable[[], None] = lambda: None) -> None:
        """Make it.

        Args:
            concurrency: calls at once, over all endpoints.
            limits: by endpoint; one that names a model holds for it alone.
            on_room: called when a call has ended.
        """
        self._concurrency = concurrency
        self._limits = limits
        self._on_room = on_room
        self._n_calls = 0
        self._endpoints: dict[str, _Endpoint] = {}
        self._waiting: set[asyncio.Future[None]] = set()

    def wait_s(self, spec: ModelSpec, n_tokens: int = 1) -> float | None:
        """Seconds until a call to this model may begin, as far as limits go; None: not before one has ended."""
        if self._n_calls >= self._concurrency:
            return None
        waits = [endpoint.wait_s(n_tokens) for endpoint in self._of(spec)]
        return None if None in waits else max(wait for wait in waits if wait is not None)

    def rooms(self, spec: ModelSpec) -> dict[str, int]:
        """How many more calls may begin now at each of the gates that a call to this model goes through, by its key."""
        return {endpoint.key: endpoint.room() for endpoint in self._of(spec)}

    def n_calls(self, key: str) -> int:
        """Calls that are under way through one gate."""
        return self._endpoints[key].n_calls

    async def enter(self, spec: ModelSpec, n_tokens: int) -> None:
        """As Traffic.enter."""
        while (wait_s := self.wait_s(spec, n_tokens)) != 0.0:
            changed = asyncio.get_running_loop().create_future()
            self._waiting.add(changed)
            try:
                await asyncio.wait_for(changed, wait_s)
            except TimeoutError:
                pass
            finally:
                self._waiting.discard(changed)
        self._n_calls += 1
        for endpoint in self._of(spec):
            endpoint.begin(n_tokens)

    def hear(self, spec: ModelSpec, limits: RateLimits) -> None:
        """As Traffic.hear."""
        self._of(spec)[0].hear(limits)

    def leave(self, spec: ModelSpec, result: ChatResult | None) -> None:
        """As Traffic.leave."""
        self._n_calls -= 1
        for endpoint in self._of(spec):
            endpoint.end(result)
        for changed in self._waiting:
            if not changed.done():
                changed.set_result(None)
        self._on_room()

    def statuses(self) -> list[EndpointStatus]:
        """How every endpoint stands that was asked so far."""
        return [endpoint.status() for endpoint in self._endpoints.values()]

    def _of(self, spec: ModelSpec) -> list[_Endpoint]:
        """The model's endpoint, and the model itself where it has a limit of its own."""
        host = self._simulated(spec) if spec.simulated else urlsplit(spec.base_url).netloc.rpartition("@")[2]
        key = host if spec.simulated else f"{host} {spec.api_key_env or ''}".strip()
        found = [self._endpoints.get(key) or self._add(key, host, self._limit_of(spec))]
        own = next((limit for limit in self._limits if limit.name == spec.id.casefold()), None)
        if own is not None:
            key = f"model {spec.id}"
            found.append(self._endpoints.get(key) or self._add(key, spec.id, own))
        return found

    def _simulated(self, spec: ModelSpec) -> str:
        """Simulated models stand for providers of their own, unless a limit is for all of them together."""
        together = any(limit.name == "simulated" for limit in self._limits)
        return "simulated" if together else f"simulated {spec.id}"

    def _limit_of(self, spec: ModelSpec) -> Limit:
        meant = (one for one in self._limits if one.is_for(spec) and one.name != spec.id.casefold())
        return next(meant, Limit(""))

    def _add(self, key: str, name: str, limit: Limit) -> _Endpoint:
        most = min(limit.concurrency or self._concurrency, self._concurrency)
        endpoint = self._endpoints[key] = _Endpoint(key, name, most, limit)
        return endpoint
