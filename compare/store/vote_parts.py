"""Votes that one process has read, kept by column in parts, so that the next need not read them row by row.

A part holds some pairwise rows and some ballots, in their order, those behind the part before; what stands in it is the
affair of who reads votes (`compare.report.results.kept`). It says nothing that could change: whether a row counts is
not in it. Parts are only ever appended, and hold while no pairwise row is taken out (`preferences_removed`, counted by
triggers); those that no longer hold are ignored, and go when the first new one is kept. They are derived and never
needed: where one cannot be kept, because somebody else is writing just then or has kept it before, it is left.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from compare.errors import StoreError
from compare.store.part import Part


class VotePart(NamedTuple):
    """Some votes by column."""

    n_rows: int
    n_ballots: int
    columns_json: str
    codes: bytes


class PartsKept(NamedTuple):
    """How far the parts reach."""

    n_parts: int
    n_rows: int
    n_ballots: int


class VoteParts(Part):
    """The store's part for votes kept by column."""

    def keep_vote_part(self, part: VotePart, *, after: PartsKept, removed: int, form: int) -> bool:
        """Append a part, where the others reach as far as its writer believes and nobody else is writing just now.

        Args:
            part: of the rows and ballots behind those of the parts there are.
            after: how far these reach. Behind no part, it takes the place of all there are: who writes it has found
                none, or none that are of these rows.
            removed: the count of rows taken out, as of the votes in the part.
            form: in which its columns are written; parts of another form do not hold.

        Returns:
            Whether it was kept.
        """
        try:
            with self._database.writing(wait_s=0) as connection:
                if select_removed(connection) != removed:
                    return False
                if not after.n_parts:
                    connection.execute("DELETE FROM vote_parts")
                elif select_parts_kept(connection, form) != after:
                    return False
                connection.execute(_INSERT, (after.n_parts, form, removed, *part))
        except StoreError:  # busy or full: it costs time, and nothing else
            return False
        return True


_HOLDING = "FROM vote_parts WHERE form = ? AND removed = (SELECT n FROM preferences_removed)"
_INSERT = """
INSERT INTO vote_parts (part, form, removed, n_rows, n_ballots, columns_json, codes) VALUES (?, ?, ?, ?, ?, ?, ?)
"""


def select_parts_kept(connection: sqlite3.Connection, form: int) -> PartsKept:
    """How far the parts reach that hold, on the caller's connection."""
    row = connection.execute(
        f"SELECT count(*), coalesce(sum(n_rows), 0), coalesce(sum(n_ballots), 0) {_HOLDING}", (form,)
    ).fetchone()
    return PartsKept(*row)


def select_vote_parts(connection: sqlite3.Connection, form: int) -> Iterator[VotePart]:
    """The parts that hold, in their order, on the caller's connection."""
    for row in connection.execute(f"SELECT n_rows, n_ballots, columns_json, codes {_HOLDING} ORDER BY part", (form,)):
        yield VotePart(*row)


def select_removed(connection: sqlite3.Connection) -> int:
    """How many pairwise rows were ever taken out or written over, on the caller's connection."""
    return int(connection.execute("SELECT n FROM preferences_removed").fetchone()[0])
