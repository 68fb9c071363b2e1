"""What is done to a running gateway, route by route: split, stickiness, one model failing, its recovery."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import median
from time import monotonic

from compare.routing.config import Route
from compare.routing.verify.asks import Answered, Ask, Shape, Tally, tally
from compare.routing.verify.fakes import N_PIECES, Fake, State
from compare.routing.verify.figures import FailureFigures, RecoveryFigures, RouteFigures, StickyFigures, StreamFigures
from compare.routing.verify.gateways.gateway import Gateway
from compare.routing.verify.judged import shares_hold
from compare.routing.verify.traffic import Sessions, send, stream

Say = Callable[[str], None]

FAILING_REQUESTS = 300
FAILING_LIMIT_S = 15.0
"""No request is begun after this: a gateway may wait between its tries for seconds."""
RECOVERED_REQUESTS = 400
STREAMED_REQUESTS = 100
"""Sent at once, and as many in pieces."""
PAUSE_S = 0.02
STICKY_SESSIONS = 60
STICKY_REQUESTS = 4
DEFAULT_COOLDOWN_S = 5.0
"""Of the gateways that leave a failing server alone although the file does not say for how long."""
_PATIENCE_S = 15.0
_BURST = 20
_EVERY_S = 0.25
_SHADOW_QUIET_S = 0.5
_SHADOW_LIMIT_S = 10.0


class Phases:
    """All phases of one route; the fakes are all up before and after each."""

    def __init__(
        self, gateway: Gateway, fakes: Mapping[str, Fake], route: Route, shapes: Sequence[Shape], sessions: Sessions
    ) -> None:
        self._gateway = gateway
        self._fakes = fakes
        self._route = route
        self._shapes = shapes
        self._sessions = sessions
        self._weights = {name: float(weight) for name, weight in route.weights.items() if weight > 0}

    async def run(self, requests: int, say: Say, *, failures: bool = True) -> RouteFigures:
        """Count everything.

        Args:
            requests: for the split; the other phases take fewer.
            say: told what goes on.
            failures: whether a model is made to fail.
        """
        name, figures = self._route.name, RouteFigures()
        say(f"{name}: {requests} requests, all models up")
        await self._split(figures, requests)
        say(f"{name}: {2 * min(requests, STREAMED_REQUESTS)} streamed answers, half of them sent in pieces")
        figures.streams = await self._streams(min(requests, STREAMED_REQUESTS))
        if self._route.sticky and len(self._weights) > 1:
            say(f"{name}: {STICKY_SESSIONS} sessions of {STICKY_REQUESTS} requests")
            figures.sticky = await self._sticky()
        if failures and (victim := self.victim()):
            states: tuple[State, ...] = ("answers 500", "refuses connections")
            for state in states:
                say(f"{name}: {victim} {state}")
                figures.failures.append(await self._failing(victim, state, min(requests, FAILING_REQUESTS)))
                say(f"{name}: {victim} is up again; at most {self._limit_s():.0f} s until it is asked")
                figures.recoveries.append(await self._recovering(victim))
            if all(recovery.back for recovery in figures.recoveries):
                figures.recovered = await self._recovered(min(requests, RECOVERED_REQUESTS))
        return figures

    def victim(self) -> str:
        """The model that is made to fail: the heaviest; none where no other could answer."""
        heaviest = max(self._weights, key=lambda name: self._weights[name])
        others = {*self._weights, *self._route.fallbacks} - {heaviest}
        return heaviest if others else ""

    async def _split(self, figures: RouteFigures, requests: int) -> None:
        shadow = self._fakes[self._route.shadow.model] if self._route.shadow else None
        before = shadow.hits if shadow else 0
        answered = await self._send(requests)
        figures.split = tally(answered)
        for shape in self._shapes:
            figures.by_shape.append((shape, tally([each for each in answered if each.ask.shape is shape])))
        if shadow:
            await _quiet(shadow)
            figures.shadow_hits = shadow.hits - before - figures.split.served.get(shadow.name, 0)

    async def _streams(self, n: int) -> StreamFigures:
        tallied, pieces = Tally(), []
        for pause_s in (0.0, PAUSE_S):
            for fake in self._fakes.values():
                fake.pause_s = pause_s
            try:
                found = await stream(self._gateway, self._sessions.asks(self._shapes, n))
            finally:
                for fake in self._fakes.values():
                    fake.pause_s = 0.0
            for each in found:
                tallied.add(each.reply)
            if pause_s:
                pieces = [each for each in found if each.reply.served in self._fakes]
        return StreamFigures(
            tally=tallied,
            in_pieces=len(pieces),
            median_pieces=median(each.pieces for each in pieces) if pieces else 0.0,
            median_spread_s=median(each.spread_s for each in pieces) if pieces else 0.0,
            sent_spread_s=(N_PIECES - 1) * PAUSE_S,
        )

    async def _sticky(self) -> StickyFigures:
        asks = self._sessions.asks(self._shapes, STICKY_SESSIONS, requests_each=STICKY_REQUESTS)
        answered = await send(self._gateway, asks)
        seen: dict[str, set[str]] = {}
        for each in answered:
            seen.setdefault(each.ask.session, set()).add(each.reply.served)
        return StickyFigures(
            sessions=STICKY_SESSIONS,
            requests_each=STICKY_REQUESTS,
            kept=sum(len(models) == 1 and "" not in models for models in seen.values()),
            by_chance=STICKY_SESSIONS * math.fsum(weight**STICKY_REQUESTS for weight in self._weights.values()),
            tally=tally(answered),
        )

    async def _failing(self, victim: str, state: State, requests: int) -> FailureFigures:
        fake = self._fakes[victim]
        await fake.become(state)
        before, started = fake.hits, monotonic()
        try:
            asks = self._sessions.asks(self._shapes, requests)
            counted = tally(await send(self._gateway, until(started + FAILING_LIMIT_S, asks)))
        finally:
            hits = fake.hits - before
            await fake.become("up")
        return FailureFigures(victim, state, counted, hits if state == "answers 500" else None, monotonic() - started)

    def _limit_s(self) -> float:
        breaker = self._route.circuit_breaker
        # A gateway may leave a server alone for longer each time it fails.
        return 3 * (breaker.cooldown_s if breaker else DEFAULT_COOLDOWN_S) + _PATIENCE_S

    async def _recovering(self, victim: str) -> RecoveryFigures:
        """Ask a little until the model answers again."""
        limit_s, started, back = self._limit_s(), monotonic(), False
        while not back and monotonic() - started < limit_s:
            back = bool(tally(await self._send(_BURST)).served.get(victim))
            if not back:
                await asyncio.sleep(_EVERY_S)
        return RecoveryFigures(back, monotonic() - started, limit_s)

    async def _recovered(self, requests: int) -> Tally:
        """The share after recovery, once more where a breaker that closed late still keeps the model out."""
        until_s = monotonic() + self._limit_s()
        counted = tally(await self._send(requests))
        while not shares_hold(self._weights, counted) and monotonic() < until_s:
            await asyncio.sleep(1.0)
            counted = tally(await self._send(requests))
        return counted

    async def _send(self, n: int) -> list[Answered]:
        return await send(self._gateway, self._sessions.asks(self._shapes, n))


def until(due: float, asks: Iterable[Ask]) -> Iterator[Ask]:
    """The requests that can be begun before a time of the monotonic clock."""
    return itertools.takewhile(lambda _: monotonic() < due, asks)


async def _quiet(fake: Fake) -> None:
    """Until no more copies come in, which gateways send behind the client's back."""
    until = monotonic() + _SHADOW_LIMIT_S
    seen = -1
    while fake.hits != seen and monotonic() < until:
        seen = fake.hits
        await asyncio.sleep(_SHADOW_QUIET_S)


__all__ = ["Phases", "Say"]
