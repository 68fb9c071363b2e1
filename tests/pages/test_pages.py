"""Every page through app.py, without a browser: what is shown, and what is stored."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.Block_pb2 import Block as BlockProto
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from compare.catalog import load_catalog
from compare.engine.hub import close_hub
from compare.engine.run import Run
from compare.settings import database_path
from compare.store.store import open_store
from compare.ui import resources

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "pages/run/playground.py": "Which model keeps the thread?",
    "pages/run/threads.py": "Threads",
    "pages/run/jobs.py": "Jobs",
    "pages/review/studies.py": "Studies",
    "pages/review/results.py": "Results",
    "pages/review/scorecard.py": "Scorecard",
    "pages/route/weights.py": "Weights",
    "pages/setup/models.py": "Models",
}


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A database of its own, answers without waiting, and the panes without their script."""
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    yield tmp_path
    close_hub()


def opened(page: str = "pages/run/playground.py") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    if page != "pages/run/playground.py":
        app.switch_page(page).run()
    return app


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def finished(app: AppTest) -> None:
    """Wait until every answer of the run on screen has ended."""
    run = resources.runs().open(str(app.session_state["run_id"]))
    deadline = time.monotonic() + 15
    while run.running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not run.running


def after_a_run(app: AppTest) -> AppTest:
    """Press Run and wait until every answer is complete."""
    app.button(key="run").click().run()
    finished(app)
    return app.run()


def all_text(app: AppTest) -> str:
    """What a reader sees: Markdown's escapes are not there for them."""
    shown = [*app.markdown, *app.caption, *app.subheader, *app.header, *app.info, *app.warning]
    words = [re.sub(r"\\(\W)", r"\1", str(element.value)) for element in shown]
    return "\n".join(words + [str(element.proto.body) for element in app.get("html")])


@pytest.mark.parametrize(("page", "heading"), PAGES.items())
def test_every_page_opens_on_an_empty_database(page: str, heading: str) -> None:
    app = healthy(opened(page))
    assert heading in [header.value for header in app.header]


@pytest.mark.parametrize("page", ["pages/review/results.py", "pages/route/weights.py"])
def test_pages_without_votes_say_what_to_do(page: str) -> None:
    app = healthy(opened(page))
    assert any("No votes yet." in info.value for info in app.info)


def test_a_notice_over_a_run_moves_no_answer() -> None:
    app = after_a_run(opened())
    app.session_state["notice"] = "It costs $5 -> $10."
    app.run()
    assert [re.sub(r"\\(\W)|:small\[\]", r"\1", each.value) for each in healthy(app).toast] == ["It costs $5 -> $10."]
    assert list(app.warning) == []


def test_a_page_without_votes_still_tells_time_and_cost() -> None:
    app = after_a_run(opened())
    app.switch_page("pages/review/results.py").run()
    assert "No votes yet." in healthy(app).info[0].value
    assert [heading.value for heading in app.subheader] == ["Time and cost"]
    assert len(app.dataframe[0].value) == 3


def test_without_threads_the_pages_say_how_to_bring_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_keep_samples", lambda into: None)
    app = healthy(opened())
    assert app.button(key="run").disabled
    assert "No threads yet. Paste or upload one." in all_text(app)
    app.switch_page("pages/run/threads.py").run()
    assert "No threads yet. Bring some in under Add threads" in all_text(healthy(app))


def test_without_runs_the_list_of_runs_says_how_to_make_one() -> None:
    app = opened()
    app.button(key="earlier").click().run()
    assert "No runs yet. Choose a thread and candidates, then press Run" in all_text(healthy(app))


def test_without_a_ready_model_the_pages_say_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [
        f'[[model]]\nid = "{each}"\nprovider = "openai-chat"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\n'
        'api_key_env = "A_KEY_THAT_IS_NOT_SET"\n'
        for each in load_catalog().models
    ]
    (tmp_path / "none.toml").write_text("\n".join(blocks), encoding="utf-8")
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(tmp_path / "none.toml"))
    app = healthy(opened())
    assert app.button(key="run").disabled
    assert "No model is ready. The Models page says what each one needs" in all_text(app)
    app.switch_page("pages/setup/models.py").run()
    assert "models is ready.** Each says what it needs." in all_text(healthy(app))


def test_run_stores_three_answers_and_shows_them_as_written() -> None:
    app = healthy(after_a_run(opened()))
    shown = all_text(app)
    store = resources.store()
    comparison = store.comparison(str(app.session_state["run_id"]))
    assert comparison is not None
    answers = store.answers([slot.answer_id for slot in comparison.current])
    assert len(answers) == 3
    assert "13.5%" in shown
    assert all(answer.status == "done" for answer in answers.values())


def test_votes_are_closed_before_and_open_after() -> None:
    app = healthy(after_a_run(opened()))
    assert not app.button(key="vote_1").disabled
    app.button(key="vote_2").click().run()
    assert "You voted with names shown: B, Sim Flash." in all_text(healthy(app))
    store = resources.store()
    ballot = store.counted_ballot(str(app.session_state["run_id"]), store.rater("local"))
    assert ballot is not None
    assert ballot.verdict == "best"
    assert not ballot.blind


@pytest.mark.parametrize(("key", "verdict"), [("vote_0", "tie"), ("vote_9", "all_bad")])
def test_tie_and_all_bad_are_stored_as_what_they_are(key: str, verdict: str) -> None:
    app = after_a_run(opened())
    app.button(key=key).click().run()
    store = resources.store()
    ballot = store.counted_ballot(str(app.session_state["run_id"]), store.rater("local"))
    assert ballot is not None
    assert ballot.verdict == verdict


def test_undo_takes_the_vote_back_and_keeps_it_on_record() -> None:
    app = after_a_run(opened())
    app.button(key="vote_1").click().run()
    app.button(key="vote_undo").click().run()
    store = resources.store()
    run_id = str(app.session_state["run_id"])
    assert store.counted_ballot(run_id, store.rater("local")) is None
    assert [state for _, state in store.ballots(run_id)] == ["undone"]


def test_results_show_the_vote() -> None:
    app = after_a_run(opened())
    app.button(key="vote_3").click().run()
    app.switch_page("pages/review/results.py").run()
    healthy(app)
    shown = all_text(app)
    assert "1 vote, all of one kind: names shown, thread as given." in shown
    assert "2 pairs from 1 vote" in shown
    ratings = app.dataframe[0].value.set_index("candidate")
    assert set(ratings.index) == {"Sim Lite", "Sim Flash", "Sim Large"}
    assert list(ratings["votes"]) == [1, 1, 1]
    assert ratings.loc["Sim Large", "pairs"] == 2
    assert ratings.loc["Sim Lite", "note"] == "lost every pair (1)"
    assert "fitted with a prior" in shown
    # What stands in the table is not said again below it.
    assert "Sim Lite:" not in shown
    assert app.json == []


def test_weights_say_how_many_votes_are_missing() -> None:
    app = after_a_run(opened())
    app.button(key="vote_3").click().run()
    app.switch_page("pages/route/weights.py").run()
    assert "at least 30 needed" in all_text(healthy(app))


def test_the_blind_hide_labels_until_the_vote() -> None:
    app = opened()
    app.toggle(key="blind").set_value(True).run()
    app = healthy(after_a_run(app))
    assert "Sim Large" not in all_text(app)
    app.button(key="vote_1").click().run()
    assert "Sim Large" in all_text(app)
    assert "You voted blind: A, Sim" in all_text(app)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "is empty"),
        ("{", "is not valid JSON"),
        ('[{"role": "assistant", "content": "x"}]', "none of a user"),
        ('{"messages": []}', "holds no message"),
        ("Assistant: hello", "none of a user"),
    ],
)
def test_a_pasted_text_that_is_no_thread_gets_a_sentence(pasted: str, said: str) -> None:
    app = opened()
    app.segmented_control(key="thread_way").set_value("paste").run()
    app.text_area(key="paste_text").set_value(pasted)
    app.button(key="run").click().run()
    assert not app.exception
    assert app.session_state["run_id"] is None
    assert any(said in error.value for error in app.error), [error.value for error in app.error]


PASTED = "User: My code is QX-77.\nAssistant: Noted.\nUser: Which code did I give?"


def test_run_takes_the_pasted_text_and_not_the_thread_picked_before(own_data: Path) -> None:
    app = opened()
    app.segmented_control(key="thread_way").set_value("paste").run()
    assert "MERIDIAN" not in all_text(app)
    # Typed and not even looked at before the press.
    app.text_area(key="paste_text").set_value(PASTED)
    app = healthy(after_a_run(app))
    assert "QX-77" in all_text(app)
    store = open_store(own_data / "weighbridge.db")
    comparison = store.comparison(str(app.session_state["run_id"]))
    assert comparison is not None
    assert store.thread(comparison.thread_id).source == "paste"
    store.close()


def test_the_preview_shows_the_pasted_text_and_keeps_nothing_before_run() -> None:
    app = opened()
    n_before = len(resources.store().threads())
    app.segmented_control(key="thread_way").set_value("paste").run()
    app.text_area(key="paste_text").set_value(PASTED).run()
    shown = all_text(healthy(app))
    assert "My code is QX-77." in shown
    assert "All 3 messages go to 3 candidates" in shown
    assert len(resources.store().threads()) == n_before
    # Looking at the other ways loses nothing of it.
    app.segmented_control(key="thread_way").set_value("pick").run()
    app.segmented_control(key="thread_way").set_value("paste").run()
    assert "My code is QX-77." in all_text(healthy(app))


def test_a_pasted_reply_can_stand_as_production() -> None:
    app = opened()
    app.segmented_control(key="thread_way").set_value("paste").run()
    app.text_area(key="paste_text").set_value(f"{PASTED}\nAssistant: It is QX-77.").run()
    assert "Production (recorded answer)" in app.multiselect(key="candidate_choice").options
    app.multiselect(key="candidate_choice").set_value(["sim-large", "production"])
    app = healthy(after_a_run(app))
    assert "It is QX-77." in all_text(app)
    # What was really said cannot be asked for again, so it is not offered.
    assert [button.label for button in app.button if button.label.startswith("Regenerate")] == ["Regenerate A"]


def test_uploading_takes_no_other_thread_while_there_is_no_file() -> None:
    app = opened()
    app.segmented_control(key="thread_way").set_value("upload").run()
    assert app.button(key="run").disabled
    assert "Upload JSON" in all_text(healthy(app))


def upload(app: AppTest, text: str, name: str = "mine.txt") -> AppTest:
    app.segmented_control(key="thread_way").set_value("upload").run()
    app.file_uploader(key="upload").set_value([(name, text.encode(), "text/plain")])
    return app.run()


def test_run_takes_the_uploaded_thread_and_the_page_says_what_was_new() -> None:
    app = upload(opened(), PASTED)
    assert [each.value for each in healthy(app).success] == ["1 thread kept."]
    assert "My code is QX-77." in all_text(app)
    app = healthy(after_a_run(app))
    assert "QX-77" in all_text(app)
    app.button(key="new").click().run()
    # The next comparison is on the same thread; the same file brings nothing new.
    assert "My code is QX-77." in all_text(app)
    assert [each.value for each in upload(app, PASTED).success] == ["This thread was here already."]


def test_one_of_several_uploaded_threads_is_chosen() -> None:
    lines = [f'{{"title": "T{n}", "messages": [{{"role": "user", "content": "Question {n}"}}]}}' for n in (1, 2)]
    app = upload(opened(), "\n".join(lines), "two.jsonl")
    assert [each.value for each in healthy(app).success] == ["2 threads kept."]
    assert "Question 1" in all_text(app)
    (chooser,) = (each for each in app.selectbox if each.label == "Thread of this file")
    chooser.set_value(resources.store().threads(search="Question 2")[0].id).run()
    assert "Question 2" in all_text(app)
    assert "1 message goes to 3 candidates" in all_text(healthy(app))


# --- the thread that the address asks for ----------------------------------------------------------------------------


def titles() -> dict[str, str]:
    return {thread.id: thread.title for thread in resources.store().threads()}


def test_the_address_wins_over_the_thread_of_an_earlier_visit() -> None:
    app = opened()
    first = app.selectbox(key="thread_choice").value
    visited, asked, other = [thread_id for thread_id in titles() if thread_id != first][:3]
    app.selectbox(key="thread_choice").set_value(visited).run()
    app.switch_page("pages/run/threads.py").run()
    app.query_params["thread"] = asked
    app.switch_page("pages/run/playground.py").run()
    assert app.selectbox(key="thread_choice").value == asked
    # What is chosen on the page then stands in the address.
    app.selectbox(key="thread_choice").set_value(other).run()
    assert healthy(app).selectbox(key="thread_choice").value == other
    assert app.query_params["thread"] == other


def test_the_address_of_a_thread_asks_for_a_new_comparison() -> None:
    app = after_a_run(opened())
    asked = list(titles())[-1]
    app.query_params.clear()
    app.query_params["thread"] = asked
    app.switch_page("pages/run/playground.py").run()
    assert healthy(app).selectbox(key="thread_choice").value == asked


def test_a_thread_that_is_not_there_gets_a_sentence() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
    app.query_params["thread"] = "no-such-thread"
    app.run()
    assert any("no thread with this address" in warning.value for warning in healthy(app).warning)


def test_a_search_without_a_find_says_one_thing() -> None:
    app = opened("pages/run/threads.py")
    app.text_input(key="thread_search").set_value("no such words").run()
    assert [info.value for info in healthy(app).info] == [
        "No thread holds these words. Try fewer, or clear the search."
    ]
    assert list(app.radio) == []


def test_only_the_reply_that_is_compared_is_called_recorded() -> None:
    shown = all_text(opened("pages/run/threads.py"))
    assert shown.count("assistant (recorded answer)") == 1
    assert "assistant (recorded answer)" not in all_text(after_a_run(opened()))


# --- incomplete answers ----------------------------------------------------------------------------------------------


def with_a_stopped_answer(place: int = 1) -> AppTest:
    """A run whose answer in that place is stored as stopped."""
    run_id = str(after_a_run(opened()).session_state["run_id"])
    close_hub()
    with sqlite3.connect(database_path()) as db:
        db.execute(
            "UPDATE answers SET status = 'stopped', finish = 'cancelled' WHERE id = "
            "(SELECT answer_id FROM comparison_slots WHERE comparison_id = ? AND slot = ?)",
            (run_id, place),
        )
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
    app.query_params["run"] = run_id
    return app.run()


def test_a_stopped_answer_cannot_be_voted_for_and_the_bar_says_what_to_do() -> None:
    app = healthy(with_a_stopped_answer())
    assert "B was stopped. Regenerate, or vote on A and C alone." in all_text(app)
    disabled = {key: app.button(key=f"vote_{key}").disabled for key in "12390"}
    assert disabled == {"1": False, "2": True, "3": False, "9": False, "0": False}
    app.button(key="vote_9").click().run()
    store = resources.store()
    ballot = store.counted_ballot(str(app.session_state["run_id"]), store.rater("local"))
    assert ballot is not None
    assert len(ballot.shown_order) == 2


def test_a_vote_without_an_answer_that_is_complete_by_now_says_so() -> None:
    app = with_a_stopped_answer()
    app.button(key="vote_3").click().run()
    assert "You voted with names shown: C, Sim Large." in all_text(app)
    app.button(key="again_1").click().run()
    finished(app)
    assert "C, Sim Large, before B had an answer. Vote again to include it." in all_text(healthy(app.run()))


def test_a_vote_on_an_answer_that_is_regenerated_says_so_and_stays_counted() -> None:
    app = after_a_run(opened())
    app.button(key="vote_2").click().run()
    app.button(key="again_1").click().run()
    finished(app)
    assert "You voted with names shown: B, Sim Flash, of an earlier version." in all_text(healthy(app.run()))
    app.switch_page("pages/review/results.py").run()
    assert "1 vote of an earlier version" in all_text(healthy(app))


# --- going on, and who votes -----------------------------------------------------------------------------------------


def go_on(app: AppTest, text: str = "Which discount was it again?") -> AppTest:
    app.chat_input(key="next_message").set_value(text).run()
    finished(app)
    return healthy(app.run())


def badges(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in app.markdown if "badge" in str(each.value))


def test_what_follows_a_blind_run_after_the_vote_does_not_say_blind() -> None:
    app = opened()
    app.toggle(key="blind").set_value(True).run()
    app = after_a_run(app)
    assert "Blind" in badges(app)
    app.button(key="vote_1").click().run()
    app = go_on(app)
    assert "Blind" not in badges(app)
    comparison = resources.store().comparison(str(app.session_state["run_id"]))
    assert comparison is not None
    assert not comparison.blind


def test_a_handover_is_run_voted_on_and_its_loss_stands_on_results() -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("handover").run()
    run_id = str(app.session_state["run_id"])
    app.selectbox(key=f"next_to_{run_id}").set_value("sim-large").run()
    app = go_on(app)
    assert "Handed over: each branch keeps the answers given in it" in all_text(app)
    names = [pane.face.label for pane in resources.runs().open(str(app.session_state["run_id"])).panes]
    assert names == ["Sim Lite, then Sim Large", "Sim Flash, then Sim Large", "Sim Large"]
    app.button(key="vote_3").click().run()
    app.switch_page("pages/review/results.py").run()
    table = healthy(app).dataframe[1].value
    assert list(table["From"]) == ["Sim Lite", "Sim Flash"]
    assert list(table["Lost"]) == ["+50 points", "+50 points"]
    app.switch_page("pages/route/weights.py").run()
    assert any("No votes yet." in info.value for info in healthy(app).info)


def how_it_goes_on(app: AppTest) -> tuple[str, str]:
    """What the folded choice says, and what is chosen in it."""
    found = [one.proto.popover.label for one in blocks(app._tree) if isinstance(one.proto, BlockProto)]
    return next(label for label in reversed(found) if label), str(app.radio(key="next_history_choice").value)


def blocks(block: Block) -> Iterator[Block]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield child
            yield from blocks(child)


def test_whose_answer_is_given_and_who_takes_over_is_said_before_it_is_sent() -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("fixed").run()
    assert how_it_goes_on(app) == ("All see what was really answered", "fixed")
    app = go_on(app)
    assert how_it_goes_on(app) == ("All see A's answer", "fixed")
    app.selectbox(key=f"next_given_{app.session_state['run_id']}").set_value(2).run()
    assert how_it_goes_on(app) == ("All see C's answer", "fixed")
    app.radio(key="next_history_choice").set_value("handover").run()
    app.selectbox(key=f"next_to_{app.session_state['run_id']}").set_value("sim-large").run()
    assert how_it_goes_on(healthy(app)) == ("Sim Large takes over", "handover")


def test_a_history_that_a_blind_run_closes_is_neither_shown_nor_sent_and_comes_back_with_the_vote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("handover").run()
    app.button(key="new").click().run()
    app.toggle(key="blind").set_value(True).run()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Run, "running", property(lambda run: True))
        app.button(key="run").click().run()
        assert app.chat_input(key="next_message").disabled
        # Who could take over stands there in the order of the letters.
        assert [one.label for one in healthy(app).selectbox] == []
        assert how_it_goes_on(app) == ("Each sees its own answers", "own")
    finished(app)
    app.run()
    assert how_it_goes_on(app) == ("Each sees its own answers", "own")
    app.button(key="vote_1").click().run()
    said, chosen = how_it_goes_on(healthy(app))
    assert said.endswith(" takes over")
    assert chosen == "handover"


def test_when_every_answer_failed_there_is_none_to_give_to_all() -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("fixed").run()
    app.button(key="new").click().run()
    app.segmented_control(key="thread_way").set_value("paste").run()
    app.text_area(key="paste_text").set_value(f"User: {'too long ' * 150_000}").run()
    app.multiselect(key="candidate_choice").set_value(["sim-lite", "sim-flash"]).run()
    app = healthy(after_a_run(app))
    assert "A and B failed" in all_text(app)
    assert "opens with an answer that did not fail" in all_text(app)
    assert app.radio(key="next_history_choice").value == "own"


def test_the_next_message_goes_to_the_chosen_ones() -> None:
    app = after_a_run(opened())
    app.get_by_key(f"next_places_{app.session_state['run_id']}").set_value([0, 2]).run()
    assert app.chat_input(key="next_message").placeholder == "Next message, to A and C"
    app = go_on(app)
    assert "Without B Sim Flash: the conversation went on without it." in all_text(app)


def test_the_header_counts_what_is_asked_about() -> None:
    app = after_a_run(opened())
    assert app.subheader[0].value.endswith("29 of 30 messages")
    app = go_on(app)
    assert app.subheader[0].value.endswith("31 messages")


def test_production_that_cannot_go_on_is_named_for_good() -> None:
    app = opened()
    app.multiselect(key="candidate_choice").set_value(["sim-flash", "sim-large", "production"])
    app = go_on(after_a_run(app))
    for _ in range(2):
        assert "Without C Production: a recorded answer cannot go on." in all_text(app.run())


def test_votes_go_by_the_name_of_who_votes() -> None:
    app = after_a_run(opened())
    app.text_input(key="voter_name").set_value(" Ana ").run()
    app.button(key="vote_1").click().run()
    store = resources.store()
    run_id = str(healthy(app).session_state["run_id"])
    assert store.counted_ballot(run_id, store.rater("Ana")) is not None
    assert store.counted_ballot(run_id, store.rater("local")) is None


def test_another_name_where_the_names_were_on_screen_is_no_blind_vote() -> None:
    app = opened()
    app.toggle(key="blind").set_value(True).run()
    app = after_a_run(app)
    app.button(key="vote_1").click().run()
    app.text_input(key="voter_name").set_value("Ana").run()
    assert "Names were shown here before" in badges(app)
    app.button(key="vote_2").click().run()
    store = resources.store()
    ballot = store.counted_ballot(str(healthy(app).session_state["run_id"]), store.rater("Ana"))
    assert ballot is not None
    assert not ballot.blind


def test_earlier_runs_open_by_a_click_and_say_whether_there_was_a_vote() -> None:
    app = after_a_run(opened())
    run_id = str(app.session_state["run_id"])
    app.button(key="vote_1").click().run()
    app.button(key="new").click().run()
    assert "you voted" not in all_text(app)
    app.button(key="earlier").click().run()
    assert "Sim Lite, Sim Flash, Sim Large" in all_text(healthy(app))
    assert "you voted" in all_text(app)
    app.button(key=f"earlier_{run_id}").click().run()
    assert healthy(app).session_state["run_id"] == run_id


def test_the_list_of_runs_does_not_say_whom_a_blind_run_went_on_without() -> None:
    app = opened()
    app.toggle(key="blind").set_value(True).run()
    app = after_a_run(app)
    app.get_by_key(f"next_places_{app.session_state['run_id']}").set_value([0, 1]).run()
    app = go_on(app)
    voted_on = str(app.session_state["run_id"])
    app.button(key="new").click().run()
    app.button(key="earlier").click().run()
    follow_up, first = (line for line in all_text(healthy(app)).splitlines() if "blind" in line)
    assert "Sim Flash, Sim Large, Sim Lite" in first
    assert "2 candidates" in follow_up
    assert "Sim" not in follow_up
    app.button(key=f"earlier_{voted_on}").click().run()
    app.button(key="vote_1").click().run()
    app.button(key="new").click().run()
    app.button(key="earlier").click().run()
    assert "2 candidates" not in all_text(healthy(app))


def test_the_default_route_is_named_for_what_comes_to_it() -> None:
    app = after_a_run(opened())
    app.button(key="vote_3").click().run()
    app.switch_page("pages/route/weights.py").run()
    shown = all_text(healthy(app))
    assert "All other threads" not in shown
    assert "All lengths together" in shown


def test_an_unknown_run_address_gets_a_sentence_and_a_way_on() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
    app.query_params["run"] = "no-such-run"
    app.run()
    assert not app.exception
    assert any("no run with this address" in error.value for error in app.error)
    app.button(key="new").click().run()
    assert "Which model keeps the thread?" in [header.value for header in healthy(app).header]


def test_a_defect_on_a_page_becomes_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("compare.ui.models.show_catalogue", broken)
    app = opened("pages/setup/models.py")
    assert not app.exception
    assert any("Something in Weighbridge broke (ZeroDivisionError)" in error.value for error in app.error)
