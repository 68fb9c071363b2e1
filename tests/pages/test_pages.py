"""Every page through app.py, without a browser: what is shown, and what is stored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.engine.hub import close_hub
from compare.store.store import open_store
from compare.ui import resources

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "pages/run/playground.py": "Which model keeps the thread?",
    "pages/run/threads.py": "Threads",
    "pages/review/results.py": "Results",
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


def after_a_run(app: AppTest) -> AppTest:
    """Press Run and wait until every answer is complete."""
    app.button(key="run").click().run()
    run = resources.runs().open(str(app.session_state["run_id"]))
    deadline = time.monotonic() + 15
    while run.running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not run.running
    return app.run()


def all_text(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.subheader, *app.header, *app.info, *app.warning]
    return "\n".join([str(e.value) for e in shown] + [str(e.proto.body) for e in app.get("html")])


@pytest.mark.parametrize(("page", "heading"), PAGES.items())
def test_every_page_opens_on_an_empty_database(page: str, heading: str) -> None:
    app = healthy(opened(page))
    assert heading in [header.value for header in app.header]


@pytest.mark.parametrize("page", ["pages/review/results.py", "pages/route/weights.py"])
def test_pages_without_votes_say_what_to_do(page: str) -> None:
    app = healthy(opened(page))
    assert any("No votes yet." in info.value for info in app.info)


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
    assert "1 ballot, all of one kind: names shown, thread as given." in all_text(app)
    ratings = app.dataframe[0].value
    assert set(ratings["candidate"]) == {"sim-lite", "sim-flash", "sim-large"}


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
    app.button[0].click().run()
    assert not app.exception
    assert any(said in error.value for error in app.error), [error.value for error in app.error]


def test_a_pasted_transcript_becomes_the_chosen_thread(own_data: Path) -> None:
    app = opened()
    app.segmented_control(key="thread_way").set_value("paste").run()
    app.text_area(key="paste_text").set_value(
        "User: My code is QX-77.\nAssistant: Noted.\nUser: Which code did I give?"
    )
    app.button[0].click().run()
    healthy(app)
    app = healthy(after_a_run(app))
    assert "QX-77" in all_text(app)
    store = open_store(own_data / "weighbridge.db")
    assert any(thread.source == "paste" for thread in store.threads())
    store.close()


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
