"""Preferences: the pairwise rows derived from ballots, and the sums that ratings are fitted to.

Rows of a ballot that no longer counts stay, with `counted` 0, and are read by nothing; the row's flag always equals the
state of its ballot. Which rows a ballot yields is decided by `compare.review`; whoever changes that rule rebuilds them
with `Store.replace_preferences`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from compare.errors import StoreError
from compare.records import History, Preference, Verdict
from compare.store.part import Part

_FIELDS = tuple(f.name for f in fields(Preference))
_COLUMNS = (*_FIELDS, "pair", "comparison_id", "counted")
_SELECT = f"SELECT {', '.join(_FIELDS)} FROM preferences"
_INSERT = f"INSERT INTO preferences ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"

BALLOT_STATE = "(SELECT state FROM ballot_status WHERE ballot_id = b.id ORDER BY id DESC LIMIT 1)"
"""SQL for the state of the ballot in row `b`."""


class PairCount(NamedTuple):
    """All votes between two candidates, whichever of them stood where."""

    candidate_a: str
    """The one whose id sorts first."""
    candidate_b: str
    score_sum: float
    """Votes for a: a win adds 1, a tie 0.5; `all_bad` adds nothing."""
    n: int
    """Votes other than `all_bad`."""
    n_all_bad: int


class Preferences(Part):
    """The store's part for preferences. All its filters mean the same:

    blind: only blind (True) or only open (False) votes; None takes both.
    history: only votes on answers that were shown these earlier turns.
    min_messages, max_messages: only prompts of this many messages; both ends are included.
    """

    def preferences(
        self,
        *,
        blind: bool | None = None,
        history: History | None = None,
        min_messages: int | None = None,
        max_messages: int | None = None,
    ) -> list[Preference]:
        """The rows of every counted ballot, in the order in which they were stored."""
        clauses, values = _filters(blind, history, min_messages, max_messages)
        where = " AND ".join(["counted = 1", *clauses])
        with self._database.reading() as connection:
            rows = connection.execute(f"{_SELECT} WHERE {where} ORDER BY rowid", values).fetchall()
        return [_to_preference(row) for row in rows]

    def preference_counts(
        self,
        *,
        blind: bool | None = None,
        history: History | None = None,
        min_messages: int | None = None,
        max_messages: int | None = None,
    ) -> list[PairCount]:
        """Sums over every counted ballot, one row per two candidates, sorted."""
        clauses, values = _filters(blind, history, min_messages, max_messages)
        where = " AND ".join(["counted = 1", *clauses])
        with self._database.reading() as connection:
            rows = connection.execute(_COUNTS.format(where=where), values).fetchall()
        sums: dict[tuple[str, str], PairCount] = {}
        for a, b, score_sum, n, n_all_bad in rows:
            if b < a:
                a, b, score_sum = b, a, n - score_sum
            seen = sums.get((a, b), PairCount(a, b, 0.0, 0, 0))
            sums[a, b] = PairCount(a, b, seen.score_sum + score_sum, seen.n + n, seen.n_all_bad + n_all_bad)
        return sorted(sums.values())

    def ballot_totals(
        self,
        *,
        blind: bool | None = None,
        history: History | None = None,
        min_messages: int | None = None,
        max_messages: int | None = None,
    ) -> dict[Verdict, int]:
        """How many counted ballots gave each verdict; verdicts that nobody gave are missing.

        Ballots that check raters (training, gold and repeated items) and an owner's decisions are none of them.
        """
        clauses, values = _filters(blind, history, min_messages, max_messages)
        where = " AND ".join(clauses) or "1"
        with self._database.reading() as connection:
            rows = connection.execute(_TOTALS.format(where=where), values).fetchall()
        return {row["verdict"]: row["n"] for row in rows}

    def replace_preferences(self, rows: Mapping[str, Sequence[Preference]]) -> None:
        """Put these rows in the place of what is stored for each named ballot; they count if the ballot does.

        Raises:
            StoreError: a ballot or candidate is not stored, or a row is another ballot's.
        """
        with self._database.writing() as connection:
            for ballot_id, preferences in rows.items():
                ballot = connection.execute(_BALLOT, (ballot_id,)).fetchone()
                if ballot is None:
                    raise StoreError(f"No ballot has the id {ballot_id!r}, so no preference can be derived from it.")
                connection.execute("DELETE FROM preferences WHERE ballot_id = ?", (ballot_id,))
                counted = ballot["state"] == "counted"
                insert_preferences(connection, ballot_id, ballot["comparison_id"], preferences, counted=counted)


_COUNTS = """
SELECT candidate_a, candidate_b,
    total(CASE WHEN verdict <> 'all_bad' THEN score END),
    count(CASE WHEN verdict <> 'all_bad' THEN 1 END),
    count(CASE WHEN verdict = 'all_bad' THEN 1 END)
FROM preferences
WHERE {where}
GROUP BY candidate_a, candidate_b
"""

# A ballot without pairwise rows (a skip) takes history and length from its comparison. Those that check raters, and an
# owner's decision, are votes nowhere.
_TOTALS = f"""
SELECT b.verdict, count(*) AS n
FROM ballots b
WHERE {BALLOT_STATE} = 'counted'
    AND b.source NOT IN ('study-repeat', 'study-training', 'study-gold', 'study-adjudicated')
    AND CASE
    WHEN EXISTS (SELECT 1 FROM preferences WHERE ballot_id = b.id)
    THEN EXISTS (SELECT 1 FROM preferences WHERE ballot_id = b.id AND {{where}})
    ELSE EXISTS (
        SELECT 1 FROM (
            SELECT b.blind AS blind, c.history AS history, a.n_messages AS n_messages
            FROM (SELECT 1)
                LEFT JOIN comparisons c ON c.id = b.comparison_id
                LEFT JOIN comparison_slots s ON s.comparison_id = c.id
                LEFT JOIN answers a ON a.id = s.answer_id
        ) WHERE {{where}}
    )
END
GROUP BY b.verdict
"""

_BALLOT = f"SELECT comparison_id, {BALLOT_STATE} AS state FROM ballots b WHERE id = ?"


def insert_preferences(
    connection: sqlite3.Connection,
    ballot_id: str,
    comparison_id: str | None,
    preferences: Sequence[Preference],
    *,
    counted: bool,
) -> None:
    """Keep the rows of one ballot, within the caller's transaction.

    Raises:
        StoreError: a row names another ballot.
    """
    for preference in preferences:
        if preference.ballot_id not in ("", ballot_id):
            raise StoreError(f"A preference of ballot {preference.ballot_id!r} was given for ballot {ballot_id!r}.")
    connection.executemany(
        _INSERT,
        [
            (ballot_id, *(getattr(p, name) for name in _FIELDS[1:]), pair, comparison_id, counted)
            for pair, p in enumerate(preferences)
        ],
    )


def set_counted(connection: sqlite3.Connection, ballot_id: str, *, counted: bool) -> None:
    """Switch the rows of one ballot on or off, within the caller's transaction."""
    connection.execute("UPDATE preferences SET counted = ? WHERE ballot_id = ?", (counted, ballot_id))


def _filters(
    blind: bool | None, history: str | None, min_messages: int | None, max_messages: int | None
) -> tuple[list[str], dict[str, Any]]:
    """Conditions and their values; the texts of the conditions are ours, the values are bound."""
    values = {"blind": blind, "history": history, "min_messages": min_messages, "max_messages": max_messages}
    conditions = {
        "blind": "blind = :blind",
        "history": "history = :history",
        "min_messages": "n_messages >= :min_messages",
        "max_messages": "n_messages <= :max_messages",
    }
    return [conditions[name] for name, value in values.items() if value is not None], values


def _to_preference(row: sqlite3.Row) -> Preference:
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=True))
    values["blind"] = bool(values["blind"])
    return Preference(**values)
