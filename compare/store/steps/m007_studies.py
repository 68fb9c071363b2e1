"""The tables of studies: what is rated, who has which item, and what a ballot says beside its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m007_studies(db: Database) -> None:
    """Studies: their settings and items, who has which item, and marks, reasons and scores of ballots."""
    run_script(db, _M007_STUDIES)


_M007_STUDIES = """
-- What a study is beside its row in `studies`. raters_json lists the names that may rate; empty: whoever has the link.
CREATE TABLE IF NOT EXISTS study_settings (
    study_id TEXT PRIMARY KEY NOT NULL REFERENCES studies (id),
    question TEXT NOT NULL,
    swap_share REAL NOT NULL CHECK (swap_share BETWEEN 0 AND 1),
    gold_every INTEGER NOT NULL CHECK (gold_every > 0),
    reserve_s REAL NOT NULL CHECK (reserve_s >= 0),
    deadline TEXT,
    raters_json TEXT NOT NULL,
    owner_id TEXT REFERENCES raters (id),
    speed_visible INTEGER NOT NULL CHECK (speed_visible IN (0, 1)),
    created_at TEXT NOT NULL,
    closed_at TEXT
) STRICT;

-- Each item is a comparison of its own, so that ballots given elsewhere on the same answers stay apart.
CREATE TABLE IF NOT EXISTS study_items (
    study_id TEXT NOT NULL REFERENCES studies (id),
    item INTEGER NOT NULL,
    comparison_id TEXT NOT NULL UNIQUE REFERENCES comparisons (id),
    kind TEXT NOT NULL CHECK (kind IN ('rated', 'training', 'gold')),
    expected_verdict TEXT CHECK (expected_verdict IN ('best', 'tie', 'all_bad')),
    expected_answer_id TEXT REFERENCES answers (id),
    feedback TEXT NOT NULL,
    PRIMARY KEY (study_id, item)
) STRICT, WITHOUT ROWID;

-- Who has which item. One row for a rater and an item, and one more for its planned repeat (swap_of names the first):
-- an item that is offered again keeps its order and its draft. A place of an item is taken by `done`, and by
-- `reserved` until reserved_until; `late` ballots came when all places were taken and do not count.
CREATE TABLE IF NOT EXISTS assignments (
    id TEXT PRIMARY KEY NOT NULL,
    study_id TEXT NOT NULL REFERENCES studies (id),
    comparison_id TEXT NOT NULL REFERENCES comparisons (id),
    rater_id TEXT NOT NULL REFERENCES raters (id),
    swap_of TEXT REFERENCES assignments (id),
    shown_order_json TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('reserved', 'done', 'skipped', 'late', 'set_aside')),
    reserved_until TEXT NOT NULL,
    ballot_id TEXT REFERENCES ballots (id),
    done_at TEXT,
    draft_json TEXT NOT NULL,
    active_ms REAL NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS assignments_once ON assignments (comparison_id, rater_id, (swap_of IS NOT NULL));
CREATE INDEX IF NOT EXISTS assignments_by_study ON assignments (
    study_id, comparison_id, swap_of, state, reserved_until
);
CREATE INDEX IF NOT EXISTS assignments_by_rater ON assignments (study_id, rater_id);
CREATE INDEX IF NOT EXISTS assignments_by_ballot ON assignments (ballot_id) WHERE ballot_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS ballots_by_rater ON ballots (rater_id);

-- A finding on an answer. answer_id is the side; at_message_id is the message of its thread in which the finding
-- stands, where that is not the answer itself. Spans count characters of the stored text.
CREATE TABLE IF NOT EXISTS marks (
    ballot_id TEXT NOT NULL REFERENCES ballots (id),
    mark INTEGER NOT NULL,
    answer_id TEXT NOT NULL REFERENCES answers (id),
    at_message_id TEXT REFERENCES messages (id),
    kind TEXT NOT NULL CHECK (kind IN (
        'forgot', 'contradicts', 'ignored_instruction', 'outdated_value', 'invented', 'asked_again', 'lost_thread'
    )),
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'breaks')),
    message_id TEXT REFERENCES messages (id),
    other_message_id TEXT REFERENCES messages (id),
    span_start INTEGER,
    span_end INTEGER CHECK (span_end > span_start),
    note TEXT NOT NULL,
    distance_messages INTEGER,
    distance_tokens INTEGER,
    tokenizer TEXT,
    PRIMARY KEY (ballot_id, mark)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS ballot_reasons (
    ballot_id TEXT NOT NULL REFERENCES ballots (id),
    reason TEXT NOT NULL,
    PRIMARY KEY (ballot_id, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rubric_scores (
    ballot_id TEXT NOT NULL REFERENCES ballots (id),
    answer_id TEXT NOT NULL REFERENCES answers (id),
    criterion TEXT NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 4),
    PRIMARY KEY (ballot_id, answer_id, criterion)
) STRICT, WITHOUT ROWID;

-- The first turn of a whole thread that failed; 0 where the rater says that none did.
CREATE TABLE IF NOT EXISTS failed_turns (
    ballot_id TEXT NOT NULL REFERENCES ballots (id),
    answer_id TEXT NOT NULL REFERENCES answers (id),
    turn INTEGER NOT NULL CHECK (turn >= 0),
    PRIMARY KEY (ballot_id, answer_id)
) STRICT, WITHOUT ROWID;
"""
