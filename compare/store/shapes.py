"""Shapes of threads: who spoke in which order, without a word of it; what traffic looks like to a router."""

from __future__ import annotations

from typing import NamedTuple

from compare.store.part import Part


class ThreadShape(NamedTuple):
    """One thread as imported."""

    thread_id: str
    workload: str
    roles: str
    """First letters of the messages' roles, oldest first: "suauau" has a system message and three user turns."""


class RecordedSpan(NamedTuple):
    """Over which time logs have recorded answers."""

    n_threads: int
    first_at: str
    """UTC, ISO 8601."""
    last_at: str


class Shapes(Part):
    """The store's part for traffic."""

    def thread_shapes(self) -> list[ThreadShape]:
        """Every thread that is not archived; branches that were added since its import are not part of it."""
        with self._database.reading() as connection:
            rows = connection.execute(_SHAPES).fetchall()
        letters: dict[str, list[str]] = {}
        workloads: dict[str, str] = {}
        for thread_id, workload, role in rows:
            letters.setdefault(thread_id, []).append(role[0])
            workloads[thread_id] = workload
        return [ThreadShape(each, workloads[each], "".join(reversed(roles))) for each, roles in letters.items()]

    def traffic_version(self) -> tuple[int | None, ...]:
        """Changes whenever votes, answers or threads do; what was computed from them may be kept until then."""
        with self._database.reading() as connection:
            return tuple(connection.execute(_VERSION).fetchone())

    def recorded_span(self) -> RecordedSpan | None:
        """The span of imported answers whose time is known; None without any."""
        with self._database.reading() as connection:
            row = connection.execute(_SPAN).fetchone()
        return RecordedSpan(*row) if row[0] else None


_VERSION = """
SELECT (SELECT max(rowid) FROM answers), (SELECT count(*) FROM answers), (SELECT max(id) FROM ballot_status),
    (SELECT max(rowid) FROM preferences), (SELECT count(*) FROM threads), (SELECT count(*) FROM archived_threads)
"""

# From each thread's last message upwards, so rows come newest first.
_SHAPES = """
WITH RECURSIVE path (place, thread_id, workload, role, parent_id, up) AS (
    SELECT t.rowid, t.id, t.workload, m.role, m.parent_id, 0
    FROM threads t CROSS JOIN messages m ON m.id = t.leaf_message_id
    WHERE NOT EXISTS (SELECT 1 FROM archived_threads a WHERE a.thread_id = t.id)
    UNION ALL
    SELECT p.place, p.thread_id, p.workload, m.role, m.parent_id, p.up + 1
    FROM path p CROSS JOIN messages m ON m.id = p.parent_id
)
SELECT thread_id, workload, role FROM path ORDER BY place, up
"""

_SPAN = """
SELECT count(DISTINCT m.thread_id), min(a.started_at), max(a.started_at)
FROM answers a CROSS JOIN messages m ON m.id = a.prompt_leaf_id
WHERE a.origin = 'recorded' AND a.started_at <> ''
"""
