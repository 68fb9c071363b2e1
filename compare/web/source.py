"""What the routes need of whoever runs the answers: two Protocols, so that web knows no engine.

    class RunSource: find(run_id, viewer_id) -> RunView | None
    class RunView:   snapshot() -> RunSnapshot;  version(pane, version) -> PaneSnapshot | None;
                     turns() -> list[TurnRow];  raw(pane, version=None) -> str | None;
                     thinking(pane, version=None) -> str | None;
                     details(pane, version=None) -> Details | None;  diff(a, b) -> list[tuple[Op, str]] | None
                     marks() -> Marks | None;  follow(after) -> AsyncIterator[bytes]

All but `follow` are called in a worker thread (they may read the database, render or compare texts); `follow` is
iterated on the web server's loop. Whoever implements them sees to it that this is safe beside the hub's own thread, and
that a blind viewer gets nothing early: the routes send on whatever they are given.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from compare.render.details import Details
from compare.render.frames import Marks, PaneSnapshot, RunSnapshot, TurnRow
from compare.render.worddiff import Op as DiffOp


class RunView(Protocol):
    """One run as one viewer may see it."""

    def snapshot(self) -> RunSnapshot:
        """The run as it stands; its `v` frames are contained in it."""
        ...

    def version(self, pane: int, version: int) -> PaneSnapshot | None:
        """An answer from before it was regenerated; None where there is none or it may not be seen yet."""
        ...

    def turns(self) -> list[TurnRow]:
        """The conversation before the answers, turn by turn."""
        ...

    def raw(self, pane: int, version: int | None = None) -> str | None:
        """The stored text of an answer (of an earlier version), unchanged; None where it may not be read yet."""
        ...

    def thinking(self, pane: int, version: int | None = None) -> str | None:
        """What the model showed of its thinking; None where there is no such pane or it may not be read yet."""
        ...

    def details(self, pane: int, version: int | None = None) -> Details | None:
        """Every figure of an answer; None where there is no such pane or its candidate may not be known yet."""
        ...

    def diff(self, a: int, b: int) -> list[tuple[DiffOp, str]] | None:
        """Word by word from answer a to answer b, with text that JSON can carry; None as for `raw` of either."""
        ...

    def marks(self) -> Marks | None:
        """What stands out in the answers; None while one is running or where they may not be read yet."""
        ...

    def follow(self, after: int) -> AsyncIterator[bytes]:
        """Finished server-sent events (frames.sse_frame) of the frames after number `after`, as they come.

        Ends when nothing is running any more; the last frame then carries "z". Several frames may be one piece.
        """
        ...


class RunSource(Protocol):
    """Finds runs, live or stored."""

    def find(self, run_id: str, viewer_id: str) -> RunView | None:
        """The run for this viewer, or None where there is no such run (any more)."""
        ...
