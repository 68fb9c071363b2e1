"""Measurements: what every answer measured, with the thread it belongs to, in one statement and without its text.

The raw material of job results, comparisons of jobs and scorecards. Text is read by `iter_measured_texts` alone, row by
row, for exports.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from compare.errors import NotFoundError
from compare.store.jobs import PROBE_KIND
from compare.store.part import Part


class Measurement(NamedTuple):
    """One answer of a model that Weighbridge asked, without what was said. None means not known."""

    answer_id: str
    job_id: str | None
    thread_id: str
    workload: str
    candidate_id: str
    prompt_leaf_id: str
    turn: int
    repeat: int
    n_messages: int
    """Messages of the prompt, all roles, before any context policy."""
    history: str
    status: str
    finish: str
    started_s: float | None
    """Seconds since 1970, UTC."""
    attempts: int
    ttft_ms: float | None
    first_text_ms: float | None
    total_ms: float | None
    wall_ms: float | None
    loop_lag_ms: float | None
    cost_usd: Decimal | None
    in_reported: int | None
    in_counted: int | None
    cached: int | None
    out_reported: int | None
    out_counted: int | None
    reasoning_tokens: int | None
    model_served: str | None
    is_cut_by_us: bool
    """True where a context policy left messages out."""
    error_kind: str | None
    error: str | None

    @property
    def timing_disturbed(self) -> bool:
        """As records.Answer.timing_disturbed."""
        return (self.loop_lag_ms or 0.0) > max(20.0, 0.05 * (self.ttft_ms or 0.0))


class MeasuredText(NamedTuple):
    """A measurement with its words."""

    measurement: Measurement
    thread_title: str
    thread_ref: str
    """The thread's own id in the file that it came from."""
    text: str
    started_at: str
    request_id: str | None


class MeasuredJob(NamedTuple):
    """A job that has answers."""

    job_id: str
    kind: str
    state: str
    created_at: str
    n_answers: int


class Measurements(Part):
    """The store's part for reading what answers measured."""

    def measured_jobs(self, limit: int = 100) -> list[MeasuredJob]:
        """The newest jobs with at least one answer, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_JOBS, (limit,)).fetchall()
        return [MeasuredJob(*row) for row in rows]

    def newest_job(self) -> str | None:
        """Id of the job that was made last, with answers or not; None where there is no job."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT id FROM jobs ORDER BY rowid DESC LIMIT 1").fetchone()
        return None if row is None else str(row["id"])

    def job_state(self, job_id: str) -> str:
        """How a job stands: running, done, failed (some of its cells), cancelled ...

        Raises:
            NotFoundError: there is no such job.
        """
        with self._database.reading() as connection:
            return _state_of(connection, job_id)

    def measurements(self, job_id: str | None = None, *, recorded: bool = False) -> list[Measurement]:
        """What was measured, oldest first: of one job, or of everything that was asked here but probes.

        Args:
            job_id: only the answers of this job, which may be one of probes.
            recorded: instead, what logs say of answers that were given elsewhere; their times were not taken here.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._database.reading() as connection:
            statement = _statement(connection, job_id, "", recorded)
            rows = connection.execute(statement, {"job_id": job_id}).fetchall()
        return [_to_measurement(tuple(row)) for row in rows]

    def iter_measured_texts(self, job_id: str | None = None, *, recorded: bool = False) -> Iterator[MeasuredText]:
        """The same with what was said, row by row, as of the moment of the first one.

        Raises:
            NotFoundError: there is no such job.
        """
        with self._database.snapshot() as connection:
            for row in connection.execute(_statement(connection, job_id, _TEXTS, recorded), {"job_id": job_id}):
                values = tuple(row)
                n = len(Measurement._fields)
                yield MeasuredText(_to_measurement(values[:n]), *values[n:])


# One name for every field of Measurement, in its order; times in words are made numbers by SQLite.
_COLUMNS = """
a.id, a.job_id, m.thread_id, t.workload, a.candidate_id, a.prompt_leaf_id, a.turn, a.repeat, a.n_messages, a.history,
a.status, a.finish, (julianday(a.started_at) - 2440587.5) * 86400.0, a.attempts, a.ttft_ms, a.first_text_ms,
a.total_ms, a.wall_ms, a.loop_lag_ms, a.cost_usd, a.in_reported, a.in_counted, a.cached, a.out_reported, a.out_counted,
a.reasoning_tokens, a.model_served, a.cut_json <> '[]', a.error_kind, a.error
"""
_TEXTS = ", t.title, t.source_ref, a.text, a.started_at, a.request_id"


def _state_of(connection: sqlite3.Connection, job_id: str) -> str:
    row = connection.execute("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"No job has the id {job_id!r}; it may be in another data folder.")
    return str(row["state"])


def _statement(connection: sqlite3.Connection, job_id: str | None, more: str, recorded: bool) -> str:
    where = "a.origin = 'recorded'" if recorded else "a.origin IN ('live', 'batch')"
    if job_id is not None:
        _state_of(connection, job_id)
        where += " AND a.job_id = :job_id"
    else:
        where += f" AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = a.job_id AND j.kind = '{PROBE_KIND}')"
    # CROSS JOIN keeps the order of the loops: answers first, each with its message and thread by key.
    return f"""
        SELECT {_COLUMNS}{more}
        FROM answers a CROSS JOIN messages m ON m.id = a.prompt_leaf_id CROSS JOIN threads t ON t.id = m.thread_id
        WHERE {where} ORDER BY a.rowid
    """


_JOBS = """
SELECT j.id, j.kind, j.state, j.created_at, (SELECT count(*) FROM answers WHERE job_id = j.id) AS n
FROM jobs j WHERE EXISTS (SELECT 1 FROM answers WHERE job_id = j.id)
ORDER BY j.rowid DESC LIMIT ?
"""

_COST = Measurement._fields.index("cost_usd")
_CUT = Measurement._fields.index("is_cut_by_us")


def _to_measurement(values: tuple[object, ...]) -> Measurement:
    changed = list(values)
    changed[_COST] = None if changed[_COST] is None else Decimal(str(changed[_COST]))
    changed[_CUT] = bool(changed[_CUT])
    return Measurement._make(changed)
