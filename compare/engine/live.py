"""The figures of an answer while it is made: times as the stored answer will have them, tokens counted here."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal

from compare.engine.attempts import Ready, Sent, Watched
from compare.records import ModelSpec, ReasoningDelta, TextDelta
from compare.render.numbers import LiveFigures
from compare.render.timeline import Phases, phases
from compare.tokens.running import RunningCount


class Live:
    """What a pane has seen of its call. Changed on the hub's loop, read by viewers under the run's lock."""

    def __init__(self) -> None:
        self.model: ModelSpec | None = None
        """Who is being asked; a fallback once it is."""
        self.started_at = ""
        self.n_thoughts = 0
        """Pieces of thinking so far."""
        self._origin = time.monotonic()
        self._heard_at = self._origin
        self._first_at: float | None = None
        self._first_text_at: float | None = None
        self._attempt = 1
        self._in_counted: int | None = None
        self._before_ms = 0.0
        self._before_usd: Decimal | None = Decimal(0)
        self._text_count, self._thought_count = RunningCount(), RunningCount()

    def asked(self) -> None:
        """The candidate is being asked."""
        self._origin = self._heard_at = time.monotonic()
        self.started_at = datetime.now(UTC).isoformat(timespec="milliseconds")

    def see(self, event: Watched) -> None:
        """Take in one event of the call."""
        match event:
            case Ready():
                self._in_counted = event.in_counted
                self._before_ms, self._before_usd = event.before_ms, event.before_usd
            case Sent():
                self.model, self._attempt = event.model, event.attempt
                # The time of a summary is part of every time of this candidate, as in the stored answer.
                self._origin = event.at - self._before_ms / 1000.0
                self._heard_at = event.at
            case TextDelta():
                self._hear(event.at)
                self._first_text_at = self._first_text_at or event.at
            case ReasoningDelta():
                self._hear(event.at)
                self.n_thoughts += 1

    def _hear(self, at: float) -> None:
        self._first_at = self._first_at or at
        self._heard_at = at

    def figures(self, text: str, thoughts: str) -> LiveFigures:
        """All figures as they stand.

        Args:
            text: of the answer so far.
            thoughts: what the model has shown of its thinking so far; both only ever grow.
        """
        counts = [self._text_count.of(text), self._thought_count.of(thoughts)]
        return LiveFigures(
            elapsed_ms=self._ms(time.monotonic()),
            ttft_ms=self._since(self._first_at),
            first_text_ms=self._since(self._first_text_at),
            in_counted=self._in_counted,
            out_counted=None if self._first_at is None else _sum(counts),
            price=self.model.price if self.model else None,
            before_usd=self._before_usd,
            window_tokens=self.model.context_window_tokens if self.model else None,
            attempt=self._attempt,
        )

    def phases(self) -> Phases:
        """Where the time has gone so far."""
        return phases(
            ttft_ms=self._since(self._first_at),
            first_text_ms=self._since(self._first_text_at),
            total_ms=self._ms(time.monotonic()),
        )

    def silent_ms(self) -> int:
        """How long nothing has come, neither text nor thinking."""
        return max(0, round((time.monotonic() - self._heard_at) * 1000))

    def _since(self, at: float | None) -> float | None:
        return None if at is None else self._ms(at)

    def _ms(self, at: float) -> float:
        return max(0.0, (at - self._origin) * 1000.0)


def _sum(counts: list[int | None]) -> int | None:
    return None if None in counts else sum(n for n in counts if n is not None)
