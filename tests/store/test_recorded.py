"""What an imported thread says was really answered."""

from __future__ import annotations

import pytest

from compare.errors import StoreError
from compare.records import Candidate, Message, Recorded, Thread
from compare.store import PRODUCTION, Store

U1, A1, U2, A2 = Message("user", "u1"), Message("assistant", "a1"), Message("user", "u2"), Message("assistant", "a2")
CALL, RESULT = Message("assistant", "get_fare()"), Message("tool", "42")


def named(*given: tuple[str, str]) -> tuple[Recorded, ...]:
    """Recorded answers to the last user message, without numbers."""
    return tuple(Recorded(name, text) for name, text in given)


def recorded(store: Store, thread_id: str) -> list[tuple[int, str, str]]:
    """(turn, candidate, text) of every recorded answer, in the thread's order."""
    return [
        (answer.turn, store.candidate(answer.candidate_id).model_id, answer.text)
        for message in store.thread(thread_id).messages
        for answer in store.recorded_answers(message.id)
    ]


def test_the_reply_of_every_turn_is_production_s_answer(store: Store) -> None:
    saved = store.save_thread(Thread((Message("system", "s"), U1, A1, U2, A2)))
    assert recorded(store, saved.id) == [(1, "production", "a1"), (2, "production", "a2")]
    thread = store.thread(saved.id)
    first, last = (store.recorded_answers(thread.messages[i].id)[0] for i in (1, 3))
    assert (first.n_messages, last.n_messages) == (2, 4)
    assert [m.answer_id for m in thread.messages] == [None, None, first.id, None, last.id]
    assert (first.origin, first.history, first.status, first.finish) == ("recorded", "fixed", "done", "stop")
    assert (first.ttft_ms, first.cost_usd, first.usage_source) == (None, None, "missing")
    assert store.candidate(first.candidate_id) == PRODUCTION


def test_a_thread_that_waits_for_an_answer_has_none_for_its_last_turn(store: Store) -> None:
    saved = store.save_thread(Thread((U1, A1, U2)))
    assert recorded(store, saved.id) == [(1, "production", "a1")]


def test_the_reply_after_tool_calls_is_the_last_word_and_says_so(store: Store) -> None:
    saved = store.save_thread(Thread((U1, CALL, RESULT, A1, U2)))
    assert recorded(store, saved.id) == [(1, "production", "a1")]
    thread = store.thread(saved.id)
    (answer,) = store.recorded_answers(thread.messages[0].id)
    assert [m.answer_id for m in thread.messages] == [None, None, None, answer.id, None]
    assert answer.warnings[0].startswith("2 messages (tool calls, results) stand between")


def test_an_empty_reply_is_no_answer(store: Store) -> None:
    saved = store.save_thread(Thread((U1, Message("assistant", " "), U2)))
    assert recorded(store, saved.id) == []


def test_a_greeting_before_the_first_user_message_answers_nothing(store: Store) -> None:
    saved = store.save_thread(Thread((Message("assistant", "Welcome"), U1, A1)))
    assert recorded(store, saved.id) == [(1, "production", "a1")]


def test_named_answers_answer_the_last_user_message(store: Store) -> None:
    thread = Thread((U1, A1, U2), recorded=named(("gpt-4o", "one"), ("llama", "two")))
    saved = store.save_thread(thread)
    assert recorded(store, saved.id) == [(1, "production", "a1"), (2, "gpt-4o", "one"), (2, "llama", "two")]
    assert store.thread(saved.id).recorded == thread.recorded
    assert Candidate("gpt-4o").id in store.candidates()


def test_named_answers_stand_beside_the_reply_of_the_thread(store: Store) -> None:
    thread = Thread((U1, A1), recorded=named(("gpt-4o", "one")))
    saved = store.save_thread(thread)
    assert recorded(store, saved.id) == [(1, "production", "a1"), (1, "gpt-4o", "one")]
    assert store.thread(saved.id).recorded == thread.recorded


def test_saving_again_adds_only_the_answers_that_are_new(store: Store) -> None:
    saved = store.save_thread(Thread((U1,), recorded=named(("gpt-4o", "one"))))
    again = store.save_thread(Thread((U1,), recorded=named(("gpt-4o", "one"), ("llama", "two"))))
    assert again == (saved.id, False)
    assert recorded(store, saved.id) == [(1, "gpt-4o", "one"), (1, "llama", "two")]


def test_another_text_by_the_same_name_is_a_repeat(store: Store) -> None:
    saved = store.save_thread(Thread((U1,), recorded=named(("gpt-4o", "one"))))
    for _ in range(2):
        store.save_thread(Thread((U1,), recorded=named(("gpt-4o", "another"))))
    answers = store.recorded_answers(store.thread(saved.id).messages[0].id)
    assert [(a.text, a.repeat) for a in answers] == [("one", 0), ("another", 1)]
    assert store.thread(saved.id).recorded == named(("gpt-4o", "another"))


def test_production_named_in_the_file_is_the_same_candidate(store: Store) -> None:
    saved = store.save_thread(Thread((U1, A1), recorded=named(("production", "a1"))))
    assert recorded(store, saved.id) == [(1, "production", "a1")]
    assert store.candidate(PRODUCTION.id).label == "Production"


def test_named_answers_without_a_user_message_are_refused(store: Store) -> None:
    with pytest.raises(StoreError, match=r"recorded answers \(gpt-4o, llama\) but no user message"):
        store.save_thread(Thread((Message("system", "s"),), recorded=named(("llama", "1"), ("gpt-4o", "2"))))
    assert store.threads() == []
