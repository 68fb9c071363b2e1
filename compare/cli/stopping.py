"""SIGTERM, which service managers and `docker stop` send, ends a command as Ctrl+C does: what has arrived is kept."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

_STATUS = 128 + signal.SIGTERM
"""What a shell reports of a process that a signal ended."""


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt inside, and leave with the status of a terminated process.

    Raises:
        SystemExit: SIGTERM came, and what was inside has ended.
    """
    terminated = False

    def interrupt(_: int, frame: FrameType | None) -> None:
        nonlocal terminated
        terminated = True
        # Inside asyncio.run the handler of SIGINT ends the tasks in order; in the background SIGINT may be ignored.
        handler = signal.getsignal(signal.SIGINT)
        (handler if callable(handler) else signal.default_int_handler)(signal.SIGINT, frame)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        if terminated:
            raise SystemExit(_STATUS) from None
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def stop_with_input() -> None:
    """Send this process SIGTERM when its standard input ends, which it does when whoever started it is gone."""

    def wait() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="standard-input", daemon=True).start()
