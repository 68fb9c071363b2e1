"""The thread library: versions, archive, choices that are kept, what was found in threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m006_library(db: Database) -> None:
    """What is said of threads beside their words: archived, edited from, found in them; choices that are kept."""
    run_script(db, _M006_LIBRARY)


# thread_scans is derived from threads, which never change: rows are made when first needed, and made anew under newer
# rules. tokens_json holds, for every message, the tokens of the thread up to and with it.
_M006_LIBRARY = """
CREATE TABLE IF NOT EXISTS thread_versions (
    thread_id TEXT PRIMARY KEY NOT NULL REFERENCES threads (id),
    edited_from_id TEXT NOT NULL REFERENCES threads (id),
    message_number INTEGER NOT NULL CHECK (message_number > 0),
    made_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS thread_versions_by_origin ON thread_versions (edited_from_id);

CREATE TABLE IF NOT EXISTS archived_threads (
    thread_id TEXT PRIMARY KEY NOT NULL REFERENCES threads (id),
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS thread_tags_by_tag ON thread_tags (tag);

CREATE TABLE IF NOT EXISTS kept_choices (
    name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
    value_json TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS thread_scans (
    thread_id TEXT PRIMARY KEY NOT NULL REFERENCES threads (id),
    rules INTEGER NOT NULL,
    n_tokens INTEGER NOT NULL,
    tokens_json TEXT NOT NULL,
    asked_again_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS answers_in_trouble ON answers (prompt_leaf_id)
    WHERE status = 'failed' OR finish = 'length' OR cut_json <> '[]';
-- Recorded answers with numbers; those of plain conversations have none and cost nothing here.
CREATE INDEX IF NOT EXISTS answers_recorded_numbers ON answers (candidate_id)
    WHERE origin = 'recorded' AND (total_ms IS NOT NULL OR ttft_ms IS NOT NULL OR in_reported IS NOT NULL);
"""
