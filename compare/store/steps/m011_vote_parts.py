"""The table of votes kept by column, and the count of pairwise rows that were taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m011_vote_parts(db: Database) -> None:
    """Votes by column, what tells that they no longer hold, and an index of rows that do not count."""
    run_script(db, _M011_VOTE_PARTS)


# The bodies of the triggers stand on one line each: a line that ends with a semicolon ends a statement.
_M011_VOTE_PARTS = """
-- How many pairwise rows were ever taken out or written over, by whomever: while it stands, rows that somebody has read
-- are what they were, but for `counted`. Rows alone cannot tell, since the number of the newest one may be given again.
CREATE TABLE IF NOT EXISTS preferences_removed (n INTEGER NOT NULL) STRICT;
INSERT INTO preferences_removed SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM preferences_removed);
CREATE TRIGGER IF NOT EXISTS preferences_count_deleted AFTER DELETE ON preferences
BEGIN UPDATE preferences_removed SET n = n + 1; END;
CREATE TRIGGER IF NOT EXISTS preferences_count_changed AFTER UPDATE OF
    ballot_id, pair, candidate_a, candidate_b, score, verdict, pos_a, pos_b, n_messages, workload, history, blind,
    rater_id, thread_id, comparison_id
ON preferences
BEGIN UPDATE preferences_removed SET n = n + 1; END;

-- Almost all rows count, so the few that do not are found without a look at the others.
CREATE INDEX IF NOT EXISTS preferences_not_counted ON preferences (counted) WHERE counted = 0;

-- Pairwise rows and ballots by column, those of each part behind those of the one before; written by readers of many
-- votes, for the next process. Derived: emptying it costs only time. `removed` is the count above at which it holds.
CREATE TABLE IF NOT EXISTS vote_parts (
    part INTEGER PRIMARY KEY,
    form INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    n_rows INTEGER NOT NULL,
    n_ballots INTEGER NOT NULL,
    columns_json TEXT NOT NULL,
    codes BLOB NOT NULL
) STRICT;
"""
