"""How long a call may take: in all, and without a byte. One timer per call, whatever number of pieces comes.

Transports have bounds of their own on each read, and asyncio.timeout can be put around one; either costs about as much
as reading a piece does, and a transport that has lost its connection may forget its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


class OutOfTimeError(Exception):
    """The call took too long: without a byte where `stalled` is True, in all where it is False."""

    def __init__(self, *, stalled: bool) -> None:
        super().__init__("nothing came" if stalled else "not complete")
        self.stalled = stalled


class Watch:
    """Bounds one call. Made inside the task that makes the call; `stop` it in the end."""

    __slots__ = ("_end", "_gap_s", "_loop", "_over", "_since", "_task", "_timer")

    def __init__(self, total_s: float, gap_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._gap_s = gap_s
        self._since = self._loop.time()
        """When the current wait began."""
        self._end = self._since + total_s
        self._over: OutOfTimeError | None = None
        self._task: asyncio.Task[Any] | None = None
        """The task that waits now."""
        self._timer = self._loop.call_at(min(self._end, self._since + gap_s), self._look)

    async def wait_for(self, start: Callable[[], Awaitable[T]]) -> T:
        """Await what `start` begins.

        Raises:
            OutOfTimeError: it has not come in time, or the time was over before.
        """
        if self._over is not None:
            raise self._over
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        cancelling = task.cancelling()
        self._task = task
        self._since = self._loop.time()
        try:
            return await start()
        except asyncio.CancelledError:
            # As asyncio.timeout does: only a cancellation that is ours alone becomes an exception of ours.
            if self._over is not None and task.uncancel() <= cancelling:
                raise self._over from None
            raise
        finally:
            self._task = None

    def stop(self) -> None:
        """The call is over."""
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        gap_ends = (self._since if self._task is not None else now) + self._gap_s
        if now >= self._end:
            self._over = OutOfTimeError(stalled=False)
        elif now >= gap_ends:
            self._over = OutOfTimeError(stalled=True)
        else:
            self._timer = self._loop.call_at(min(self._end, gap_ends), self._look)
            return
        if self._task is not None:
            self._task.cancel()


__all__ = ["OutOfTimeError", "Watch"]
