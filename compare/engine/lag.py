"""How long the event loop was held up: the witness for every time that we report.

A busy thread in this process (a page that computes) delays the loop, and so every time measured on it. The meter ticks
each 20 ms and keeps the worst delay with its moment, so that an answer can say whether its times can be trusted.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

TICK_S = 0.02
_KEPT_S = 900.0
_NOTED_MS = 2.0


class LagMeter:
    """Runs on the loop that it measures."""

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque()
        self._due = float("inf")

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            self._due = time.monotonic() + TICK_S
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            late_ms = (now - self._due) * 1000.0
            if late_ms > _NOTED_MS:
                self._late.append((now, late_ms))
                while self._late and self._late[0][0] < now - _KEPT_S:
                    self._late.popleft()

    def worst_ms(self, since: float) -> float:
        """The longest delay since a moment of time.monotonic(), in ms; 0 where none passed 2 ms."""
        # The tick that is due now counts too: what asks may come before it when the loop goes on after a delay.
        worst = (time.monotonic() - self._due) * 1000.0
        for at, late_ms in reversed(self._late):
            if at < since:
                break
            worst = max(worst, late_ms)
        return worst if worst > _NOTED_MS else 0.0
