"""The library's part of the store: finding, tagging, archiving, other versions."""

from __future__ import annotations

import time

import pytest

from compare.errors import NotFoundError, StoreError
from compare.records import Message, Thread
from compare.store import Store
from compare.threads.selection import Selection


def keep(store: Store, *texts: str, title: str = "T", **more: str) -> str:
    said = tuple(Message(("user", "assistant")[n % 2], text) for n, text in enumerate(texts))
    return store.save_thread(Thread(said, title=title, **more)).id  # type: ignore[arg-type]


def found(store: Store, text: str, sort: str = "newest") -> list[str]:
    return store.find_threads(Selection.read(text), sort)  # type: ignore[arg-type]


# --- finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "search",
    [
        "gep\u00e4ck",
        "GEP\u00c4CK",
        "strasse",
        "stra\u00dfe",
        "KFZ.JSONL",
        "r-17",
        "50%25_off",
        "nul\x00l",
        "\u212aELVIN",
        "kelvin",
    ],
)
def test_search_folds_case_in_titles_sources_and_messages(store: Store, search: str) -> None:
    wanted = keep(
        store, "50%_off auf der STRASSE", "null nul\x00l 300 \u212aelvin", title="Verlorenes Gep\u00e4ck",
        source="kfz.jsonl", source_ref="R-17",
    )  # fmt: skip
    keep(store, "50 percent off", title="Other", source="paste")
    assert found(store, f"search:{search}") == [wanted]


def test_terms_hold_together_and_several_names_of_one_kind_are_alternatives_but_for_tags(store: Store) -> None:
    a = keep(store, "a", source="one", workload="batch")
    b = keep(store, "b", "b2", "b3", source="two", workload="batch")
    c = keep(store, "c", source="three")
    store.tag_threads([a, b], add=["x"])
    store.tag_threads([b, c], add=["y"])
    assert found(store, "tag:x|tag:y") == [b]
    assert found(store, "source:one|source:two") == [b, a]
    assert found(store, "workload:batch|messages:1-2") == [a]
    assert found(store, f"ids:{c},{a}") == [c, a]
    assert found(store, "", "longest") == [b, c, a]
    assert found(store, "", "oldest") == [a, b, c]


def test_recorded_answers_are_asked_for(store: Store) -> None:
    with_reply, without = keep(store, "a", "reply"), keep(store, "b")
    assert (found(store, "recorded:yes"), found(store, "recorded:no")) == ([with_reply], [without])


def test_a_line_says_all_that_the_list_shows_and_keeps_the_order_asked_for(store: Store) -> None:
    a, b = keep(store, "a", "reply", source="log", source_ref="7"), keep(store, "b")
    store.tag_threads([a], add=["z", "late parcel"])
    lines = store.thread_lines([b, "nowhere", a])
    assert [line.id for line in lines] == [b, a]
    line = lines[1]
    assert (line.source, line.source_ref, line.n_messages, line.n_recorded, line.n_tokens) == ("log", "7", 2, 1, None)
    assert (line.tags, line.archived, line.edited_from_id) == (("late parcel", "z"), False, None)


def test_finding_among_many_threads_takes_one_statement_whatever_is_asked(store: Store) -> None:
    for n in range(5):
        keep(store, f"text {n}")
    statements: list[str] = []
    with store._database.reading() as connection:
        connection.set_trace_callback(statements.append)
        found(store, "search:text|recorded:no|messages:1-8")
        store.thread_lines(found(store, ""))
        connection.set_trace_callback(None)
    assert len(statements) == 4


def test_three_thousand_messages_are_searched_in_no_time(store: Store) -> None:
    keep(store, *(f"Message number {n} of a very long conversation." for n in range(3_000)))
    began = time.perf_counter()
    assert found(store, "search:nothing of it") == []
    assert time.perf_counter() - began < 1.0


def test_facets_count_what_is_not_archived(store: Store) -> None:
    a, b = keep(store, "a", source="one"), keep(store, "b", source="two", workload="batch")
    store.tag_threads([a, b], add=["x"])
    store.archive_threads([b])
    facets = store.facets()
    assert (facets.n_threads, facets.n_archived) == (1, 1)
    assert (facets.tags, facets.workloads, facets.sources) == ({"x": 1}, {"interactive": 1}, {"one": 1})


def test_known_threads_are_told_by_their_hash(store: Store) -> None:
    thread = Thread((Message("user", "Hi"),))
    store.save_thread(thread)
    assert store.known_threads([thread.content_sha256, "other"]) == {thread.content_sha256}


# --- what is said of threads -----------------------------------------------------------------------------------------


def test_tags_are_given_and_taken_from_many_at_once(store: Store) -> None:
    ids = [keep(store, str(n)) for n in range(3)]
    store.tag_threads(ids, add=[" late  parcel ", "x"])
    store.tag_threads(ids[:1], add=["x"], remove=["late parcel"])
    assert [line.tags for line in store.thread_lines(ids)] == [("x",), ("late parcel", "x"), ("late parcel", "x")]


@pytest.mark.parametrize("tag", ["", "  ", "x" * 61])
def test_a_tag_that_cannot_be_one_changes_nothing(store: Store, tag: str) -> None:
    one = keep(store, "a")
    with pytest.raises(StoreError, match="A tag has 1 to 60 characters"):
        store.tag_threads([one], add=["good", tag])
    assert store.thread_lines([one])[0].tags == ()


def test_archived_threads_leave_every_list_and_stay(store: Store) -> None:
    old, new = keep(store, "a"), keep(store, "b")
    store.archive_threads([old])
    assert found(store, "") == [new]
    assert [thread.id for thread in store.threads()] == [new]
    assert found(store, "archived:yes") == [old]
    assert found(store, f"ids:{old}") == [old]
    assert store.thread(old).messages[0].text == "a"
    store.archive_threads([old], archived=False)
    assert found(store, "") == [new, old]


def test_a_title_and_a_workload_are_changed_in_place(store: Store) -> None:
    one = keep(store, "a")
    store.rename_thread(one, " Better\n title ")
    store.set_workload([one], "archive")
    assert (store.thread(one).title, store.thread(one).workload) == ("Better title", "archive")
    with pytest.raises(StoreError, match="The title is empty"):
        store.rename_thread(one, " ")
    with pytest.raises(NotFoundError, match="No thread has the id 'nowhere'"):
        store.rename_thread("nowhere", "x")


def test_a_choice_is_kept_until_the_next_one(store: Store) -> None:
    assert store.kept_choice("edges") is None
    store.keep_choice("edges", [8])
    store.keep_choice("edges", [8, 20])
    assert store.kept_choice("edges") == [8, 20]


# --- another version -------------------------------------------------------------------------------------------------


def test_an_edited_message_makes_another_thread_and_leaves_the_old_one(store: Store) -> None:
    old = keep(store, "u1", "a1", "u2", "a2", title="Title", source="log", source_ref="7", workload="batch")
    store.tag_threads([old], add=["x"])
    before = store.thread(old)
    saved = store.edit_message(old, 3, "u2 in other words")
    new = store.thread(saved.id)
    assert saved.created
    assert store.thread(old) == before
    assert [m.text for m in new.messages] == ["u1", "a1", "u2 in other words", "a2"]
    assert (new.title, new.source, new.source_ref, new.workload) == ("Title", "log", "7", "batch")
    (line,) = store.thread_lines([saved.id])
    assert (line.edited_from_id, line.edited_message, line.tags, line.n_user_turns) == (old, 3, ("x",), 2)
    assert store.versions_of(old) == [saved.id]


def test_nothing_was_really_answered_to_other_words(store: Store) -> None:
    old = keep(store, "u1", "a1")
    saved = store.edit_message(old, 1, "other")
    assert store.thread_lines([saved.id])[0].n_recorded == 0
    assert store.thread_lines([old])[0].n_recorded == 1
    assert store.last_recorded(saved.id) == []


def test_the_same_edit_again_finds_the_same_version(store: Store) -> None:
    old = keep(store, "u1", "a1")
    first = store.edit_message(old, 1, "other")
    assert store.edit_message(old, 1, "other") == (first.id, False)
    assert store.edit_message(first.id, 1, "u1") == (old, False)


def test_an_edit_that_cannot_be_made_is_one_sentence(store: Store) -> None:
    old = keep(store, "u1", "a1")
    with pytest.raises(NotFoundError, match=r"There is no message 3; this thread has 2\."):
        store.edit_message(old, 3, "x")
    with pytest.raises(StoreError, match="Message 2 would be empty"):
        store.edit_message(old, 2, " ")
    with pytest.raises(StoreError, match="Message 1 says this already"):
        store.edit_message(old, 1, "u1")
    with pytest.raises(NotFoundError, match="No thread has the id 'nowhere'"):
        store.edit_message("nowhere", 1, "x")


# --- recorded answers ------------------------------------------------------------------------------------------------


def test_recorded_answers_to_the_last_user_message_are_named(store: Store) -> None:
    said = (Message("user", "u1"), Message("assistant", "a1"))
    saved = store.save_thread(Thread(said))
    assert [(r.candidate.model_id, r.answer.text, r.in_thread) for r in store.last_recorded(saved.id)] == [
        ("production", "a1", True)
    ]
    assert store.last_recorded(keep(store, "nobody answered")) == []
    with pytest.raises(NotFoundError):
        store.last_recorded("nowhere")
