"""Every page through app.py, without a browser: what is shown, and what is stored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.catalog import load_catalog
from compare.ui import resources
from tests.pages.steps import ROOT, after_a_run, all_text, badges, go_on, healthy, opened

PAGES = {
    "pages/run/playground.py": "Which model keeps the thread?",
    "pages/run/threads.py": "Threads",
    "pages/run/jobs.py": "Jobs",
    "pages/run/probes.py": "New probes",
    "pages/review/vote.py": "Vote",
    "pages/review/studies.py": "Studies",
    "pages/review/results.py": "Results",
    "pages/review/scorecard.py": "Scorecard",
    "pages/route/weights.py": "Weights",
    "pages/setup/models.py": "Models",
    "pages/setup/people.py": "People",
}


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
