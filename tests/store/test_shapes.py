"""Shapes of threads, and the span of logs."""

from __future__ import annotations

from compare.records import Message, Recorded, Thread
from compare.store import Store


def test_a_shape_has_the_roles_of_the_thread_as_imported(store: Store) -> None:
    messages = tuple(map(Message, ("system", "user", "assistant", "tool", "user"), "abcde"))
    first = store.save_thread(Thread(messages, workload="batch"))
    second = store.save_thread(Thread((Message("user", "f"),)))
    store.append_messages(first.id, store.leaves(first.id)[0], [Message("assistant", "g"), Message("user", "h")])
    assert [(shape.thread_id, shape.workload, shape.roles) for shape in store.thread_shapes()] == [
        (first.id, "batch", "suatu"),
        (second.id, "interactive", "u"),
    ]
    store.archive_threads([second.id])
    assert [shape.thread_id for shape in store.thread_shapes()] == [first.id]


def test_the_span_is_that_of_recorded_answers_whose_time_is_known(store: Store) -> None:
    assert store.recorded_span() is None
    for day in (3, 1, 2):
        said = Recorded("gpt", f"answer {day}", started_at=f"2026-11-0{day}T00:00:00+00:00")
        store.save_thread(Thread((Message("user", f"question {day}"),), recorded=(said,)))
    store.save_thread(Thread((Message("user", "no time"),), recorded=(Recorded("gpt", "timeless"),)))
    span = store.recorded_span()
    assert span == (3, "2026-11-01T00:00:00+00:00", "2026-11-03T00:00:00+00:00")
