"""Work that is finished although the task that waits for it is cancelled: counting and saving what a stop has left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def complete(work: Coroutine[Any, Any, T]) -> T:
    """Await work to its end. A cancellation meanwhile does not reach it and stays pending: see was_cancelled."""
    inner = asyncio.ensure_future(work)
    while not inner.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(inner)
    return inner.result()


def was_cancelled() -> bool:
    """True where this task was cancelled while something had to be completed first, and should end now."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
