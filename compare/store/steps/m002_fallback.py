"""A candidate's fallback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def m002_fallback(db: Database) -> None:
    """A candidate may name a model that answers where its own cannot."""
    if "fallback" not in db["candidates"].columns_dict:
        db.execute("ALTER TABLE candidates ADD COLUMN fallback TEXT NOT NULL DEFAULT ''")
