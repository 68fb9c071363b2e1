"""The ballots of a study, for figures and exports, and setting aside all that one rater gave."""

from __future__ import annotations

from compare.errors import NotFoundError
from compare.store.ballots import BALLOT_COLUMNS, set_aside_ballot, to_ballot
from compare.store.marks import select_details
from compare.store.part import Part
from compare.store.preferences import BALLOT_STATE
from compare.store.studies import select_items, select_study
from compare.store.study_values import StudyBallot


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

        Nothing is deleted: each ballot's history says by whom and why.

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
                WHERE c.study_id = ? AND b.rater_id = ? AND {BALLOT_STATE} = 'counted'
                """,
                (study_id, rater_id),
            ).fetchall()
            for row in rows:
                set_aside_ballot(connection, row["id"], by, reason)
        return len(rows)


_BALLOTS = f"""
SELECT {", ".join(f"b.{name}" for name in BALLOT_COLUMNS)}, {BALLOT_STATE} AS state, r.name AS rater,
    (SELECT reason FROM ballot_status t WHERE t.ballot_id = b.id ORDER BY t.id DESC LIMIT 1) AS state_reason
FROM study_items i
    JOIN ballots b ON b.comparison_id = i.comparison_id
    JOIN raters r ON r.id = b.rater_id
WHERE i.study_id = ?
ORDER BY b.rowid
"""
