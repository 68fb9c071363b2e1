"""Server-sent events: kept alive in silence, and ended together when the app ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

KEEP_ALIVE_S = 15.0
"""A comment is sent after this silence, so that proxies do not close the stream."""

RETRY_MS = 500
"""How soon a browser reconnects after a cut."""


class Streams:
    """The open event streams of a process.

    A server that ends waits for its open requests first. Without `end`, an answer that is slow to come would hold it up
    for as long as somebody reads along.
    """

    def __init__(self) -> None:
        self._open: set[asyncio.Task[bytes | None]] = set()
        self._ended = False

    def end(self) -> None:
        """End all of them, and whatever is opened from now on after its first line. On their event loop."""
        self._ended = True
        for waiting in self._open:
            waiting.cancel()

    async def events(self, frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The frames, with a comment in every long silence; leaves no task and no open iterator behind."""
        yield b"retry: %d\n\n" % RETRY_MS
        waiting: asyncio.Task[bytes | None] | None = None
        try:
            while not self._ended:
                if waiting is None:
                    waiting = asyncio.ensure_future(_next(frames))
                    self._open.add(waiting)
                done, _ = await asyncio.wait({waiting}, timeout=KEEP_ALIVE_S)
                if not done:
                    yield b": keep\n\n"
                    continue
                self._open.discard(waiting)
                if waiting.cancelled():
                    return
                frame, waiting = waiting.result(), None
                if frame is None:
                    return
                yield frame
        finally:
            if waiting is not None:
                self._open.discard(waiting)
                waiting.cancel()
                await asyncio.wait({waiting})
            if isinstance(frames, AsyncGenerator):
                await frames.aclose()


async def _next(frames: AsyncIterator[bytes]) -> bytes | None:
    return await anext(frames, None)


STREAMS = Streams()
"""Those of this process's server."""
