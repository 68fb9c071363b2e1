from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare.errors import NotFoundError, StoreError
from compare.records import Message, Thread
from compare.store import Store

TOOL_CALL = {"role": "assistant", "content": None, "tool_calls": [{"name": "get_fare", "arguments": '{"to": "SEA"}'}]}
LONG = Thread(
    tuple(Message("user" if i % 2 == 0 else "assistant", f"message {i}") for i in range(200)), title="Two hundred"
)


def plain(thread: Thread) -> Thread:
    """The thread without what storing adds."""
    return replace(thread, id="", messages=tuple(replace(m, id="", answer_id=None) for m in thread.messages))


def round_trip(store: Store, thread: Thread) -> Thread:
    return store.thread(store.save_thread(thread).id)


texts = st.text(st.characters(codec="utf-8"), max_size=30)
messages = st.builds(Message, st.sampled_from(["system", "user", "assistant", "tool"]), texts, texts)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(st.lists(messages, min_size=1, max_size=12).map(tuple), texts)
def test_any_thread_comes_back_as_it_was(store: Store, path: tuple[Message, ...], title: str) -> None:
    saved = store.save_thread(Thread(path, title=title))
    stored = store.thread(saved.id)
    if saved.created:
        assert plain(stored) == Thread(path, title=title)
    assert [(m.role, m.text) for m in stored.messages] == [(m.role, m.text) for m in path]


@pytest.mark.parametrize(
    "text",
    [
        "line\u2028separator\u2029and paragraph",
        "family \U0001f468\u200d\U0001f469\u200d\U0001f467, flag \U0001f1f3\U0001f1fa",
        "null \x00 inside",
        "\r\n\ttabs and returns\r",
        "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1\u05e8\u05d9\u05ea",
        "x" * 2_000_000,
    ],
    ids=["separators", "emoji", "null", "returns", "right-to-left", "two million characters"],
)
def test_unusual_text_comes_back_exactly(store: Store, text: str) -> None:
    thread = Thread((Message("user", text), Message("assistant", text)), title=text[:100])
    assert plain(round_trip(store, thread)) == thread


def test_tool_messages_keep_what_was_imported(store: Store) -> None:
    thread = Thread(
        (
            Message("user", "Fare to Seattle?"),
            Message("assistant", "get_fare(to=SEA)", json.dumps(TOOL_CALL)),
            Message("tool", "42", json.dumps({"role": "tool", "content": "42", "name": "get_fare"})),
            Message("assistant", "It is 42 dollars."),
        ),
        source="upload",
        source_ref="airline-0-0",
        workload="batch",
    )
    stored = round_trip(store, thread)
    assert plain(stored) == thread
    assert json.loads(stored.messages[1].parts_json) == TOOL_CALL


def test_two_hundred_messages_are_read_in_one_query(store: Store) -> None:
    stored = round_trip(store, LONG)
    statements: list[str] = []
    with store._database.reading() as connection:
        connection.set_trace_callback(statements.append)
        path = store.path(stored.messages[-1].id)
        connection.set_trace_callback(None)
    assert len(statements) == 1
    assert path == stored.messages
    assert [m.text for m in path] == [f"message {i}" for i in range(200)]


def test_a_path_ends_where_it_is_asked_to(store: Store) -> None:
    stored = round_trip(store, LONG)
    assert store.path(stored.messages[99].id) == stored.messages[:100]


def test_an_equal_conversation_is_the_same_thread(store: Store) -> None:
    first = store.save_thread(replace(LONG, title="from one file"))
    second = store.save_thread(replace(LONG, title="from another", source="other.jsonl"))
    assert (first.created, second) == (True, (first.id, False))
    assert store.thread(first.id).title == "from one file"
    assert len(store.threads()) == 1


def test_a_longer_conversation_is_another_thread(store: Store) -> None:
    short = store.save_thread(Thread(LONG.messages[:100]))
    assert store.save_thread(LONG).id != short.id


def test_a_thread_without_messages_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="at least one message"):
        store.save_thread(Thread(()))


def test_half_a_character_in_a_thread_is_refused_with_its_place(store: Store) -> None:
    with pytest.raises(StoreError, match=r"half a character .* at position 5 of 'half \\ud83d here'"):
        store.save_thread(Thread((Message("user", "half \ud83d here"),)))


def test_an_unknown_thread_or_message_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="No thread has the id 'none'"):
        store.thread("none")
    with pytest.raises(NotFoundError, match="No message has the id 'none'"):
        store.path("none")


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_newest_first_with_counts(store: Store) -> None:
    old = store.save_thread(Thread((Message("system", "Be kind."), Message("user", "Hi")), title="Old", source="paste"))
    new = store.save_thread(LONG)
    listed = store.threads()
    assert [summary.id for summary in listed] == [new.id, old.id]
    assert listed[1][1:7] == ("Old", "paste", "interactive", 2, 1, False)
    assert listed[0][4:7] == (200, 100, True)
    assert store.threads(limit=1) == listed[:1]


def test_counts_stay_those_of_the_imported_thread(store: Store) -> None:
    stored = round_trip(store, Thread((Message("user", "Hi"),)))
    store.append_messages(stored.id, stored.messages[-1].id, [Message("assistant", "Hello"), Message("user", "More")])
    assert store.threads()[0][4:6] == (1, 1)
    assert store.thread(stored.id) == stored


@pytest.mark.parametrize("search", ["GEPÄCK", "gepäck", " gepäck ", "straße", "kfz.JSONL", "50%_off"])
def test_search_finds_titles_sources_and_messages_in_any_case(store: Store, search: str) -> None:
    found = store.save_thread(
        Thread((Message("user", "50%_off auf der STRASSE"),), title="Verlorenes Gepäck", source="KFZ.jsonl")
    )
    store.save_thread(Thread((Message("user", "50 percent off"),), title="Other", source="paste"))
    assert [summary.id for summary in store.threads(search=search)] == [found.id]


def test_search_without_a_hit_finds_nothing(store: Store) -> None:
    store.save_thread(LONG)
    assert store.threads(search="message 200") == []


# --- branches ---------------------------------------------------------------------------------------------------------


def test_branches_share_their_beginning_and_differ_after_it(store: Store) -> None:
    stored = round_trip(store, Thread((Message("user", "Hi"),)))
    root = stored.messages[-1].id
    ends = [
        store.append_messages(stored.id, root, [Message("assistant", name, answer_id=name), Message("user", "Go on")])
        for name in ("a1", "a2")
    ]
    for name, leaf in zip(("a1", "a2"), ends, strict=True):
        path = store.path(leaf)
        assert [m.text for m in path] == ["Hi", name, "Go on"]
        assert path[1].answer_id == name
    assert store.path(ends[0])[0] == store.path(ends[1])[0]


def test_continuing_the_same_way_again_is_the_same_branch(store: Store) -> None:
    stored = round_trip(store, Thread((Message("user", "Hi"),)))
    turn = [Message("assistant", "Hello", answer_id="a1"), Message("user", "Go on")]
    once = store.append_messages(stored.id, stored.messages[-1].id, turn)
    assert store.append_messages(stored.id, stored.messages[-1].id, turn) == once
    other = [replace(turn[0], answer_id="a2"), turn[1]]
    assert store.append_messages(stored.id, stored.messages[-1].id, other) != once


def test_appending_nothing_stays_where_it_was(store: Store) -> None:
    stored = round_trip(store, Thread((Message("user", "Hi"),)))
    assert store.append_messages(stored.id, stored.messages[-1].id, []) == stored.messages[-1].id


def test_a_branch_cannot_grow_from_another_threads_message(store: Store) -> None:
    one = round_trip(store, Thread((Message("user", "one"),)))
    two = round_trip(store, Thread((Message("user", "two"),)))
    with pytest.raises(NotFoundError, match="holds no message"):
        store.append_messages(one.id, two.messages[0].id, [Message("user", "more")])


def test_a_typed_message_with_half_a_character_is_mended(store: Store) -> None:
    stored = round_trip(store, Thread((Message("user", "Hi"),)))
    leaf = store.append_messages(stored.id, stored.messages[-1].id, [Message("user", "\ud83d\ude00 and \ud83d")])
    assert store.path(leaf)[-1].text == "\U0001f600 and \ufffd"
