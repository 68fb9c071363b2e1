"""A run: the panes of one comparison, the log of frames that viewers follow, and who may see what.

The hub's loop changes the panes; web threads read snapshots and follow the log. Both happen under one
lock, so a snapshot that says "frame 12" contains exactly the first twelve frames.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

from compare.engine.pane import News, Pane
from compare.render.details import Details
from compare.render.frames import Op, PaneSnapshot, RunSnapshot, ThreadMessage, TurnRow, sse_frame
from compare.render.summary import summary_line

LETTERS = "ABCDEFGH"


class Run:
    """One comparison on screen, live or finished."""

    def __init__(
        self, run_id: str, panes: Sequence[Pane], *, title: str, thread: list[ThreadMessage], blind: bool = False
    ) -> None:
        self.id = run_id
        self.panes = list(panes)
        self.title = title
        self.thread = thread
        self.blind = blind
        self.turns: list[TurnRow] | None = None
        """The conversation turn by turn; made when somebody asks for it, and never different for this run."""
        self.frames: list[bytes] = []
        self.n_changes = 0
        """Rises when a pane was replaced: viewers then ask for the snapshot again."""
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._closed = all(pane.final for pane in self.panes)
        self._progress = ""

    @property
    def running(self) -> bool:
        """True until every answer is final and viewers have been sent all of it."""
        return not self._closed

    @property
    def hidden(self) -> bool:
        """True while nobody may see the answers: a blind run shows them together, when all are complete."""
        return self.blind and self.running

    # --- the hub's side

    def take(self) -> list[tuple[Pane, News]]:
        """What every pane has to tell now; to be called on the hub's loop."""
        return [(pane, pane.take()) for pane in self.panes]

    def publish(self, taken: list[tuple[Pane, News]]) -> bool:
        """Turn what was taken into one frame; false once the run has ended and its last frame is out.

        May run on any thread, one call at a time: rendering a long block must not hold up the loop that takes times.
        """
        with self._lock:
            told = [(i, pane.ops(news)) for i, (pane, news) in enumerate(taken)]
            # A pane that was replaced meanwhile has nothing to say any more; its successor speaks next time.
            ops = [[i, *op] for i, found in told for op in found if self.panes[i] is taken[i][0] and not self.blind]
            progress = self._progress_line(revealed=not self.blind)
            if progress != self._progress:
                self._progress = progress
                ops.append([-1, "p", progress])
            going_on = self._end(taken, ops)
            self._append(ops)
        return going_on

    def publish_end(self, taken: list[tuple[Pane, News]]) -> bool:
        """Say no more of what was taken than whether it is the end, where a frame of it could not be made."""
        with self._lock:
            ops: list[Op] = []
            going_on = self._end(taken, ops)
            self._append(ops)
        return going_on

    def _end(self, taken: list[tuple[Pane, News]], ops: list[Op]) -> bool:
        """Add the end of the run to its last frame; false once it has ended."""
        over = all(news.final and pane is self.panes[i] for i, (pane, news) in enumerate(taken))
        if over and not self._closed:
            self._closed = True
            ops += [[-1, "x"], [-1, "z"]] if self.blind else [[-1, "z"]]
        return not over

    def tick(self) -> bool:
        """Take and publish at once, where no loop has to be spared."""
        return self.publish(self.take())

    def replace(self, place: int, pane: Pane) -> None:
        """Put a new version of a pane in its place; viewers ask for the snapshot again."""
        with self._lock:
            pane.version = self.panes[place].version + 1
            self.panes[place] = pane
            self._closed = False
            self.n_changes += 1
            self._append([[-1, "x"]])

    def _append(self, ops: list[Op]) -> None:
        if not ops:
            return
        self.frames.append(sse_frame(len(self.frames) + 1, ops))
        for loop, event in list(self._waiting):
            loop.call_soon_threadsafe(event.set)

    def _progress_line(self, *, revealed: bool) -> str:
        """How far the run is; once it is over, who was fastest and so on, for those who may know the candidates."""
        ready, of = sum(pane.final for pane in self.panes), len(self.panes)
        if ready < of:
            return f"{ready} of {of} answers are ready"
        told = [(pane.face.label, pane.answer) for pane in self.panes if pane.answer is not None]
        return summary_line(told) if revealed else ""

    # --- the viewers' side

    def snapshot(self, *, revealed: bool) -> RunSnapshot:
        """The run as it stands; without `revealed` no label, badge or number, and no text while hidden."""
        with self._lock:
            hidden = self.hidden
            return RunSnapshot(
                v=len(self.frames),
                running=not self._closed,
                hidden=hidden,
                progress=self._progress_line(revealed=revealed),
                title=self.title,
                thread=self.thread,
                panes=[
                    _hidden_pane(LETTERS[i]) if hidden else pane.snapshot(LETTERS[i], revealed=revealed)
                    for i, pane in enumerate(self.panes)
                ],
            )

    def raw(self, place: int) -> str | None:
        """Stored text of a pane, byte for byte; None while hidden or where there is no such pane."""
        with self._lock:
            if self.hidden or not 0 <= place < len(self.panes):
                return None
            return self.panes[place].raw()

    def texts(self) -> list[str] | None:
        """Stored text of every pane once no answer is running; None before."""
        with self._lock:
            return [pane.raw() for pane in self.panes] if self._closed else None

    def thinking(self, place: int) -> str | None:
        """What a model showed of its thinking, under the same condition as its text."""
        with self._lock:
            if self.hidden or not 0 <= place < len(self.panes):
                return None
            return self.panes[place].thinking()

    def details(self, place: int) -> Details | None:
        """Every figure of a pane; None while hidden or where there is no such pane. For who may know the candidates."""
        with self._lock:
            if self.hidden or not 0 <= place < len(self.panes):
                return None
            return self.panes[place].details()

    async def follow(self, after: int) -> AsyncIterator[bytes]:
        """Frames after number `after`, as they come, until nothing is running. May be awaited on any loop."""
        mine = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(mine)
        try:
            while True:
                mine[1].clear()
                with self._lock:
                    chunk, after, closed = b"".join(self.frames[after:]), len(self.frames), self._closed
                if chunk:
                    yield chunk
                elif closed:
                    return
                else:
                    await mine[1].wait()
        finally:
            with self._lock:
                self._waiting.discard(mine)


def _hidden_pane(name: str) -> PaneSnapshot:
    return {
        "name": name, "label": "", "badge": "", "state": "hidden", "note": "", "numbers": "", "timeline": None,
        "silent_ms": 0, "earlier": "", "blocks": [], "tail": "", "thinking": False, "version": 0,
    }  # fmt: skip
