"""Jobs: a piece of work over many threads that can be taken up again. Which cells are done is told by its answers."""

from __future__ import annotations

import json
import sqlite3
from typing import Literal, NamedTuple

from compare.errors import NotFoundError, StoreError
from compare.store.part import Part, new_id, now

JobState = Literal["running", "done", "failed", "cancelled"]


class TakenJob(NamedTuple):
    """The job to work on."""

    id: str
    resumed: bool
    """True where an earlier job of the same kind and content is taken up again."""


class Jobs(Part):
    """The store's part for jobs. A specification is the same whatever the order of its JSON's keys."""

    def find_or_start_job(self, kind: str, spec_json: str) -> TakenJob:
        """The newest job with this specification, set running again whatever became of it, or a new one."""
        spec_json = _canonical(spec_json)
        with self._database.writing() as connection:
            job_id = _latest(connection, kind, spec_json)
            if job_id is None:
                return TakenJob(_insert(connection, kind, spec_json), resumed=False)
            connection.execute("UPDATE jobs SET state = 'running' WHERE id = ?", (job_id,))
            return TakenJob(job_id, resumed=True)

    def start_job(self, kind: str, spec_json: str) -> str:
        """Id of a new job, also where an equal one is there."""
        with self._database.writing() as connection:
            return _insert(connection, kind, _canonical(spec_json))

    def latest_job(self, kind: str, spec_json: str) -> str | None:
        """Id of the newest job with this specification, or None."""
        with self._database.reading() as connection:
            return _latest(connection, kind, _canonical(spec_json))

    def finish_job(self, job_id: str, state: JobState = "done") -> None:
        """Say how a job ended.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._database.writing() as connection:
            changed = connection.execute("UPDATE jobs SET state = ? WHERE id = ?", (state, job_id)).rowcount
        if not changed:
            raise NotFoundError(f"No job has the id {job_id!r}; it may be in another data folder.")


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


def _insert(connection: sqlite3.Connection, kind: str, spec_json: str) -> str:
    job_id = new_id()
    connection.execute(
        "INSERT INTO jobs (id, kind, spec_json, state, created_at) VALUES (?, ?, ?, 'running', ?)",
        (job_id, kind, spec_json, now()),
    )
    return job_id
