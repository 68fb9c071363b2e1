"""What is measured of the screen; every part prints a line for the app, one for the naive page, and their ratio.

A part takes a Scale, which says how long it may take. Interleaved: the two designs take turns in every round.
"""

from __future__ import annotations

import asyncio
import math
import statistics
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
from playwright.async_api import Browser
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.screen.browser import Naive, Ours, Screen, Seen, percentile
from benchmarks.screen.processes import Servers, candidates, load
from benchmarks.screen.session import read
from benchmarks.screen.texts import KINDS, text
from compare.tokens.count import count
from tests.viewer import Session, open_page

BUDGET = {"prose": 25, "fence": 60, "table": 60, "list": 60}
"""Bytes a token on the event stream."""
PAINT_MS, CROWD_PAINT_MS, CLICK_MS, LONG_MS = 120, 300, 500, 300
CLICKS = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    rounds: int
    lengths: tuple[int, int]
    """Tokens an answer, where growth is looked at."""
    tokens: int
    """Tokens an answer, where it is not."""
    block_tokens: int
    """Tokens of one code fence, table or list."""
    viewers: int
    per_s: int = 100
    """Deltas a second of each answer."""

    def model(self, kind: str, n_tokens: int) -> str:
        """The model that answers so."""
        return f"{kind}-{n_tokens}-{self.per_s}"

    @property
    def asked(self) -> list[str]:
        """Every model that the app must know."""
        pairs = [(kind, n) for kind in KINDS for n in (*self.lengths, self.block_tokens)]
        return sorted({self.model(*pair) for pair in [*pairs, ("prose", self.tokens), ("prose", 2 * self.tokens)]})


@dataclass(frozen=True, slots=True)
class Bench:
    """What every part needs."""

    servers: Servers
    http: aiohttp.ClientSession
    browser: Browser
    scale: Scale

    def say(self, part: str, line: str) -> None:
        print(f"{part:7} {line}   [{load()}]", flush=True)


Part = Callable[[Bench], Awaitable[None]]


# --- bytes -----------------------------------------------------------------------------------------------------------


async def weight(bench: Bench) -> None:
    """Bytes a token on the way to one viewer of four answers."""
    for n_tokens in bench.scale.lengths:
        models = [bench.scale.model(kind, n_tokens) for kind in KINDS]
        ours = await asyncio.gather(*(_our_bytes(bench, model) for model in models))
        naive = await asyncio.gather(*(_naive_bytes(bench, model) for model in models))
        for kind, mine, other in zip(KINDS, ours, naive, strict=True):
            n = count(text(kind, n_tokens)) * 4
            bench.say("bytes", f"{kind:6} {n_tokens:5} tokens: {mine / n:6.1f} B a token  goal <= {BUDGET[kind]}   "
                      f"whole text {other / n:7.1f}   ratio {mine / other:.4f}")  # fmt: skip


async def _our_bytes(bench: Bench, model: str) -> int:
    async with open_page(bench.http, bench.servers.app_url, "") as session:
        await session.choose(candidates(model))
        return (await read(bench.http, bench.servers.app_url, await session.run())).n_bytes


async def _naive_bytes(bench: Bench, model: str) -> int:
    query = f"models={','.join(candidates(model))}&url={bench.servers.models_url}"
    async with open_page(bench.http, bench.servers.naive_url, query) as session:
        before = session.n_bytes
        await session.ask(WidgetState(id=session.ids["run"], trigger_value=True))
        await session.until(_is_over(session), 240)
        return session.n_bytes - before


# --- time ------------------------------------------------------------------------------------------------------------


async def paint(bench: Bench) -> None:
    """From the sending of a token to the frame that shows it; one viewer, nobody else."""
    model = bench.scale.model("prose", bench.scale.tokens)
    screens = [await design.opened(bench.browser, bench.servers, model) for design in (Ours, Naive)]
    seen: dict[str, list[Seen]] = {screen.name: [] for screen in screens}
    for _ in range(bench.scale.rounds):
        for screen in screens:
            seen[screen.name].append(found := await screen.streamed())
            bench.say("paint", _times(screen, found, PAINT_MS))
            bench.say("paint", _costs(screen, found))
            await screen.again()
    _compare_paint(bench, "paint", seen)
    for screen in screens:
        await screen.page.context.close()


def _times(screen: Screen, seen: Seen, goal_ms: int) -> str:
    goal = f"  goal p95 <= {goal_ms}" if isinstance(screen, Ours) else ""
    p50, p95 = (percentile(seen.paint_ms, q) for q in (50, 95))
    longest = max(seen.paint_ms, default=math.inf)
    return (
        f"{screen.name:11} p50 {p50:5.0f}  p95 {p95:5.0f}  max {longest:5.0f} ms of {len(seen.paint_ms)} stamps{goal}"
        f"   Run to first words {seen.first_ms:.0f} ms"
    )


def _costs(screen: Screen, seen: Seen) -> str:
    return (
        f"{screen.name:11} {seen.n_frames} frames, long tasks {sum(seen.long_ms)} ms ({_list(seen.long_ms)}); "
        f"CPU s: page {seen.page_cpu_s['Task']:.2f}, server {seen.cpu_s:.2f}"
    )


def _compare_paint(bench: Bench, part: str, seen: dict[str, list[Seen]]) -> None:
    for q in (50, 95):
        ours, naive = ([percentile(one.paint_ms, q) for one in seen[name]] for name in (Ours.name, Naive.name))
        ratio = statistics.median(a / b for a, b in zip(ours, naive, strict=True))
        bench.say(part, f"p{q}: median round {statistics.median(ours):.0f} ms, quietest {min(ours):.0f} ms; whole text "
                  f"{statistics.median(naive):.0f} and {min(naive):.0f}; ratio {ratio:.2f}")  # fmt: skip


async def crowd(bench: Bench) -> None:
    """The same with others at it: each viewer watches four answers of its own; one viewer is a real browser."""
    scale, servers = bench.scale, bench.servers
    model, longer = scale.model("prose", scale.tokens), scale.model("prose", 2 * scale.tokens)
    for design, others in ((Ours, _our_crowd), (Naive, _naive_crowd)):
        screen = await design.opened(bench.browser, servers, model)
        lags_ms: list[float] = []
        async with AsyncExitStack() as stack:
            streams = await others(bench, stack, longer, lags_ms)
            await asyncio.sleep(1)  # all of them are well under way
            await screen.start()
            lags_ms.clear()
            clicks = [await screen.rename(f"Ann {k}") for k in range(CLICKS)] if design is Ours else []
            seen = await screen.finish()
            n_live = sum(not stream.done() for stream in streams)
            for stream in streams:
                stream.cancel()
            await asyncio.gather(*streams, return_exceptions=True)
        bench.say("crowd", _times(screen, seen, CROWD_PAINT_MS))
        bench.say("crowd", f"{_costs(screen, seen)}; {n_live} of {scale.viewers - 1} others streamed to the end")
        if design is Ours:
            p50, p95 = (percentile(lags_ms, q) for q in (50, 95))
            bench.say("crowd", f"{screen.name:11} click elsewhere {_list(clicks)} ms  goal <= {CLICK_MS} each")
            bench.say("crowd", f"{screen.name:11} arrival at the others p50 {p50:.0f}  p95 {p95:.0f} ms")
        await screen.page.context.close()


async def _our_crowd(
    bench: Bench, stack: AsyncExitStack, model: str, lags_ms: list[float]
) -> list[asyncio.Task[object]]:
    url = bench.servers.app_url
    sessions = [await stack.enter_async_context(open_page(bench.http, url, "")) for _ in range(bench.scale.viewers - 1)]
    for session in sessions:
        await session.choose(candidates(model))
    return [asyncio.create_task(read(bench.http, url, await session.run(), lags_ms)) for session in sessions]


async def _naive_crowd(
    bench: Bench, stack: AsyncExitStack, model: str, _lags_ms: list[float]
) -> list[asyncio.Task[object]]:
    url, query = bench.servers.naive_url, f"models={','.join(candidates(model))}&url={bench.servers.models_url}"
    sessions = [
        await stack.enter_async_context(open_page(bench.http, url, query)) for _ in range(bench.scale.viewers - 1)
    ]
    for session in sessions:
        await session.ask(WidgetState(id=session.ids["run"], trigger_value=True))
    return [asyncio.create_task(session.until(_is_over(session), 240)) for session in sessions]


def _is_over(session: Session) -> Callable[[object], bool]:
    return lambda _: "All answers are complete." in session.said


async def click(bench: Bench) -> None:
    """A click elsewhere while four answers stream."""
    model = bench.scale.model("prose", bench.scale.tokens)
    screens = [await design.opened(bench.browser, bench.servers, model) for design in (Ours, Naive)]
    for n in range(bench.scale.rounds):
        for screen in screens:
            await screen.start()
            await asyncio.sleep(1)
            took = [await screen.rename(f"Ann {n} {k}") for k in range(CLICKS)]
            words = f"{screen.name:11} a name changed: {_list(took)} ms"
            if isinstance(screen, Ours):
                there = await screen.go("Threads", "Search titles and texts")
                back = await screen.go("Playground", "Votes open when all answers are complete.")
                words += f", another page {there:.0f}, back {back:.0f}  goal <= {CLICK_MS} each"
            await screen.finish()
            bench.say("click", words)
            await screen.again()
    for screen in screens:
        await screen.page.context.close()


async def blocks(bench: Bench) -> None:
    """One long block: what it costs the page, and when its tokens show."""
    for kind in ("fence", "table", "list"):
        model = bench.scale.model(kind, bench.scale.block_tokens)
        for design in (Ours, Naive):
            screen = await design.opened(bench.browser, bench.servers, model)
            seen = await screen.streamed()
            goal = f"  goal: long tasks <= {LONG_MS} ms" if design is Ours else ""
            bench.say("blocks", f"{kind:5} {_times(screen, seen, PAINT_MS)}")
            bench.say("blocks", f"{kind:5} {_costs(screen, seen)}{goal}")
            await screen.page.context.close()


def _list(values: Sequence[float]) -> str:
    return " ".join(f"{value:.0f}" for value in values)
