"""Studies: comparisons with a question, instructions and raters. A study's id is its link; an item never changes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from compare.errors import NotFoundError, StoreError
from compare.store.part import Part, new_id, now, storable
from compare.store.study_values import Expected, NewItem, Study, StudyItem, StudyState


class Studies(Part):
    """The store's part for studies and their items."""

    def create_study(self, study: Study, items: Sequence[NewItem]) -> Study:
        """Keep a new study with its items, each as a comparison of its own.

        Returns:
            The study with its id and time.

        Raises:
            StoreError: an answer, thread or owner is not stored.
        """
        study = replace(study, id=new_id(), state="open", created_at=now(), closed_at=None)
        with self._database.writing(durable=True) as connection:
            _insert_study(connection, study)
            for place, item in enumerate(items):
                _insert_item(connection, study, place, item)
        return study

    def study(self, study_id: str) -> Study:
        """The study with this id.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.reading() as connection:
            return select_study(connection, study_id)

    def studies(self) -> list[Study]:
        """Every study, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(f"{_STUDY} ORDER BY s.rowid DESC").fetchall()
        return [_to_study(row) for row in rows]

    def study_items(self, study_id: str) -> list[StudyItem]:
        """The items of a study in their order."""
        with self._database.reading() as connection:
            return select_items(connection, study_id)

    def study_item(self, comparison_id: str) -> StudyItem:
        """One item, by its comparison.

        Raises:
            NotFoundError: the comparison is no item of a study.
        """
        with self._database.reading() as connection:
            row = connection.execute(_ITEMS.format(where="i.comparison_id = ?"), (comparison_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"The comparison {comparison_id!r} is no item of a study.")
        return _to_item(row)

    def study_of(self, comparison_id: str) -> Study | None:
        """The study that a comparison is an item of, or None."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"{_STUDY} WHERE s.id = (SELECT study_id FROM comparisons WHERE id = ?)", (comparison_id,)
            ).fetchone()
        return _to_study(row) if row else None

    def close_study(self, study_id: str) -> None:
        """Take no more ballots; closing it again changes nothing.

        Raises:
            NotFoundError: there is no such study.
        """
        self._set_study_state(study_id, "closed", now())

    def pause_study(self, study_id: str) -> None:
        """Take no ballots for now; what raters had begun is kept.

        Raises:
            NotFoundError: there is no such study.
        """
        self._set_study_state(study_id, "paused", None)

    def reopen_study(self, study_id: str) -> None:
        """Take ballots again.

        Raises:
            NotFoundError: there is no such study.
        """
        self._set_study_state(study_id, "open", None)

    def set_study_deadline(self, study_id: str, deadline: str | None) -> None:
        """Let a study end at another time, or at none.

        Args:
            study_id: the study.
            deadline: UTC, as `part.now` writes it.

        Raises:
            NotFoundError: there is no such study.
        """
        self._set_study_setting(study_id, "deadline", deadline)

    def set_study_raters(self, study_id: str, raters: Sequence[str]) -> None:
        """Say anew who may rate; ballots of those who may no longer stay as they are.

        Raises:
            NotFoundError: there is no such study.
        """
        self._set_study_setting(study_id, "raters_json", json.dumps(tuple(raters)))

    def _set_study_setting(self, study_id: str, column: str, value: str | None) -> None:
        with self._database.writing(durable=True) as connection:
            select_study(connection, study_id)
            connection.execute(f"UPDATE study_settings SET {column} = ? WHERE study_id = ?", (value, study_id))

    def _set_study_state(self, study_id: str, state: StudyState, closed_at: str | None) -> None:
        with self._database.writing(durable=True) as connection:
            if select_study(connection, study_id).state != state:
                connection.execute("UPDATE studies SET state = ? WHERE id = ?", (state, study_id))
                connection.execute("UPDATE study_settings SET closed_at = ? WHERE study_id = ?", (closed_at, study_id))


_STUDY = "SELECT s.*, t.* FROM studies s JOIN study_settings t ON t.study_id = s.id"

_ITEMS = """
SELECT i.*, (
    SELECT json_group_array(answer_id) FROM (
        SELECT answer_id FROM comparison_slots WHERE comparison_id = i.comparison_id ORDER BY slot
    )
) AS answers_json
FROM study_items i WHERE {where} ORDER BY i.item
"""


def select_study(connection: sqlite3.Connection, study_id: str) -> Study:
    """As Studies.study, on the caller's connection."""
    row = connection.execute(f"{_STUDY} WHERE s.id = ?", (study_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"No study has the id {study_id!r}. Check the link, or ask whoever sent it.")
    return _to_study(row)


def select_items(connection: sqlite3.Connection, study_id: str) -> list[StudyItem]:
    """As Studies.study_items, on the caller's connection."""
    return [_to_item(row) for row in connection.execute(_ITEMS.format(where="i.study_id = ?"), (study_id,)).fetchall()]


def _to_study(row: sqlite3.Row) -> Study:
    return Study(
        name=row["name"],
        question=row["question"],
        instructions=row["instructions"],
        criteria=tuple(json.loads(row["criteria_json"])),
        scope=row["scope"],
        blind=bool(row["blind"]),
        speed_visible=bool(row["speed_visible"]),
        overlap=row["overlap"],
        swap_share=row["swap_share"],
        gold_every=row["gold_every"],
        reserve_s=row["reserve_s"],
        deadline=row["deadline"],
        raters=tuple(json.loads(row["raters_json"])),
        owner_id=row["owner_id"],
        id=row["id"],
        state=row["state"],
        created_at=row["created_at"],
        closed_at=row["closed_at"],
    )


def _to_item(row: sqlite3.Row) -> StudyItem:
    verdict = row["expected_verdict"]
    return StudyItem(
        comparison_id=row["comparison_id"],
        place=row["item"],
        kind=row["kind"],
        expected=Expected(verdict, row["expected_answer_id"]) if verdict else None,
        feedback=row["feedback"],
        answer_ids=tuple(json.loads(row["answers_json"])),
    )


def _insert_study(connection: sqlite3.Connection, study: Study) -> None:
    connection.execute(
        """
        INSERT INTO studies (id, name, criteria_json, instructions, scope, blind, overlap, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            study.id, storable(study.name), json.dumps(study.criteria), storable(study.instructions), study.scope,
            study.blind, study.overlap, study.state,
        ),
    )  # fmt: skip
    connection.execute(
        """
        INSERT INTO study_settings (study_id, question, swap_share, gold_every, reserve_s, deadline, raters_json,
            owner_id, speed_visible, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            study.id, storable(study.question), study.swap_share, study.gold_every, study.reserve_s, study.deadline,
            json.dumps(study.raters), study.owner_id, study.speed_visible, study.created_at,
        ),
    )  # fmt: skip


def _insert_item(connection: sqlite3.Connection, study: Study, place: int, item: NewItem) -> None:
    comparison_id = new_id()
    prompts = {
        row["prompt_leaf_id"]
        for answer_id in item.answer_ids
        for row in connection.execute("SELECT prompt_leaf_id FROM answers WHERE id = ?", (answer_id,))
    }
    connection.execute(
        """
        INSERT INTO comparisons (id, study_id, thread_id, scope, prompt_leaf_id, history, blind, created_at, step)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'start')
        """,
        (
            comparison_id, study.id, item.thread_id, study.scope, prompts.pop() if len(prompts) == 1 else None,
            item.history, study.blind, study.created_at,
        ),
    )  # fmt: skip
    for slot, answer_id in enumerate(item.answer_ids):
        inserted = connection.execute(
            """
            INSERT INTO comparison_slots (comparison_id, slot, version, candidate_id, answer_id, prompt_leaf_id, label)
            SELECT ?, ?, 0, candidate_id, id, prompt_leaf_id, '' FROM answers WHERE id = ?
            """,
            (comparison_id, slot, answer_id),
        ).rowcount
        if not inserted:
            raise StoreError(f"The answer {answer_id!r} of item {place + 1} is not stored, so nothing was saved.")
    expected = item.expected
    connection.execute(
        """
        INSERT INTO study_items (study_id, item, comparison_id, kind, expected_verdict, expected_answer_id, feedback)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (
            study.id, place, comparison_id, item.kind, expected.verdict if expected else None,
            expected.answer_id if expected else None, storable(item.feedback),
        ),
    )  # fmt: skip
