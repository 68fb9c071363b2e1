"""A worker's bookkeeping: what many calls have to write goes into one transaction, in a thread of its own.

Whoever writes waits until the transaction holds. While one is on its way the next gathers, so a busy job makes a few
transactions a second and a quiet one makes one for each answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from compare.store.cells import Working
from compare.store.store import Store

T = TypeVar("T")
Work = Callable[[Working], T]
"""Something to do inside a transaction; runs in the ledger's thread."""

GATHER_S = 0.005
"""How long the first of a transaction waits for others."""


class Ledger:
    """Belongs to one event loop."""

    def __init__(self, store: Store, job_id: str, owner: str) -> None:
        self._store = store
        self._job_id = job_id
        self._owner = owner
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="job-ledger")
        self._gathered: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None
        self.n_transactions = 0

    async def do(self, work: Work[T]) -> T:
        """Have it done, with whatever else is to be done now.

        Raises:
            StoreError: it could not be written; nothing of it is kept.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._gathered.append((work, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="job-ledger")
        return await future

    def close(self) -> None:
        """End the thread; what was to be done is done."""
        self._pool.shutdown(wait=True)

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._gathered:
            await asyncio.sleep(GATHER_S)
            batch, self._gathered = self._gathered, []
            outcomes = await loop.run_in_executor(self._pool, self._together, [work for work, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.done():
                    continue  # nobody waits any more
                if isinstance(outcome, BaseException):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

    def _together(self, works: Sequence[Work[Any]]) -> list[Any]:
        """Results, or in the place of a result the exception that came instead."""
        try:
            self.n_transactions += 1
            with self._store.working(self._job_id, self._owner) as working:
                return [work(working) for work in works]
        except Exception as exc:
            if len(works) == 1:
                return [exc]
        # One of them is at fault, and the others must not suffer for it.
        return [self._together([work])[0] for work in works]
