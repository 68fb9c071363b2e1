"""Ballots: what a rater said, and whether it counts.

A ballot never changes. Its state is the newest of its rows in ballot_status, which are only ever appended. One rater
has at most one counted ballot for the same question (comparison, criterion, source and answers shown): a later one
replaces it. A planned repeat of a study has a source of its own, so that both stand.
When the state of a ballot changes, its preferences are switched on or off in the same transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from compare.errors import NotFoundError, StoreError
from compare.records import Ballot, BallotState, Preference
from compare.store.part import Part, new_id, now, storable
from compare.store.preferences import BALLOT_STATE, insert_preferences, set_counted

_FIELDS = tuple(f.name for f in fields(Ballot))
_LISTS = ("ranking", "shown_order")
_FLAGS = ("blind", "speed_visible", "leaked")
BALLOT_COLUMNS = tuple(f"{name}_json" if name in _LISTS else name for name in _FIELDS)
_INSERT = f"INSERT INTO ballots ({', '.join(BALLOT_COLUMNS)}) VALUES ({', '.join('?' * len(BALLOT_COLUMNS))})"
_SELECT = f"SELECT {', '.join(BALLOT_COLUMNS)}, {BALLOT_STATE} AS state FROM ballots b"

_CHANGED = "changed"
"""The reason in the status of a ballot that a later one replaced: undoing the later one brings it back."""


class Ballots(Part):
    """The store's part for ballots."""

    def cast(self, ballot: Ballot, preferences: Sequence[Preference] = ()) -> Ballot:
        """Count a ballot; when this returns, it is on the disk.

        A ballot with the same idempotency key is the same ballot: the stored one is returned and nothing is written.
        An earlier counted ballot of the rater on the same question is marked undone ("changed"), whether
        `supersedes_id` names it or not.

        Args:
            ballot: an empty id or time is filled in.
            preferences: its pairwise rows; their `ballot_id` is the ballot's, or empty.

        Returns:
            The ballot as stored.

        Raises:
            StoreError: its rater, comparison or a candidate is not stored, or a preference is another ballot's.
        """
        with self._database.writing(durable=True) as connection:
            return cast_ballot(connection, ballot, preferences)

    def cast_all(self, ballots: Sequence[tuple[Ballot, Sequence[Preference]]]) -> None:
        """As cast, for many at once: all of them are kept, or none."""
        with self._database.writing(durable=True) as connection:
            for ballot, preferences in ballots:
                cast_ballot(connection, ballot, preferences)

    def undo(self, ballot_id: str, by: str, reason: str = "") -> Ballot | None:
        """Take a ballot back; undoing it again changes nothing.

        Args:
            ballot_id: the ballot.
            by: id of the rater who does it.
            reason: shown in the ballot's history.

        Returns:
            The earlier ballot that this one had replaced and that counts again, or None.

        Raises:
            NotFoundError: there is no such ballot.
        """
        with self._database.writing(durable=True) as connection:
            return undo_ballot(connection, ballot_id, by, reason)

    def set_aside(self, ballot_id: str, by: str, reason: str) -> None:
        """Stop counting a ballot without the rater's doing (a leak, a careless rater).

        Raises:
            NotFoundError: there is no such ballot.
        """
        with self._database.writing(durable=True) as connection:
            _require(connection, ballot_id)
            set_aside_ballot(connection, ballot_id, by, reason)

    def counted_ballot(self, comparison_id: str, rater_id: str) -> Ballot | None:
        """The rater's newest ballot on this comparison that counts, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"{_SELECT} WHERE comparison_id = ? AND rater_id = ? AND {BALLOT_STATE} = 'counted' "
                "ORDER BY b.rowid DESC LIMIT 1",
                (comparison_id, rater_id),
            ).fetchone()
        return to_ballot(row) if row else None

    def ballots(self, comparison_id: str) -> list[tuple[Ballot, BallotState]]:
        """Every ballot on this comparison with its state, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT} WHERE comparison_id = ? ORDER BY b.rowid", (comparison_id,)
            ).fetchall()
        return [(to_ballot(row), row["state"]) for row in rows]

    def iter_ballots(self) -> Iterator[tuple[Ballot, BallotState]]:
        """Every ballot with its state, oldest first, as of the moment of the first one."""
        with self._database.snapshot() as connection:
            for row in connection.execute(f"{_SELECT} ORDER BY b.rowid"):
                yield to_ballot(row), row["state"]


def cast_ballot(connection: sqlite3.Connection, ballot: Ballot, preferences: Sequence[Preference]) -> Ballot:
    """As Ballots.cast, within the caller's transaction."""
    stored = connection.execute(f"{_SELECT} WHERE idempotency_key = ?", (ballot.idempotency_key,)).fetchone()
    if stored:
        return to_ballot(stored)
    earlier = _replaced_by(connection, ballot)
    # A ballot changed in another tab meanwhile: what is really replaced is the one that counts now.
    supersedes_id = ballot.supersedes_id
    if earlier and supersedes_id not in earlier:
        supersedes_id = earlier[-1]
    ballot = replace(
        ballot,
        id=ballot.id or new_id(),
        comment=storable(ballot.comment),
        created_at=ballot.created_at or now(),
        supersedes_id=supersedes_id,
    )
    connection.execute(_INSERT, [_to_column(name, getattr(ballot, name)) for name in _FIELDS])
    _append_status(connection, ballot.id, "counted", by=ballot.rater_id, reason="cast")
    insert_preferences(connection, ballot.id, ballot.comparison_id, preferences, counted=True)
    for ballot_id in earlier:
        _set_state(connection, ballot_id, "undone", by=ballot.rater_id, reason=_CHANGED)
    return ballot


def select_ballot(
    connection: sqlite3.Connection, *, ballot_id: str | None = None, key: str | None = None
) -> Ballot | None:
    """The ballot with this id or this idempotency key, on the caller's connection; None where there is none."""
    row = connection.execute(f"{_SELECT} WHERE id = ? OR idempotency_key = ?", (ballot_id, key)).fetchone()
    return to_ballot(row) if row else None


def undo_ballot(connection: sqlite3.Connection, ballot_id: str, by: str, reason: str) -> Ballot | None:
    """As Ballots.undo, within the caller's transaction."""
    ballot, state = _require(connection, ballot_id)
    if state == "undone":
        return None
    _set_state(connection, ballot_id, "undone", by, reason)
    # A ballot that was set aside does not count; taking it back must not smuggle in an older one.
    if state != "counted" or ballot.supersedes_id is None:
        return None
    if not _was_replaced(connection, ballot.supersedes_id, by_ballot_id=ballot.id):
        return None
    _set_state(connection, ballot.supersedes_id, "counted", by, "restored")
    return _require(connection, ballot.supersedes_id)[0]


def set_aside_ballot(connection: sqlite3.Connection, ballot_id: str, by: str, reason: str) -> None:
    """As Ballots.set_aside, within the caller's transaction; in a study, its place is free for another rater."""
    _set_state(connection, ballot_id, "set_aside", by, reason)
    connection.execute("UPDATE assignments SET state = 'set_aside' WHERE ballot_id = ?", (ballot_id,))


def count_ballot_again(connection: sqlite3.Connection, ballot_id: str, by: str, reason: str) -> None:
    """Take back set_aside_ballot, within the caller's transaction, who has seen to it that there is a place."""
    _set_state(connection, ballot_id, "counted", by, reason)
    connection.execute(
        """
        UPDATE assignments
        SET state = (SELECT iif(verdict = 'skip', 'skipped', 'done') FROM ballots WHERE id = ballot_id)
        WHERE ballot_id = ?
        """,
        (ballot_id,),
    )


def _replaced_by(connection: sqlite3.Connection, ballot: Ballot) -> list[str]:
    """Ids of the counted ballots that `ballot` takes the place of, oldest first.

    Raises:
        StoreError: the one that it names is another rater's, or not there.
    """
    earlier = []
    if ballot.supersedes_id is not None:
        named, state = _require(connection, ballot.supersedes_id)
        if (named.rater_id, named.comparison_id) != (ballot.rater_id, ballot.comparison_id):
            raise StoreError(
                f"The ballot {named.id!r} cannot be changed by this one: it is another rater's, or about another "
                "comparison. Only a rater's own ballot on the same comparison can be changed."
            )
        earlier += [named.id] if state == "counted" else []
    if ballot.comparison_id is not None:
        rows = connection.execute(
            f"{_SELECT} WHERE comparison_id = ? AND rater_id = ? AND criterion = ? AND source = ? "
            f"AND {BALLOT_STATE} = 'counted' ORDER BY b.rowid",
            (ballot.comparison_id, ballot.rater_id, ballot.criterion, ballot.source),
        ).fetchall()
        same = [b.id for b in map(to_ballot, rows) if set(b.shown_order) == set(ballot.shown_order)]
        earlier = [*(i for i in earlier if i not in same), *same]
    return earlier


def _require(connection: sqlite3.Connection, ballot_id: str) -> tuple[Ballot, BallotState]:
    row = connection.execute(f"{_SELECT} WHERE id = ?", (ballot_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"No ballot has the id {ballot_id!r}; it may be in another data folder.")
    return to_ballot(row), row["state"]


def _was_replaced(connection: sqlite3.Connection, ballot_id: str, *, by_ballot_id: str) -> bool:
    """True where it was the other ballot that stopped this one from counting.

    While the other counts, this one cannot come back; so if "changed" is its newest state and was written since the
    other was cast, the other wrote it.
    """
    row = connection.execute(
        """
        SELECT state, reason, id > (SELECT min(id) FROM ballot_status WHERE ballot_id = ?) AS since
        FROM ballot_status WHERE ballot_id = ? ORDER BY id DESC LIMIT 1
        """,
        (by_ballot_id, ballot_id),
    ).fetchone()
    return (row["state"], row["reason"], row["since"]) == ("undone", _CHANGED, 1)


def _set_state(connection: sqlite3.Connection, ballot_id: str, state: BallotState, by: str, reason: str) -> None:
    _append_status(connection, ballot_id, state, by, reason)
    set_counted(connection, ballot_id, counted=state == "counted")


def _append_status(connection: sqlite3.Connection, ballot_id: str, state: BallotState, by: str, reason: str) -> None:
    connection.execute(
        "INSERT INTO ballot_status (ballot_id, state, by, reason, at) VALUES (?, ?, ?, ?, ?)",
        (ballot_id, state, by, storable(reason), now()),
    )


def _to_column(name: str, value: Any) -> Any:
    return json.dumps(value) if name in _LISTS else value


def to_ballot(row: sqlite3.Row) -> Ballot:
    """The ballot of a row that begins with BALLOT_COLUMNS."""
    values: dict[str, Any] = dict(zip(_FIELDS, row, strict=False))  # the row ends with the state
    values |= {name: tuple(json.loads(values[name])) for name in _LISTS}
    values |= {name: bool(values[name]) for name in _FLAGS}
    return Ballot(**values)
