"""Jobs as cells that several processes can work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compare.store.steps.script import run_script

if TYPE_CHECKING:
    from sqlite_utils import Database


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
    run_script(db, _M004_CELLS)


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
