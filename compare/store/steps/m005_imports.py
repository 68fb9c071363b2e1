"""What an import changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def m005_imports(db: Database) -> None:
    """A thread says what its import changed."""
    if "note" not in db["threads"].columns_dict:
        db.execute("ALTER TABLE threads ADD COLUMN note TEXT NOT NULL DEFAULT ''")
