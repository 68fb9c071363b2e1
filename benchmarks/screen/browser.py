"""The two designs in a real browser, with the same handles: choose, press Run, wait, read what the probe saw.

async with chromium() as browser:
    page = await Ours.opened(browser, servers, "prose-800-100")
    seen = await page.streamed()
"""

from __future__ import annotations

import asyncio
import math
import statistics
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from benchmarks.screen.processes import Servers, candidates, cpu_s
from benchmarks.screen.texts import WRAP_MS, sent_at_ms
from maintenance.chromium import find
from tests.chromium_fixture import FLAGS

DESKTOP = {"width": 1440, "height": 900}
_PROBE = Path(__file__).with_name("probe.js").read_text(encoding="utf-8")
_PATIENCE_MS = 120_000


@dataclass(frozen=True, slots=True)
class Seen:
    """One run as a reader saw it."""

    first_ms: float
    """From the press on Run to the first stamp on the screen."""
    paint_ms: list[float]
    """From the sending of a stamped token to the frame that shows it, for tokens sent after the first frame."""
    long_ms: list[int]
    """Every task of the page of 50 ms and more."""
    n_frames: int
    cpu_s: float
    """Of the server's process, the whole run."""
    page_cpu_s: dict[str, float]
    """Of the page's main thread: "Task" all of it, of that "Script", "Layout" and "RecalcStyle". Processor time, so
    that a busy machine does not lengthen it as it lengthens tasks."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser that the tests use too."""
    path = find()
    if path is None:
        raise RuntimeError("No Chromium or Google Chrome was found; `make browser` installs one.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


async def new_page(browser: Browser) -> Page:
    """A page in a context of its own, with the probe in it."""
    context = await browser.new_context(viewport=DESKTOP)
    await context.add_init_script(_PROBE)
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    return page


class Screen(ABC):
    """One design on one page."""

    name = ""
    panes = ""
    done = ""

    def __init__(self, page: Page, pid: int) -> None:
        self.page = page
        self.pid = pid
        self._devtools: CDPSession | None = None

    async def press_run(self) -> None:
        await self.page.get_by_role("button", name="Run", exact=True).click()

    @abstractmethod
    async def again(self) -> None:
        """Make ready for another run of the same models."""

    @abstractmethod
    async def rename(self, name: str) -> float:
        """Tell the page who votes; ms from Enter to the frame that says so."""

    async def answered(self, words: str) -> asyncio.Task[Any]:
        """Begin to wait for the answer to the next click; the task gives ms."""
        task = asyncio.create_task(self.page.evaluate("words => probe.answered(words)", words))
        # The evaluation is in the page before the click is: both travel over one connection, in order.
        await asyncio.sleep(0)
        return task

    async def start(self) -> None:
        """Press Run with the probe on."""
        await self.page.evaluate(
            "() => { probe.start(); window.addEventListener('click', () => { probe.ran = performance.timeOrigin"
            " + performance.now(); }, { capture: true, once: true }); }"
        )
        self._cpu_s, self._page_cpu_s = cpu_s(self.pid) or 0.0, await self._metrics()
        await self.press_run()

    async def finish(self) -> Seen:
        """Wait for the end of the run and read the probe."""
        await self.page.get_by_text(self.done).first.wait_for()
        used = (cpu_s(self.pid) or 0.0) - self._cpu_s
        page_cpu_s = await self._metrics()
        await self.page.evaluate("() => new Promise(shown => requestAnimationFrame(() => setTimeout(shown)))")
        probe = await self.page.evaluate("() => { probe.on = false; return probe; }")
        texts = await self.page.locator(self.panes).evaluate_all("panes => panes.map(p => p.textContent)")
        painted = probe["painted"]
        return Seen(
            first_ms=min((at for _, at, _ in painted), default=math.inf) - probe["ran"],
            paint_ms=[
                late
                for i, text in enumerate(texts)
                for late in _latencies(sent_at_ms(text), [(at, stamp) for pane, at, stamp in painted if pane == i])
            ],
            long_ms=[duration for _, duration in probe["longTasks"]],
            n_frames=probe["frames"],
            cpu_s=used,
            page_cpu_s={name: value - self._page_cpu_s[name] for name, value in page_cpu_s.items()},
        )

    async def _metrics(self) -> dict[str, float]:
        if self._devtools is None:
            self._devtools = await self.page.context.new_cdp_session(self.page)
            await self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        told = {m["name"]: m["value"] for m in (await self._devtools.send("Performance.getMetrics"))["metrics"]}
        return {name: told[f"{name}Duration"] for name in ("Task", "Script", "Layout", "RecalcStyle")}

    async def streamed(self) -> Seen:
        """One run from the press to its end."""
        await self.start()
        return await self.finish()


class Ours(Screen):
    """The app."""

    name = "weighbridge"
    panes = ".rp-pane .rp-text"
    done = "Which answer stays true to the thread?"

    @classmethod
    async def opened(cls, browser: Browser, servers: Servers, asked: str) -> Ours:
        """The playground with four candidates chosen."""
        page = await new_page(browser)
        await page.goto(servers.app_url)
        box = page.get_by_role("combobox", name="Candidates (2 to 8)")
        n = 3
        for model in candidates(asked):
            # What is typed into a page that is being drawn again is lost, so each step waits for the page's own word.
            await page.get_by_text(f"go to {n} candidates").wait_for()
            await box.fill(model)
            await page.get_by_role("option", name=model, exact=True).click()
            n += 1
        await page.keyboard.press("Escape")
        for simulated in ("Sim Lite", "Sim Flash", "Sim Large"):
            await page.get_by_text(f"go to {n} candidates").wait_for()
            await page.get_by_role("button", name=f"Remove {simulated} (simulated)").first.click()
            n -= 1
        await page.get_by_text("go to 4 candidates").wait_for()
        return cls(page, servers.app_pid)

    async def again(self) -> None:
        await self.page.get_by_role("button", name="New comparison").click()
        await self.page.get_by_text("go to 4 candidates").wait_for()

    async def rename(self, name: str) -> float:
        await self.page.get_by_role("button", name="Voting as").click()
        field = self.page.get_by_role("textbox", name="Name of who votes")
        await field.fill(name)
        answer = await self.answered(f"Voting as {name}")
        await field.press("Enter")
        taken = float(await answer)
        await self.page.keyboard.press("Escape")
        return taken

    async def go(self, link: str, words: str) -> float:
        """Open another page of the app; ms from the click to its first words."""
        answer = await self.answered(words)
        await self.page.get_by_test_id("stTopNavLink").filter(has_text=link).click()
        return float(await answer)


class Naive(Screen):
    """The page that writes every whole text anew."""

    name = "whole text"
    panes = '[class*="st-key-pane"] [data-testid="stMarkdownContainer"]'
    done = "All answers are complete."

    @classmethod
    async def opened(cls, browser: Browser, servers: Servers, asked: str) -> Naive:
        """The page with its button."""
        page = await new_page(browser)
        await page.goto(f"{servers.naive_url}/?models={','.join(candidates(asked))}&url={servers.models_url}")
        await page.get_by_role("button", name="Run", exact=True).wait_for()
        return cls(page, servers.naive_pid)

    async def again(self) -> None:
        """Its words of the run before must not be taken for those of the next."""
        await self.page.reload()
        await self.page.get_by_role("button", name="Run", exact=True).wait_for()

    async def rename(self, name: str) -> float:
        field = self.page.get_by_role("textbox", name="Name of who votes")
        await field.fill(name)
        answer = await self.answered(f"Voting as {name}")
        await field.press("Enter")
        return float(await answer)


def _latencies(sent: list[int], painted: list[tuple[float, int]]) -> list[float]:
    """ms from each sending to the first frame with that stamp or a later one; none for what came before any frame."""
    place = {stamp: k for k, stamp in enumerate(sent)}
    frames = iter([(at, place[stamp]) for at, stamp in painted if stamp in place])
    at, shown = next(frames, (0.0, -1))
    began, found = at, []
    for k, stamp in enumerate(sent):
        while shown < k:
            following = next(frames, None)
            if following is None:
                return found
            at, shown = following
        late = (at - stamp) % WRAP_MS
        if (began - stamp + WRAP_MS / 2) % WRAP_MS - WRAP_MS / 2 < 0:  # sent after the first frame
            found.append(late if late < WRAP_MS / 2 else late - WRAP_MS)
    return found


def percentile(values: list[float], q: int) -> float:
    """The q-th of a hundred; endless where nothing was shown before the end."""
    if len(values) < 2:
        return math.inf
    return statistics.quantiles(values, n=100, method="inclusive")[q - 1]
