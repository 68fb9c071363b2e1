"""Who has seen the names behind a study's answers: ballots that they give afterwards are not blind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m008_names_seen(db: Database) -> None:
    """Names of a blind study that were on somebody's screen, or in a file that they took."""
    run_script(db, _M008_NAMES_SEEN)


_M008_NAMES_SEEN = """
CREATE TABLE IF NOT EXISTS study_names_seen (
    study_id TEXT NOT NULL REFERENCES studies (id),
    rater_id TEXT NOT NULL REFERENCES raters (id),
    at TEXT NOT NULL,
    PRIMARY KEY (study_id, rater_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS study_names_seen_by_rater ON study_names_seen (rater_id);
"""
