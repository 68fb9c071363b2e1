"""Comparisons: which answers stood side by side, for which prompt. Slots are only ever added: an answer that is asked
for again is a new version of its slot.
"""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any, NamedTuple

from compare.errors import NotFoundError, StoreError
from compare.records import Comparison, Slot
from compare.store.candidates import insert_candidate, to_candidate
from compare.store.part import Part, now
from compare.store.preferences import BALLOT_STATE


class ComparisonSummary(NamedTuple):
    """One line of the list of runs."""

    id: str
    thread_id: str
    title: str
    """The thread's."""
    n_slots: int
    blind: bool
    created_at: str
    n_ballots: int
    """Ballots that count."""


class Comparisons(Part):
    """The store's part for comparisons."""

    def save_comparison(self, comparison: Comparison) -> None:
        """Keep a comparison, its slots and their candidates; saving it again changes nothing.

        Raises:
            StoreError: another comparison has this id, or its thread or a prompt is not stored.
        """
        with self._database.writing() as connection:
            stored = _select(connection, comparison.id)
            if stored is None:
                _insert(connection, comparison)
            elif not _same(stored, comparison):
                raise StoreError(f"Another comparison is stored as {comparison.id!r}. Save this one with a new id.")

    def lineage(self, comparison_id: str) -> list[str]:
        """The comparison with all that it continues and all that continues any of these: one conversation's runs."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                WITH RECURSIVE
                    up (id) AS (
                        SELECT ? UNION
                        SELECT c.continues_id FROM comparisons c JOIN up ON c.id = up.id
                        WHERE c.continues_id IS NOT NULL
                    ),
                    down (id) AS (
                        SELECT id FROM up UNION
                        SELECT c.id FROM comparisons c JOIN down ON c.continues_id = down.id
                    )
                SELECT id FROM down
                """,
                (comparison_id,),
            ).fetchall()
        return [row["id"] for row in rows]

    def add_slot(self, comparison_id: str, slot: Slot) -> None:
        """Add a slot, or a new version of one, to a stored comparison; adding it again changes nothing.

        Raises:
            NotFoundError: there is no such comparison.
            StoreError: another answer stands there in this version.
        """
        with self._database.writing() as connection:
            stored = _select(connection, comparison_id)
            if stored is None:
                raise NotFoundError(f"No comparison has the id {comparison_id!r}, so nothing can be added to it.")
            there = next((s for s in stored.slots if (s.slot, s.version) == (slot.slot, slot.version)), None)
            if there is None:
                _insert_slot(connection, comparison_id, slot)
            elif there.answer_id != slot.answer_id:
                raise StoreError(
                    f"Slot {slot.slot} of comparison {comparison_id!r} already has a version {slot.version}, with "
                    f"another answer. Give the new answer version {slot.version + 1}."
                )

    def comparison(self, comparison_id: str) -> Comparison | None:
        """The comparison with this id with all versions of its slots, or None where there is none."""
        with self._database.reading() as connection:
            return _select(connection, comparison_id)

    def recent_comparisons(self, limit: int = 50) -> list[ComparisonSummary]:
        """The newest comparisons, newest first; items of studies are not among them."""
        with self._database.reading() as connection:
            rows = connection.execute(_RECENT, (limit,)).fetchall()
        return [ComparisonSummary(*row)._replace(blind=bool(row["blind"])) for row in rows]


_RECENT = f"""
SELECT c.id, c.thread_id, t.title,
    (SELECT count(DISTINCT slot) FROM comparison_slots s WHERE s.comparison_id = c.id) AS n_slots,
    c.blind, c.created_at,
    (
        SELECT count(*) FROM ballots b
        WHERE b.comparison_id = c.id AND {BALLOT_STATE} = 'counted'
    ) AS n_ballots
FROM comparisons c JOIN threads t ON t.id = c.thread_id
WHERE c.study_id IS NULL
ORDER BY c.created_at DESC, c.rowid DESC
LIMIT ?
"""

_SLOTS = """
SELECT s.slot, s.version, s.answer_id, s.prompt_leaf_id, s.label AS slot_label, c.*
FROM comparison_slots s JOIN candidates c ON c.id = s.candidate_id
WHERE s.comparison_id = ?
ORDER BY s.slot, s.version
"""


def _select(connection: sqlite3.Connection, comparison_id: str) -> Comparison | None:
    row = connection.execute("SELECT * FROM comparisons WHERE id = ?", (comparison_id,)).fetchone()
    if row is None:
        return None
    slots = connection.execute(_SLOTS, (comparison_id,)).fetchall()
    return Comparison(
        id=row["id"],
        thread_id=row["thread_id"],
        prompt_leaf_id=row["prompt_leaf_id"],
        slots=tuple(
            Slot(s["slot"], to_candidate(s), s["answer_id"], s["prompt_leaf_id"], s["version"], s["slot_label"])
            for s in slots
        ),
        history=row["history"],
        blind=bool(row["blind"]),
        created_at=row["created_at"],
        continues_id=row["continues_id"],
        step=row["step"],
    )


def _insert(connection: sqlite3.Connection, comparison: Comparison) -> None:
    connection.execute(
        """
        INSERT INTO comparisons (id, thread_id, scope, prompt_leaf_id, history, blind, created_at, continues_id, step)
        VALUES (?, ?, 'turn', ?, ?, ?, ?, ?, ?)
        """,
        (
            comparison.id,
            comparison.thread_id,
            comparison.prompt_leaf_id,
            comparison.history,
            comparison.blind,
            comparison.created_at or now(),
            comparison.continues_id,
            comparison.step,
        ),
    )
    for slot in comparison.slots:
        _insert_slot(connection, comparison.id, slot)


def _insert_slot(connection: sqlite3.Connection, comparison_id: str, slot: Slot) -> None:
    insert_candidate(connection, slot.candidate)
    connection.execute(
        """
        INSERT INTO comparison_slots (comparison_id, slot, version, candidate_id, answer_id, prompt_leaf_id, label)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (
            comparison_id,
            slot.slot,
            slot.version,
            slot.candidate.id,
            slot.answer_id,
            slot.prompt_leaf_id,
            slot.label,
        ),
    )


def _same(stored: Comparison, given: Comparison) -> bool:
    """True where `given` says nothing that is not stored; slots may have been added since, the clock is ours."""

    def head(comparison: Comparison) -> Any:
        return replace(comparison, slots=(), created_at="")

    def places(comparison: Comparison) -> set[tuple[int, int, str]]:
        return {(s.slot, s.version, s.answer_id) for s in comparison.slots}

    return head(stored) == head(given) and places(given) <= places(stored)
