"""The gate before every call: whoever asks much (a job) decides here when the next call to an endpoint may begin."""

from __future__ import annotations

from typing import Protocol

from compare.records import ChatResult, ModelSpec, RateLimits


class Traffic(Protocol):
    """Belongs to one event loop. Each call enters once and leaves once, whatever becomes of it."""

    async def enter(self, spec: ModelSpec, n_tokens: int) -> None:
        """Wait until a call to this model may begin.

        Args:
            spec: the model.
            n_tokens: of the prompt, counted here.
        """
        ...

    def hear(self, spec: ModelSpec, limits: RateLimits) -> None:
        """A server told how much more it takes."""
        ...

    def leave(self, spec: ModelSpec, result: ChatResult | None) -> None:
        """The call is over; None where it was given up."""
        ...
