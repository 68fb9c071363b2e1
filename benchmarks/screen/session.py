"""Reading a run's event stream as the page does; who pressed Run is a viewer without a browser (tests/viewer.py)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import aiohttp
import orjson

from benchmarks.screen.texts import WRAP_MS, sent_at_ms
from tests.viewer import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Read:
    """What one viewer's event stream carried."""

    n_bytes: int
    n_frames: int
    snapshot: dict[str, object]
    """As it stands when the run has ended."""


async def read(http: aiohttp.ClientSession, url: str, route: str, lags_ms: list[float] | None = None) -> Read:
    """Follow a run from its first frame to its end, as the page does.

    Args:
        http: the client.
        url: the app's address.
        route: "/rp/<token>" of the run.
        lags_ms: takes, for the newest stamp of every piece that arrives, the time since it was sent.
    """
    n_bytes = n_frames = 0
    async with http.get(f"{url}{route}/events?v=0") as stream:
        async for data, _ in stream.content.iter_chunks():
            n_bytes += len(data)
            if lags_ms is not None and (stamps := sent_at_ms(data.decode(errors="replace"))):
                lags_ms.append((time.time() * 1000 - max(stamps)) % WRAP_MS)
            n_frames += data.count(b"\nid: ") + data.startswith(b"id: ")
    async with http.get(f"{url}{route}/snap") as answer:
        return Read(n_bytes, n_frames, orjson.loads(await answer.read()))


async def ended(http: aiohttp.ClientSession, url: str, route: str) -> None:
    """Wait for the end of a run that nobody watches."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        async with http.get(f"{url}{route}/snap") as answer:
            if not orjson.loads(await answer.read())["running"]:
                return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"The run was still going after {PATIENCE_S:.0f} s.")
