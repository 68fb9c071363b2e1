"""Threads, candidates, answers, comparisons, ballots and what is derived from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


def m001_core(db: Database) -> None:
    """Threads, candidates, answers, comparisons, ballots and what is derived from them."""
    run_script(db, _M001_THREADS)
    run_script(db, _M001_ANSWERS)
    run_script(db, _M001_COMPARISONS)
    run_script(db, _M001_BALLOTS)


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
