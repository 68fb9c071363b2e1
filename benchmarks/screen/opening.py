"""How long a long thread takes to open: from its address to all of it readable, in a fresh and in a used browser."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

from playwright.async_api import BrowserContext

from benchmarks.screen.browser import new_page
from benchmarks.screen.parts import Bench
from benchmarks.screen.processes import N_PANES, candidates
from benchmarks.screen.session import ended
from tests.app_server import ROOT
from tests.viewer import open_page

N_MESSAGES = 200
GOAL_MS = 1500
_LAST = "Which of these still holds?"
_FIRST = "the order was moved"


def _thread() -> list[dict[str, str]]:
    """200 messages of 40 to 200 words, with lists, tables and code among the replies."""
    said = []
    for n in range(1, N_MESSAGES):
        if n % 2:
            words = f"Message {n}: my order 4417 cost ${n}.90 and I paid on day {n}. "
            said.append({"role": "user", "content": words * (2 + n % 3)})
        else:
            reply = f"Reply {n}: the **total** is ${n}.90; I checked `order.total` against the invoice. " * (3 + n % 5)
            if n % 6 == 0:
                reply += "\n\n| item | price |\n|---|--:|\n" + "| bread | $4.90 |\n" * 4
            if n % 10 == 0:
                reply += "\n\n```python\n" + "total = sum(item.price for item in order)\n" * 5 + "```\n"
            said.append({"role": "assistant", "content": reply + "\n\n- paid\n- shipped"})
    return [*said, {"role": "user", "content": _LAST}]


async def thread(bench: Bench) -> None:
    """A finished comparison of four answers to a thread of 200 messages."""
    said = _thread()
    file = bench.servers.data_dir / "thread.json"
    file.write_text(json.dumps({"title": "Two hundred messages", "messages": said}))
    model = bench.scale.model("prose", bench.scale.lengths[0])
    address = await _ours(bench, model)
    naive = f"{bench.servers.naive_url}/?thread={file}&texts={','.join(candidates(model))}"
    ours_tests = [
        [".rp-thread .rp-m", 1, _LAST],
        [".rp-pane .rp-text", N_PANES, _FIRST],
        [".rp-state", N_PANES, "done"],
    ]
    naive_tests = [[".st-key-thread", 1, _LAST], ['[class*="st-key-pane"]', N_PANES, _FIRST]]
    for _ in range(bench.scale.rounds):
        for name, url, tests in (("weighbridge", address, ours_tests), ("whole text", naive, naive_tests)):
            page = await new_page(bench.browser)
            fresh = await _opened(page.context, url, tests)
            used = await _opened(page.context, url, tests)
            goal = f"  goal <= {GOAL_MS}" if name == "weighbridge" else ""
            bench.say("thread", f"{name:11} {len(said)} messages: fresh browser {fresh:.0f} ms, used browser {used:.0f}"
                      f" ms{goal}")  # fmt: skip
            await page.context.close()


async def _opened(context: BrowserContext, url: str, tests: list[list[object]]) -> float:
    page = await context.new_page()
    await page.goto(url, wait_until="commit")
    taken = float(await page.evaluate("tests => probe.readable(tests)", tests))
    await page.close()
    return taken


async def _ours(bench: Bench, model: str) -> str:
    """The address of the finished run, its thread imported and its candidates asked as a user does it."""
    servers = bench.servers
    command = [sys.executable, "-m", "compare", "threads", "import", str(servers.data_dir / "thread.json"), "--json"]
    env = {**os.environ, "WEIGHBRIDGE_DATA_DIR": str(servers.data_dir / "app")}
    done = await asyncio.to_thread(
        subprocess.run, command, check=True, capture_output=True, text=True, cwd=ROOT, env=env
    )
    thread_id = json.loads(done.stdout)["thread_ids"][0]
    async with open_page(bench.http, servers.app_url, f"thread={thread_id}") as session:
        await session.choose(candidates(model))
        route = await session.run()
        await ended(bench.http, servers.app_url, route)
        return f"{servers.app_url}/?{session.query}"
