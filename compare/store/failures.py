"""What SQLite reports, in sentences that name the file and the next step.

Only errors that a user can meet are translated. A wrong number of parameters or a misspelt column stays what it is: a
defect of ours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compare.errors import StoreError

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "The database {path} stayed locked by another program for {timeout_s:g} s and nothing was "
    "saved. Close other programs that have it open, or wait until they are done, and try again.",
    sqlite3.SQLITE_LOCKED: "A table of the database {path} is locked by another use of it, so nothing was saved. "
    "Try again.",
    sqlite3.SQLITE_READONLY: "The database {path} is read-only. Make the file and its folder writable, or name another "
    "folder in WEIGHBRIDGE_DATA_DIR.",
    sqlite3.SQLITE_IOERR: "The disk failed while the database {path} was used ({detail}). Check the disk, then start "
    "again; what was confirmed before is kept.",
    sqlite3.SQLITE_CORRUPT: "The database {path} is damaged ({detail}). Restore it from a backup, or move it away to "
    "start with an empty one.",
    sqlite3.SQLITE_FULL: "The disk that holds {path} is full, so nothing was saved. Free some space and try again.",
    sqlite3.SQLITE_CANTOPEN: "The database {path} cannot be opened. Check that its folder exists and that you may "
    "write there, or name another folder in WEIGHBRIDGE_DATA_DIR.",
    sqlite3.SQLITE_NOTADB: "{path} is not a database: it holds something else. Move it away, or name another folder "
    "in WEIGHBRIDGE_DATA_DIR.",
}
_FOREIGN_KEY = (
    "A row refers to a thread, candidate, rater or other thing that the database {path} does not hold, so nothing was "
    "saved ({detail}). Save that first."
)
_CONSTRAINT = "The database {path} refused a row, so nothing was saved ({detail})."


def sentence(error: sqlite3.Error, path: Path, timeout_s: float) -> str | None:
    """What to tell the user about `error`, or None where it is a defect of ours."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code & 0xFF == sqlite3.SQLITE_CONSTRAINT:
        template = _FOREIGN_KEY if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY else _CONSTRAINT
    else:
        template = _SENTENCES.get(code & 0xFF, "")
    return template.format(path=path, timeout_s=timeout_s, detail=error) or None


@contextmanager
def told_as_sentences(path: Path, timeout_s: float) -> Iterator[None]:
    """Turn SQLite's errors inside the block into StoreError.

    Raises:
        StoreError: where a user can act on it; anything else passes unchanged.
    """
    try:
        yield
    except sqlite3.Error as exc:
        words = sentence(exc, path, timeout_s)
        if words is None:
            raise
        raise StoreError(words) from exc
