"""Many threads at once: few statements, duplicates recognised, trees and recorded numbers kept."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest

from compare.errors import StoreError
from compare.records import Branch, Message, Recorded, Thread
from compare.store import PRODUCTION, Store

U1, A1, U2, A2 = Message("user", "u1"), Message("assistant", "a1"), Message("user", "u2"), Message("assistant", "a2")
CALL, RESULT = Message("assistant", "[tool call] find()"), Message("tool", "[tool result] 5")


def talk(n: int, n_messages: int = 20) -> Thread:
    return Thread(tuple(Message("assistant" if i % 2 else "user", f"{n}.{i}") for i in range(n_messages)))


def numbered(text: str, turn: int, **more: object) -> Recorded:
    return Recorded("production", text, turn, in_thread=True, **more)  # type: ignore[arg-type]


def statements(store: Store, threads: list[Thread]) -> list[str]:
    seen: list[str] = []
    with store._database.reading() as connection:
        connection.set_trace_callback(seen.append)
        store.save_threads(threads)
        connection.set_trace_callback(None)
    return seen


def test_a_hundred_threads_take_one_statement_a_row_and_twenty_besides(store: Store) -> None:
    threads = [talk(n) for n in range(100)]
    seen = statements(store, threads)
    rows = 100 * (1 + 20 + 10)
    assert rows <= len(seen) <= rows + 20
    assert len(statements(store, threads)) <= 20


def test_equal_conversations_are_one_thread_within_a_file_and_beside_what_is_stored(store: Store) -> None:
    store.save_thread(talk(1))
    saved = store.save_threads([talk(1), talk(2), talk(2), talk(3)])
    assert [one.created for one in saved] == [False, True, False, True]
    assert saved[1].id == saved[2].id
    assert len(store.threads()) == 3


def test_all_or_none_are_kept(store: Store) -> None:
    with pytest.raises(StoreError, match="at least one message"):
        store.save_threads([talk(1), Thread(())])
    assert store.threads() == []


@pytest.mark.parametrize(
    ("thread", "sentence"),
    [
        (Thread((Message("boss", "x"),)), "has the role 'boss'"),  # type: ignore[arg-type]
        (Thread((U1,), recorded=(Recorded("x", "y", finish="why"),)), "ended by 'why'"),  # type: ignore[arg-type]
        (Thread((U1,), recorded=(Recorded("x", "y", turn=2),)), "to user message 2, and the thread has 1"),
    ],
)
def test_words_that_sqlite_would_refuse_are_refused_before(store: Store, thread: Thread, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence):
        store.save_thread(thread)
    with store._database.writing() as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO messages VALUES ('m', 't', NULL, 'boss', '', '', NULL)")


def test_a_reply_carries_its_own_numbers(store: Store) -> None:
    known = numbered("a1", 1, total_ms=812.5, ttft_ms=95.0, in_reported=40, out_reported=7, cached=16,
                     cost_usd=Decimal("0.0004"), started_at="2026-01-01T00:00:00.000+00:00", model_served="gpt-4o",
                     request_id="r1", finish="length", reasoning="Hm.")  # fmt: skip
    saved = store.save_thread(Thread((U1, A1, U2, A2), recorded=(known,)))
    thread = store.thread(saved.id)
    (first,) = store.recorded_answers(thread.messages[0].id)
    assert (first.id, first.candidate_id) == (thread.messages[1].answer_id, PRODUCTION.id)
    assert (first.total_ms, first.ttft_ms, first.in_reported, first.out_reported) == (812.5, 95.0, 40, 7)
    assert (first.cached, first.cost_usd, first.model_served) == (16, Decimal("0.0004"), "gpt-4o")
    assert (first.finish, first.reasoning, first.usage_source, first.request_id) == ("length", "Hm.", "reported", "r1")
    assert thread.recorded == (known,)


def test_calls_on_the_way_to_a_reply_keep_their_numbers_beside_it(store: Store) -> None:
    recorded = (numbered(CALL.text, 1, in_reported=10), numbered("a1", 1, in_reported=20))
    saved = store.save_thread(Thread((U1, CALL, RESULT, A1), recorded=recorded))
    thread = store.thread(saved.id)
    answers = {a.id: a for a in store.recorded_answers(thread.messages[0].id)}
    reply, step = (answers[thread.messages[i].answer_id or ""] for i in (3, 1))
    assert (reply.candidate_id, reply.in_reported) == (PRODUCTION.id, 20)
    assert (step.candidate_id != PRODUCTION.id, step.in_reported) == (True, 10)
    assert set(thread.recorded) == set(recorded)


def test_a_tree_is_stored_once_and_every_leaf_can_be_reached(store: Store) -> None:
    again = Message("assistant", "another")
    tree = Thread((U1, A1, U2, A2), branches=(Branch((U1, again)), Branch((U1, A1, Message("user", "else?")))))
    saved = store.save_thread(tree)
    paths = [[m.text for m in store.path(leaf)] for leaf in store.leaves(saved.id)]
    assert sorted(paths) == [["u1", "a1", "else?"], ["u1", "a1", "u2", "a2"], ["u1", "another"]]
    with store._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone()[0] == 6
        assert connection.execute("SELECT count(*) FROM answers").fetchone()[0] == 3
    assert store.save_thread(tree) == (saved.id, False)
    assert len(store.leaves(saved.id)) == 3


def test_branches_that_are_new_are_added_to_a_stored_thread(store: Store) -> None:
    saved = store.save_thread(Thread((U1, A1)))
    store.save_thread(
        Thread((U1, A1), branches=(Branch((U1, Message("assistant", "b")), (numbered("b", 1, total_ms=5.0),)),))
    )
    assert len(store.leaves(saved.id)) == 2
    answers = store.recorded_answers(store.thread(saved.id).messages[0].id)
    assert [(a.text, a.total_ms) for a in answers] == [("a1", None), ("b", 5.0)]


def test_numbers_that_come_later_are_added_once(store: Store) -> None:
    plain, known = Thread((U1, A1)), Thread((U1, A1), recorded=(numbered("a1", 1, total_ms=5.0),))
    for thread in (plain, known, known, plain):
        saved = store.save_thread(thread)
    answers = store.recorded_answers(store.thread(saved.id).messages[0].id)
    assert [(a.total_ms, a.repeat) for a in answers] == [(None, 0), (5.0, 1)]


def test_a_note_on_the_import_stays_with_the_thread(store: Store) -> None:
    saved = store.save_thread(replace(talk(1), note="Masked at import: 2 x e-mail address."))
    assert store.thread(saved.id).note == "Masked at import: 2 x e-mail address."


def test_order_of_ids_does_not_tell_which_answer_was_recorded(store: Store) -> None:
    """Messages have rising ids; an answer's must not stand near its message's."""
    saved = store.save_threads([talk(n) for n in range(50)])
    ids = [m.answer_id for one in saved for m in store.thread(one.id).messages if m.answer_id]
    assert ids != sorted(ids)
