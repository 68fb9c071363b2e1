"""The store: everything Weighbridge keeps, in one SQLite file. Each concept's share is in the file of its name."""

from __future__ import annotations

from pathlib import Path

from compare.store import migrations
from compare.store.answers import Answers
from compare.store.assignments import Assignments
from compare.store.ballots import Ballots
from compare.store.behind import Behind
from compare.store.candidates import Candidates
from compare.store.cells import Cells
from compare.store.comparisons import Comparisons
from compare.store.database import BUSY_TIMEOUT_S, Database, check_place, use_write_ahead_log
from compare.store.exports import Exports
from compare.store.findings import Findings
from compare.store.informing import Informing
from compare.store.jobs import Jobs
from compare.store.library import Library
from compare.store.mark_distances import MarkDistances
from compare.store.measurements import Measurements
from compare.store.names_seen import NamesSeen
from compare.store.preferences import Preferences
from compare.store.presets import Presets
from compare.store.raters import Raters
from compare.store.shapes import Shapes
from compare.store.studies import Studies
from compare.store.study_ballots import StudyBallots
from compare.store.threads import Threads
from compare.store.versions import Versions
from compare.store.vote_parts import VoteParts
from compare.store.vote_rows import VoteRows
from compare.store.votes import Votes


class Store(
    Raters,
    Threads,
    Candidates,
    Answers,
    Comparisons,
    Ballots,
    Preferences,
    Votes,
    Jobs,
    Cells,
    Presets,
    Measurements,
    MarkDistances,
    Library,
    Findings,
    Studies,
    Assignments,
    StudyBallots,
    NamesSeen,
    Versions,
    VoteRows,
    VoteParts,
    Behind,
    Informing,
    Shapes,
    Exports,
):
    """Threads, answers, comparisons and ballots. One object serves all threads of a process; made by open_store.

    Every method may raise StoreError where the file cannot be read or written.
    """

    def close(self) -> None:
        """Close the file. What is used by other threads at this moment closes when they end."""
        self._database.close()


def check_store(path: Path) -> None:
    """Say now what would keep the database from opening; one that is there is brought up to date.

    A missing one is not made, which takes half a second: open_store does that.

    Raises:
        NewerDatabaseError, StoreError: as open_store.
    """
    check_place(path)
    if path.exists():
        open_store(path).close()


def open_store(path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Store:
    """Open the database, which is made when missing and brought up to date when older.

    Args:
        path: the file; its folder must exist.
        busy_timeout_s: how long a write waits for other programs before it fails.

    Raises:
        NewerDatabaseError: a newer Weighbridge wrote it.
        StoreError: it is read-only, locked, damaged, or no database of ours.
    """
    check_place(path)
    database = Database(path, busy_timeout_s=busy_timeout_s)
    try:
        with database.reading() as connection:
            current = migrations.is_current(connection, path)
            use_write_ahead_log(connection, path, busy_timeout_s)
        if not current:
            with database.writing(durable=True) as connection:
                migrations.migrate(connection, path)
    except BaseException:
        database.close()
        raise
    return Store(database)
