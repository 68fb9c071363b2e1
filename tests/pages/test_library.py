"""The Threads page through app.py: finding threads, what is said of them, other versions, and bringing some in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.records import Message, Thread
from compare.store.library import BUCKET_EDGES
from compare.threads.selection import Selection
from compare.ui import resources

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_keep_samples", lambda into: None)


def keep(title: str, n_messages: int = 3, **more: str) -> str:
    """Store a thread of that many messages, the user's and the assistant's by turns."""
    said = tuple(Message(("user", "assistant")[n % 2], f"{title}, message {n + 1}") for n in range(n_messages))
    return resources.store().save_thread(Thread(said, title=title, **more)).id  # type: ignore[arg-type]


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page("pages/run/threads.py").run()
    return healthy(app)


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def text(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.subheader, *app.info, *app.success, *app.warning]
    words = [re.sub(r"\\(\W)|:small\[\]", r"\1", str(element.value)) for element in shown]
    return "\n".join(words + [str(element.proto.body) for element in app.get("html")])


def listed(app: AppTest) -> list[str]:
    return [re.sub(r"\\(\W)|:small\[\]", r"\1", option) for option in app.radio(key="library_choice").options]


# --- finding ---------------------------------------------------------------------------------------------------------


def test_a_search_finds_words_of_messages_and_shows_the_thread_beside_the_list() -> None:
    keep("Parcel")
    refund = keep("Refund")
    app = opened()
    app.text_input(key="thread_search").set_value("refund, MESSAGE 2").run()
    assert listed(healthy(app)) == ["Refund"]
    app.radio(key="library_choice").set_value(refund).run()
    assert app.subheader[0].value == "Refund"
    assert "3 messages \u00b7 2 turns" in text(app)


def test_filters_and_the_order_stand_in_the_address_and_come_back_from_it() -> None:
    for n in (4, 12, 30):
        keep(f"Of {n}", n, workload="batch" if n > 4 else "interactive")
    app = opened(threads="workload:batch|messages:9+", sort="longest")
    assert listed(app) == ["Of 30", "Of 12"]
    assert app.multiselect(key="filter_workloads").value == ["batch"]
    assert app.segmented_control(key="filter_length").value == "9+"
    app.segmented_control(key="filter_length").set_value("1-8").run()
    assert "No thread fits these filters." in text(healthy(app))
    app.button(key="library_clear").click().run()
    assert listed(healthy(app)) == ["Of 30", "Of 12", "Of 4"]
    app.selectbox(key="library_sort").set_value("shortest").run()
    assert listed(healthy(app)) == ["Of 4", "Of 12", "Of 30"]
    assert app.query_params["sort"] == "shortest"
    assert app.query_params["view"] == "library"


def test_an_address_that_cannot_be_read_gets_a_sentence() -> None:
    keep("Any")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    app.query_params["threads"] = "colour:red"
    app.switch_page("pages/run/threads.py").run()
    assert not app.exception
    assert "colour" in app.error[0].value
    assert listed(app) == ["Any"]


def test_edges_of_lengths_are_set_and_kept() -> None:
    keep("Any", 12)
    app = opened()
    app.text_input(key="filter_edges").set_value("4, 10").run()
    assert resources.store().kept_choice(BUCKET_EDGES) == [4, 10]
    assert list(healthy(app).segmented_control(key="filter_length").options) == ["All", "1-4", "5-10", "11+"]
    app.text_input(key="filter_edges").set_value("10, 4").run()
    assert "rise from 1 upwards" in healthy(app).toast[0].value
    assert resources.store().kept_choice(BUCKET_EDGES) == [4, 10]


def test_more_threads_than_a_page_holds_are_paged() -> None:
    for n in range(45):
        keep(f"T{n:02}")
    app = opened()
    assert (len(listed(app)), listed(app)[0]) == (20, "T44")
    app.button(key="page_after").click().run()
    app.button(key="page_after").click().run()
    assert listed(healthy(app)) == ["T04", "T03", "T02", "T01", "T00"]
    assert app.query_params["page"] == "3"
    app.text_input(key="thread_search").set_value("T1").run()
    assert len(listed(healthy(app))) == 10


def test_a_long_thread_is_folded_and_opens_at_the_message_of_the_address() -> None:
    long = keep("Long", 40)
    app = opened(thread=long)
    assert "<summary>Messages 5 to 34</summary>" in text(app)
    app.selectbox(key="library_jump").set_value(20).run()
    shown = text(healthy(app))
    assert "<summary>Messages 1 to 17</summary>" in shown
    assert "<summary>Messages 23 to 40</summary>" in shown
    assert app.query_params["message"] == "20"
    assert "<summary>Messages 1 to 10</summary>" in text(opened(thread=long, message="13"))


def test_another_branch_of_a_thread_can_be_read() -> None:
    one = keep("Parcel", 3)
    store = resources.store()
    first = store.thread(one).messages[0].id
    leaf = store.append_messages(one, first, [Message("assistant", "Another answer."), Message("user", "And then?")])
    app = opened(thread=one)
    assert "Another answer." not in text(app)
    app.selectbox(key=f"branch_{one}").set_value(leaf).run()
    assert "Another answer." in text(healthy(app))


def test_threads_are_ordered_by_tokens_once_they_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("Long words in few messages " * 20, 2)
    keep("Short", 9)
    assert listed(opened(sort="most tokens"))[1] == "Short"
    monkeypatch.setattr("compare.ui.library.listing._COUNTING_S", 0.0)
    keep("New", 3)
    assert "The tokens of 1 thread are not counted yet" in text(opened(sort="most tokens"))


def test_an_unknown_thread_of_the_address_gets_a_sentence() -> None:
    keep("Any")
    assert "no thread with this address" in text(opened(thread="nowhere"))


# --- what is said of threads -----------------------------------------------------------------------------------------


def test_all_that_were_found_are_tagged_at_once_or_only_those_that_are_ticked() -> None:
    first, second, third = (keep(f"T{n}") for n in range(3))
    app = opened()
    app.multiselect(key="bulk_tags").set_value(["late"])
    app.button(key="bulk_add").click().run()
    healthy(app).toggle(key="library_selecting").set_value(True).run()
    app.checkbox(key=f"tick_{second}").set_value(True).run()
    app.multiselect(key="bulk_tags").set_value(["refund"])
    app.button(key="bulk_add").click().run()
    healthy(app)
    tags = {line.id: line.tags for line in resources.store().thread_lines([first, second, third])}
    assert tags == {first: ("late",), second: ("late", "refund"), third: ("late",)}


def test_archived_threads_leave_the_list_and_can_be_restored() -> None:
    keep("Old")
    app = opened()
    app.button(key="library_archive").click().run()
    assert "No thread fits" in text(healthy(app))
    app.toggle(key="filter_archived").set_value(True).run()
    assert listed(healthy(app)) == ["Old"]
    app.button(key="library_restore").click().run()
    assert resources.store().find_threads(Selection()) != []


def editing(thread: str) -> AppTest:
    """The dialog on a page of its own: AppTest closes dialogs with every other press."""

    def page(thread_id: str) -> None:
        from compare.ui.library.editing import edit_thread
        from compare.ui.library.selection import place

        if place().thread is None:
            edit_thread(thread_id)

    return healthy(AppTest.from_function(page, default_timeout=20, args=(thread,)).run())


def test_an_edited_message_is_another_version_and_both_lead_to_each_other() -> None:
    old = keep("Parcel", 3, workload="batch")
    app = editing(old)
    app.segmented_control(key="edit_what").set_value("words").run()
    app.text_area(key=f"edit_text_{old}_1").set_value("Where is it?")
    app.button(key="edit_save_words").click().run()
    healthy(app)
    store = resources.store()
    (new,) = store.versions_of(old)
    assert store.thread(old).messages[0].text == "Parcel, message 1"
    assert [m.text for m in store.thread(new).messages][:2] == ["Where is it?", "Parcel, message 2"]
    library = opened(thread=new)
    assert "A version of another thread: message 1 is said differently." in text(library)
    library.button(key="open_original").click().run()
    assert "There is a version in which message 1 is said differently." in text(healthy(library))
    library.button(key=f"open_{new}").click().run()
    assert healthy(library).query_params["thread"] == new


def test_the_same_words_again_are_no_other_version() -> None:
    old = keep("Parcel")
    app = editing(old)
    app.segmented_control(key="edit_what").set_value("words").run()
    app.button(key="edit_save_words").click().run()
    assert "Message 1 says this already" in app.error[0].value
    assert resources.store().versions_of(old) == []


def test_title_tags_and_workload_are_edited_in_place() -> None:
    one = keep("Parcel")
    resources.store().tag_threads([one], add=["old"])
    app = editing(one)
    app.text_input(key=f"edit_title_{one}").set_value("Late parcel")
    app.selectbox(key=f"edit_workload_{one}").set_value("archive")
    app.multiselect(key=f"edit_tags_{one}").set_value(["late"])
    app.button(key="edit_save").click().run()
    (line,) = resources.store().thread_lines([one])
    assert (line.title, line.workload, line.tags) == ("Late parcel", "archive", ("late",))


# --- bringing some in ------------------------------------------------------------------------------------------------

TWO_AND_A_BAD_ONE = "\n".join(
    [
        json.dumps({"title": "One", "messages": [{"role": "user", "content": "First?"}]}),
        '{"messages": []}',
        json.dumps({"title": "Two", "messages": [{"role": "user", "content": "Second?"}]}),
        json.dumps({"title": "One again", "messages": [{"role": "user", "content": "First?"}]}),
    ]
)


def given(app: AppTest, content: str = TWO_AND_A_BAD_ONE, name: str = "mine.jsonl") -> AppTest:
    app.segmented_control(key="library_view").set_value("add").run()
    app.file_uploader(key="library_upload").set_value([(name, content.encode(), "text/plain")]).run()
    return healthy(app)


def test_a_file_is_shown_before_anything_of_it_is_kept() -> None:
    app = given(opened())
    shown = text(app)
    assert "4 records read = 2 new + 0 here already + 1 more than once in it + 1 refused." in shown
    assert "line 2: the thread is empty" in shown
    assert "First?" in shown
    assert resources.store().find_threads(Selection()) == []


def test_what_is_kept_gets_tags_and_leads_on() -> None:
    app = given(opened())
    app.multiselect(key="adding_tags").set_value(["new"])
    app.selectbox(key="adding_workload").set_value("batch")
    app.button(key="adding_keep").click().run()
    assert [each.value for each in healthy(app).success] == ["2 new threads kept."]
    store = resources.store()
    lines = store.thread_lines(store.find_threads(Selection()))
    assert [(line.title, line.workload, line.tags) for line in lines] == [
        ("Two", "batch", ("new",)),
        ("One", "batch", ("new",)),
    ]
    keep("Another")
    app.button(key="adding_show").click().run()
    assert listed(healthy(app)) == ["Two", "One"]


def test_masks_are_shown_before_and_hold_for_what_is_kept() -> None:
    app = given(opened(), "User: I am ann@example.org, order ORD-77.\nAssistant: Thanks.", "chat.txt")
    app.multiselect(key="adding_masks").set_value(["email"])
    app.text_area(key="adding_patterns").set_value("order=ORD-[0-9]+").run()
    shown = text(healthy(app))
    assert "Masked: 1 x email, 1 x order." in shown
    assert "ann@example.org" not in shown
    app.button(key="adding_keep").click().run()
    store = resources.store()
    (one,) = store.find_threads(Selection())
    assert store.thread(one).messages[0].text == "I am [email 1], order [order 1]."


def test_a_mask_or_columns_that_cannot_be_used_get_a_sentence() -> None:
    app = given(opened())
    app.text_area(key="adding_patterns").set_value("order=[").run()
    assert "not a regular expression" in app.error[0].value
    app.text_area(key="adding_patterns").set_value("").run()
    app.text_input(key="adding_columns").set_value("colour=x").run()
    assert "A column cannot be" in app.error[0].value


def test_a_table_is_read_by_its_columns() -> None:
    app = opened()
    app.segmented_control(key="library_view").set_value("add").run()
    app.text_input(key="adding_columns").set_value("thread=nr, role=who, text=said")
    table = "nr,who,said\n1,user,Where is it?\n1,assistant,In Lisbon.\n"
    app.file_uploader(key="library_upload").set_value([("t.csv", table.encode(), "text/csv")]).run()
    assert "In Lisbon." in text(healthy(app))


def test_what_is_here_already_is_counted_before_and_after() -> None:
    app = given(opened())
    app.button(key="adding_keep").click().run()
    app.button(key="adding_more").click().run()
    app = given(app)
    assert "4 records read = 0 new + 2 here already + 1 more than once in it + 1 refused." in text(app)
    app.button(key="adding_keep").click().run()
    assert [each.value for each in healthy(app).success] == ["0 new threads kept. 2 threads were here already."]


def test_a_pasted_text_is_read_and_one_that_is_none_gets_a_sentence() -> None:
    app = opened(view="add")
    app.segmented_control(key="adding_way").set_value("paste").run()
    app.text_area(key="adding_text").set_value("User: My code is QX-77.\nAssistant: Noted.").run()
    assert "1 record read = 1 new" in text(healthy(app))
    app.text_area(key="adding_text").set_value("{").run()
    assert "not valid JSON" in app.error[0].value


# --- findings --------------------------------------------------------------------------------------------------------


def test_a_finding_opens_its_thread_at_the_message() -> None:
    said = ("Could you make sure we sit together by the window?", "Noted.", "Fine.", "Anything else?",
            "Please make sure we sit together by the window.")  # fmt: skip
    messages = tuple(Message(("user", "assistant")[n % 2], words) for n, words in enumerate(said))
    thread = resources.store().save_thread(Thread(messages, title="Seats")).id
    app = opened(view="findings")
    assert "Users asked for the same thing again, in 1 of 1 thread." in text(app)
    assert "The user asked in message 5 what message 1 had asked" in text(app)
    app.button(key="finding_open_0").click().run()
    assert (app.query_params["thread"], app.query_params["message"]) == (thread, "5")
    assert 'class="wb-msg wb-user wb-marked"' in text(healthy(app))


def test_without_findings_the_page_says_what_was_looked_at() -> None:
    keep("Calm")
    assert "Nothing was found in 1 thread." in text(opened(view="findings"))
