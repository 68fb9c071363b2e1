"""How a comparison came about, handovers, presets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m003_ways_to_go_on(db: Database) -> None:
    """How a comparison came about, handovers, the time of the first word of an answer, named settings."""
    if "step" not in db["comparisons"].columns_dict:
        db.execute(
            "ALTER TABLE comparisons ADD COLUMN step TEXT NOT NULL DEFAULT 'start' "
            "CHECK (step IN ('start', 'next', 'edit', 'panes'))"
        )
        db.execute("UPDATE comparisons SET step = 'next' WHERE continues_id IS NOT NULL")
    if "handover_from" not in db["candidates"].columns_dict:
        db.execute("ALTER TABLE candidates ADD COLUMN handover_from TEXT NOT NULL DEFAULT ''")
        db.execute("ALTER TABLE candidates ADD COLUMN handover_turn INTEGER NOT NULL DEFAULT 0")
    if "first_text_ms" not in db["answers"].columns_dict:
        db.execute("ALTER TABLE answers ADD COLUMN first_text_ms REAL")
    run_script(db, _M003_PRESETS)


# A preset is written over by its next version: what was asked with it stands with every answer.
_M003_PRESETS = """
CREATE TABLE IF NOT EXISTS presets (
    name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
    settings_json TEXT NOT NULL,
    context_policy TEXT NOT NULL,
    preparation TEXT NOT NULL,
    saved_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
