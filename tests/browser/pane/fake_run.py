"""A run that does what a test tells it: the smallest thing that satisfies compare.web.source.

Everything but `snapshot`, `raw` and `find` happens on the web server's loop, so no lock is needed for the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from compare.render.blocks import BlockStream
from compare.render.details import Details
from compare.render.frames import Marks, Op, PaneSnapshot, RunSnapshot, ThreadMessage, TurnCell, TurnRow, sse_frame
from compare.render.markdown import to_html, turn_html
from compare.render.worddiff import Op as DiffOp
from compare.runs.reading import difference, marks

LIVE = ("queued", "waiting", "writing")


class FakeRun:
    def __init__(self, n: int = 2, messages: int = 6, hidden: bool = False, labels: tuple[str, ...] = ()) -> None:
        self.hidden = hidden
        self.running = True
        self.progress = ""
        self.said = [_said(k + 1) for k in range(messages)]
        self.panes = [_Pane(i, labels) for i in range(n)]
        self.rows: list[TurnRow] = []
        self.log: list[bytes] = []
        self.waiters: set[asyncio.Event] = set()
        self.streams = 0
        self.cuts = 0

    def frame(self, *ops: Op) -> None:
        self.log.append(sse_frame(len(self.log) + 1, [op for op in ops if op[0] < 0 or not self.hidden]))
        for waiter in self.waiters:
            waiter.set()

    # --- what a test may tell it

    def feed(self, pane: int, text: str) -> None:
        p = self.panes[pane]
        if p.state != "writing":
            self.state(pane, "writing")
        self.frame(*([pane, *op] for op in p.stream.feed(text)))

    def state(self, pane: int, state: str, note: str = "") -> None:
        self.panes[pane].state, self.panes[pane].note = state, note
        self.frame([pane, "s", state, note])

    def numbers(self, pane: int, numbers: str) -> None:
        self.panes[pane].numbers = numbers
        self.frame([pane, "n", numbers])

    def times(self, pane: int, waiting_ms: int, thinking_ms: int, writing_ms: int) -> None:
        self.panes[pane].timeline = (waiting_ms, thinking_ms, writing_ms)
        self.frame([pane, "l", waiting_ms, thinking_ms, writing_ms])

    def hears(self, pane: int) -> None:
        self.frame([pane, "h"])

    def silent(self, pane: int, ms: int) -> None:
        self.panes[pane].silent_ms = ms

    def tells(self, pane: int, details: Details) -> None:
        self.panes[pane].details = details

    def think(self, pane: int, text: str) -> None:
        p = self.panes[pane]
        if not p.thoughts:
            self.frame([pane, "t"])
        p.thoughts += text
        self.state(pane, "waiting", "thinking")

    def finish(self, pane: int, state: str = "done", note: str = "") -> None:
        self.frame(*([pane, *op] for op in self.panes[pane].stream.finish()))
        self.state(pane, state, note)

    def say(self, progress: str) -> None:
        self.progress = progress
        self.frame([-1, "p", progress])

    def end(self) -> None:
        self.running = False
        if self.hidden:
            self.hidden = False
            self.frame([-1, "x"])
        self.frame([-1, "z"])

    def again(self, pane: int) -> None:
        p = self.panes[pane]
        p.past.append((p.snapshot(), p.stream.text, p.thoughts))
        p.stream, p.state, p.note, p.version, self.running = BlockStream(), "queued", "", p.version + 1, True
        self.frame([-1, "x"])

    def says(self, *messages: tuple[str, str]) -> None:
        """Another thread: (role, text), oldest first."""
        self.said = list(messages)

    def earlier(self, pane: int, text: str) -> None:
        self.panes[pane].earlier = turn_html(1, "user", to_html(text))

    def went_on(self, turns: int) -> None:
        """Turns of the panes' own, after the thread: a question and each pane's answer, and one more question."""
        first = len(self.thread) + 1
        self.rows = [_turn(1, 1, True, "The beginning", ["Shared words"])]
        for k in range(turns + 1):
            said = [f"Pane {p.name}, answer {k + 1}. " + "Words. " * 40 for p in self.panes] if k < turns else []
            self.rows.append(_turn(2 + k, first + 2 * k, False, f"Question {k + 1}", said))
        for i, p in enumerate(self.panes):
            p.earlier = "".join(
                turn_html(row["message"], "user", str(row["user"]))
                + "".join(turn_html(row["message"] + 1, "assistant", cell["html"]) for cell in row["cells"][i : i + 1])
                for row in self.rows[1:]
            )

    def cut(self) -> None:
        """Close every open stream, as a proxy or a sleeping laptop would."""
        self.cuts += 1
        for waiter in self.waiters:
            waiter.set()

    # --- compare.web.source.RunView

    @property
    def thread(self) -> list[ThreadMessage]:
        return [_message(n, role, text) for n, (role, text) in enumerate(self.said, start=1)]

    def snapshot(self) -> RunSnapshot:
        return {
            "v": len(self.log),
            "running": self.running,
            "hidden": self.hidden,
            "progress": self.progress,
            "title": "Refund of order 4417",
            "thread": self.thread,
            "panes": [_hidden(p) if self.hidden else p.snapshot() for p in self.panes],
        }

    def version(self, pane: int, version: int) -> PaneSnapshot | None:
        return None if self.hidden else self._stored(pane, version)[0]

    def turns(self) -> list[TurnRow]:
        return self.rows

    def raw(self, pane: int, version: int | None = None) -> str | None:
        return None if self.hidden else self._stored(pane, version)[1]

    def thinking(self, pane: int, version: int | None = None) -> str | None:
        return None if self.hidden else self._stored(pane, version)[2]

    def _stored(self, pane: int, version: int | None) -> tuple[PaneSnapshot | None, str | None, str | None]:
        """Snapshot, text and thinking of a version; None: of the newest."""
        p = self.panes[pane] if pane < len(self.panes) else _Pane(0, ())
        known = dict(enumerate(p.past)) | {None: (p.snapshot(), p.stream.text, p.thoughts)}
        return known.get(version, (None, None, None)) if pane < len(self.panes) else (None, None, None)

    def details(self, pane: int, version: int | None = None) -> Details | None:
        return self.panes[pane].details if pane < len(self.panes) and not self.hidden else None

    def diff(self, a: int, b: int) -> list[tuple[DiffOp, str]] | None:
        ours, theirs = self.raw(a), self.raw(b)
        return None if ours is None or theirs is None else difference(ours, theirs)

    def marks(self) -> Marks | None:
        return None if self.running else marks([p.stream.text for p in self.panes], [(r, t) for r, t in self.said])

    async def follow(self, after: int) -> AsyncIterator[bytes]:
        waiter, cuts = asyncio.Event(), self.cuts
        self.waiters.add(waiter)
        self.streams += 1
        try:
            while cuts == self.cuts:
                waiter.clear()
                if len(self.log) > after:
                    piece, after = b"".join(self.log[after:]), len(self.log)
                    yield piece
                elif not self.running:
                    return
                else:
                    await waiter.wait()
        finally:
            self.waiters.discard(waiter)


class _Pane:
    def __init__(self, index: int, labels: tuple[str, ...]) -> None:
        self.name = "ABCDEFGH"[index]
        self.label = labels[index] if index < len(labels) else f"candidate {index + 1}"
        self.stream = BlockStream()
        self.thoughts = ""
        self.timeline: tuple[int, int, int] | None = None
        self.silent_ms = 0
        self.details: Details | None = None
        self.past: list[tuple[PaneSnapshot, str, str]] = []
        self.state, self.note, self.numbers, self.earlier, self.version = "queued", "", "", "", 0

    def snapshot(self) -> PaneSnapshot:
        return {
            "name": self.name,
            "label": self.label,
            "badge": "simulated" if self.label.startswith("sim") else "",
            "state": self.state,
            "note": self.note,
            "numbers": self.numbers,
            "timeline": self.timeline,
            "silent_ms": self.silent_ms,
            "earlier": self.earlier,
            "blocks": self.stream.blocks,
            "tail": self.stream.tail,
            "thinking": bool(self.thoughts),
            "version": self.version,
        }


def _hidden(pane: _Pane) -> PaneSnapshot:
    empty = _Pane(0, ("",)).snapshot()
    return {**empty, "name": pane.name, "state": "hidden"}


def _turn(turn: int, message: int, shared: bool, user: str, said: list[str]) -> TurnRow:
    cells: list[TurnCell] = [{"html": to_html(text), "note": ""} for text in said]
    return {"turn": turn, "message": message, "shared": shared, "user": to_html(user), "cells": cells}


def _said(n: int) -> tuple[str, str]:
    text = f"Message {n}: my order **#4417** costs $5 -> $10, is that right? I paid on May {n}."
    if n % 2 == 0:
        text = f"Reply {n}: the **total** is $24.90; I checked `order.total` against the invoice.\n\n- shipped\n- paid"
    return ("user" if n % 2 else "assistant"), text


def _message(n: int, role: str, text: str) -> ThreadMessage:
    return {"n": n, "role": role, "html": to_html(text), "note": "recorded answer" if n == 4 else ""}


class FakeRuns:
    """Runs by id; commands of a test arrive as [run, method, *arguments]."""

    def __init__(self) -> None:
        self.runs: dict[str, FakeRun] = {}

    def find(self, run_id: str, viewer_id: str) -> FakeRun | None:
        return self.runs.get(run_id)

    def command(self, run_id: str, method: str, *arguments: Any) -> Any:
        if method == "new":
            self.runs[run_id] = FakeRun(**arguments[0])
            return None
        if method == "info":
            run = self.runs[run_id]
            return {"streams": run.streams, "texts": [p.stream.text for p in run.panes], "frames": len(run.log)}
        return getattr(self.runs[run_id], method)(*arguments)


RUNS = FakeRuns()
