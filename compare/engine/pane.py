"""One place of a run: an append-only log of what its candidate has said, which always reaches a final state.

A pane is changed on the hub's loop only. What viewers see is made from it under the run's lock (run.py).
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Literal, NamedTuple

from compare.engine.attempts import Meanwhile, Watched
from compare.engine.live import Live
from compare.engine.question import Question
from compare.engine.retry import MAX_ATTEMPTS, Retry
from compare.records import Answer, Finish, ReasoningDelta, Started, TextDelta
from compare.render.blocks import BlockStream
from compare.render.details import Details, details, live_details
from compare.render.frames import Op, PaneSnapshot
from compare.render.numbers import LiveFigures, live_line, numbers_line, seconds
from compare.render.timeline import phases_of

State = Literal["queued", "waiting", "writing", "done", "stopped", "failed"]
FINAL: frozenset[State] = frozenset(("done", "stopped", "failed"))
_NUMBERS_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Face:
    """What a pane is called and what stands above its answer; the blind see none of it."""

    label: str
    badge: str = ""
    """ "simulated", "recorded" or empty."""
    earlier_html: str = ""


class News(NamedTuple):
    """What a pane has to tell since it was last asked; taken on the hub's loop, turned into ops anywhere."""

    piece: str
    state: State
    note: str
    final: bool
    thinks: bool
    counts: bool
    """Whether there is more to be counted than `piece`: thoughts that have come since."""


class Pane:
    """A candidate's answer as it comes in, or one that is finished already."""

    def __init__(self, face: Face, *, question: Question | None = None, answer: Answer | None = None) -> None:
        """Make a pane that is still to be asked (question) or one that is final (answer)."""
        self.face = face
        self.question = question
        self.answer: Answer | None = None
        self.state: State = "queued"
        self.note = ""
        self.version = 0
        self.task: asyncio.Task[None] | None = None
        self._stream = BlockStream()
        self._arrived: list[str] = []
        self._thoughts: list[str] = []
        self._thinking_told = False
        self._told: tuple[str, str] = ("", "")
        self._live = Live()
        self._n_thoughts_taken = self._n_thoughts_told = 0
        self._numbers_due = 0.0
        if answer is not None:
            self._show_final(answer)

    @property
    def final(self) -> bool:
        """True once nothing more will come."""
        return self.state in FINAL

    @property
    def text(self) -> str:
        """All text that has arrived."""
        return self._stream.text + "".join(self._arrived)

    # --- the hub's side

    def see(self, event: Watched) -> None:
        """Take in one event of the call."""
        self._live.see(event)
        match event:
            case Started():
                self.state, self.note = "waiting", ""
            case TextDelta():
                self.state, self.note = "writing", ""
                self._arrived.append(event.text)
            case ReasoningDelta():
                self._thoughts.append(event.text)
                self.state, self.note = "waiting", _THINKING
            case Meanwhile():
                self.state, self.note = "waiting", event.note
            case Retry():
                self.state = "waiting"
                again = (
                    f"asking again in {seconds(event.wait_s * 1000)}, attempt {event.next_attempt} of {MAX_ATTEMPTS}"
                )
                self.note = f"{event.why} ({again})"

    def asked(self) -> None:
        """The call is being made."""
        self.state = "waiting"
        self._live.asked()

    def finish(self, answer: Answer, *, trouble: str = "") -> None:
        """The one transition to a final state; `trouble` says what went wrong around the answer (not saved ...)."""
        if self.final:
            return
        self.answer = answer
        self.state = answer.status
        self.note = " ".join(filter(None, [answer.error or _CUT.get(answer.finish, ""), trouble, *answer.warnings]))

    def _show_final(self, answer: Answer) -> None:
        self.finish(answer)
        self._stream.feed(answer.text)
        self._stream.finish()
        self._told = (self.state, self.note)
        self._thinking_told = bool(answer.reasoning)

    def take(self) -> News:
        """What has arrived and how things stand, in one moment."""
        piece = "".join(self._arrived)
        self._arrived.clear()
        n_thoughts, before = self._live.n_thoughts, self._n_thoughts_taken
        self._n_thoughts_taken = n_thoughts
        thinks = bool(self._thoughts or self.thinking())
        return News(piece, self.state, self.note, self.final, thinks, n_thoughts > before)

    # --- the viewers' side, under the run's lock

    def ops(self, news: News) -> list[Op]:
        """What the news changes for viewers, as ops without the pane's place."""
        found: list[Op] = []
        if news.piece:
            found += self._stream.feed(news.piece)
        if news.final:
            found += self._stream.finish()
        now = (news.state, news.note)
        if now != self._told:
            self._told = now
            found.append(["s", *now])
            self._numbers_due = 0.0
        if news.thinks and not self._thinking_told:
            self._thinking_told = True
            found.append(["t"])
        if self._numbers_due <= time.monotonic() and news.state != "queued":
            self._numbers_due = float("inf") if news.final else time.monotonic() + _NUMBERS_EVERY_S
            found += self._figures()
        return found

    def _figures(self) -> list[Op]:
        found: list[Op] = [["n", self.numbers()]]
        timeline = self.timeline()
        if timeline is not None:
            found.append(["l", *timeline])
        if self._live.n_thoughts > self._n_thoughts_told:
            self._n_thoughts_told = self._live.n_thoughts
            found.append(["h"])
        return found

    def numbers(self) -> str:
        """The numbers line as it stands."""
        if self.answer is not None:
            return numbers_line(self.answer, window_tokens=self._window_tokens(self.answer))
        return "" if self.state == "queued" else live_line(self._live_figures())

    def details(self) -> Details:
        """Every figure, with its value and its source."""
        if self.answer is not None:
            return details(self.answer, window_tokens=self._window_tokens(self.answer))
        return live_details(self._live_figures(), started_at=self._live.started_at)

    def timeline(self) -> tuple[int, int, int] | None:
        """(waiting, thinking, writing) in milliseconds so far; None where no time was taken."""
        if self.answer is not None:
            found = phases_of(self.answer)
        else:
            found = None if self.state == "queued" else self._live.phases()
        return None if found is None else (found.waiting_ms, found.thinking_ms, found.writing_ms)

    def _live_figures(self) -> LiveFigures:
        return self._live.figures(self._stream.text, self.thinking())

    def _window_tokens(self, answer: Answer) -> int | None:
        """Context window of the model that answered, where the catalogue still knows it."""
        if self._live.model is not None:
            return self._live.model.context_window_tokens
        if self.question is None or "fallback" in json.loads(answer.sent_json):
            return None
        return self.question.spec.context_window_tokens

    def snapshot(self, name: str, *, revealed: bool) -> PaneSnapshot:
        """All of the pane; without `revealed` nothing that tells which candidate it is."""
        return PaneSnapshot(
            name=name,
            label=self.face.label if revealed else "",
            badge=self.face.badge if revealed else "",
            state=self.state,
            note=self.note if revealed else self._blind_note(),
            numbers=self.numbers() if revealed else "",
            timeline=self.timeline() if revealed else None,
            silent_ms=0 if self.final or self.state == "queued" else self._live.silent_ms(),
            earlier=self.face.earlier_html,
            blocks=list(self._stream.blocks),
            tail=self._stream.tail,
            thinking=revealed and bool(self.thinking()),
            version=self.version,
        )

    def _blind_note(self) -> str:
        """What may stand beside an answer before the vote: errors and warnings may name the model or its server."""
        if self.answer is None or self.state == "failed":
            return _FAILED_BLIND if self.state == "failed" else ""
        return _STOPPED_BLIND if self.state == "stopped" else _CUT.get(self.answer.finish, "")

    def raw(self) -> str:
        """The text as it will be stored, so far."""
        return self.answer.text if self.answer is not None else self._stream.text

    def thinking(self) -> str:
        """What the model has thought before and between its text, so far; empty where it showed nothing."""
        return self.answer.reasoning if self.answer is not None else "".join(self._thoughts)


_THINKING = "thinking"
_CUT: dict[Finish, str] = {
    "length": "Cut off: the model reached its limit of output tokens.",
    "content_filter": "Cut off by the provider's content filter.",
    "tool": "The model asked for a tool instead of finishing its answer.",
}
_FAILED_BLIND = "This answer failed. The reason is shown after the vote, because it may name the model."
_STOPPED_BLIND = "Stopped before it was complete."
