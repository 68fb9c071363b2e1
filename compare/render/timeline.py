"""Where the time of an answer went: waiting, thinking, writing. What the bar under a pane's header draws."""

from __future__ import annotations

from typing import NamedTuple

from compare.records import Answer


class Phases(NamedTuple):
    """Milliseconds of one answer, from sending to its end or to now."""

    waiting_ms: int
    """Until the first piece of anything."""
    thinking_ms: int
    """From there to the first piece of the answer itself."""
    writing_ms: int


def phases(*, ttft_ms: float | None, first_text_ms: float | None, total_ms: float) -> Phases:
    """The three phases of so much time; a piece that has not come leaves the rest to the phase before it."""
    total = max(total_ms, 0.0)
    first = total if ttft_ms is None else min(max(ttft_ms, 0.0), total)
    text = total if first_text_ms is None else min(max(first_text_ms, first), total)
    return Phases(round(first), round(text) - round(first), round(total) - round(text))


def phases_of(answer: Answer) -> Phases | None:
    """The phases of a finished answer; None where no time was taken.

    Answers stored before the first word was timed show all that followed the first piece as writing.
    """
    if answer.total_ms is None:
        return None
    first_text_ms = answer.ttft_ms if answer.first_text_ms is None and answer.text else answer.first_text_ms
    return phases(ttft_ms=answer.ttft_ms, first_text_ms=first_text_ms, total_ms=answer.total_ms)
