"""Answers whose candidates somebody saw named outside of studies, and answers that left in files with names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m010_answers_named(db: Database) -> None:
    """Names beside answers on any page, by person; and names in files that nobody in particular took."""
    run_script(db, _M010_ANSWERS_NAMED)


_M010_ANSWERS_NAMED = """
-- answer_id has no foreign key: what a study shows may be a copy of an answer that is made only when the study is.
CREATE TABLE IF NOT EXISTS answer_names_seen (
    rater_id TEXT NOT NULL REFERENCES raters (id),
    answer_id TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (rater_id, answer_id)
) STRICT, WITHOUT ROWID;
-- The command line knows no person: only that a file with names was written, and by which command.
CREATE TABLE IF NOT EXISTS answer_names_filed (
    answer_id TEXT PRIMARY KEY NOT NULL,
    command TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
