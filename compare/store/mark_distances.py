"""How far back the messages lie that raters marked as forgotten, beside every answer that they could have marked."""

from __future__ import annotations

from typing import NamedTuple

from compare.store.part import Part
from compare.store.preferences import BALLOT_STATE


class RatedAnswer(NamedTuple):
    """One answer in one counted ballot of a study, with its marks `forgot`."""

    ballot_id: str
    candidate_id: str
    thread_id: str
    n_messages: int
    """Messages before the answer: nothing lay further back."""
    forgot: tuple[int, ...]
    """The distances in messages of what was marked as forgotten; empty for most."""
    study_id: str = ""
    rater_id: str = ""
    n_marks: int = 0
    """Marks of any kind on any answer of the ballot."""


class MarkDistances(Part):
    """The store's part for the distances of marks."""

    def rated_answers(self) -> list[RatedAnswer]:
        """Every answer that stood in a rater's counted ballot of a study.

        Not among them: skipped ballots, planned repeats, training and gold items, and the owner's decisions.
        """
        with self._database.reading() as connection:
            rows = connection.execute(_RATED).fetchall()
        return [RatedAnswer(row[0], row[1], row[2], row[3], _whole(row[4]), row[5], row[6], row[7]) for row in rows]


def _whole(text: str | None) -> tuple[int, ...]:
    return tuple(map(int, text.split(","))) if text else ()


_RATED = f"""
SELECT b.id, a.candidate_id, c.thread_id, a.n_messages,
    (SELECT group_concat(k.distance_messages) FROM marks k
     WHERE k.ballot_id = b.id AND k.answer_id = a.id AND k.kind = 'forgot' AND k.distance_messages IS NOT NULL),
    i.study_id, b.rater_id, (SELECT count(*) FROM marks k WHERE k.ballot_id = b.id)
FROM study_items i
    JOIN comparisons c ON c.id = i.comparison_id
    JOIN ballots b ON b.comparison_id = c.id AND b.verdict <> 'skip' AND b.source = 'study'
    JOIN comparison_slots s ON s.comparison_id = c.id
    JOIN answers a ON a.id = s.answer_id
WHERE i.kind = 'rated' AND {BALLOT_STATE} = 'counted'
    AND EXISTS (SELECT 1 FROM json_each(b.shown_order_json) o WHERE o.value = a.id)
ORDER BY b.rowid, s.slot
"""
