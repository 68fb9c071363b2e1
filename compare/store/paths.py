"""A branch of a thread, read from its leaf upwards."""

from __future__ import annotations

import sqlite3

from compare.records import Message

_PATH = """
WITH RECURSIVE up (id, parent_id, role, text, parts_json, answer_id, height) AS (
    SELECT id, parent_id, role, text, parts_json, answer_id, 0 FROM messages WHERE id = ?
    UNION ALL
    SELECT m.id, m.parent_id, m.role, m.text, m.parts_json, m.answer_id, up.height + 1
    FROM up JOIN messages m ON m.id = up.parent_id
)
SELECT role, text, parts_json, id, answer_id FROM up ORDER BY height DESC
"""


def select_path(connection: sqlite3.Connection, leaf_message_id: str) -> tuple[Message, ...]:
    """The branch that ends with this message, oldest first, in one query; empty where there is no such message."""
    return tuple(Message(*row) for row in connection.execute(_PATH, (leaf_message_id,)).fetchall())
