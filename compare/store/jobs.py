"""Jobs: pieces of work over many threads that can be taken up again. What they are made of is in cells.py."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from typing import Literal, NamedTuple

from compare.errors import NotFoundError, StoreError
from compare.store.part import Part, new_id, now

PROBE_KIND = "probe"
"""Jobs that ask planted facts. Their short answers on made-up threads are in no figure of what was asked here, unless
their own job is named."""
JobState = Literal["running", "paused", "done", "failed", "cancelled"]


class TakenJob(NamedTuple):
    """The job to work on."""

    id: str
    resumed: bool
    """True where an earlier job of the same kind and content is taken up again."""


class JobRow(NamedTuple):
    """A job as it is stored."""

    id: str
    kind: str
    name: str
    spec_json: str
    """What is asked: the same content again is the same job."""
    terms_json: str
    """How: limits and the like, which may change from one start to the next."""
    state: JobState
    note: str
    """Why it stands in its state, where that is worth a sentence."""
    cost_cap_usd: Decimal | None
    created_at: str
    ended_at: str | None


_COLUMNS = ", ".join(JobRow._fields)


class Jobs(Part):
    """The store's part for jobs. A specification is the same whatever the order of its JSON's keys."""

    def find_or_start_job(self, kind: str, spec_json: str) -> TakenJob:
        """The newest job with this specification, set running again whatever became of it, or a new one."""
        spec_json = _canonical(spec_json)
        with self._database.writing() as connection:
            job_id = _latest(connection, kind, spec_json)
            if job_id is None:
                return TakenJob(_insert(connection, kind, spec_json), resumed=False)
            _set_state(connection, job_id, "running", "")
            return TakenJob(job_id, resumed=True)

    def start_job(self, kind: str, spec_json: str, *, name: str = "") -> str:
        """Id of a new job, also where an equal one is there."""
        with self._database.writing() as connection:
            return _insert(connection, kind, _canonical(spec_json), name)

    def job(self, name: str) -> JobRow:
        """The job with this id, or the only one whose id begins so, or "last" for the newest.

        Raises:
            NotFoundError: there is none, or there are several.
        """
        with self._database.reading() as connection:
            where, value = ("1 = ?", 1) if name == "last" else ("substr(id, 1, length(?1)) = ?1", name)
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE {where} ORDER BY rowid DESC LIMIT 2", (value,)
            ).fetchall()
        if not rows or not name:
            raise NotFoundError(f"No job has the id {name!r}; it may be in another data folder. See: jobs list")
        if len(rows) > 1 and name not in ("last", rows[0]["id"], rows[1]["id"]):
            raise NotFoundError(f"Several jobs have an id that begins with {name!r}. Give more of it.")
        return _to_job(next((row for row in rows if row["id"] == name), rows[0]))

    def jobs(self, kind: str | None = None, limit: int = 200) -> list[JobRow]:
        """The newest jobs, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE ?1 IS NULL OR kind = ?1 ORDER BY rowid DESC LIMIT ?2", (kind, limit)
            ).fetchall()
        return [_to_job(row) for row in rows]

    def finish_job(self, job_id: str, state: JobState = "done", note: str = "") -> None:
        """Say how a job stands, and why where that is worth a sentence.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._database.writing() as connection:
            changed = _set_state(connection, job_id, state, note)
        if not changed:
            raise NotFoundError(f"No job has the id {job_id!r}; it may be in another data folder.")

    def set_job_terms(self, job_id: str, terms_json: str, cost_cap_usd: Decimal | None) -> None:
        """Keep how a job is to be worked on."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE jobs SET terms_json = ?, cost_cap_usd = ? WHERE id = ?",
                (_canonical(terms_json), None if cost_cap_usd is None else str(cost_cap_usd), job_id),
            )

    def set_job_spec(self, job_id: str, spec_json: str) -> None:
        """Keep what a job asks for, now that it asks for more."""
        with self._database.writing() as connection:
            connection.execute("UPDATE jobs SET spec_json = ? WHERE id = ?", (_canonical(spec_json), job_id))


def _canonical(spec_json: str) -> str:
    try:
        return json.dumps(json.loads(spec_json), sort_keys=True)
    except ValueError as exc:
        raise StoreError(f"A job's specification must be JSON; this one is not ({exc}).") from exc


def _latest(connection: sqlite3.Connection, kind: str, spec_json: str) -> str | None:
    row = connection.execute(
        "SELECT id FROM jobs WHERE kind = ? AND spec_json = ? ORDER BY rowid DESC LIMIT 1", (kind, spec_json)
    ).fetchone()
    return row["id"] if row else None


def _insert(connection: sqlite3.Connection, kind: str, spec_json: str, name: str = "") -> str:
    job_id = new_id()
    connection.execute(
        "INSERT INTO jobs (id, kind, name, spec_json, state, created_at) VALUES (?, ?, ?, ?, 'running', ?)",
        (job_id, kind, name, spec_json, now()),
    )
    return job_id


def _set_state(connection: sqlite3.Connection, job_id: str, state: JobState, note: str) -> int:
    ended_at = None if state == "running" else now()
    return connection.execute(
        "UPDATE jobs SET state = ?, note = ?, ended_at = ? WHERE id = ?", (state, note, ended_at, job_id)
    ).rowcount


def _to_job(row: sqlite3.Row) -> JobRow:
    cap = row["cost_cap_usd"]
    return JobRow(*row)._replace(cost_cap_usd=None if cap is None else Decimal(cap))
