"""Threads and their messages. A thread is a tree of messages; a branch is named by its leaf.

Equal conversations are one thread, and equal messages under one parent are one message, so saving twice is harmless.
A reply that an imported thread holds is kept twice: as the message that later turns build on, and as a recorded answer
that can be compared with what the candidates say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from compare.errors import NotFoundError
from compare.records import Message, Thread
from compare.store.keeping import INSERT_MESSAGE, SavedThread, keep
from compare.store.part import Part, new_id, storable
from compare.store.paths import select_path
from compare.store.recorded import select_beside


class ThreadSummary(NamedTuple):
    """One line of the list of threads; the counts are those of the thread as imported."""

    id: str
    title: str
    source: str
    workload: str
    n_messages: int
    n_user_turns: int
    has_recorded: bool
    imported_at: str


class Threads(Part):
    """The store's part for threads and messages."""

    def save_thread(self, thread: Thread) -> SavedThread:
        """Keep a thread, or find the equal one; recorded answers that are not stored yet are added to it.

        Raises:
            StoreError: it has no messages, or recorded answers but no user message that they answer, or text that is
                not valid Unicode.
        """
        return self.save_threads([thread])[0]

    def save_threads(self, threads: Sequence[Thread]) -> list[SavedThread]:
        """Keep many threads, all or none, as `save_thread` keeps one; a few hundred at a time are written fastest.

        Raises:
            StoreError: as save_thread, for any of them.
        """
        with self._database.writing() as connection:
            return keep(connection, threads)

    def leaves(self, thread_id: str) -> list[str]:
        """The last message of every branch of a thread, in the order in which they were stored; see `path`."""
        with self._database.reading() as connection:
            rows = connection.execute(_LEAVES, (thread_id,)).fetchall()
        return [row["id"] for row in rows]

    def thread(self, thread_id: str) -> Thread:
        """The thread as imported, with the ids of its messages; branches that were added since are not part of it.

        `recorded` holds what was recorded with it: answers beside its replies (of several by one name the newest),
        and replies whose model or numbers are known.

        Raises:
            NotFoundError: none has this id.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM threads WHERE id = ?", (thread_id,)).fetchone()
            if row is None:
                raise NotFoundError(f"No thread has the id {thread_id!r}; it may be in another data folder.")
            messages = select_path(connection, row["leaf_message_id"])
            recorded = select_beside(connection, messages)
        return Thread(
            messages=messages,
            title=row["title"],
            id=row["id"],
            source=row["source"],
            source_ref=row["source_ref"],
            workload=row["workload"],
            recorded=recorded,
            note=row["note"],
        )

    def threads(self, limit: int = 200, search: str = "") -> list[ThreadSummary]:
        """The newest threads that are not archived, newest first.

        Args:
            limit: how many at most.
            search: only threads that hold this in title, source or a message; upper and lower case are the same.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                _THREADS, {"limit": limit, "search": storable(search).strip().casefold()}
            ).fetchall()
        return [ThreadSummary(*row)._replace(has_recorded=bool(row["has_recorded"])) for row in rows]

    def path(self, leaf_message_id: str) -> tuple[Message, ...]:
        """The branch that ends with this message, oldest first.

        Raises:
            NotFoundError: there is no such message.
        """
        with self._database.reading() as connection:
            messages = select_path(connection, leaf_message_id)
        if not messages:
            raise NotFoundError(f"No message has the id {leaf_message_id!r}; it may be in another data folder.")
        return messages

    def thread_of(self, message_id: str) -> str:
        """Id of the thread whose tree holds a message.

        Raises:
            NotFoundError: there is no such message.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT thread_id FROM messages WHERE id = ?", (message_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"No message has the id {message_id!r}; it may be in another data folder.")
        return str(row["thread_id"])

    def append_messages(self, thread_id: str, parent_id: str | None, messages: Sequence[Message]) -> str:
        """Continue a branch and return the id of its new leaf; what already stands there is not stored again.

        Args:
            thread_id: the thread whose tree grows.
            parent_id: the message after which the new ones stand; None for another beginning of the thread.
            messages: at least one, oldest first.

        Raises:
            NotFoundError: the thread holds no such message.
        """
        with self._database.writing() as connection:
            if parent_id is not None:
                _check_parent(connection, thread_id, parent_id)
            for message in messages:
                new = replace(
                    message, id=new_id(), text=storable(message.text), parts_json=storable(message.parts_json)
                )
                there = _child(connection, thread_id, parent_id, new)
                parent_id = there or _insert_message(connection, thread_id, parent_id, new)
        assert parent_id is not None, "no messages were given"
        return parent_id


_THREADS = """
SELECT id, title, source, workload, n_messages, n_user_turns,
    EXISTS (
        SELECT 1 FROM messages m CROSS JOIN answers a ON a.prompt_leaf_id = m.id AND a.origin = 'recorded'
        WHERE m.thread_id = t.id
    ) AS has_recorded,
    imported_at
FROM threads t
WHERE NOT EXISTS (SELECT 1 FROM archived_threads a WHERE a.thread_id = t.id) AND (
    :search = ''
    OR instr(casefold(title), :search)
    OR instr(casefold(source), :search)
    OR instr(casefold(source_ref), :search)
    OR EXISTS (SELECT 1 FROM messages m WHERE m.thread_id = t.id AND instr(casefold(m.text), :search))
)
ORDER BY t.rowid DESC
LIMIT :limit
"""

_LEAVES = """
SELECT id FROM messages m
WHERE thread_id = ? AND NOT EXISTS (SELECT 1 FROM messages child WHERE child.parent_id = m.id)
ORDER BY rowid
"""


def _insert_message(connection: sqlite3.Connection, thread_id: str, parent_id: str | None, message: Message) -> str:
    connection.execute(
        INSERT_MESSAGE,
        (message.id, thread_id, parent_id, message.role, message.parts_json, message.text, message.answer_id),
    )
    return message.id


def _check_parent(connection: sqlite3.Connection, thread_id: str, parent_id: str) -> None:
    parent = connection.execute("SELECT thread_id FROM messages WHERE id = ?", (parent_id,)).fetchone()
    if parent is None or parent["thread_id"] != thread_id:
        raise NotFoundError(f"The thread {thread_id!r} holds no message {parent_id!r} to continue from.")


def _child(connection: sqlite3.Connection, thread_id: str, parent_id: str | None, message: Message) -> str | None:
    """The message that already says the same at this place of the tree, or None."""
    row = connection.execute(
        """
        SELECT id FROM messages
        WHERE thread_id = ? AND parent_id IS ? AND role = ? AND text = ? AND parts_json = ? AND answer_id IS ?
        """,
        (thread_id, parent_id, message.role, message.text, message.parts_json, message.answer_id),
    ).fetchone()
    return row["id"] if row else None
