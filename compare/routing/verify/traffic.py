"""Sending many requests through a gateway, a bounded number at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from compare.routing.verify.asks import Answered, Ask, Shape, Streamed
from compare.routing.verify.gateways.gateway import Gateway

CONCURRENCY = 8

Result = TypeVar("Result")


async def send(gateway: Gateway, asks: Iterable[Ask]) -> list[Answered]:
    """Send them all; the replies in the order in which they came.

    Raises:
        CompareError: the gateway ended.
    """

    async def answered(ask: Ask) -> Answered:
        return Answered(ask, await gateway.ask(ask))

    return await _all(asks, answered)


async def stream(gateway: Gateway, asks: Iterable[Ask]) -> list[Streamed]:
    """The same, with the answers streamed."""
    return await _all(asks, gateway.stream)


async def _all(asks: Iterable[Ask], send_one: Callable[[Ask], Awaitable[Result]]) -> list[Result]:
    waiting = iter(asks)
    results: list[Result] = []

    async def work() -> None:
        for ask in waiting:
            result = await send_one(ask)
            results.append(result)

    workers = [asyncio.create_task(work()) for _ in range(CONCURRENCY)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return results


class Sessions:
    """Names of conversations that nobody has used before."""

    def __init__(self, prefix: str, key: str = "session_id") -> None:
        self._prefix = prefix
        self._key = key
        self._n = 0

    def asks(self, shapes: Sequence[Shape], n: int, *, requests_each: int = 1) -> list[Ask]:
        """Requests of n new conversations, over all shapes in turn.

        Args:
            shapes: kinds of requests of one route.
            n: conversations.
            requests_each: of one conversation; they come one round after the other.
        """
        first = self._n + 1
        self._n += n
        return [
            Ask(shapes[i % len(shapes)], f"{self._prefix}-{first + i}", self._key)
            for _ in range(requests_each)
            for i in range(n)
        ]


__all__ = ["CONCURRENCY", "Sessions", "send", "stream"]
