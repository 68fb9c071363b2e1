"""Answers that a page showed with names are rated open afterwards by whoever saw them; files are remembered too."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from compare.records import Message, Recorded, Thread
from compare.review import studies
from compare.store.study_values import Study
from compare.ui import resources
from compare.ui.library.files import written
from tests.pages.steps import all_text, healthy, opened


@pytest.fixture(autouse=True)
def no_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_keep_samples", lambda into: None)


def kept_thread() -> str:
    """A thread with production's reply, and two recorded answers beside it."""
    said = (Message("user", "Which order is it?"), Message("assistant", "Order 7714."))
    beside = tuple(Recorded(name, f"It is {name}'s.", 1) for name in ("alpha", "beta"))
    return resources.store().save_thread(Thread(said, title="Order", recorded=beside)).id


def by_name(thread_id: str) -> dict[str, str]:
    """Each recorded answer's id by who gave it."""
    return {one.candidate.name: one.answer.id for one in resources.store().last_recorded(thread_id)}


def knows(name: str, answer_id: str) -> bool:
    return resources.store().has_seen_names_of([answer_id], resources.store().rater(name))


def threads_page(thread_id: str, name: str = "") -> AppTest:
    app = opened()
    if name:
        app.session_state["rater_name"] = name
    app.query_params["thread"] = thread_id
    return healthy(app.switch_page("pages/run/threads.py").run())


def test_a_thread_shows_what_production_said_and_a_press_who_else_said_what() -> None:
    thread_id = kept_thread()
    answers = by_name(thread_id)
    app = threads_page(thread_id, "Olga")
    assert knows("Olga", answers["Production"])
    assert not knows("Olga", answers["alpha"])
    app.segmented_control(key=f"recorded_{thread_id}").set_value("alpha").run()
    assert knows("Olga", answers["alpha"])
    assert not knows("Olga", answers["beta"])
    assert not knows("Ann", answers["alpha"])


def test_what_was_seen_before_the_name_was_given_is_remembered_when_it_is() -> None:
    thread_id = kept_thread()
    store, answers = resources.store(), by_name(thread_id)
    app = threads_page(thread_id)
    app.segmented_control(key=f"recorded_{thread_id}").set_value("alpha").run()
    assert [one.name for one in store.known_raters()] == []
    study = studies.create(store, Study("Blind", swap_share=0.0), studies.from_recorded(store, [thread_id]).items)
    app.query_params["study"] = study.id
    app.switch_page("pages/review/vote.py").run()
    app.text_input(key="vote_name").set_value("Olga")
    app.button(key="vote_begin").click().run()
    healthy(app)
    assert knows("Olga", answers["alpha"])


def test_a_file_of_threads_is_remembered_for_who_takes_it_or_for_the_study() -> None:
    thread_id = kept_thread()
    store, answers = resources.store(), by_name(thread_id)
    study = studies.create(store, Study("Blind"), studies.from_recorded(store, [thread_id]).items)
    assert set(json.loads(written((thread_id,), store.rater("Olga")))["responses"]) == {"alpha", "beta"}
    assert all(knows("Olga", answer_id) for answer_id in answers.values())
    assert store.names_filed(study.id).n_filed == 0
    written((thread_id,), None)
    assert store.names_filed(study.id).commands == ("a download",)
    app = opened()
    app.session_state["rater_name"] = "Ann"
    app.query_params["study"] = study.id
    app.switch_page("pages/review/studies.py").run()
    assert "3 of its 3 answers also stand in files that name their candidates" in all_text(healthy(app))
