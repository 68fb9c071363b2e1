"""Many raters at once against the real app: exact counts, and how long a rater waits for the next item.

    python -m benchmarks.review.run               20 raters, 200 items, 3 ballots each: about two minutes
    python -m benchmarks.review.run 10 50 3       other numbers of raters, items and ballots an item

One rater sits at a real Chromium and votes by keys; the others are clients that speak the app's own websocket. Nobody
reads: each votes as soon as the next item is there, which is many times the pace of people. Every fourth vote of the
clients is sent twice. Times are from the vote to the next item: of the clients until the whole item has arrived, of the
browser until it is painted.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

import aiohttp
from playwright.async_api import Page, async_playwright

from compare.store import open_store
from maintenance.chromium import find
from tests.app_server import AppServer, start_app
from tests.chromium_fixture import FLAGS
from tests.rated import check_exact, make_study
from tests.rater_client import rater

GOAL_MS = 300.0
PAUSE_S = 1.0
"""Between votes of one rater; people take twenty times as long."""


async def _client(app: AppServer, http: aiohttp.ClientSession, study_id: str, name: str, waits: list[float]) -> int:
    n = 0
    async with rater(http, app.url, study_id, name) as session:
        while session.item is not None:
            began = time.perf_counter()
            await session.submit({"verdict": "best", "ranking": [n % 2]}, times=2 if n % 4 == 0 else 1)
            waits.append((time.perf_counter() - began) * 1000)
            n += 1
            await asyncio.sleep(PAUSE_S)
    return n


async def _browser(app: AppServer, page: Page, study_id: str, waits: list[float]) -> int:
    n = 0
    await page.goto(f"{app.url}/vote?study={study_id}")
    await page.get_by_role("textbox", name="Your name").fill("Browser")
    await page.get_by_role("button", name="Begin").click()
    box = page.locator(".wb-vote")
    ended = page.get_by_role("button", name="Look again")
    await box.or_(ended).first.wait_for()
    while not await ended.is_visible():
        item = await page.evaluate(_SHOWN)
        await page.keyboard.press("1")
        began = time.perf_counter()
        await page.keyboard.press("Enter")
        await page.wait_for_function(f"(before) => ({_SHOWN})() !== before", arg=item, polling="raf")
        waits.append((time.perf_counter() - began) * 1000)
        n += 1
        await asyncio.sleep(PAUSE_S)
    return n


_SHOWN = "() => document.querySelector('.wb-vote .rp-thread')?.textContent ?? 'none'"


async def _measure(app: AppServer, study_id: str, n_raters: int) -> tuple[int, list[float], list[float]]:
    clients: list[float] = []
    seen: list[float] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=FLAGS)
        page = await browser.new_page()
        told = await asyncio.gather(
            _browser(app, page, study_id, seen),
            *(_client(app, http, study_id, f"Rater {k}", clients) for k in range(n_raters - 1)),
        )
        await browser.close()
    return sum(told), clients, seen


def main() -> None:
    n_raters, n_items, overlap = (int(word) for word in sys.argv[1:4]) if len(sys.argv) == 4 else (20, 200, 3)
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        app = start_app(Path(folder))
        try:
            store = open_store(Path(folder) / "weighbridge.db")
            study = make_study(store, n_items, overlap)
            began = time.perf_counter()
            n_votes, clients, seen = asyncio.run(_measure(app, study.id, n_raters))
            took_s = time.perf_counter() - began
            check_exact(store, study, n_votes)
            store.close()
        finally:
            app.stop()
        problems = [line for line in app.log.read_text().splitlines() if "lock" in line.lower() or "Error" in line]
    print(
        f"{n_raters} raters, {n_items} items, {overlap} ballots each: {n_votes} ballots in {took_s:.0f} s, "
        "none lost, none double"
    )
    print(f"lines of the app's log about locks or errors: {len(problems)}")
    for name, waits in (("clients", clients), ("browser", seen)):
        print(f"next item, {name}: median {median(waits):.0f} ms, p95 {quantiles(waits, n=20)[-1]:.0f} ms "
              f"of {len(waits)} (goal: median {GOAL_MS:.0f})")  # fmt: skip
    if problems:
        sys.exit("\n".join(problems[:5]))


if __name__ == "__main__":
    main()
