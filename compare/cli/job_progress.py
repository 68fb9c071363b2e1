"""How a job goes, on standard error: a bar where a person watches, else a line now and then."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from compare.cli.output import is_terminal, say
from compare.jobs.progress import in_words
from compare.jobs.told import Pulse

_NOTE_EVERY_S = 20.0
"""At most so often it is said what is waited for."""


class Shown:
    """Told of every cell, of notes, and about once a second of how all stands."""

    def advance(self) -> None:
        """One more cell has an outcome."""

    def note(self, text: str) -> None:
        """What is waited for."""

    def pulse(self, pulse: Pulse) -> None:
        """How all stands."""


class _Lines(Shown):
    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._left_s: float | None = None
        self._said_at: float | None = None

    def advance(self) -> None:
        self._done += 1
        step = max(self._total // 10, 1)
        if self._done % step == 0 or self._done == self._total:
            left = "" if self._left_s is None or self._done == self._total else f", {in_words(self._left_s)}"
            say(f"{self._done} of {self._total} answers{left}")

    def note(self, text: str) -> None:
        # A job that is silent for minutes looks like one that hangs; every cell would say the same.
        now = time.monotonic()
        if self._said_at is None or now - self._said_at >= _NOTE_EVERY_S:
            self._said_at = now
            say(text)

    def pulse(self, pulse: Pulse) -> None:
        self._left_s = pulse.left_s
        held_up = [one.sentence for one in pulse.endpoints if one.n_refused and (one.wait_s or one.window < one.most)]
        if held_up:
            self.note("Slowed down: " + "; ".join(held_up))


class _Bar(Shown):
    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            "answers", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[said]}"),
        )  # fmt: skip
        self.bar = Progress(*columns, console=Console(stderr=True))
        self._task = self.bar.add_task("answers", total=total, said="")

    def advance(self) -> None:
        self.bar.advance(self._task)

    def note(self, text: str) -> None:
        self.bar.update(self._task, said=text[:120])

    def pulse(self, pulse: Pulse) -> None:
        it = pulse.progress.all()
        said = [in_words(pulse.left_s)]
        if it.failed:
            said.append(f"{it.failed:,} failed")
        said += [one.sentence for one in pulse.endpoints if one.n_refused or one.wait_s >= 0.5]
        self.bar.update(self._task, said="; ".join(said))


@contextlib.contextmanager
def shown(total: int) -> Iterator[Shown]:
    """Progress over so many cells."""
    if not is_terminal():
        yield _Lines(total)
        return
    view = _Bar(total)
    with view.bar:
        yield view
