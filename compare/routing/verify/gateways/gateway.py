"""What every gateway here is: installed somewhere, started on an export, asked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from compare.routing.config import RoutingConfig
from compare.routing.exports.target import Export
from compare.routing.verify.asks import Ask, Reply, Streamed

KEY_VARIABLE = "WEIGHBRIDGE_VERIFY_KEY"
"""The variable that every model of the export names; the fake servers take any key."""
START_S = 120.0
"""How long a gateway may take until it answers; LiteLLM needs half a minute on a busy machine."""


class Gateway(Protocol):
    """A running gateway."""

    async def ask(self, ask: Ask) -> Reply:
        """Send one request as a client of this export would.

        Raises:
            CompareError: the gateway has ended; what a client would see as an error is a reply.
        """
        ...

    async def stream(self, ask: Ask) -> Streamed:
        """The same, with the answer streamed."""
        ...


@dataclass(frozen=True, slots=True)
class Start:
    """What a gateway is started with."""

    config: RoutingConfig
    """What was exported, with every model at its fake server."""
    export: Export
    folder: Path
    """Empty, for its files and its log."""
    home: Path | None
    """Where it is installed, as the user says; None looks in the usual places."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A gateway that can be verified."""

    target: str
    """As in `--to`."""
    title: str
    install: str
    """How to install it, one sentence or more."""
    start: Callable[[Start], AbstractAsyncContextManager[Gateway]]
    """Yields it when it answers."""


__all__ = ["KEY_VARIABLE", "START_S", "Gateway", "Kind", "Start"]
