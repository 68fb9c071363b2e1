"""Recorded answers in the set-up of a comparison, and a thread that is replayed turn by turn."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.engine.hub import close_hub
from compare.records import Answer, Candidate, Message, Thread
from compare.ui import resources

ROOT = Path(__file__).resolve().parents[2]
PERSON = Candidate("a person")
SAID = ("My code is QX-77.", "Noted.", "Which code was it?", "It was QX-77, as you said.")


@pytest.fixture(autouse=True)
def plain_panes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    yield
    close_hub()


def thread_with_a_person() -> str:
    """A thread whose reply is production's, and to whose question a person answered as well."""
    store = resources.store()
    messages = tuple(Message(("user", "assistant")[n % 2], text) for n, text in enumerate(SAID))
    thread_id = store.save_thread(Thread(messages, title="Codes")).id
    leaf = store.thread(thread_id).messages[2].id
    store.save_candidate(PERSON)
    answer = Answer(secrets.token_hex(8), PERSON.id, leaf, 2, 3, "fixed", "recorded", "done", "stop", "QX-77, surely.")
    store.save_answer(answer)
    return thread_id


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
    for key, value in query.items():
        app.query_params[key] = value
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def text(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.subheader]
    words = [re.sub(r"\\(\W)|:small\[\]", r"\1", str(element.value)) for element in shown]
    return "\n".join(words + [str(element.proto.body) for element in app.get("html")])


def after_a_run(app: AppTest) -> AppTest:
    app.button(key="run").click().run()
    return ended(app)


def ended(app: AppTest) -> AppTest:
    run = resources.runs().open(str(app.session_state["run_id"]))
    deadline = time.monotonic() + 15
    while run.running and time.monotonic() < deadline:
        time.sleep(0.01)
    return healthy(app.run())


def test_everybody_whose_answer_was_recorded_can_be_chosen() -> None:
    app = opened(thread=thread_with_a_person())
    options = app.multiselect(key="candidate_choice").options
    assert "Production (recorded answer)" in options
    assert "a person (recorded answer)" in options


def test_a_blind_pair_of_recorded_answers_is_not_given_away_before_the_vote() -> None:
    names = f"production,recorded:{PERSON.id}"
    app = opened(thread=thread_with_a_person(), models=names, blind="1")
    assert SAID[3] not in text(app)
    assert "What was really answered is hidden" in text(app)
    assert "Nothing is sent: all of these answers were given before." in text(app)
    app = after_a_run(app)
    assert "QX-77, surely." in text(app)
    assert "a person" not in text(app)
    assert "Production" not in text(app)
    app.button(key="vote_1").click().run()
    assert "a person" in text(healthy(app))


def test_what_was_really_answered_is_shown_where_the_comparison_is_open() -> None:
    app = opened(thread=thread_with_a_person(), models=f"production,recorded:{PERSON.id}")
    assert SAID[3] in text(app)


def test_a_thread_is_replayed_with_one_press_a_turn() -> None:
    app = opened(thread=thread_with_a_person(), turn="1", models="sim-lite,sim-large")
    assert "Replay from turn 1 of 2" in text(app)
    assert "1 of 4 messages go to 2 candidates." in text(app)
    app = after_a_run(app)
    assert app.button(key="replay_next").label == "Turn 2 of 2"
    app.button(key="replay_next").click().run()
    app = ended(app)
    comparison = resources.store().comparison(str(app.session_state["run_id"]))
    assert comparison is not None
    path = resources.store().path(comparison.current[0].prompt_leaf_id)
    assert [m.text for m in path if m.role == "user"] == [SAID[0], SAID[2]]
    assert comparison.history == "own"
    assert [button.key for button in app.button if button.key == "replay_next"] == []


def test_the_replay_is_left_with_one_press() -> None:
    app = opened(thread=thread_with_a_person(), turn="1")
    app.button(key="replay_off").click().run()
    assert "Replay from turn" not in text(healthy(app))
    assert "turn" not in app.query_params
