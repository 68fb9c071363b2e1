"""What travels from a run to the reading pane: snapshots and frames. Plain JSON values, no behaviour.

A viewer asks for the snapshot once and then follows the frames after `v`. A frame is a list of ops, `[pane, op, ...]`:

    [i, "a", text]                    append text to pane i's unfinished block
    [i, "b", offset, html, tail]      a block is finished: its offset in the stored text, its HTML, what follows it
    [i, "r", k, html]                 block k of pane i reads differently now that the whole text is known
    [i, "s", state, note]             state word of pane i and a sentence beside it (may be empty)
    [i, "n", numbers]                 the numbers line of pane i
    [i, "l", waiting_ms, thinking_ms, writing_ms]   where its time has gone; comes with "n"
    [i, "h"]                          heard: the model goes on thinking, pieces of it have come since the last "n"
    [i, "t"]                          the model's thinking can be read (it is loaded only when somebody asks for it)
    [-1, "p", progress]               one line about the whole run: "2 of 3 answers are ready", then who was fastest
    [-1, "x"]                         ask for the snapshot again (a blind run is complete, a pane was regenerated)
    [-1, "z"]                         the last frame for now: nothing is running any more

Read apart from the stream: an earlier version of an answer is a PaneSnapshot too, the conversation turn by turn is a
list of TurnRow.

Blind runs send no text, state, label or number before every answer is complete: only "p", then "x".
"""

from __future__ import annotations

from typing import Any, TypedDict

import orjson

Op = list[Any]


class ThreadMessage(TypedDict):
    """One message of the thread beside the answers."""

    n: int
    """1-based place in the thread."""
    role: str
    html: str
    note: str
    """For instance "recorded answer"; mostly empty."""


class PaneSnapshot(TypedDict):
    """One answer as it stands."""

    name: str
    """The letter: "A", "B" ..."""
    label: str
    """The candidate's name; empty while blind."""
    badge: str
    """"simulated", "recorded" or empty; empty while blind."""
    state: str
    """queued | waiting | writing | done | stopped | failed; "hidden" while blind and incomplete."""
    note: str
    numbers: str
    timeline: tuple[int, int, int] | None
    """(waiting, thinking, writing) in milliseconds; None while blind and where no time was taken."""
    silent_ms: int
    """How long nothing has come of an answer that is being made; 0 for all others."""
    earlier: str
    """HTML of this pane's own turns before the answer, where the conversation has gone on."""
    blocks: list[tuple[int, str]]
    """(offset in the stored text, HTML) of each finished block."""
    tail: str
    """The unfinished block, as plain text."""
    thinking: bool
    """Whether the model's thinking can be read."""
    version: int
    """How often the answer was regenerated."""


class RunSnapshot(TypedDict):
    """A run as one viewer may see it now."""

    v: int
    """Number of frames that this snapshot already contains; follow from here."""
    running: bool
    hidden: bool
    """True while a blind run is incomplete: the panes carry nothing."""
    progress: str
    title: str
    thread: list[ThreadMessage]
    panes: list[PaneSnapshot]


class Marks(TypedDict):
    """What stands out in the answers of a run that has ended. Offsets count characters of the stored text."""

    texts: list[str]
    """The stored text of each pane that the offsets are meant for."""
    only: list[list[tuple[int, int]]]
    """For each pane the (start, end) of what no other answer says."""
    quotes: list[list[tuple[int, int, int]]]
    """For each pane the (start, end, n) of what repeats message `n` of the thread."""


class TurnCell(TypedDict):
    """What was said to the user at one turn of one pane's conversation."""

    html: str
    note: str
    """Whose answer it is, where it is not this candidate's own; mostly empty."""


class TurnRow(TypedDict):
    """One turn of all panes' conversations, beside each other."""

    turn: int
    """From 1; 0 is what stands before the first message of the user."""
    message: int
    """1-based place of the turn's first message in the conversation."""
    shared: bool
    """Whether all panes have the same messages there; there is one cell then."""
    user: str | list[str]
    """HTML of what the user said, or one for each pane where that differs."""
    cells: list[TurnCell]
    """One for each pane; one where it is shared; none at the newest turn, whose answers are the run's own."""


def sse_frame(number: int, ops: list[Op]) -> bytes:
    """The bytes of one server-sent event; `number` is its 1-based place in the run's log and its SSE id."""
    return b"id: %d\ndata: %s\n\n" % (number, orjson.dumps(ops))
