"""Assignments: who has which item of a study, until when, and the ballot that came of it.

Everything that decides (is there a place left, is this the same ballot) happens inside one transaction that began
IMMEDIATE, so an item gets exactly as many ballots as its study asks for, whatever runs at once. What should come next
is no business of the store: the caller gives a function of the queue.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from compare.errors import NotAllowedError, NotFoundError, StudyClosedError, StudyError
from compare.records import Ballot, Preference
from compare.store.ballots import cast_ballot, select_ballot, set_aside_ballot, undo_ballot
from compare.store.marks import insert_details, select_details
from compare.store.part import Part, new_id, now, storable
from compare.store.studies import select_study
from compare.store.study_values import (
    Assignment,
    AssignmentState,
    BegunRater,
    Choice,
    Details,
    OwnItem,
    Queue,
    QueuedItem,
    Study,
    Submission,
)

_FIELDS = tuple(f.name for f in fields(Assignment))
_COLUMNS = tuple("shown_order_json" if name == "shown_order" else name for name in _FIELDS)
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM assignments"
_INSERT = f"INSERT INTO assignments ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


class Assignments(Part):
    """The store's part for assignments."""

    def study_queue(self, study_id: str, rater_id: str) -> Queue:
        """What decides which item this rater would get now.

        Raises:
            NotFoundError: there is no such study.
        """
        with self._database.reading() as connection:
            return _queue(connection, select_study(connection, study_id), rater_id)

    def reserve(self, study_id: str, rater_id: str, choose: Choice) -> Assignment | None:
        """Keep the chosen item for this rater until `reserve_s` from now.

        An item that the rater had before comes with its order and its draft.

        Returns:
            The assignment, or None where `choose` finds nothing.

        Raises:
            NotFoundError: there is no such study.
            StudyClosedError: it takes no more ballots.
            NotAllowedError: the rater may not rate in it.
        """
        with self._database.writing() as connection:
            study = _require_open(connection, study_id)
            _require_rater(connection, study, rater_id)
            pick = choose(_queue(connection, study, rater_id))
            if pick is None:
                return None
            rows = connection.execute(
                f"{_SELECT} WHERE comparison_id = ? AND rater_id = ?", (pick.comparison_id, rater_id)
            ).fetchall()
            had = {assignment.swap_of is not None: assignment for assignment in map(_to_assignment, rows)}
            until = _from_now(study.reserve_s)
            if pick.is_repeat in had:
                again = replace(had[pick.is_repeat], state="reserved", reserved_until=until)
                connection.execute(
                    "UPDATE assignments SET state = 'reserved', reserved_until = ? WHERE id = ?", (until, again.id)
                )
                return again
            first = had.get(False) if pick.is_repeat else None
            new = Assignment(
                id=new_id(),
                study_id=study.id,
                comparison_id=pick.comparison_id,
                rater_id=rater_id,
                swap_of=first.id if first else None,
                shown_order=tuple(reversed(first.shown_order)) if first else _shuffled(connection, pick.comparison_id),
                state="reserved",
                reserved_until=until,
                ballot_id=None,
                done_at=None,
                draft_json="",
                active_ms=0.0,
            )
            values = [getattr(new, name) for name in _FIELDS]
            values[_FIELDS.index("shown_order")] = json.dumps(new.shown_order)
            connection.execute(_INSERT, values)
            return new

    def assignment(self, assignment_id: str) -> Assignment:
        """The assignment with this id.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.reading() as connection:
            return _require(connection, assignment_id)

    def rater_assignments(self, study_id: str, rater_id: str) -> list[Assignment]:
        """What the rater has had in this study, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_SELECT} WHERE study_id = ? AND rater_id = ? ORDER BY rowid", (study_id, rater_id)
            ).fetchall()
        return [_to_assignment(row) for row in rows]

    def active_times(self, study_id: str) -> list[tuple[str, float]]:
        """(rater id, active milliseconds) of each finished item with a measured time."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT rater_id, active_ms FROM assignments WHERE study_id = ? AND state = 'done' AND active_ms > 0",
                (study_id,),
            ).fetchall()
        return [(row["rater_id"], row["active_ms"]) for row in rows]

    def study_raters(self, study_id: str) -> list[BegunRater]:
        """Everybody who has or had an item of a study, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT a.rater_id, r.name, sum(a.state = 'done'), max(a.done_at)
                FROM assignments a JOIN raters r ON r.id = a.rater_id
                WHERE a.study_id = ? GROUP BY a.rater_id ORDER BY r.name
                """,
                (study_id,),
            ).fetchall()
        return [BegunRater(*row) for row in rows]

    def save_draft(self, assignment_id: str, rater_id: str, draft_json: str, active_ms: float) -> None:
        """Keep what the rater has entered so far; a reservation that has not run out begins anew.

        Args:
            assignment_id: the item in hand.
            rater_id: whose it is.
            draft_json: whatever the page needs to show it again.
            active_ms: active time on this item so far; a smaller figure than the stored one is ignored.

        Raises:
            NotFoundError, NotAllowedError: there is no such assignment, or it is another rater's.
        """
        with self._database.writing() as connection:
            mine = _require_own(connection, assignment_id, rater_id)
            study = select_study(connection, mine.study_id)
            alive = mine.state == "reserved" and mine.reserved_until > now()
            connection.execute(
                """
                UPDATE assignments SET draft_json = ?, active_ms = max(active_ms, ?), reserved_until = ? WHERE id = ?
                """,
                (
                    storable(draft_json),
                    active_ms,
                    _from_now(study.reserve_s) if alive else mine.reserved_until,
                    assignment_id,
                ),
            )

    def release(self, assignment_id: str, rater_id: str) -> None:
        """Let others have the place, as when a rater pauses; order and draft are kept for the rater.

        Raises:
            NotFoundError, NotAllowedError: there is no such assignment, or it is another rater's.
        """
        with self._database.writing() as connection:
            _require_own(connection, assignment_id, rater_id)
            connection.execute(
                "UPDATE assignments SET reserved_until = ? WHERE id = ? AND state = 'reserved'", (now(), assignment_id)
            )

    def submit(
        self, assignment_id: str, ballot: Ballot, preferences: Sequence[Preference], details: Details
    ) -> Submission:
        """Count a ballot on an assignment; when this returns, it is on the disk.

        The same key, or the same content as the ballot that stands there, is the same ballot. Other content on a
        finished item replaces its ballot. A reservation that ran out costs nothing while the item has a place.

        Raises:
            NotFoundError, NotAllowedError: there is no such assignment, it is another rater's, or set aside.
            StudyClosedError: the study takes no more ballots; nothing was written.
        """
        with self._database.writing(durable=True) as connection:
            mine = _require_own(connection, assignment_id, ballot.rater_id)
            stands = _same_ballot(connection, mine, ballot, details)
            if stands is not None:
                return Submission(stands, "repeated")
            study = _require_open(connection, mine.study_id)
            _require_rater(connection, study, ballot.rater_id)
            if mine.state == "set_aside":
                raise NotAllowedError(
                    "Your vote on this item was set aside by the owner of the study, so it cannot be changed. "
                    "Ask the owner."
                )
            cast = cast_ballot(connection, ballot, preferences)
            insert_details(connection, cast.id, details)
            state: AssignmentState = "skipped" if cast.verdict == "skip" else "done"
            if state == "done" and not _has_place(connection, study, mine):
                state = "late"
                set_aside_ballot(connection, cast.id, by=cast.rater_id, reason=LATE)
            connection.execute(
                """
                UPDATE assignments
                SET state = ?, ballot_id = ?, done_at = ?, draft_json = '', active_ms = max(active_ms, ?) WHERE id = ?
                """,
                (state, cast.id, now(), cast.active_ms or 0.0, mine.id),
            )
            return Submission(cast, "late" if state == "late" else "counted")

    def undo_submission(self, assignment_id: str, rater_id: str) -> Assignment:
        """Take back the ballot of an assignment; the one that it had replaced counts again, if there is one.

        That one is set aside where others have filled the item meanwhile, as after a skip.

        Raises:
            NotFoundError, NotAllowedError, StudyClosedError: as submit.
            StudyError: there is no ballot to take back.
        """
        with self._database.writing(durable=True) as connection:
            mine = _require_own(connection, assignment_id, rater_id)
            study = _require_open(connection, mine.study_id)
            if mine.ballot_id is None or mine.state not in ("done", "skipped"):
                raise StudyError("There is no vote of yours on this item that could be taken back.")
            # Whoever skips gives the place up; taking the skip back gives it back where it is still free.
            has_place = _has_place(connection, study, mine)
            earlier = undo_ballot(connection, mine.ballot_id, rater_id, "taken back by the rater")
            state: AssignmentState = "reserved"
            if earlier is not None:
                state = "skipped" if earlier.verdict == "skip" else "done"
                if state == "done" and not has_place:
                    state = "late"
                    set_aside_ballot(connection, earlier.id, by=rater_id, reason=LATE)
            connection.execute(
                "UPDATE assignments SET state = ?, ballot_id = ?, reserved_until = ? WHERE id = ?",
                (state, earlier.id if earlier else None, _from_now(study.reserve_s) if has_place else now(), mine.id),
            )
            return _require(connection, mine.id)

    def ballot_details(self, ballot_id: str) -> Details:
        """What was said with a ballot beside its verdict; empty where there is no such ballot."""
        with self._database.reading() as connection:
            return select_details(connection, ballot_id)


LATE = "came after its reservation had run out, when the item had its ballots"

_ITEMS = """
SELECT i.comparison_id, i.item, i.kind,
    coalesce(sum(a.state = 'done'), 0) AS n_done,
    coalesce(sum(a.state = 'reserved' AND a.reserved_until > :now AND a.rater_id <> :rater), 0) AS n_reserved
FROM study_items i
    LEFT JOIN assignments a ON a.study_id = i.study_id AND a.comparison_id = i.comparison_id AND a.swap_of IS NULL
WHERE i.study_id = :study
GROUP BY i.item
ORDER BY i.item
"""

_OWN = """
SELECT comparison_id, swap_of IS NOT NULL AS is_repeat, state, reserved_until <= :now AS is_expired
FROM assignments WHERE study_id = :study AND rater_id = :rater
ORDER BY done_at IS NULL, done_at, rowid
"""


def _queue(connection: sqlite3.Connection, study: Study, rater_id: str) -> Queue:
    values = {"study": study.id, "rater": rater_id, "now": now()}
    items = connection.execute(_ITEMS, values).fetchall()
    own = connection.execute(_OWN, values).fetchall()
    return Queue(
        study,
        rater_id,
        tuple(QueuedItem(*row) for row in items),
        tuple(OwnItem(row[0], bool(row[1]), row[2], bool(row[3])) for row in own),
    )


def _has_place(connection: sqlite3.Connection, study: Study, mine: Assignment) -> bool:
    """True where this assignment's ballot may count: it holds a place, or one is left."""
    kind = connection.execute(
        "SELECT kind FROM study_items WHERE study_id = ? AND comparison_id = ?", (study.id, mine.comparison_id)
    ).fetchone()["kind"]
    holds = mine.state == "done" or (mine.state == "reserved" and mine.reserved_until > now())
    if holds or kind != "rated" or mine.swap_of is not None:
        return True
    taken = connection.execute(
        """
        SELECT count(*) FROM assignments
        WHERE study_id = ? AND comparison_id = ? AND swap_of IS NULL AND rater_id <> ?
            AND (state = 'done' OR (state = 'reserved' AND reserved_until > ?))
        """,
        (study.id, mine.comparison_id, mine.rater_id, now()),
    ).fetchone()[0]
    return bool(taken < study.overlap)


def _same_ballot(connection: sqlite3.Connection, mine: Assignment, ballot: Ballot, details: Details) -> Ballot | None:
    """The stored ballot that this one is, or None: pressed twice, or sent again by a second tab."""
    stored = select_ballot(connection, key=ballot.idempotency_key)
    if stored is not None or mine.ballot_id is None or mine.state == "reserved":
        return stored
    stands = select_ballot(connection, ballot_id=mine.ballot_id)
    assert stands is not None, "an assignment's ballot is a foreign key"

    def said(one: Ballot) -> tuple[object, ...]:
        return one.verdict, one.ranking, one.confidence, one.comment

    same = said(stands) == said(ballot) and select_details(connection, stands.id) == details
    return stands if same else None


def _require(connection: sqlite3.Connection, assignment_id: str) -> Assignment:
    row = connection.execute(f"{_SELECT} WHERE id = ?", (assignment_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"No item in hand has the id {assignment_id!r}; open the study's link again.")
    return _to_assignment(row)


def _require_own(connection: sqlite3.Connection, assignment_id: str, rater_id: str) -> Assignment:
    found = _require(connection, assignment_id)
    if found.rater_id != rater_id:
        raise NotAllowedError("This item is in another rater's hands. Open the study's link to get one of your own.")
    return found


def _require_open(connection: sqlite3.Connection, study_id: str) -> Study:
    study = select_study(connection, study_id)
    if study.state == "paused":
        raise StudyClosedError(
            f"The study {study.name!r} is paused by its owner, so it takes no votes now. What you had entered is kept; "
            "come back later."
        )
    if study.state == "closed":
        raise StudyClosedError(
            f"The study {study.name!r} was closed on {_readable(study.closed_at)}, so it takes no more votes. What you "
            "had entered is kept; ask its owner to open it again."
        )
    if study.deadline is not None and study.deadline <= now():
        raise StudyClosedError(
            f"The study {study.name!r} ended on {_readable(study.deadline)}, so it takes no more votes. What you had "
            "entered is kept; ask its owner for more time."
        )
    return study


def _require_rater(connection: sqlite3.Connection, study: Study, rater_id: str) -> None:
    row = connection.execute("SELECT name FROM raters WHERE id = ?", (rater_id,)).fetchone()
    if row is None:
        raise NotFoundError("This rater is not stored. Type your name and open the study's link again.")
    if study.raters and row["name"] not in study.raters:
        raise NotAllowedError(
            f"{row['name']} is not among the {len(study.raters)} raters of the study {study.name!r}. Ask its owner to "
            "add you, or type the name exactly as you were invited."
        )


def _shuffled(connection: sqlite3.Connection, comparison_id: str) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT answer_id FROM comparison_slots WHERE comparison_id = ? ORDER BY slot", (comparison_id,)
    ).fetchall()
    order = [row["answer_id"] for row in rows]
    secrets.SystemRandom().shuffle(order)
    return tuple(order)


def _from_now(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _readable(moment: str | None) -> str:
    return f"{(moment or '')[:16].replace('T', ' ')} UTC"


def _to_assignment(row: sqlite3.Row) -> Assignment:
    values = dict(zip(_FIELDS, row, strict=True))
    values["shown_order"] = tuple(json.loads(values["shown_order"]))
    return Assignment(**values)
