"""The thread of a comparison: pasted, uploaded, or named in the address."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.store.store import open_store
from compare.ui import resources
from tests.pages.steps import ROOT, after_a_run, all_text, healthy, opened, titles


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


# --- the model's window ----------------------------------------------------------------------------------------------

SMALL = """
[[model]]
id = "small"
label = "Small"
provider = "openai-chat"
base_url = "http://127.0.0.1:9/v1"
model = "small"
context_window_tokens = 50
"""


def test_a_model_whose_window_is_too_small_is_named_before_run(own_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_data / "models.toml").write_text(SMALL)
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(own_data / "models.toml"))
    app = opened()
    assert [each.value for each in app.warning] == []
    app.multiselect(key="candidate_choice").set_value(["small", "sim-large"]).run()
    healthy(app)
    assert "Small: This thread is longer than the window: about 1,399 tokens" in all_text(app)


def test_every_drawing_says_which_thread_and_candidates_stand_chosen() -> None:
    app = healthy(opened().run())
    thread, candidates = app.selectbox(key="thread_choice"), app.multiselect(key="candidate_choice")
    assert thread.options[thread.proto.default] == thread.format_func(thread.value)
    assert [candidates.options[i] for i in candidates.proto.default] == [
        candidates.format_func(each) for each in candidates.value
    ]
