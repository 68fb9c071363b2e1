"""Event streams that end together, so that the app can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from compare.web.streams import Streams


class Frames:
    """One frame; then nothing more, ever."""

    def __init__(self) -> None:
        self.closed = False
        self.waits = asyncio.Event()

    async def follow(self) -> AsyncIterator[bytes]:
        try:
            yield b"one"
            self.waits.set()
            await asyncio.Event().wait()
        finally:
            self.closed = True


async def _read(streams: Streams, frames: Frames) -> list[bytes]:
    return [chunk async for chunk in streams.events(frames.follow())]


def test_open_streams_end_with_the_app_and_leave_nothing_behind() -> None:
    async def run() -> None:
        streams, some = Streams(), [Frames(), Frames()]
        reading = [asyncio.create_task(_read(streams, frames)) for frames in some]
        await asyncio.gather(*(frames.waits.wait() for frames in some))
        streams.end()
        assert await asyncio.wait_for(asyncio.gather(*reading), 5) == [[b"retry: 500\n\n", b"one"]] * 2
        assert all(frames.closed for frames in some)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_a_stream_that_is_opened_while_the_app_ends_ends_at_once() -> None:
    async def run() -> None:
        streams = Streams()
        streams.end()
        assert await asyncio.wait_for(_read(streams, Frames()), 5) == [b"retry: 500\n\n"]

    asyncio.run(run())
