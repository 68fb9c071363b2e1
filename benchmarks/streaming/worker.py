"""One contender in a process of its own: asks, checks every answer, prints CPU seconds and times as JSON."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time

from benchmarks.streaming.clients import CLIENTS, Ask, Seen
from benchmarks.streaming.server import WORD_CHARS

CONVERSATION = [{"role": "user" if i % 2 == 0 else "assistant", "content": "word " * 100} for i in range(20)]
"""With its first message, which names the stream: 21 messages, about 11 kB."""


async def _ask_all(ask: Ask, model: str, n: int, at_once: int) -> dict[str, Seen]:
    n_tokens = int(model.split("-")[1])
    names = iter(range(n))
    seen: dict[str, Seen] = {}

    async def work() -> None:
        for i in names:
            one = await ask(model, [{"role": "user", "content": f"stream {i}"}, *CONVERSATION])
            assert (one.n_chars, one.completion_tokens) == (n_tokens * WORD_CHARS, n_tokens), one
            seen[f"stream {i}"] = one

    await asyncio.gather(*(work() for _ in range(min(at_once, n))))
    return seen


async def main(client: str, base_url: str, model: str, n: int, at_once: int) -> None:
    async with CLIENTS[client](base_url) as ask:
        # Imports, connections and caches are not what is measured.
        await _ask_all(ask, "burst-5", min(n, at_once), at_once)
        cpu, began = time.process_time(), time.perf_counter()
        seen = await _ask_all(ask, model, n, at_once)
        cpu_s, wall_s = time.process_time() - cpu, time.perf_counter() - began
    print(
        json.dumps(
            {
                "cpu_s_per_1000": cpu_s / n * 1000,
                "wall_s": wall_s,
                "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "ttft_ms": {name: one.ttft_ms for name, one in seen.items()},
                "total_ms": {name: one.total_ms for name, one in seen.items()},
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
