"""Versions of a thread: a message that is said differently makes another thread, which knows where it is from.

The words of a thread never change, since answers refer to them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from compare.errors import NotFoundError, StoreError
from compare.records import Message, Thread
from compare.store.keeping import SavedThread
from compare.store.library import not_found
from compare.store.part import Part, new_id, now, storable
from compare.store.paths import select_path


class Versions(Part):
    """The store's part for versions of threads."""

    def versions_of(self, thread_id: str) -> list[str]:
        """Ids of the threads that were made from this one by editing a message, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT thread_id FROM thread_versions WHERE edited_from_id = ? ORDER BY made_at", (thread_id,)
            ).fetchall()
        return [row[0] for row in rows]

    def edit_message(self, thread_id: str, number: int, text: str) -> SavedThread:
        """Say one message of a thread differently: another thread with the other words, which says where it is from.

        It keeps title, source, tags and workload, and has no recorded answers: what was really said answered other
        words. Where an equal conversation is stored already, that one is given back.

        Args:
            thread_id: the thread as it is; it stays.
            number: of the message, from 1.
            text: what it says instead; calls of tools and attachments of the old message are not taken along.

        Raises:
            NotFoundError: there is no such thread or message.
            StoreError: the message would be empty or would say the same.
        """
        text = storable(text)
        with self._database.writing() as connection:
            row = connection.execute("SELECT * FROM threads WHERE id = ?", (thread_id,)).fetchone()
            if row is None:
                raise not_found(thread_id)
            messages = select_path(connection, row["leaf_message_id"])
            edited = Thread(_with_other_words(messages, number, text))
            there = connection.execute(
                "SELECT id FROM threads WHERE content_sha256 = ?", (edited.content_sha256,)
            ).fetchone()
            if there:
                return SavedThread(there["id"], created=False)
            return SavedThread(_insert_version(connection, row, edited, number), created=True)


def _with_other_words(messages: Sequence[Message], number: int, text: str) -> tuple[Message, ...]:
    if not 1 <= number <= len(messages):
        raise NotFoundError(f"There is no message {number}; this thread has {len(messages)}.")
    if not text.strip():
        raise StoreError(f"Message {number} would be empty. Write what it says instead.")
    if text == messages[number - 1].text:
        raise StoreError(f"Message {number} says this already, so there is no other version to keep.")
    edited = replace(messages[number - 1], text=text, parts_json="")
    return tuple(
        replace(message, id="", answer_id=None) for message in (*messages[: number - 1], edited, *messages[number:])
    )


def _insert_version(connection: sqlite3.Connection, old: sqlite3.Row, edited: Thread, number: int) -> str:
    """The edited thread with its messages as a chain, what is said of the old one, and where it is from."""
    thread_id = new_id()
    ids = [new_id() for _ in edited.messages]
    connection.execute(
        """
        INSERT INTO threads (id, title, source, source_ref, content_sha256, workload, leaf_message_id, n_messages,
            n_user_turns, imported_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            thread_id,
            old["title"],
            old["source"],
            old["source_ref"],
            edited.content_sha256,
            old["workload"],
            ids[-1],
            len(ids),
            old["n_user_turns"],
            now(),
        ),
    )
    connection.executemany(
        "INSERT INTO messages (id, thread_id, parent_id, role, parts_json, text) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (message_id, thread_id, parent_id, message.role, message.parts_json, message.text)
            for message_id, parent_id, message in zip(ids, [None, *ids], edited.messages, strict=False)
        ],
    )
    connection.execute(
        "INSERT INTO thread_tags (thread_id, tag) SELECT ?, tag FROM thread_tags WHERE thread_id = ?",
        (thread_id, old["id"]),
    )
    connection.execute(
        "INSERT INTO thread_versions (thread_id, edited_from_id, message_number, made_at) VALUES (?, ?, ?, ?)",
        (thread_id, old["id"], number, now()),
    )
    return thread_id
