"""How far a long command is, on standard error: a bar where a person watches, else a line every ten per cent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from compare.cli.output import is_terminal, say


@contextlib.contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[], None]]:
    """Call what is given once for each thing done.

    Args:
        total: how many there will be.
        what: their noun, in the plural.
    """
    if is_terminal():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

        columns = (what, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)
        return
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        if done % max(total // 10, 1) == 0 or done == total:
            say(f"{done} of {total} {what}")

    yield advance
