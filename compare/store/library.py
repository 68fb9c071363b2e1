"""The thread library: finding threads, and what is said of them beside their words (tags, workload, title, archived).

Nothing is deleted; a thread that is in the way is archived.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from compare.errors import NotFoundError, StoreError
from compare.records import Answer, Candidate
from compare.store.answers import select_recorded
from compare.store.candidates import to_candidate
from compare.store.part import Part, now, storable
from compare.store.paths import select_path
from compare.store.recorded import STEPS
from compare.threads.selection import Selection

Sort = Literal["newest", "oldest", "title", "longest", "shortest", "most tokens"]
SORTS: tuple[Sort, ...] = get_args(Sort)
MAX_TAG_CHARS = 60
BUCKET_EDGES = "bucket_edges"
"""Name under which the edges of the library's length buckets are kept."""


class ThreadLine(NamedTuple):
    """One line of the library; the counts are those of the thread as imported."""

    id: str
    title: str
    source: str
    source_ref: str
    workload: str
    n_messages: int
    n_user_turns: int
    n_tokens: int | None
    """By the local count; None while nobody has counted them."""
    n_recorded: int
    """Recorded answers to any of its messages."""
    archived: bool
    edited_from_id: str | None
    """The thread that this one was made from by editing a message."""
    edited_message: int | None
    """Number of that message, from 1."""
    imported_at: str
    tags: tuple[str, ...] = ()


class LastRecorded(NamedTuple):
    """A recorded answer to the last user message of a thread."""

    candidate: Candidate
    """Who gave it: a model, a person, or "production" for the reply that stands in the thread."""
    answer: Answer
    in_thread: bool
    """Whether it is the reply that stands in the thread."""


class Facets(NamedTuple):
    """What there is to filter by, each with its number of threads; archived threads are left out."""

    n_threads: int
    n_archived: int
    tags: Mapping[str, int]
    workloads: Mapping[str, int]
    sources: Mapping[str, int]


class Library(Part):
    """The store's part for the thread library."""

    # --- finding

    def find_threads(self, selection: Selection, sort: Sort = "newest") -> list[str]:
        """Ids of the threads that are meant, in order, in one query."""
        condition, values = _condition(selection)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT t.id FROM threads t WHERE {condition} ORDER BY {_ORDER[sort]}", values
            ).fetchall()
        return [row[0] for row in rows]

    def thread_lines(self, thread_ids: Sequence[str]) -> list[ThreadLine]:
        """What the library shows of these threads, in the order given; unknown ids are left out."""
        with self._database.reading() as connection:
            ids = json.dumps(list(thread_ids))
            rows = connection.execute(_LINES, (ids,)).fetchall()
            tags: dict[str, list[str]] = {}
            for thread_id, tag in connection.execute(_TAGS, (ids,)).fetchall():
                tags.setdefault(thread_id, []).append(tag)
        found = {row["id"]: ThreadLine(*row)._replace(archived=bool(row["archived"])) for row in rows}
        return [found[i]._replace(tags=tuple(tags.get(i, ()))) for i in thread_ids if i in found]

    def facets(self) -> Facets:
        """What there is to filter by: names with the most threads first."""
        with self._database.reading() as connection:
            n, n_archived = connection.execute(
                "SELECT (SELECT count(*) FROM threads), (SELECT count(*) FROM archived_threads)"
            ).fetchone()
            tags, workloads, sources = (dict(connection.execute(q).fetchall()) for q in _FACETS)
        return Facets(n - n_archived, n_archived, tags, workloads, sources)

    def known_threads(self, hashes: Iterable[str]) -> set[str]:
        """Which of these conversations (Thread.content_sha256) are stored already."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT content_sha256 FROM threads WHERE content_sha256 IN (SELECT value FROM json_each(?))",
                (json.dumps(list(hashes)),),
            ).fetchall()
        return {row[0] for row in rows}

    def last_recorded(self, thread_id: str) -> list[LastRecorded]:
        """What was really answered to the last user message of a thread, one for each that answered, the newest.

        Raises:
            NotFoundError: no thread has this id.
        """
        with self._database.reading() as connection:
            row = connection.execute("SELECT leaf_message_id FROM threads WHERE id = ?", (thread_id,)).fetchone()
            if row is None:
                raise not_found(thread_id)
            messages = select_path(connection, row["leaf_message_id"])
            asked = next((m for m in reversed(messages) if m.role == "user"), None)
            answers = {a.candidate_id: a for a in select_recorded(connection, asked.id)} if asked else {}
            rows = connection.execute(
                f"SELECT * FROM candidates WHERE id IN {_THESE}", (json.dumps(list(answers)),)
            ).fetchall()
        said = {message.answer_id for message in messages}
        candidates = {row["id"]: to_candidate(row) for row in rows}
        found = [LastRecorded(candidates[key], answer, answer.id in said) for key, answer in answers.items()]
        return [one for one in found if one.candidate.id != STEPS.id]

    # --- what is said of threads

    def tag_threads(self, thread_ids: Sequence[str], *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Give tags to threads and take tags from them, all or none.

        Raises:
            StoreError: a tag is empty or longer than 60 characters.
        """
        ids, adding, removing = json.dumps(list(thread_ids)), [_tag(t) for t in add], [_tag(t) for t in remove]
        with self._database.writing() as connection:
            for tag in removing:
                connection.execute(f"DELETE FROM thread_tags WHERE tag = ? AND thread_id IN {_THESE}", (tag, ids))
            for tag in adding:
                connection.execute(
                    f"INSERT OR IGNORE INTO thread_tags SELECT id, ? FROM threads WHERE id IN {_THESE}",
                    (tag, ids),
                )

    def set_workload(self, thread_ids: Sequence[str], workload: str) -> None:
        """Say what kind of work threads are.

        Raises:
            StoreError: the name is empty or longer than 60 characters.
        """
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE threads SET workload = ? WHERE id IN {_THESE}",
                (_tag(workload, "workload"), json.dumps(list(thread_ids))),
            )

    def rename_thread(self, thread_id: str, title: str) -> None:
        """Give a thread another title.

        Raises:
            StoreError: it is empty.
            NotFoundError: no thread has this id.
        """
        title = " ".join(storable(title).split())
        if not title:
            raise StoreError("The title is empty. Write one, so that the thread can be found.")
        with self._database.writing() as connection:
            if not connection.execute("UPDATE threads SET title = ? WHERE id = ?", (title, thread_id)).rowcount:
                raise not_found(thread_id)

    def archive_threads(self, thread_ids: Sequence[str], *, archived: bool = True) -> None:
        """Take threads out of the lists, or put them back; everything that refers to them stays."""
        ids = json.dumps(list(thread_ids))
        with self._database.writing() as connection:
            if archived:
                connection.execute(
                    "INSERT OR IGNORE INTO archived_threads (thread_id, at) "
                    f"SELECT id, ? FROM threads WHERE id IN {_THESE}",
                    (now(), ids),
                )
            else:
                connection.execute(f"DELETE FROM archived_threads WHERE thread_id IN {_THESE}", (ids,))

    # --- choices that are kept

    def kept_choice(self, name: str) -> Any:
        """What was kept under this name, or None."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value_json FROM kept_choices WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep_choice(self, name: str, value: Any) -> None:
        """Keep a choice of the pages for all later sessions; the next one under this name replaces it."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO kept_choices (name, value_json, at) VALUES (?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET value_json = excluded.value_json, at = excluded.at",
                (name, json.dumps(value), now()),
            )


# --- statements ------------------------------------------------------------------------------------------------------

_THESE = "(SELECT value FROM json_each(?))"

_ORDER: dict[Sort, str] = {
    "newest": "t.rowid DESC",
    "oldest": "t.rowid",
    "title": "casefold(t.title), t.rowid",
    "longest": "t.n_messages DESC, t.rowid DESC",
    "shortest": "t.n_messages, t.rowid DESC",
    "most tokens": "(SELECT n_tokens FROM thread_scans s WHERE s.thread_id = t.id) DESC NULLS LAST, t.rowid DESC",
}

_HAS_RECORDED = """EXISTS (
    SELECT 1 FROM messages m CROSS JOIN answers a ON a.prompt_leaf_id = m.id AND a.origin = 'recorded'
    WHERE m.thread_id = t.id
)"""

_LINES = """
SELECT t.id, t.title, t.source, t.source_ref, t.workload, t.n_messages, t.n_user_turns, s.n_tokens,
    (
        SELECT count(*) FROM messages m CROSS JOIN answers a ON a.prompt_leaf_id = m.id AND a.origin = 'recorded'
        WHERE m.thread_id = t.id
    ) AS n_recorded,
    EXISTS (SELECT 1 FROM archived_threads a WHERE a.thread_id = t.id) AS archived,
    v.edited_from_id, v.message_number AS edited_message, t.imported_at
FROM threads t
LEFT JOIN thread_scans s ON s.thread_id = t.id
LEFT JOIN thread_versions v ON v.thread_id = t.id
WHERE t.id IN (SELECT value FROM json_each(?))
"""

_TAGS = f"SELECT thread_id, tag FROM thread_tags WHERE thread_id IN {_THESE} ORDER BY tag"

_SHOWN = "NOT EXISTS (SELECT 1 FROM archived_threads a WHERE a.thread_id = t.id)"
_MOST = "ORDER BY count(*) DESC, 1"
_FACETS = (
    f"SELECT tag, count(*) FROM thread_tags g JOIN threads t ON t.id = g.thread_id WHERE {_SHOWN} GROUP BY 1 {_MOST}",
    f"SELECT t.workload, count(*) FROM threads t WHERE {_SHOWN} GROUP BY 1 {_MOST}",
    f"SELECT t.source, count(*) FROM threads t WHERE {_SHOWN} GROUP BY 1 {_MOST}",
)


def _condition(selection: Selection) -> tuple[str, dict[str, Any]]:
    """The selection as an SQL condition on `threads t`, and its parameters."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    if selection.ids:
        parts.append("t.id IN (SELECT value FROM json_each(:ids))")
        values["ids"] = json.dumps(selection.ids)
    elif selection.archived:
        parts.append(f"NOT ({_SHOWN})")
    else:
        parts.append(_SHOWN)
    for name, column, chosen in (("w", "workload", selection.workloads), ("s", "source", selection.sources)):
        if chosen:
            parts.append(f"t.{column} IN (SELECT value FROM json_each(:{name}))")
            values[name] = json.dumps(chosen)
    for n, tag in enumerate(selection.tags):
        parts.append(f"EXISTS (SELECT 1 FROM thread_tags g WHERE g.thread_id = t.id AND g.tag = :tag{n})")
        values[f"tag{n}"] = storable(tag)
    if selection.low is not None:
        parts.append("t.n_messages >= :low")
        values["low"] = selection.low
    if selection.high is not None:
        parts.append("t.n_messages <= :high")
        values["high"] = selection.high
    if selection.recorded is not None:
        parts.append(_HAS_RECORDED if selection.recorded else f"NOT {_HAS_RECORDED}")
    search = storable(selection.search).strip().casefold()
    if search:
        holds = _holds(search)
        # Last, so that it is looked for only in threads that hold everything else.
        parts.append(
            f"({' OR '.join(holds.format(f't.{name}') for name in ('title', 'source', 'source_ref'))}"
            f" OR t.id IN (SELECT m.thread_id FROM messages m WHERE {holds.format('m.text')}))"
        )
        values["pattern"] = f"%{search.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        values["search"] = search
    return " AND ".join(parts), values


def _holds(search: str) -> str:
    """A condition that a column holds the search, which is folded, in any case.

    Folding is a call of Python for every message. For plain ASCII, SQLite's own LIKE says the same in half the
    time, and a text without other letters holds no search that has some.
    """
    other_letters = "length({0}) <> length(CAST({0} AS BLOB)) AND instr(casefold({0}), :search)"
    return f"({{0}} LIKE :pattern ESCAPE '!' OR ({other_letters}))" if search.isascii() else f"({other_letters})"


def _tag(text: str, noun: str = "tag") -> str:
    tag = " ".join(storable(text).split())
    if not tag or len(tag) > MAX_TAG_CHARS:
        raise StoreError(f"A {noun} has 1 to {MAX_TAG_CHARS} characters; {tag[:80]!r} has {len(tag)}.")
    return tag


def not_found(thread_id: str) -> NotFoundError:
    """What is raised where no thread has this id."""
    return NotFoundError(f"No thread has the id {thread_id!r}; it may be in another data folder.")
