"""Who has seen which candidate gave which answer, and can therefore not rate it blind any more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from compare.store.part import Part, now
from compare.store.studies import select_study


class Filed(NamedTuple):
    """How many of a study's answers stand in files with their candidates' names."""

    n_answers: int
    """Different answers of the study."""
    n_filed: int
    """Those of them in a file."""
    commands: tuple[str, ...]
    """The commands that wrote the files, such as "run", by name."""
    last_at: str | None
    """When the last of them did (UTC, ISO 8601); None where there is no file."""


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

    def mark_answers_named(self, answer_ids: Iterable[str], rater_id: str) -> None:
        """Remember that somebody sees who gave these answers, outside of any study; the first time stays.

        Raises:
            StoreError: the rater is not stored.
        """
        with self._database.writing(durable=True) as connection:
            connection.execute(
                "INSERT INTO answer_names_seen (rater_id, answer_id, at) SELECT ?, value, ? FROM json_each(?) WHERE 1 "
                "ON CONFLICT DO NOTHING",
                (rater_id, now(), json.dumps(list(answer_ids))),
            )

    def mark_answers_filed(self, answer_ids: Iterable[str], command: str) -> None:
        """Remember that a file with these answers and their candidates' names was written; the last time stays.

        Args:
            answer_ids: what stands in the file.
            command: what wrote it, such as "jobs export".
        """
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO answer_names_filed (answer_id, command, at) SELECT value, ?, ? FROM json_each(?) WHERE 1 "
                "ON CONFLICT (answer_id) DO UPDATE SET command = excluded.command, at = excluded.at",
                (command, now(), json.dumps(list(answer_ids))),
            )

    def names_filed(self, study_id: str) -> Filed:
        """How many answers of a study stand in files with names, and what wrote them."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT DISTINCT s.answer_id, f.command, f.at
                FROM study_items i
                    JOIN comparison_slots s ON s.comparison_id = i.comparison_id
                    LEFT JOIN answer_names_filed f ON f.answer_id = s.answer_id
                WHERE i.study_id = ?
                """,
                (study_id,),
            ).fetchall()
        filed = [row for row in rows if row["at"] is not None]
        commands = tuple(sorted({row["command"] for row in filed}))
        return Filed(len(rows), len(filed), commands, max((row["at"] for row in filed), default=None))

    def has_seen_names_of(self, answer_ids: Sequence[str], rater_id: str) -> bool:
        """True where the rater knows who gave one of these answers.

        Names are shown after a vote outside of studies, to whoever opens them as the owner of a study that has the
        answer, and on every page and in every file that says who gave an answer.
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
                    ) OR EXISTS (
                        SELECT 1 FROM answer_names_seen WHERE rater_id = ? AND answer_id IN ({places})
                    )
                    """,
                    (rater_id, *answer_ids) * 3,
                ).fetchone()[0]
            )
