"""Answers: one row per reply, with every number and where it came from. A stored answer never changes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, NamedTuple

from compare.errors import StoreError
from compare.records import Answer
from compare.store.part import Part, storable

_FIELDS = tuple(f.name for f in fields(Answer))
_COLUMNS = tuple("warnings_json" if name == "warnings" else name for name in _FIELDS)
_INSERT = f"INSERT INTO answers ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM answers"
MAX_PARAMETERS = 500
"""Ids asked for in one statement; SQLite's own limit has been 999 at the least."""
_UNTOLD = """
SELECT a.rowid FROM comparisons c
    JOIN comparison_slots s ON s.comparison_id = c.id
    JOIN answers a ON a.id = s.answer_id
WHERE c.blind = 1 AND c.study_id IS NULL AND a.status = 'done' AND a.origin IN ('live', 'batch')
    AND NOT EXISTS (SELECT 1 FROM ballots b WHERE b.comparison_id = c.id)
"""
"""Answers of blind comparisons that nobody has voted on: a figure that moves when one of them is asked for again would
tell whose it is."""


class AnswerTiming(NamedTuple):
    """What one finished call measured: the raw material of percentiles, costs and token counts."""

    candidate_id: str
    n_messages: int
    ttft_ms: float | None
    total_ms: float | None
    wall_ms: float | None
    cost_usd: Decimal | None
    in_reported: int | None
    in_counted: int | None
    out_reported: int | None
    out_counted: int | None
    disturbed: bool
    """As `Answer.timing_disturbed`: the times cannot be trusted, cost and tokens can."""


class TokenCount(NamedTuple):
    """Input tokens of one finished call: as reported by the model that was asked, and as counted here."""

    answer_id: str
    candidate_id: str
    in_counted: int | None
    n_sent: int
    """Messages that went out, all roles: after the context policy and the preparation."""
    in_reported: int | None


class Answers(Part):
    """The store's part for answers."""

    def save_answer(self, answer: Answer) -> None:
        """Keep an answer; saving it again changes nothing.

        Raises:
            StoreError: another answer has its id or its cell_key, or its candidate or prompt is not stored.
        """
        with self._database.writing() as connection:
            insert_answer(connection, answer)

    def answer(self, answer_id: str) -> Answer | None:
        """The answer with this id, or None where it is not stored (or not yet: answers are stored when they end)."""
        return self.answers((answer_id,)).get(answer_id)

    def answers(self, answer_ids: Iterable[str]) -> dict[str, Answer]:
        """The stored answers among these ids, by id, in the order asked for."""
        with self._database.reading() as connection:
            return select_answers(connection, tuple(answer_ids))

    def recorded_answers(self, prompt_leaf_id: str) -> list[Answer]:
        """What was recorded as answers to this message, oldest first."""
        with self._database.reading() as connection:
            return select_recorded(connection, prompt_leaf_id)

    def job_answers(self, job_id: str) -> list[Answer]:
        """All answers that were asked for in a job, oldest first: those of retries too, and none that was used again.

        They are all in memory then; Cells.job_results goes through what stands for each cell piece by piece.
        """
        with self._database.reading() as connection:
            rows = connection.execute(f"{_SELECT} WHERE job_id = ? ORDER BY rowid", (job_id,)).fetchall()
        return [_to_answer(row) for row in rows]

    def answer_timings(self) -> list[AnswerTiming]:
        """Every finished call to a model.

        Without those that `n_untold` counts.
        """
        columns = ", ".join(AnswerTiming._fields[:-1])
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT {columns},
                    coalesce(loop_lag_ms, 0.0) > max(20.0, 0.05 * coalesce(ttft_ms, 0.0)) AS disturbed
                FROM answers
                WHERE status = 'done' AND origin IN ('live', 'batch')
                    AND rowid NOT IN ({_UNTOLD})
                ORDER BY candidate_id, n_messages
                """
            ).fetchall()
        return [
            AnswerTiming(*row)._replace(cost_usd=_money(row["cost_usd"]), disturbed=bool(row["disturbed"]))
            for row in rows
        ]

    def token_counts(self) -> list[TokenCount]:
        """The input tokens of every finished call to a candidate's own model (not to its fallback).

        Without those that `n_untold` counts.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                f"""
                SELECT id, candidate_id, in_counted,
                       coalesce(json_extract(sent_json, '$.n_messages'), n_messages), in_reported
                FROM answers
                WHERE status = 'done' AND origin IN ('live', 'batch')
                    AND json_extract(sent_json, '$.fallback') IS NULL
                    AND rowid NOT IN ({_UNTOLD})
                ORDER BY rowid
                """
            ).fetchall()
        return [TokenCount(*row) for row in rows]

    def n_untold(self) -> int:
        """Finished answers of blind comparisons that nobody has voted on: times and token counts wait for a vote."""
        with self._database.reading() as connection:
            return int(connection.execute(f"SELECT count(*) FROM ({_UNTOLD})").fetchone()[0])


def insert_answer(connection: sqlite3.Connection, answer: Answer) -> None:
    """Keep an answer, within the caller's transaction.

    Raises:
        StoreError: as Answers.save_answer.
    """
    answer = _storable(answer)
    stored = select_answers(connection, (answer.id,)).get(answer.id)
    if stored == answer:
        return
    if stored is not None:
        raise StoreError(f"Another answer is stored as {answer.id!r}; answers never change. Save this with a new id.")
    if answer.cell_key is not None:
        holder = connection.execute("SELECT id FROM answers WHERE cell_key = ?", (answer.cell_key,)).fetchone()
        if holder:
            raise StoreError(
                f"The job's cell {answer.cell_key!r} is already answered by {holder['id']!r}, so {answer.id!r} was not "
                "stored as well. Two workers asked the same thing."
            )
    connection.execute(_INSERT, [_to_column(name, getattr(answer, name)) for name in _FIELDS])


def insert_new_answer(connection: sqlite3.Connection, answer: Answer) -> None:
    """As insert_answer, for one that is most likely not stored yet: one statement instead of three."""
    row = [_to_column(name, getattr(answer, name)) for name in _FIELDS]
    try:
        connection.execute(_INSERT, row)
    except (sqlite3.IntegrityError, UnicodeEncodeError):
        insert_answer(connection, answer)


def select_answers(connection: sqlite3.Connection, answer_ids: Sequence[str]) -> dict[str, Answer]:
    """As Answers.answers, on the caller's connection."""
    found: dict[str, Answer] = {}
    for start in range(0, len(answer_ids), MAX_PARAMETERS):
        some = answer_ids[start : start + MAX_PARAMETERS]
        marks = ", ".join("?" * len(some))
        for row in connection.execute(f"{_SELECT} WHERE id IN ({marks})", some).fetchall():
            found[row["id"]] = _to_answer(row)
    return {answer_id: found[answer_id] for answer_id in answer_ids if answer_id in found}


def select_recorded(connection: sqlite3.Connection, prompt_leaf_id: str) -> list[Answer]:
    """As Answers.recorded_answers, on the caller's connection."""
    rows = connection.execute(
        f"{_SELECT} WHERE prompt_leaf_id = ? AND origin = 'recorded' ORDER BY rowid", (prompt_leaf_id,)
    ).fetchall()
    return [_to_answer(row) for row in rows]


def select_recorded_of(connection: sqlite3.Connection, prompt_leaf_ids: Sequence[str]) -> list[Answer]:
    """What was recorded as answers to any of these messages, oldest first; at most MAX_PARAMETERS of them."""
    marks = ", ".join("?" * len(prompt_leaf_ids))
    rows = connection.execute(
        f"{_SELECT} WHERE prompt_leaf_id IN ({marks}) AND origin = 'recorded' ORDER BY rowid", tuple(prompt_leaf_ids)
    ).fetchall()
    return [_to_answer(row) for row in rows]


def _storable(answer: Answer) -> Answer:
    """The answer as it can be stored; a provider's broken character must not cost the whole answer."""
    changed: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(answer, name)
        if isinstance(value, str) and storable(value) != value:
            changed[name] = storable(value)
    warnings = tuple(storable(warning) for warning in answer.warnings)
    if changed:
        warnings += ("The text held halves of characters; they are stored joined, or as U+FFFD where one was missing.",)
    return replace(answer, **changed, warnings=warnings)


def _to_column(name: str, value: Any) -> Any:
    if name == "warnings":
        return json.dumps(value, ensure_ascii=False)
    return str(value) if isinstance(value, Decimal) else value


def _to_answer(row: sqlite3.Row) -> Answer:
    values = dict(zip(_FIELDS, row, strict=True))
    values["warnings"] = tuple(json.loads(values["warnings"]))
    values["cost_usd"] = _money(values["cost_usd"])
    return Answer(**values)


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
