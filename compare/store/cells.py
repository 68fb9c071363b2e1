"""The cells of jobs: what has become of each, and the one transaction at a time in which workers take and finish them.

A *cell* is one turn of one thread for one candidate and repeat. It waits, is leased to a worker that asks it, and ends
done or failed; a worker that goes gives back what it held, and what a dead one held may be taken once its lease is
over. Everything that must not happen twice happens inside `Cells.working`, which holds the database's write lock.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal, NamedTuple

from compare.records import Answer, Message
from compare.store.answers import insert_answer, insert_new_answer, select_answers
from compare.store.jobs import PROBE_KIND, JobState
from compare.store.part import Part, now
from compare.store.paths import select_path

CellState = Literal["waiting", "leased", "done", "failed"]

_CHUNK = 200
"""Rows read at once where a job is gone through."""


class NewCell(NamedTuple):
    """A cell to be."""

    cell_key: str
    thread_id: str
    candidate_id: str
    lane: str
    """Id of the model that is asked."""
    turn: int
    repeat: int
    begins: bool = True
    """False where it may only be asked when the cell before it is done."""


class Cell(NamedTuple):
    """A cell as it is stored."""

    place: int
    cell_key: str
    chain: int
    thread_id: str
    candidate_id: str
    lane: str
    turn: int
    repeat: int
    state: CellState
    answer_id: str | None
    n_asked: int
    """How often a worker took it to ask it; more than 1 after a retry, a stop or a kill."""
    cached: bool
    """Whether its answer is one of an earlier time, used again."""


class LaneCount(NamedTuple):
    """How the cells of one model stand."""

    lane: str
    state: CellState
    n: int
    n_cached: int
    n_again: int
    """Cells that were taken more than once."""
    n_asked: int
    """How often cells were taken, in all."""


class TokenMeans(NamedTuple):
    """Tokens of one candidate's finished answers."""

    output: float
    """Mean of an answer."""
    n: int
    """Answers."""
    in_ratio: float
    """Input as reported over input as counted here; 1 where nothing was reported."""


class JobWorker(NamedTuple):
    """Somebody who works on a job."""

    owner: str
    lease_until: float
    """Seconds since 1970."""
    status_json: str


_COLUMNS = "place, cell_key, chain, thread_id, candidate_id, lane, turn, repeat, state, answer_id, n_asked, cached"


class Cells(Part):
    """The store's part for cells."""

    def add_cells(self, job_id: str, cells: Iterable[NewCell]) -> int:
        """Give a job these cells, after those that it has; one that is there already stays as it is.

        Cells that the job has answered before (by their cell_key) are done from the start.

        Returns:
            How many are new.
        """
        with self._database.writing() as connection:
            first = connection.execute(
                "SELECT coalesce(max(place) + 1, 0) FROM job_cells WHERE job_id = ?", (job_id,)
            ).fetchone()[0]
            before = connection.total_changes
            connection.executemany(_INSERT, _rows(job_id, cells, first))
            n_new = connection.total_changes - before
            if n_new:
                connection.execute(_TAKE_OVER, (job_id,))
                connection.execute(_MAKE_READY, (job_id,))
        return n_new

    def retry_failed_cells(self, job_id: str) -> int:
        """Let every failed cell be asked again; returns how many there are."""
        with self._database.writing() as connection:
            n = connection.execute(
                "UPDATE job_cells SET state = 'waiting', ready = 0 WHERE job_id = ? AND state = 'failed'", (job_id,)
            ).rowcount
            connection.execute(_MAKE_READY, (job_id,))
        return n

    def cell_counts(self, job_id: str) -> list[LaneCount]:
        """How a job's cells stand, by model and state."""
        with self._database.reading() as connection:
            return select_counts(connection, job_id)

    def job_threads(self, job_id: str) -> list[str]:
        """Ids of a job's threads, in the order in which they are asked."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT thread_id FROM job_cells WHERE job_id = ? GROUP BY thread_id ORDER BY min(place)", (job_id,)
            ).fetchall()
        return [row["thread_id"] for row in rows]

    def tagged_threads(self) -> dict[str, set[str]]:
        """Ids of the threads that carry each tag."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT tag, thread_id FROM thread_tags ORDER BY tag").fetchall()
        found: dict[str, set[str]] = {}
        for tag, thread_id in rows:
            found.setdefault(tag, set()).add(thread_id)
        return found

    def waiting_cells(self, job_id: str) -> dict[str, int]:
        """How many cells wait, by candidate."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT candidate_id, count(*) FROM job_cells WHERE job_id = ? AND state = 'waiting' "
                "GROUP BY candidate_id",
                (job_id,),
            ).fetchall()
        return dict(map(tuple, rows))

    def sampled_cells(self, job_id: str, candidate_id: str, step: int) -> list[Cell]:
        """Every so many of a candidate's waiting cells, in their order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM (SELECT *, row_number() OVER (ORDER BY place) AS n FROM job_cells "
                "WHERE job_id = ? AND candidate_id = ? AND state = 'waiting') WHERE n % ? = 0",
                (job_id, candidate_id, step),
            ).fetchall()
        return [_to_cell(row) for row in rows]

    def thread_messages(self, thread_id: str) -> tuple[Message, ...]:
        """A thread's messages as imported."""
        with self._database.reading() as connection:
            return Working(connection, "", "").messages(thread_id)

    def job_spent_usd(self, job_id: str) -> float:
        """What the job's answers cost so far, as far as it is known."""
        with self._database.reading() as connection:
            return float(
                connection.execute(
                    "SELECT coalesce(sum(spent_usd), 0.0) FROM job_cells WHERE job_id = ?", (job_id,)
                ).fetchone()[0]
            )

    def token_means(self, *, probes: bool = False, own: bool = False) -> dict[str, TokenMeans]:
        """What finished answers have shown of the tokens of each candidate.

        Args:
            probes: of those to planted facts, which are short, in place of all others.
            own: with `probes`, of those jobs that ask every turn, where most answers are replies on the way.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT candidate_id, avg(coalesce(out_reported, out_counted)), count(*), "
                "total(CASE WHEN in_counted > 0 THEN in_reported END), "
                "total(CASE WHEN in_reported IS NOT NULL THEN in_counted END) FROM answers "
                "WHERE status = 'done' AND origin IN ('live', 'batch') "
                "AND coalesce(out_reported, out_counted) IS NOT NULL "
                "AND ?1 = EXISTS (SELECT 1 FROM jobs j WHERE j.id = answers.job_id AND j.kind = ?2) "
                "AND (NOT ?1 OR job_id IN (SELECT id FROM jobs WHERE kind = ?2 "
                "AND ?3 = (json_extract(spec_json, '$.history') = 'own'))) "
                "GROUP BY candidate_id",
                (probes, PROBE_KIND, own),
            ).fetchall()
        return {row[0]: TokenMeans(row[1], row[2], row[3] / row[4] if row[3] and row[4] else 1.0) for row in rows}

    def job_workers(self, job_id: str) -> list[JobWorker]:
        """Who has worked on a job and has not said goodbye; a lease that is over belongs to somebody who died."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT owner, lease_until, status_json FROM job_workers WHERE job_id = ? ORDER BY owner", (job_id,)
            ).fetchall()
        return [JobWorker(*row) for row in rows]

    def cells(
        self, job_id: str, *, states: Sequence[CellState] = ("waiting", "leased", "done", "failed"), after: int = -1,
        limit: int | None = None,
    ) -> Iterator[Cell]:  # fmt: skip
        """A job's cells in their order; read in pieces, so that any number can be gone through.

        Args:
            job_id: of which job.
            states: only those that stand so.
            after: only those with a greater place.
            limit: at most so many.
        """
        marks = ", ".join("?" * len(states))
        query = (
            f"SELECT {_COLUMNS} FROM job_cells WHERE job_id = ? AND place > ? AND state IN ({marks}) "
            "ORDER BY place LIMIT ?"
        )
        left = limit
        while left is None or left > 0:
            size = _CHUNK if left is None else min(_CHUNK, left)
            with self._database.reading() as connection:
                rows = connection.execute(query, (job_id, after, *states, size)).fetchall()
            yield from map(_to_cell, rows)
            if len(rows) < size:
                return
            after = rows[-1]["place"]
            left = None if left is None else left - len(rows)

    def job_results(
        self, job_id: str, *, states: Sequence[CellState] = ("done", "failed")
    ) -> Iterator[tuple[Cell, Answer | None]]:
        """Cells with the answers that stand for them, in their order; read in pieces."""
        chunk: list[Cell] = []
        for cell in self.cells(job_id, states=states):
            chunk.append(cell)
            if len(chunk) == _CHUNK:
                yield from self._with_answers(chunk)
                chunk = []
        yield from self._with_answers(chunk)

    def turn_results(self, job_id: str, thread_id: str, turn: int) -> list[tuple[Cell, Answer | None]]:
        """The cells of one turn of one thread, by candidate and repeat, with their answers."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM job_cells WHERE job_id = ? AND thread_id = ? AND turn = ? ORDER BY place",
                (job_id, thread_id, turn),
            ).fetchall()
        return list(self._with_answers([_to_cell(row) for row in rows]))

    def _with_answers(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Answer | None]]:
        with self._database.reading() as connection:
            found = select_answers(connection, [cell.answer_id for cell in cells if cell.answer_id])
        for cell in cells:
            yield cell, found.get(cell.answer_id or "")

    def leave_job(self, job_id: str, note: str) -> None:
        """Let a running job that nobody works on any more stand paused."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'paused', note = ?, ended_at = ? WHERE id = ? AND state = 'running' "
                "AND NOT EXISTS (SELECT 1 FROM job_workers w WHERE w.job_id = jobs.id AND w.lease_until > ?)",
                (note, now(), job_id, time.time()),
            )

    @contextmanager
    def working(self, job_id: str, owner: str) -> Iterator[Working]:
        """One transaction of a worker: everything in it holds, or nothing."""
        with self._database.writing() as connection:
            yield Working(connection, job_id, owner)


class Working:
    """What a worker does with a job's cells, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, job_id: str, owner: str) -> None:
        self._connection = connection
        self._job_id = job_id
        self._owner = owner

    def state(self) -> JobState:
        """How the job stands now; anybody may have paused or cancelled it."""
        row = self._connection.execute("SELECT state FROM jobs WHERE id = ?", (self._job_id,)).fetchone()
        return "cancelled" if row is None else row["state"]

    # --- taking

    def to_take(self, lane: str, limit: int) -> list[Cell]:
        """Cells of a model that could be asked now, first ones first."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM job_cells "
            "WHERE job_id = ? AND lane = ? AND state = 'waiting' AND ready = 1 ORDER BY place LIMIT ?",
            (self._job_id, lane, limit),
        ).fetchall()
        return [_to_cell(row) for row in rows]

    def lease(self, place: int, estimate_usd: float | None = None) -> None:
        """Take a cell in order to ask it."""
        self._connection.execute(
            "UPDATE job_cells SET state = 'leased', owner = ?, n_asked = n_asked + 1, estimate_usd = ? "
            "WHERE job_id = ? AND place = ?",
            (self._owner, estimate_usd, self._job_id, place),
        )

    def messages(self, thread_id: str) -> tuple[Message, ...]:
        """A thread as imported."""
        row = self._connection.execute("SELECT leaf_message_id FROM threads WHERE id = ?", (thread_id,)).fetchone()
        return select_path(self._connection, row["leaf_message_id"])

    def earlier(self, cell: Cell) -> list[tuple[str, str]]:
        """(id, text) of the answers to the cells before this one in its chain."""
        rows = self._connection.execute(
            "SELECT a.id, a.text FROM job_cells c JOIN answers a ON a.id = c.answer_id "
            "WHERE c.job_id = ? AND c.chain = ? AND c.place >= ? AND c.place < ? ORDER BY c.place",
            (self._job_id, cell.chain, cell.chain, cell.place),
        ).fetchall()
        return [(row["id"], row["text"]) for row in rows]

    def later(self, cell: Cell) -> list[Cell]:
        """The cells of a chain that come after this one."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM job_cells WHERE job_id = ? AND chain = ? AND place > ? ORDER BY place",
            (self._job_id, cell.chain, cell.place),
        ).fetchall()
        return [_to_cell(row) for row in rows]

    def is_over(self) -> bool:
        """Whether no cell waits and nobody asks one."""
        row = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM job_cells WHERE job_id = ? AND state IN ('waiting', 'leased'))",
            (self._job_id,),
        ).fetchone()
        return not row[0]

    def committed_usd(self) -> tuple[float, float]:
        """(spent, estimated for what is being asked now by all workers), in US dollars."""
        row = self._connection.execute(
            "SELECT coalesce(sum(spent_usd), 0.0), "
            "coalesce(sum(CASE state WHEN 'leased' THEN estimate_usd END), 0.0) FROM job_cells WHERE job_id = ?",
            (self._job_id,),
        ).fetchone()
        return float(row[0]), float(row[1])

    # --- finishing

    def finish(self, cell: Cell, answer: Answer, *, spent_usd: float = 0.0, request_key: str | None = None) -> bool:
        """Keep a cell's answer, done or failed; what waited for it may be asked next.

        Args:
            cell: the one that was leased.
            answer: its answer; its cell_key is set where it is done.
            spent_usd: its cost, or an estimate where that is unknown.
            request_key: under which the answer may be used again.

        Returns:
            False where another worker has answered the cell meanwhile, after this one's lease was over: the answer is
            kept with a warning, and is not the cell's.
        """
        done = answer.status == "done"
        changed = self._connection.execute(
            "UPDATE job_cells SET state = ?, owner = NULL, answer_id = ?, estimate_usd = NULL, "
            "spent_usd = spent_usd + ? WHERE job_id = ? AND place = ? AND state <> 'done'",
            ("done" if done else "failed", answer.id, spent_usd, self._job_id, cell.place),
        ).rowcount
        if not changed:
            late = "Another worker had answered this cell before; this answer came after the lease was over."
            insert_answer(self._connection, replace(answer, cell_key=None, warnings=(*answer.warnings, late)))
            self._spend(cell.place, spent_usd)
            return False
        insert_new_answer(self._connection, answer)
        if done:
            self._go_on(cell)
            if request_key is not None:
                self._connection.execute(
                    "INSERT OR IGNORE INTO answer_cache (request_key, answer_id) VALUES (?, ?)",
                    (request_key, answer.id),
                )
        return True

    def use_again(self, cell: Cell, request_key: str) -> Answer | None:
        """Let the stored answer to the same request stand for a cell; None where there is none."""
        row = self._connection.execute(
            "SELECT answer_id FROM answer_cache WHERE request_key = ?", (request_key,)
        ).fetchone()
        if row is None:
            return None
        self._connection.execute(
            "UPDATE job_cells SET state = 'done', owner = NULL, answer_id = ?, cached = 1 "
            "WHERE job_id = ? AND place = ?",
            (row["answer_id"], self._job_id, cell.place),
        )
        self._go_on(cell)
        return select_answers(self._connection, (row["answer_id"],))[row["answer_id"]]

    def give_back(self, cell: Cell, answer: Answer | None = None, *, spent_usd: float = 0.0) -> None:
        """Let a cell wait again.

        Args:
            cell: the one that was leased.
            answer: what had arrived of its answer when it was stopped, if it was asked at all.
            spent_usd: as for finish.
        """
        if answer is not None:
            insert_new_answer(self._connection, answer)
        self._connection.execute(
            "UPDATE job_cells SET state = 'waiting', owner = NULL, estimate_usd = NULL, n_asked = n_asked - ?, "
            "spent_usd = spent_usd + ? WHERE job_id = ? AND place = ? AND state = 'leased' AND owner = ?",
            (0 if answer is not None and answer.attempts else 1, spent_usd, self._job_id, cell.place, self._owner),
        )

    def _go_on(self, cell: Cell) -> None:
        self._connection.execute(
            "UPDATE job_cells SET ready = 1 WHERE job_id = ? AND place = ? AND chain = ? AND state = 'waiting'",
            (self._job_id, cell.place + 1, cell.chain),
        )

    def _spend(self, place: int, spent_usd: float) -> None:
        self._connection.execute(
            "UPDATE job_cells SET spent_usd = spent_usd + ? WHERE job_id = ? AND place = ?",
            (spent_usd, self._job_id, place),
        )

    # --- leases

    def hold(self, lease_s: float, status_json: str) -> None:
        """Hold the lease for another while, and say how the work stands."""
        self._connection.execute(
            "INSERT INTO job_workers (job_id, owner, lease_until, status_json) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (job_id, owner) DO UPDATE SET lease_until = excluded.lease_until, "
            "status_json = excluded.status_json",
            (self._job_id, self._owner, time.time() + lease_s, status_json),
        )

    def free_lost(self, is_gone: Callable[[str], bool]) -> int:
        """Let cells wait again whose owner has no lease any more, or is known to be gone; returns how many."""
        owners = [
            row["owner"]
            for row in self._connection.execute(
                "SELECT DISTINCT owner FROM job_cells WHERE job_id = ? AND state = 'leased'", (self._job_id,)
            ).fetchall()
        ]
        leases = dict(
            self._connection.execute(
                "SELECT owner, lease_until FROM job_workers WHERE job_id = ?", (self._job_id,)
            ).fetchall()
        )
        lost = [
            owner
            for owner in {*owners, *leases}
            if owner != self._owner and (leases.get(owner, 0.0) < time.time() or is_gone(owner))
        ]
        return sum(self._forget(owner, 0) for owner in lost)

    def leave(self) -> None:
        """Give the lease up; cells that were taken and never asked wait again as if they had not been."""
        self._forget(self._owner, 1)

    def _forget(self, owner: str, n_never_asked: int) -> int:
        self._connection.execute("DELETE FROM job_workers WHERE job_id = ? AND owner = ?", (self._job_id, owner))
        return self._connection.execute(
            "UPDATE job_cells SET state = 'waiting', owner = NULL, estimate_usd = NULL, n_asked = n_asked - ? "
            "WHERE job_id = ? AND owner = ? AND state = 'leased'",
            (n_never_asked, self._job_id, owner),
        ).rowcount

    def counts(self) -> list[LaneCount]:
        """As Cells.cell_counts."""
        return select_counts(self._connection, self._job_id)

    def end(self, note: str = "") -> JobState:
        """Set the state that follows from the cells, unless somebody else has set another."""
        row = self._connection.execute(
            "SELECT sum(state = 'failed'), sum(state IN ('waiting', 'leased')) FROM job_cells WHERE job_id = ?",
            (self._job_id,),
        ).fetchone()
        state: JobState = "paused" if row[1] else "failed" if row[0] else "done"
        return self.set_state(state, note)

    def set_state(self, state: JobState, note: str = "") -> JobState:
        """Let a running job stand otherwise; returns how it stands then."""
        self._connection.execute(
            "UPDATE jobs SET state = ?, note = ?, ended_at = ? WHERE id = ? AND state = 'running'",
            (state, note, now(), self._job_id),
        )
        return self.state()


_INSERT = """
INSERT OR IGNORE INTO job_cells
    (job_id, place, cell_key, chain, thread_id, candidate_id, lane, turn, repeat, ready)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# Cells of a job that was begun before cells were kept: its answers tell which are done.
_TAKE_OVER = """
UPDATE job_cells AS c SET state = 'done', n_asked = 1, answer_id = a.id,
    spent_usd = coalesce(CAST(a.cost_usd AS REAL), 0.0)
FROM answers AS a WHERE a.cell_key = c.cell_key AND c.job_id = ? AND c.state = 'waiting'
"""
_MAKE_READY = """
UPDATE job_cells AS c SET ready = 1 WHERE job_id = ? AND state = 'waiting' AND ready = 0 AND NOT EXISTS (
    SELECT 1 FROM job_cells p
    WHERE p.job_id = c.job_id AND p.place >= c.chain AND p.place < c.place AND p.chain = c.chain AND p.state <> 'done'
)
"""


def _rows(job_id: str, cells: Iterable[NewCell], first: int) -> Iterator[tuple[object, ...]]:
    chain = first
    for place, cell in enumerate(cells, start=first):
        if cell.begins:
            chain = place
        yield (
            job_id, place, cell.cell_key, chain, cell.thread_id, cell.candidate_id, cell.lane, cell.turn, cell.repeat,
            cell.begins,
        )  # fmt: skip


def select_counts(connection: sqlite3.Connection, job_id: str) -> list[LaneCount]:
    """As Cells.cell_counts, on the caller's connection."""
    rows = connection.execute(
        "SELECT lane, state, count(*), sum(cached), sum(n_asked > 1), sum(n_asked) FROM job_cells WHERE job_id = ? "
        "GROUP BY lane, state ORDER BY lane, state",
        (job_id,),
    ).fetchall()
    return [LaneCount(*row) for row in rows]


def _to_cell(row: sqlite3.Row) -> Cell:
    return Cell(*row)._replace(cached=bool(row["cached"]))
