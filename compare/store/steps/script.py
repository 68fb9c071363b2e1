"""Runs a script of ours in the open transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def run_script(db: Database, script: str) -> None:
    """Execute its statements, each of which ends with a semicolon at the end of a line.

    sqlite3's own executescript would commit first; sqlite-utils' looks for the end of a statement after every
    character, which costs a fresh database 50 ms.
    """
    statement: list[str] = []
    for line in script.splitlines():
        statement.append(line)
        if line.endswith(";"):
            db.execute("\n".join(statement))
            statement.clear()
    if any(line.strip() for line in statement):
        raise ValueError(f"a statement without an end: {statement!r}")
