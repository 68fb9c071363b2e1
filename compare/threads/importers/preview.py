"""The first threads of a file as they would be kept, before anything is."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from compare.records import Thread
from compare.threads.importers.read import AS_FOUND, Options, Reading, open_import


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds, as far as it was read."""

    threads: tuple[Thread, ...]
    """The first ones, masked as they would be."""
    reading: Reading
    """Format, counts, refused records and masked values so far; its `threads` are empty."""
    complete: bool
    """True where the whole file was read, so that the counts are those of all of it."""


def preview(given: Path | bytes, n: int = 5, *, source: str = "", options: Options = AS_FOUND) -> Preview:
    """Read no further than the first `n` threads need; a log is read whole, as any later call may belong to them.

    Raises:
        ImportFormatError: as `read_file`, where it happens before so many threads were found.
    """
    incoming = open_import(given, source=source, options=options)
    threads = tuple(islice(incoming.threads, n))
    complete = next(incoming.threads, None) is None
    if not complete:
        incoming.reading.n_threads -= 1
    return Preview(threads, incoming.reading, complete)
