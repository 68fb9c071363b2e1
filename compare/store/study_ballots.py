"""The ballots of a study, for figures and exports; setting aside all that one rater gave, and taking that back."""

from __future__ import annotations

from compare.errors import NotFoundError
from compare.records import BallotState
from compare.store.assignments import LATE
from compare.store.ballots import BALLOT_COLUMNS, count_ballot_again, set_aside_ballot, to_ballot
from compare.store.marks import select_details
from compare.store.part import Part, now
from compare.store.preferences import BALLOT_STATE
from compare.store.studies import select_items, select_study
from compare.store.study_values import CountedAgain, SetAside, StudyBallot


class StudyBallots(Part):
    """The store's part for what came of a study."""

    def study_ballots(self, study_id: str) -> list[StudyBallot]:
        """Every ballot of a study, oldest first, whatever its state.

        Raises:
            NotFoundError: there is no such study.
        """
        with self._database.snapshot() as connection:
            select_study(connection, study_id)
            items = {item.comparison_id: item for item in select_items(connection, study_id)}
            rows = connection.execute(_BALLOTS, (study_id,)).fetchall()
            return [
                StudyBallot(
                    ballot=ballot,
                    state=row["state"],
                    state_reason=row["state_reason"],
                    details=select_details(connection, ballot.id),
                    item=items[str(ballot.comparison_id)],
                    rater=row["rater"],
                    is_repeat=ballot.source == "study-repeat",
                )
                for row, ballot in ((row, to_ballot(row)) for row in rows)
            ]

    def set_aside_rater(self, study_id: str, rater_id: str, by: str, reason: str) -> int:
        """Stop counting every counted ballot of a rater in a study; their places are free for others.

        Nothing is deleted: each ballot's history says by whom and why. What the rater decided as the study's owner,
        where raters disagree, is no rating and stays.

        Returns:
            How many ballots were set aside.

        Raises:
            NotFoundError: there is no such study or rater.
        """
        with self._database.writing(durable=True) as connection:
            select_study(connection, study_id)
            if connection.execute("SELECT 1 FROM raters WHERE id = ?", (rater_id,)).fetchone() is None:
                raise NotFoundError(f"No rater has the id {rater_id!r}.")
            rows = connection.execute(
                f"""
                SELECT b.id FROM comparisons c JOIN ballots b ON b.comparison_id = c.id
                WHERE c.study_id = ? AND b.rater_id = ? AND b.source <> 'study-adjudicated'
                    AND {BALLOT_STATE} = 'counted'
                """,
                (study_id, rater_id),
            ).fetchall()
            for row in rows:
                set_aside_ballot(connection, row["id"], by, reason)
        return len(rows)

    def count_rater_again(self, study_id: str, rater_id: str, by: str, reason: str) -> CountedAgain:
        """Take back setting aside: count a rater's ballots again where their items still have a place for them.

        Ballots that came too late for a place were never counted and stay so.

        Raises:
            NotFoundError: there is no such study.
        """
        n_counted = n_taken = 0
        with self._database.writing(durable=True) as connection:
            study = select_study(connection, study_id)
            for row in connection.execute(_ASIDE, (now(), study_id, rater_id, LATE)).fetchall():
                limited = row["kind"] == "rated" and row["swap_of"] is None and row["verdict"] != "skip"
                if limited and row["n_taken"] >= study.overlap:
                    n_taken += 1
                    continue
                count_ballot_again(connection, row["ballot_id"], by, reason)
                n_counted += 1
        return CountedAgain(n_counted, n_taken)

    def study_set_aside(self, study_id: str) -> list[SetAside]:
        """Who set which rater's ballots aside, when and why, newest first; only what still is set aside."""
        with self._database.reading() as connection:
            rows = connection.execute(_SET_ASIDE, (study_id, LATE)).fetchall()
        return [SetAside(*row) for row in rows]

    def ballot_history(self, ballot_id: str) -> list[tuple[BallotState, str, str, str]]:
        """(state, by whom, reason, when) of everything that was ever decided about a ballot, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT s.state, coalesce(r.name, s.by), s.reason, s.at
                FROM ballot_status s LEFT JOIN raters r ON r.id = s.by
                WHERE s.ballot_id = ? ORDER BY s.id
                """,
                (ballot_id,),
            ).fetchall()
        return [(row[0], row[1], row[2], row[3]) for row in rows]


_ASIDE = f"""
SELECT a.ballot_id, a.swap_of, i.kind, b.verdict, (
    SELECT count(*) FROM assignments o
    WHERE o.study_id = a.study_id AND o.comparison_id = a.comparison_id AND o.swap_of IS NULL
        AND (o.state = 'done' OR (o.state = 'reserved' AND o.reserved_until > ?))
) AS n_taken
FROM assignments a
    JOIN ballots b ON b.id = a.ballot_id
    JOIN study_items i ON i.study_id = a.study_id AND i.comparison_id = a.comparison_id
WHERE a.study_id = ? AND a.rater_id = ? AND a.state = 'set_aside' AND {BALLOT_STATE} = 'set_aside'
    AND (SELECT reason FROM ballot_status t WHERE t.ballot_id = b.id ORDER BY t.id DESC LIMIT 1) <> ?
ORDER BY a.rowid
"""

_SET_ASIDE = f"""
SELECT b.rater_id, r.name, coalesce(w.name, t.by), t.reason, max(t.at), count(*)
FROM study_items i
    JOIN ballots b ON b.comparison_id = i.comparison_id AND {BALLOT_STATE} = 'set_aside'
    JOIN raters r ON r.id = b.rater_id
    JOIN ballot_status t ON t.id = (SELECT max(id) FROM ballot_status WHERE ballot_id = b.id)
    LEFT JOIN raters w ON w.id = t.by
WHERE i.study_id = ? AND t.reason <> ?
GROUP BY b.rater_id, t.by, t.reason
ORDER BY max(t.at) DESC
"""

_BALLOTS = f"""
SELECT {", ".join(f"b.{name}" for name in BALLOT_COLUMNS)}, {BALLOT_STATE} AS state, r.name AS rater,
    (SELECT reason FROM ballot_status t WHERE t.ballot_id = b.id ORDER BY t.id DESC LIMIT 1) AS state_reason
FROM study_items i
    JOIN ballots b ON b.comparison_id = i.comparison_id
    JOIN raters r ON r.id = b.rater_id
WHERE i.study_id = ?
ORDER BY b.rowid
"""
