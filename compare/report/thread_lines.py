"""A stored thread as a line of a file: what `threads export` writes and the library downloads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compare.store.store import Store
from compare.threads.openai_lines import openai_line


def line_of(store: Store, thread_id: str) -> bytes:
    """One thread as OpenAI messages, with its line end.

    Raises:
        NotFoundError: no thread has this id.
    """
    thread = store.thread(thread_id)
    # The reply that stands in the thread is recorded again when the line is read back.
    responses = {r.candidate.model_id: r.answer.text for r in store.last_recorded(thread_id) if not r.in_thread}
    tags = [tag for line in store.thread_lines([thread_id]) for tag in line.tags]
    return openai_line(thread, responses=responses, tags=tags)


def lines_of(store: Store, thread_ids: Iterable[str]) -> Iterator[bytes]:
    """Many threads, one after the other: no more than one is held at a time."""
    return (line_of(store, thread_id) for thread_id in thread_ids)


def answers_in(store: Store, thread_ids: Iterable[str]) -> Iterator[str]:
    """Ids of the stored answers that such a file holds: replies that stand in a thread, and recorded ones beside it."""
    for thread_id in thread_ids:
        yield from (m.answer_id for m in store.thread(thread_id).messages if m.answer_id)
        yield from (r.answer.id for r in store.last_recorded(thread_id) if not r.in_thread)
