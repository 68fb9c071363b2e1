"""The comparison screen beside a page that writes whole texts: bytes, time to paint, clicks, opening, long blocks.

    python -m benchmarks.screen.run                all parts, about nine minutes
    python -m benchmarks.screen.run paint click    some of them
    python -m benchmarks.screen.run --quick        all parts, small, about two minutes

bytes: bytes a token on the event stream at two lengths. paint: from the sending of a token to the frame that shows
it, one viewer. crowd: the same among 30 viewers of four answers each. click: a click elsewhere while answers stream.
thread: a thread of 200 messages opens. blocks: one long code fence, table or list.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path

import aiohttp

from benchmarks.screen.browser import chromium
from benchmarks.screen.opening import thread
from benchmarks.screen.parts import Bench, Part, Scale, blocks, click, crowd, paint, weight
from benchmarks.screen.processes import Servers, servers

WHOLE = Scale(rounds=3, lengths=(800, 4000), tokens=800, block_tokens=2000, viewers=30)
QUICK = Scale(rounds=1, lengths=(200, 800), tokens=400, block_tokens=800, viewers=8)
PARTS: dict[str, Part] = {
    "bytes": weight, "paint": paint, "click": click, "thread": thread, "blocks": blocks, "crowd": crowd,
}  # fmt: skip


async def _measure(names: list[str], scale: Scale, there: Servers) -> None:
    timeout = aiohttp.ClientTimeout(total=None)
    # Every viewer keeps a connection open.
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http, chromium() as browser:
        for name in names:
            await PARTS[name](Bench(there, http, browser, scale))


def main() -> None:
    scale = QUICK if "--quick" in sys.argv else WHOLE
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or list(PARTS)
    if unknown := set(names) - set(PARTS):
        sys.exit(f"There is no part {sorted(unknown)[0]!r}; the parts are {', '.join(PARTS)}.")
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), scale.asked) as there:
        asyncio.run(_measure(names, scale, there))


if __name__ == "__main__":
    main()
