"""Who has seen which candidate gave which answer, and can therefore not rate it blind any more."""

from __future__ import annotations

from collections.abc import Sequence

from compare.store.part import Part, now
from compare.store.studies import select_study


class NamesSeen(Part):
    """The store's part for names that were seen before a ballot."""

    def mark_names_seen(self, study_id: str, rater_id: str) -> None:
        """Remember that somebody sees the names of a study's candidates; the first time stays.

        Raises:
            NotFoundError: there is no such study.
            StoreError: the rater is not stored.
        """
        with self._database.writing(durable=True) as connection:
            select_study(connection, study_id)
            connection.execute(
                "INSERT INTO study_names_seen (study_id, rater_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (study_id, rater_id, now()),
            )

    def names_seen_at(self, study_id: str, rater_id: str) -> str | None:
        """Since when somebody knows the names of a study's candidates (UTC, ISO 8601), or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT at FROM study_names_seen WHERE study_id = ? AND rater_id = ?", (study_id, rater_id)
            ).fetchone()
        return str(row["at"]) if row else None

    def has_seen_names_of(self, answer_ids: Sequence[str], rater_id: str) -> bool:
        """True where the rater knows who gave one of these answers.

        Names are shown after a vote outside of studies, and to whoever opens them as the owner of a study that has the
        answer.
        """
        places = ", ".join("?" * len(answer_ids))
        with self._database.reading() as connection:
            return bool(
                connection.execute(
                    f"""
                    SELECT EXISTS (
                        SELECT 1 FROM ballots b
                            JOIN comparisons c ON c.id = b.comparison_id AND c.study_id IS NULL
                            JOIN comparison_slots s ON s.comparison_id = c.id
                        WHERE b.rater_id = ? AND s.answer_id IN ({places})
                    ) OR EXISTS (
                        SELECT 1 FROM study_names_seen n
                            JOIN study_items i ON i.study_id = n.study_id
                            JOIN comparison_slots s ON s.comparison_id = i.comparison_id
                        WHERE n.rater_id = ? AND s.answer_id IN ({places})
                    )
                    """,
                    (rater_id, *answer_ids, rater_id, *answer_ids),
                ).fetchone()[0]
            )
