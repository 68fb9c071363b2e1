"""Ballots with everything that a reader of results wants to see of them: who, on which thread, what was marked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compare.records import Ballot
from compare.store.ballots import BALLOT_COLUMNS, to_ballot
from compare.store.part import Part
from compare.store.preferences import BALLOT_STATE


class MarkSeen(NamedTuple):
    """A finding on an answer, in the words in which it is stored."""

    answer_id: str
    kind: str
    severity: str
    note: str


@dataclass(frozen=True, slots=True)
class BallotSeen:
    """A ballot with what it is about. None and empty where the vote was imported and does not say."""

    ballot: Ballot
    rater: str
    """Name."""
    thread_id: str
    thread_title: str
    is_thread_stored: bool
    study_id: str | None
    comparison_is_blind: bool
    n_messages: int
    names: dict[str, str]
    """The candidate's id for each answer shown; for imported votes, which have no answers, "a" and "b"."""
    score_a: float | None
    """For imported votes: what candidate "a" got."""
    marks: tuple[MarkSeen, ...]
    reasons: tuple[str, ...]


class Behind(Part):
    """The store's part for the votes behind figures."""

    def ballots_seen(self, ballot_ids: Sequence[str]) -> list[BallotSeen]:
        """These ballots, in the order asked for; three statements, however many they are."""
        ids = json.dumps(list(ballot_ids))
        with self._database.reading() as connection:
            rows = {row["id"]: row for row in connection.execute(_BALLOTS, (ids,))}
            marks: dict[str, list[MarkSeen]] = defaultdict(list)
            for ballot_id, *mark in connection.execute(_MARKS, (ids,)):
                marks[ballot_id].append(MarkSeen(*mark))
            reasons: dict[str, list[str]] = defaultdict(list)
            for ballot_id, reason in connection.execute(_REASONS, (ids,)):
                reasons[ballot_id].append(reason)
        found = []
        for ballot_id in ballot_ids:
            row = rows.get(ballot_id)
            if row is None:
                continue
            answers: dict[str, str] = dict(json.loads(row["answers_json"]))
            found.append(
                BallotSeen(
                    ballot=to_ballot(row),
                    rater=row["rater"],
                    thread_id=row["thread_id"] or "",
                    thread_title=row["title"] or "",
                    is_thread_stored=row["title"] is not None,
                    study_id=row["study_id"],
                    comparison_is_blind=bool(row["comparison_blind"]),
                    n_messages=row["n_messages"] or 0,
                    names=answers or {"a": row["candidate_a"], "b": row["candidate_b"]},
                    score_a=None if answers else row["score"],
                    marks=tuple(marks[ballot_id]),
                    reasons=tuple(reasons[ballot_id]),
                )
            )
        return found

    def n_ballots_of_earlier_versions(self, *, blind: bool, history: str) -> int:
        """Counted ballots of one kind that show an answer which was asked for again since."""
        with self._database.reading() as connection:
            row = connection.execute(_EARLIER, {"blind": blind, "history": history}).fetchone()
        return int(row[0])


_THESE = "(SELECT value FROM json_each(?))"
_BALLOTS = f"""
SELECT {", ".join(f"b.{name}" for name in BALLOT_COLUMNS)}, r.name AS rater, p.thread_id, p.n_messages, p.candidate_a,
    p.candidate_b, p.score, t.title, c.study_id, c.blind AS comparison_blind,
    (
        SELECT json_group_array(json_array(a.id, a.candidate_id))
        FROM json_each(b.shown_order_json) o JOIN answers a ON a.id = o.value
    ) AS answers_json
FROM ballots b
    JOIN raters r ON r.id = b.rater_id
    LEFT JOIN preferences p ON p.ballot_id = b.id AND p.pair = 0
    LEFT JOIN comparisons c ON c.id = b.comparison_id
    LEFT JOIN threads t ON t.id = p.thread_id
WHERE b.id IN {_THESE}
"""
# Most comparisons have no answer in a second version, and their ballots are not looked at.
_EARLIER = f"""
SELECT count(*) FROM ballots b JOIN comparisons c ON c.id = b.comparison_id
WHERE b.comparison_id IN (SELECT comparison_id FROM comparison_slots WHERE version > 0)
    AND b.blind = :blind AND c.history = :history AND {BALLOT_STATE} = 'counted'
    AND EXISTS (
        SELECT 1 FROM json_each(b.shown_order_json) o WHERE o.value NOT IN (
            SELECT s.answer_id FROM comparison_slots s WHERE s.comparison_id = c.id AND s.version = (
                SELECT max(version) FROM comparison_slots WHERE comparison_id = s.comparison_id AND slot = s.slot
            )
        )
    )
"""
_MARKS = f"SELECT ballot_id, answer_id, kind, severity, note FROM marks WHERE ballot_id IN {_THESE} ORDER BY mark"
_REASONS = f"SELECT ballot_id, reason FROM ballot_reasons WHERE ballot_id IN {_THESE} ORDER BY reason"
