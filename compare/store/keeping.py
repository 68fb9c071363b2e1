"""Keeping threads: many in one transaction, few statements each, equal conversations once.

Ids of one call are drawn together. Those of messages and threads are handed out in rising order, so that rows that
stand together in the file stand together in the indexes; those of answers are not, since the order of ids must never
tell which of two answers was there before.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple, get_args

from compare.errors import StoreError
from compare.records import Branch, Finish, Message, Recorded, Role, Thread
from compare.store.answers import MAX_PARAMETERS
from compare.store.candidates import insert_candidate
from compare.store.part import now
from compare.store.paths import select_path
from compare.store.recorded import INSERT_RECORDED, candidate_of, given_answers, insert_missing, recorded_rows

_ID_BYTES = 12
_ROLES = frozenset(get_args(Role))
_FINISHES = frozenset(get_args(Finish))

_INSERT_THREAD = """
INSERT INTO threads (id, title, source, source_ref, content_sha256, workload, leaf_message_id, n_messages,
    n_user_turns, imported_at, note)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
INSERT_MESSAGE = """
INSERT INTO messages (id, thread_id, parent_id, role, parts_json, text, answer_id) VALUES (?, ?, ?, ?, ?, ?, ?)
"""


class SavedThread(NamedTuple):
    """The outcome of saving a thread."""

    id: str
    created: bool
    """False where an equal conversation was stored already."""


class _Rows:
    """What one call inserts, collected so that each table takes one statement for all."""

    def __init__(self, threads: Sequence[Thread]) -> None:
        n = sum(len(p.messages) + len(p.recorded) for t in threads for p in _paths(t))
        self._ids = iter(sorted(_new_ids(n + len(threads))))
        self._answer_ids = iter(_new_ids(n))
        self.threads: list[tuple[Any, ...]] = []
        self.messages: list[tuple[Any, ...]] = []
        self.answers: list[tuple[Any, ...]] = []
        self.names: set[str] = set()
        self._now = now()

    def add(self, thread: Thread, sha256: str) -> str:
        """A thread that is not stored yet; returns its id."""
        thread_id = next(self._ids)
        tree: dict[tuple[Any, ...], str] | None = {} if thread.branches else None
        leaf_id = self._add_path(thread_id, thread.messages, thread.recorded, tree)
        for branch in thread.branches:
            self._add_path(thread_id, branch.messages, branch.recorded, tree)
        self.threads.append(
            (
                thread_id,
                thread.title,
                thread.source,
                thread.source_ref,
                sha256,
                thread.workload,
                leaf_id,
                len(thread.messages),
                sum([m.role == "user" for m in thread.messages]),
                self._now,
                thread.note,
            )
        )
        return thread_id

    def _add_path(
        self,
        thread_id: str,
        messages: Sequence[Message],
        recorded: Sequence[Recorded],
        tree: dict[tuple[Any, ...], str] | None,
    ) -> str:
        """Messages as a chain, but for those that another path of the thread has put there; returns the leaf's id.

        Args:
            thread_id: whose they are.
            messages: oldest first.
            recorded: what was recorded with them.
            tree: id of each message that was put there, by its place; None where the thread has one path only.
        """
        given = given_answers(messages, recorded)
        answer_ids = list(islice(self._answer_ids, len(given)))
        of_place = {g.place: answer_id for g, answer_id in zip(given, answer_ids, strict=True) if g.place is not None}
        parent_id = None
        path: list[str] = []
        old: set[int | None] = set()
        for place, message in enumerate(messages):
            if tree is not None:
                key = (parent_id, message.role, message.text, message.parts_json)
                if key in tree:
                    parent_id = tree[key]
                    old.add(place)
                    path.append(parent_id)
                    continue
            message_id = next(self._ids)
            if tree is not None:
                tree[key] = message_id
            self.messages.append(
                (message_id, thread_id, parent_id, message.role, message.parts_json, message.text, of_place.get(place))
            )
            path.append(message_id)
            parent_id = message_id
        if old:
            # A reply that stands on another path too was given there.
            kept = [(g, i) for g, i in zip(given, answer_ids, strict=True) if g.place is None or g.place not in old]
            given, answer_ids = [g for g, _ in kept], [i for _, i in kept]
        self.answers.extend(recorded_rows(given, path, answer_ids))
        self.names.update([g.candidate.model_id for g in given])
        assert parent_id is not None
        return parent_id

    def insert(self, connection: sqlite3.Connection) -> None:
        connection.executemany(_INSERT_THREAD, self.threads)
        connection.executemany(INSERT_MESSAGE, self.messages)
        for name in sorted(self.names):
            insert_candidate(connection, candidate_of(name))
        connection.executemany(INSERT_RECORDED, self.answers)


def keep(connection: sqlite3.Connection, threads: Sequence[Thread]) -> list[SavedThread]:
    """Keep threads within the caller's transaction, in their order.

    Recorded answers and branches of a thread that is stored already are added to it, where they are new.

    Raises:
        StoreError: as `check`.
    """
    hashes = [_sha256(thread) for thread in threads]
    known = _known(connection, hashes)
    rows = _Rows(threads)
    saved, again = [], []
    for thread, sha256 in zip(threads, hashes, strict=True):
        check(thread)
        created = sha256 not in known
        if created:
            known[sha256] = rows.add(thread, sha256)
        elif thread.recorded or thread.branches:
            again.append((known[sha256], thread))
        saved.append(SavedThread(known[sha256], created))
    with _checked_here(connection):
        rows.insert(connection)
    for thread_id, thread in again:
        _add_to(connection, thread_id, thread)
    return saved


@contextmanager
def _checked_here(connection: sqlite3.Connection) -> Iterator[None]:
    """Leave out SQLite's own look at the lists of allowed words, which takes three quarters of the time of an insert.

    The words come from `check` and from constants. Types, foreign keys and uniqueness are still SQLite's to watch.
    """
    connection.execute("PRAGMA ignore_check_constraints = 1")
    try:
        yield
    finally:
        connection.execute("PRAGMA ignore_check_constraints = 0")


def check(thread: Thread) -> None:
    """Refuse what cannot be stored.

    Raises:
        StoreError: it has no messages, recorded answers but no user message that they could answer, or a word in place
            of a role or of the reason for an answer's end that is none.
    """
    if not thread.messages:
        raise StoreError("A thread needs at least one message; this one has none.")
    if thread.recorded and not any(m.role == "user" for m in thread.messages):
        names = ", ".join(sorted({one.name for one in thread.recorded}))
        raise StoreError(f"The thread has recorded answers ({names}) but no user message that they could answer.")
    for path in _paths(thread):
        for message in path.messages:
            if message.role not in _ROLES:
                raise StoreError(f"A message of the thread {thread.title!a} has the role {message.role!r}.")
        for one in path.recorded:
            if one.finish not in _FINISHES:
                raise StoreError(f"An answer of {one.name!r} ended by {one.finish!r}, which is no known reason.")
    for text in _texts(thread):
        try:
            text.encode()
        except UnicodeEncodeError as exc:
            raise StoreError(
                f"The thread {thread.title!a} holds half a character (a lone surrogate) at position {exc.start} of "
                f"{text[max(0, exc.start - 20) : exc.start + 20]!a}. Mend its file and import it again."
            ) from exc


def _texts(thread: Thread) -> Iterator[str]:
    yield from (thread.title, thread.source, thread.source_ref, thread.workload, thread.note)
    for path in _paths(thread):
        for message in path.messages:
            yield message.text
            if message.parts_json:
                yield message.parts_json
        for one in path.recorded:
            yield from (one.name, one.text, one.started_at, one.model_served or "", one.request_id or "")
            yield one.reasoning


def _paths(thread: Thread) -> Iterator[Branch]:
    yield Branch(thread.messages, thread.recorded)
    yield from thread.branches


def _sha256(thread: Thread) -> str:
    try:
        return thread.content_sha256
    except UnicodeEncodeError:
        check(thread)
        raise


def _known(connection: sqlite3.Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Id of the stored thread by content hash, for those that are stored."""
    known: dict[str, str] = {}
    for start in range(0, len(hashes), MAX_PARAMETERS):
        some = hashes[start : start + MAX_PARAMETERS]
        marks = ", ".join("?" * len(some))
        query = f"SELECT content_sha256, id FROM threads WHERE content_sha256 IN ({marks})"
        known.update(connection.execute(query, some).fetchall())
    return known


def _add_to(connection: sqlite3.Connection, thread_id: str, thread: Thread) -> None:
    leaf = connection.execute("SELECT leaf_message_id FROM threads WHERE id = ?", (thread_id,)).fetchone()[0]
    path = select_path(connection, leaf)
    insert_missing(connection, thread.recorded, path)
    for branch in thread.branches:
        _add_branch(connection, thread_id, branch)


def _add_branch(connection: sqlite3.Connection, thread_id: str, branch: Branch) -> None:
    """A path of a stored thread; what of it stands there already stays as it is."""
    given = given_answers(branch.messages, branch.recorded)
    answer_ids = _new_ids(len(given))
    of_place = {g.place: answer_id for g, answer_id in zip(given, answer_ids, strict=True) if g.place is not None}
    path: list[Message] = []
    new: set[int] = set()
    for place, message in enumerate(branch.messages):
        parent_id = path[-1].id if path else None
        there = connection.execute(_CHILD, (thread_id, parent_id, message.role, message.text, message.parts_json))
        row = there.fetchone()
        one = Message(
            message.role,
            message.text,
            message.parts_json,
            row["id"] if row else _new_ids(1)[0],
            row["answer_id"] if row else of_place.get(place),
        )
        if row is None:
            new.add(place)
            values = (one.id, thread_id, parent_id, one.role, one.parts_json, one.text, one.answer_id)
            connection.execute(INSERT_MESSAGE, values)
        path.append(one)
    kept = [(g, i) for g, i in zip(given, answer_ids, strict=True) if g.place in new]
    for candidate in {g.candidate for g, _ in kept}:
        insert_candidate(connection, candidate)
    connection.executemany(
        INSERT_RECORDED, recorded_rows([g for g, _ in kept], [m.id for m in path], [i for _, i in kept])
    )


_CHILD = """
SELECT id, answer_id FROM messages WHERE thread_id = ? AND parent_id IS ? AND role = ? AND text = ? AND parts_json = ?
"""


def _new_ids(n: int) -> list[str]:
    """As many ids as asked for, each as hard to guess as `part.new_id`'s."""
    drawn = os.urandom(_ID_BYTES * n).hex()
    width = 2 * _ID_BYTES
    return [drawn[i : i + width] for i in range(0, len(drawn), width)]
