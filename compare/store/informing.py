"""What decides which item of a study tells most: who stands in each item, and what was voted so far."""

from __future__ import annotations

from typing import NamedTuple

from compare.store.part import Part

_CHOICE = "study_order:"


class StandsIn(NamedTuple):
    """One answer's candidate in an item of a study."""

    comparison_id: str
    thread_id: str
    candidate_id: str


class StudyPair(NamedTuple):
    """A counted pairwise vote of a study; "all bad" is not among them."""

    rater_id: str
    thread_id: str
    candidate_a: str
    candidate_b: str
    score: float


class Informing(Part):
    """The store's part for choosing items by what they tell."""

    def items_by_information(self, study_id: str) -> bool:
        """Whether this study gives out the most informative item first."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT value_json FROM kept_choices WHERE name = ?", (_CHOICE + study_id,)
            ).fetchone()
        return row is not None and row["value_json"] == '"informative"'

    def stands_in(self, study_id: str) -> list[StandsIn]:
        """Who stands in each item of a study."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT i.comparison_id, c.thread_id, s.candidate_id
                FROM study_items i JOIN comparisons c ON c.id = i.comparison_id
                    JOIN comparison_slots s ON s.comparison_id = c.id
                WHERE i.study_id = ? ORDER BY i.item, s.slot
                """,
                (study_id,),
            ).fetchall()
        return [StandsIn(*row) for row in rows]

    def study_pairs(self, study_id: str) -> list[StudyPair]:
        """Every counted pairwise vote of a study that says who is better."""
        with self._database.reading() as connection:
            rows = connection.execute(
                """
                SELECT p.rater_id, p.thread_id, p.candidate_a, p.candidate_b, p.score
                FROM study_items i CROSS JOIN ballots b ON b.comparison_id = i.comparison_id
                    CROSS JOIN preferences p ON p.ballot_id = b.id
                WHERE i.study_id = ? AND p.counted = 1 AND p.verdict <> 'all_bad'
                """,
                (study_id,),
            ).fetchall()
        return [StudyPair(*row) for row in rows]
