"""The tables, as the steps that made them. Steps are only ever appended; a released one is never edited.

`PRAGMA user_version` holds the number of steps that a file has seen. It is read first, because sqlite-utils, which
applies the steps and keeps its own table of them, imports pandas and takes half a second to load. All pending steps run
in one transaction, so two processes that start on one fresh file both find it complete.

Rows are append-only. Where a foreign key is missing on purpose, the reason stands beside the column.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from compare.errors import NewerDatabaseError, StoreError
from compare.store.study_tables import STUDY_TABLES

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x57425247
"""The letters WBRG: tells our files from other programs' databases."""


def m001_core(db: Database) -> None:
    """Threads, candidates, answers, comparisons, ballots and what is derived from them."""
    db.executescript(_M001_THREADS)
    db.executescript(_M001_ANSWERS)
    db.executescript(_M001_COMPARISONS)
    db.executescript(_M001_BALLOTS)


_M001_THREADS = """
CREATE TABLE IF NOT EXISTS raters (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    oidc_sub TEXT UNIQUE,
    role TEXT NOT NULL DEFAULT 'reviewer',
    created_at TEXT NOT NULL
) STRICT;
-- A name typed in is the identity; people who signed in may share one.
CREATE UNIQUE INDEX IF NOT EXISTS raters_by_typed_name ON raters (name) WHERE oidc_sub IS NULL;

CREATE TABLE IF NOT EXISTS threads (
    id TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    source TEXT NOT NULL,
    source_ref TEXT NOT NULL,
    content_sha256 TEXT NOT NULL UNIQUE,
    workload TEXT NOT NULL,
    leaf_message_id TEXT NOT NULL,
    n_messages INTEGER NOT NULL CHECK (n_messages > 0),
    n_user_turns INTEGER NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS thread_tags (
    thread_id TEXT NOT NULL REFERENCES threads (id),
    tag TEXT NOT NULL,
    PRIMARY KEY (thread_id, tag)
) STRICT, WITHOUT ROWID;

-- A tree: a branch is named by its leaf. answer_id has no foreign key, because a branch may be continued before the
-- answer at its end is stored.
CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY NOT NULL,
    thread_id TEXT NOT NULL REFERENCES threads (id),
    parent_id TEXT REFERENCES messages (id),
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    parts_json TEXT NOT NULL,
    text TEXT NOT NULL,
    answer_id TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_thread ON messages (thread_id);
CREATE INDEX IF NOT EXISTS messages_by_parent ON messages (parent_id);
"""

_M001_ANSWERS = """
CREATE TABLE IF NOT EXISTS candidates (
    id TEXT PRIMARY KEY NOT NULL,
    label TEXT NOT NULL,
    model_id TEXT NOT NULL,
    settings_json TEXT NOT NULL,
    context_policy TEXT NOT NULL,
    preparation TEXT NOT NULL,
    catalog_json TEXT,
    simulated INTEGER NOT NULL CHECK (simulated IN (0, 1))
) STRICT;

CREATE TABLE IF NOT EXISTS studies (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    criteria_json TEXT NOT NULL,
    instructions TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('turn', 'thread')),
    blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
    overlap INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY NOT NULL,
    study_id TEXT REFERENCES studies (id),
    kind TEXT NOT NULL,
    spec_json TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    cost_cap_usd TEXT,
    lease_owner TEXT,
    lease_until TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_kind ON jobs (kind);

-- replaces_id has no foreign key, because an answer may be asked for again while the one it replaces is being stopped.
CREATE TABLE IF NOT EXISTS answers (
    id TEXT PRIMARY KEY NOT NULL,
    candidate_id TEXT NOT NULL REFERENCES candidates (id),
    prompt_leaf_id TEXT NOT NULL REFERENCES messages (id),
    turn INTEGER NOT NULL,
    n_messages INTEGER NOT NULL,
    history TEXT NOT NULL CHECK (history IN ('own', 'fixed', 'winner', 'handover')),
    origin TEXT NOT NULL CHECK (origin IN ('live', 'batch', 'recorded', 'imported')),
    status TEXT NOT NULL CHECK (status IN ('done', 'stopped', 'failed')),
    finish TEXT NOT NULL CHECK (finish IN ('stop', 'length', 'content_filter', 'tool', 'error', 'cancelled')),
    text TEXT NOT NULL,
    finish_raw TEXT,
    reasoning TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    job_id TEXT REFERENCES jobs (id),
    cell_key TEXT UNIQUE,
    replaces_id TEXT,
    sent_json TEXT NOT NULL,
    cut_json TEXT NOT NULL,
    started_at TEXT NOT NULL,
    in_reported INTEGER,
    in_counted INTEGER,
    cached INTEGER,
    cache_write INTEGER,
    out_reported INTEGER,
    out_counted INTEGER,
    reasoning_tokens INTEGER,
    usage_source TEXT NOT NULL CHECK (usage_source IN ('reported', 'counted', 'estimated', 'missing')),
    usage_raw_json TEXT,
    ttft_ms REAL,
    total_ms REAL,
    wall_ms REAL,
    loop_lag_ms REAL,
    attempts INTEGER NOT NULL,
    cost_usd TEXT,
    price_json TEXT,
    model_served TEXT,
    request_id TEXT,
    warnings_json TEXT NOT NULL,
    error_kind TEXT CHECK (error_kind IN (
        'auth', 'billing', 'permission', 'not_found', 'bad_request', 'unsupported_param', 'context_length',
        'rate_limit', 'overloaded', 'server', 'timeout', 'connection', 'protocol', 'truncated', 'content_filter',
        'cancelled'
    )),
    error TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS answers_by_prompt ON answers (prompt_leaf_id, origin);
CREATE INDEX IF NOT EXISTS answers_by_job ON answers (job_id) WHERE job_id IS NOT NULL;
-- Percentiles read this index alone. The columns of its condition are in it, because SQLite tests them once more.
CREATE INDEX IF NOT EXISTS answers_timed ON answers (
    candidate_id, n_messages, loop_lag_ms, ttft_ms, total_ms, wall_ms, cost_usd,
    in_reported, in_counted, out_reported, out_counted, status, origin
) WHERE status = 'done' AND origin IN ('live', 'batch');
"""

_M001_COMPARISONS = """
CREATE TABLE IF NOT EXISTS comparisons (
    id TEXT PRIMARY KEY NOT NULL,
    study_id TEXT REFERENCES studies (id),
    thread_id TEXT NOT NULL REFERENCES threads (id),
    scope TEXT NOT NULL CHECK (scope IN ('turn', 'thread')),
    prompt_leaf_id TEXT REFERENCES messages (id),
    history TEXT NOT NULL CHECK (history IN ('own', 'fixed', 'winner', 'handover')),
    blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
    created_at TEXT NOT NULL,
    continues_id TEXT REFERENCES comparisons (id)
) STRICT;
CREATE INDEX IF NOT EXISTS comparisons_by_time ON comparisons (created_at);

-- answer_id has no foreign key: it is given out when a run starts, and the answer is stored when it ends.
CREATE TABLE IF NOT EXISTS comparison_slots (
    comparison_id TEXT NOT NULL REFERENCES comparisons (id),
    slot INTEGER NOT NULL,
    version INTEGER NOT NULL,
    candidate_id TEXT NOT NULL REFERENCES candidates (id),
    answer_id TEXT NOT NULL,
    prompt_leaf_id TEXT NOT NULL REFERENCES messages (id),
    label TEXT NOT NULL,
    leaf_message_id TEXT REFERENCES messages (id),
    PRIMARY KEY (comparison_id, slot, version)
) STRICT, WITHOUT ROWID;
"""

_M001_BALLOTS = """
CREATE TABLE IF NOT EXISTS ballots (
    id TEXT PRIMARY KEY NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    comparison_id TEXT REFERENCES comparisons (id),
    rater_id TEXT NOT NULL REFERENCES raters (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('best', 'rank', 'tie', 'all_bad', 'skip')),
    ranking_json TEXT NOT NULL,
    shown_order_json TEXT NOT NULL,
    criterion TEXT NOT NULL,
    blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
    speed_visible INTEGER NOT NULL CHECK (speed_visible IN (0, 1)),
    leaked INTEGER NOT NULL CHECK (leaked IN (0, 1)),
    confidence INTEGER,
    comment TEXT NOT NULL,
    active_ms REAL,
    rubric_version TEXT NOT NULL,
    supersedes_id TEXT REFERENCES ballots (id),
    source TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ballots_by_comparison ON ballots (comparison_id) WHERE comparison_id IS NOT NULL;

-- The newest row of a ballot (the greatest id) is its state.
CREATE TABLE IF NOT EXISTS ballot_status (
    id INTEGER PRIMARY KEY,
    ballot_id TEXT NOT NULL REFERENCES ballots (id),
    state TEXT NOT NULL CHECK (state IN ('counted', 'undone', 'set_aside')),
    by TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ballot_status_newest ON ballot_status (ballot_id, id, state);

-- Derived from ballots, and rebuilt from them. `counted` repeats the state of the row's ballot, so that figures need
-- no join; `pair` numbers the rows of one ballot from 0. thread_id has no foreign key: imported votes name threads
-- that are not stored here.
CREATE TABLE IF NOT EXISTS preferences (
    ballot_id TEXT NOT NULL REFERENCES ballots (id),
    pair INTEGER NOT NULL,
    candidate_a TEXT NOT NULL REFERENCES candidates (id),
    candidate_b TEXT NOT NULL REFERENCES candidates (id),
    score REAL NOT NULL CHECK (score IN (0, 0.5, 1)),
    verdict TEXT NOT NULL CHECK (verdict IN ('best', 'rank', 'tie', 'all_bad', 'skip')),
    pos_a INTEGER NOT NULL,
    pos_b INTEGER NOT NULL,
    n_messages INTEGER NOT NULL,
    workload TEXT NOT NULL,
    history TEXT NOT NULL CHECK (history IN ('own', 'fixed', 'winner', 'handover')),
    blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
    rater_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    comparison_id TEXT,
    counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
    PRIMARY KEY (ballot_id, pair)
) STRICT;
-- Sums by pair of candidates read this index alone; `counted` is in it for the same reason as above.
CREATE INDEX IF NOT EXISTS preferences_pairs ON preferences (
    candidate_a, candidate_b, blind, history, n_messages, verdict, score, counted
) WHERE counted = 1;
"""


def m002_fallback(db: Database) -> None:
    """A candidate may name a model that answers where its own cannot."""
    if "fallback" not in db["candidates"].columns_dict:
        db.execute("ALTER TABLE candidates ADD COLUMN fallback TEXT NOT NULL DEFAULT ''")


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
    db.executescript(_M003_PRESETS)


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


def m004_jobs(db: Database) -> None:
    """The cells of jobs, who works on them, which answers can be used again; a job can be paused."""
    if "paused" not in db["jobs"].schema:
        # A CHECK is changed by making the table anew. Answers point at it: what they miss meanwhile is counted, and
        # putting the same rows back brings the count to nothing before the transaction ends.
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("CREATE TEMP TABLE jobs_before AS SELECT * FROM main.jobs")
        db.execute("DROP TABLE main.jobs")
        db.execute(_M004_JOBS)
        columns = "id, study_id, kind, spec_json, state, cost_cap_usd, lease_owner, lease_until, created_at"
        db.execute(f"INSERT INTO jobs ({columns}) SELECT {columns} FROM temp.jobs_before ORDER BY rowid")
        db.execute("DROP TABLE temp.jobs_before")
    db.executescript(_M004_CELLS)


_M004_JOBS = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY NOT NULL,
    study_id TEXT REFERENCES studies (id),
    kind TEXT NOT NULL,
    spec_json TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'done', 'failed', 'cancelled')),
    cost_cap_usd TEXT,
    lease_owner TEXT,
    lease_until TEXT,
    created_at TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    terms_json TEXT NOT NULL DEFAULT '{}',
    note TEXT NOT NULL DEFAULT '',
    ended_at TEXT
) STRICT
"""

# One row for every turn of a thread, candidate and repeat. `place` is the order in which they are asked; `chain` is the
# place of the first cell of those that must be asked one after the other; `ready` is 1 once all before it in its chain
# are done; `lane` is the model that is asked, which limits go by. `n_asked` counts how often a worker took it to ask
# it. A leased cell whose owner holds no lease (job_workers) any more may be taken by another. `cached` is 1 where
# answer_id is an answer of an earlier time that was used again: it cost nothing and measured nothing now.
# answer_id has no foreign key, because the last answer to a failed cell may be replaced.
_M004_CELLS = """
CREATE INDEX IF NOT EXISTS jobs_by_kind ON jobs (kind);

CREATE TABLE IF NOT EXISTS job_cells (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    place INTEGER NOT NULL,
    cell_key TEXT NOT NULL UNIQUE,
    chain INTEGER NOT NULL,
    thread_id TEXT NOT NULL REFERENCES threads (id),
    candidate_id TEXT NOT NULL REFERENCES candidates (id),
    lane TEXT NOT NULL,
    turn INTEGER NOT NULL,
    repeat INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'leased', 'done', 'failed')),
    ready INTEGER NOT NULL CHECK (ready IN (0, 1)),
    owner TEXT,
    answer_id TEXT,
    n_asked INTEGER NOT NULL DEFAULT 0,
    cached INTEGER NOT NULL DEFAULT 0 CHECK (cached IN (0, 1)),
    estimate_usd REAL,
    spent_usd REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (job_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS job_cells_to_take ON job_cells (job_id, lane, place) WHERE state = 'waiting' AND ready = 1;
CREATE INDEX IF NOT EXISTS job_cells_by_state ON job_cells (job_id, lane, state);
CREATE INDEX IF NOT EXISTS job_cells_leased ON job_cells (job_id, owner) WHERE state = 'leased';

-- lease_until is seconds since 1970: compared, never shown.
CREATE TABLE IF NOT EXISTS job_workers (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    owner TEXT NOT NULL,
    lease_until REAL NOT NULL,
    status_json TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (job_id, owner)
) STRICT, WITHOUT ROWID;

-- request_key is the hash of everything that can change an answer; the first answer to a request is the one used again.
CREATE TABLE IF NOT EXISTS answer_cache (
    request_key TEXT PRIMARY KEY NOT NULL,
    answer_id TEXT NOT NULL REFERENCES answers (id)
) STRICT, WITHOUT ROWID;
"""


def m005_imports(db: Database) -> None:
    """A thread says what its import changed."""
    if "note" not in db["threads"].columns_dict:
        db.execute("ALTER TABLE threads ADD COLUMN note TEXT NOT NULL DEFAULT ''")


def m006_library(db: Database) -> None:
    """What is said of threads beside their words: archived, edited from, found in them; choices that are kept."""
    db.executescript(_M006_LIBRARY)


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


def m007_studies(db: Database) -> None:
    """Studies: their settings and items, who has which item, and marks, reasons and scores of ballots."""
    db.executescript(STUDY_TABLES)


STEPS: tuple[Callable[[Database], None], ...] = (
    m001_core,
    m002_fallback,
    m003_ways_to_go_on,
    m004_jobs,
    m005_imports,
    m006_library,
    m007_studies,
)
VERSION = len(STEPS)


def is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """True where the file has seen every step; False where steps are pending.

    Raises:
        NewerDatabaseError: the file has seen steps that this program does not know.
        StoreError: the file belongs to another program.
    """
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and (found or connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()):
        raise StoreError(
            f"{path} is a database of another program. Move it away, or name another folder in WEIGHBRIDGE_DATA_DIR."
        )
    if found > VERSION:
        from compare import __version__

        raise NewerDatabaseError(
            f"The database {path} has version {found} and was written by a newer Weighbridge; this one ({__version__}) "
            f"knows versions up to {VERSION}. Update Weighbridge, or name another folder in WEIGHBRIDGE_DATA_DIR."
        )
    return bool(found == VERSION)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply the pending steps, inside the caller's transaction; harmless where there are none.

    Raises:
        NewerDatabaseError, StoreError: as is_current.
    """
    if is_current(connection, path):
        return
    # Imported here because it costs half a second and most starts do not need it.
    from sqlite_utils import Database, Migrations

    steps = Migrations("weighbridge")
    for step in STEPS:
        steps(name=step.__name__)(step)
    steps.apply(Database(connection, execute_plugins=False, recursive_triggers=False))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
