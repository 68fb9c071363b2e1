"""The table of exported weights: what was proposed, from which votes, who made it and who approved it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m009_exports(db: Database) -> None:
    """Exports and their approvals."""
    run_script(db, _M009_EXPORTS)


_M009_EXPORTS = """
-- evidence_sha256 is the hash of the votes behind it, as in the file's provenance. Names, not ids, say who made it: a
-- file is taken along by people whom this database does not know.
CREATE TABLE IF NOT EXISTS exports (
    id TEXT PRIMARY KEY NOT NULL,
    parent_id TEXT REFERENCES exports (id),
    target TEXT NOT NULL,
    routing_yaml TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    evidence_sha256 TEXT NOT NULL,
    n_votes INTEGER NOT NULL,
    votes_kind TEXT NOT NULL,
    aim_json TEXT NOT NULL,
    summary TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS exports_by_file ON exports (file_sha256);

-- Its rows are numbered, so that the newest is known where two were approved at one moment or a clock was set back.
CREATE TABLE IF NOT EXISTS export_approvals (
    export_id TEXT PRIMARY KEY NOT NULL REFERENCES exports (id),
    approved_by TEXT NOT NULL CHECK (approved_by <> ''),
    approved_at TEXT NOT NULL
) STRICT;
"""
