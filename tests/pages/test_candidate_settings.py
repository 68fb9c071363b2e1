"""Candidate settings and what was sent, through app.py: what the dialogs say, and what is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from compare.engine.hub import close_hub
from compare.records import Answer, Candidate, Preset, Settings
from compare.ui import resources
from tests.pages.steps import after_a_run, all_text, healthy, opened

OWN_MODELS = """
[[model]]
id = "gpt"
label = "GPT"
provider = "openai-responses"
base_url = "https://api.openai.com/v1"
model = "gpt-6-sol"

[[model]]
id = "local"
label = "Local"
provider = "openai-chat"
base_url = "http://127.0.0.1:1/v1"
model = "local"
max_output_tokens = 8192
"""


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database of its own, two more models, answers without waiting, and the panes without their script."""
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    models = tmp_path / "models.toml"
    models.write_text(OWN_MODELS)
    monkeypatch.setenv("WEIGHBRIDGE_MODELS", str(models))
    yield
    close_hub()


def only_the_dialog() -> None:
    """A page that keeps the dialog open: AppTest runs whole pages, in which a button is pressed only once."""
    import streamlit as st

    from compare.ui import resources, state
    from compare.ui.playground.candidate_choice import chosen_candidates
    from compare.ui.playground.candidate_dialog import open_settings, settings_dialog

    store = resources.store()
    thread = store.thread(store.threads()[0].id)
    chosen = chosen_candidates(state.chosen_models())
    if "is_open" in st.session_state:
        settings_dialog(thread, tuple(chosen))
    else:
        st.session_state["is_open"] = True
        open_settings(thread, chosen)


def dialog(*choice: str) -> AppTest:
    app = AppTest.from_function(only_the_dialog, default_timeout=20)
    if choice:
        app.session_state["models"] = list(choice)
    return healthy(app.run())


def filled(app: AppTest, **values: Any) -> AppTest:
    """Type into the fields, by the end of their keys."""
    for name, value in values.items():
        kind = {
            "system": app.text_area, "temperature": app.number_input, "max_tokens": app.number_input,
            "stop": app.multiselect, "preparation": app.multiselect,
        }.get(name, app.selectbox)  # fmt: skip
        field = kind(key=f"variant_{name}")
        if name == "policy":
            field.options = [*field.options, value]  # typed, not chosen
        field.set_value(value)
    return healthy(app.run())


def chosen(app: AppTest) -> list[Candidate]:
    """The candidates in the choice, as stored."""
    stored = resources.store().candidates()
    return [stored.get(key) or Candidate(key) for key in app.session_state["models"]]


def test_a_new_candidate_with_settings_joins_the_choice_under_a_name_that_tells_them() -> None:
    app = filled(dialog(), model="local", temperature=0.2, max_tokens=500, policy="last:12")
    assert "Adds Local (temperature 0.2, max 500, last:12)." in all_text(app)
    assert "Sent with it: max_tokens 500, temperature 0.2." in all_text(app).replace(r"\_", "_")
    app.button(key="keep_variant").click().run()
    new = chosen(healthy(app))[-1]
    assert new.settings == Settings(temperature=0.2, max_output_tokens=500)
    assert (new.model_id, new.context_policy) == ("local", "last:12")
    assert new.label == "Local (temperature 0.2, max 500, last:12)"
    assert len(chosen(app)) == 4


def test_one_that_is_changed_is_another_and_takes_its_place() -> None:
    app = filled(dialog(), target="sim-flash")
    assert app.selectbox(key="variant_model").value == "sim-flash"
    assert "Nothing is changed yet." in all_text(app)
    app = filled(app, system="Answer in one sentence.")
    app.button(key="keep_variant").click().run()
    first = chosen(healthy(app))
    assert [one.model_id for one in first] == ["sim-lite", "sim-flash", "sim-large"]
    assert first[1].settings.system_prompt == "Answer in one sentence."
    # Once more: the form has what the stored one has, which stays as it is.
    app = filled(app, target=first[1].id)
    assert app.text_area(key="variant_system").value == "Answer in one sentence."
    app = filled(app, effort="low")
    app.button(key="keep_variant").click().run()
    second = chosen(healthy(app))
    assert second[1].settings == Settings("Answer in one sentence.", reasoning_effort="low")
    assert resources.store().candidate(first[1].id) == first[1]


def test_what_a_model_does_not_take_is_greyed_and_explained() -> None:
    app = filled(dialog(), model="gpt")
    assert app.number_input(key="variant_temperature").disabled
    assert app.multiselect(key="variant_stop").disabled
    shown = all_text(app)
    assert "GPT takes a temperature only with the reasoning effort none." in shown
    assert "Stop sequences cannot be set for models that are asked in the Responses format." in shown
    # With no thinking it takes one.
    app = filled(app, effort="none")
    assert not app.number_input(key="variant_temperature").disabled


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"model": "local", "max_tokens": 9000}, "Max output tokens 9,000 is above 8,192"),
        ({"model": "sim-large", "temperature": 1.5}, "is above 1, the most that Anthropic Messages takes."),
    ],
)
def test_a_value_out_of_range_is_said_and_must_be_corrected(values: dict[str, Any], said: str) -> None:
    app = filled(dialog(), **values)
    assert said in all_text(app)
    assert "Correct what is marked first." in all_text(app)
    assert app.button(key="keep_variant").disabled
    app = filled(app, temperature=0.5, max_tokens=None)
    assert not app.button(key="keep_variant").disabled


def test_the_plain_model_and_one_that_is_chosen_already_are_not_added_again() -> None:
    app = dialog()
    assert "sim" in str(app.selectbox(key="variant_model").value)
    assert app.button(key="keep_variant").disabled
    app = filled(app, temperature=0.3)
    app.button(key="keep_variant").click().run()
    assert "Sim Lite (temperature 0.3) is chosen already." in all_text(app)


def test_the_same_for_all_leaves_out_what_a_model_does_not_take_and_says_so() -> None:
    app = filled(dialog(), temperature=0.4, stop=["END", r"\n\n"], policy="last:6")
    refused = "Stop sequences cannot be set for models that are asked in the Responses format."
    assert f"Same for all: Sim Flash goes without the stop sequences. {refused}" in all_text(app)
    app.button(key="same_for_all").click().run()
    made = {one.model_id: one for one in chosen(healthy(app))}
    assert list(made) == ["sim-lite", "sim-flash", "sim-large"]
    assert all(one.context_policy == "last:6" for one in made.values())
    assert made["sim-lite"].settings == Settings(temperature=0.4, stop=("END", "\n\n"))
    assert made["sim-flash"].settings == Settings(temperature=0.4)
    assert made["sim-flash"].label == "Sim Flash (temperature 0.4, last:6)"
    assert f"Sim Flash goes without the stop sequences. {refused}" in all_text(app)


def test_production_stays_in_the_choice_and_is_given_no_settings() -> None:
    app = filled(dialog("sim-lite", "production", "sim-large"), temperature=0.4)
    assert len(app.selectbox(key="variant_target").options) == 3
    app.button(key="same_for_all").click().run()
    assert [one.model_id for one in chosen(healthy(app))] == ["sim-lite", "sim-large", "production"]


# --- presets ---------------------------------------------------------------------------------------------------------


def test_a_preset_is_saved_and_fills_the_form_of_another_model() -> None:
    app = filled(dialog(), temperature=0.2, stop=["END"], policy="last:6", preparation=["clean@1"])
    app.text_input(key="preset_name").set_value("Cold").run()
    app.button(key="preset_save").click().run()
    assert "Preset Cold is saved." in all_text(healthy(app))
    kept = resources.store().presets()["Cold"]
    assert (kept.settings, kept.context_policy) == (Settings(temperature=0.2, stop=("END",)), "last:6")
    # In another dialog, for another model.
    app = filled(filled(dialog(), model="sim-large"), preset="Cold")
    assert app.number_input(key="variant_temperature").value == 0.2
    assert app.selectbox(key="variant_model").value == "sim-large"
    assert 'Adds Sim Large (temperature 0.2, stop "END", last:6, clean' in all_text(app)


def test_writing_over_a_preset_is_said_first_and_one_can_be_deleted() -> None:
    resources.store().save_preset(Preset("Cold", Settings(temperature=0.1)))
    app = filled(dialog(), preset="Cold")
    app = filled(app, temperature=0.7)
    app.text_input(key="preset_name").set_value("Cold").run()
    assert "Saving writes over it." in all_text(healthy(app))
    assert app.button(key="preset_save").label == "Save over it"
    app.button(key="preset_save").click().run()
    assert "Preset Cold was written over." in all_text(healthy(app))
    assert resources.store().presets()["Cold"].settings == Settings(temperature=0.7)
    app.button(key="preset_delete").click().run()
    assert resources.store().presets() == {}
    assert app.number_input(key="variant_temperature").value == 0.7


def test_a_preset_keeps_what_the_model_on_screen_does_not_take() -> None:
    resources.store().save_preset(Preset("Whole", Settings(temperature=0.1, stop=("END",))))
    app = filled(filled(dialog(), preset="Whole"), model="gpt")
    assert app.button(key="keep_variant").disabled, "nothing of it is taken, so it is the plain model"
    app.text_input(key="preset_name").set_value("Copy").run()
    app.button(key="preset_save").click().run()
    assert resources.store().presets()["Copy"].settings == Settings(temperature=0.1, stop=("END",))


# --- what was sent ---------------------------------------------------------------------------------------------------


def choose_sent(app: AppTest) -> AppTest:
    return app.menu_button(key="more").click("sent").run()


def codes(app: AppTest) -> list[str]:
    return [str(code.value) for code in app.code]


def htmls(app: AppTest) -> list[str]:
    return [str(element.proto.body) for element in app.get("html")]


def answers(app: AppTest) -> list[Answer]:
    comparison = resources.store().comparison(str(app.session_state["run_id"]))
    assert comparison is not None
    stored = resources.store().answers([slot.answer_id for slot in comparison.current])
    return [stored[slot.answer_id] for slot in comparison.current]


def only_what_was_sent() -> None:
    """A page that keeps the dialog open."""
    import streamlit as st

    from compare.ui import resources
    from compare.ui.playground.sent_view import sent_dialog

    sent_dialog(resources.runs().open(st.session_state["run_id"]))


def test_every_answer_tells_exactly_what_was_sent() -> None:
    app = filled(dialog(), temperature=0.4, stop=["END"], policy="last:6")
    app.button(key="same_for_all").click().run()
    keys = app.session_state["models"]
    app = opened()
    app.multiselect(key="candidate_choice").set_value(keys).run()
    app = healthy(after_a_run(app))
    stored = answers(app)
    choose_sent(app)
    shown = all_text(healthy(app))
    n_sent, n_cut = json.loads(stored[0].sent_json)["n_messages"], len(json.loads(stored[0].cut_json))
    assert f"Exactly what was sent: {n_sent} messages" in shown
    assert f"Cut by us: {n_cut} messages" in shown
    assert json.loads(stored[0].sent_json)["sha256"][:12] in shown
    assert json.loads(codes(app)[0])["generationConfig"]["temperature"] == 0.4
    # The second one, asked in another wire format.
    view = AppTest.from_function(only_what_was_sent, default_timeout=20)
    view.session_state["run_id"] = app.session_state["run_id"]
    view.run().segmented_control(key="sent_letter").set_value("B").run()
    assert "Sim Flash (temperature 0.4, last:6)" in all_text(healthy(view))
    view.segmented_control(key="sent_way_B").set_value("Request body (Responses)").run()
    body = json.loads(codes(healthy(view))[-1])
    assert (body["model"], body["temperature"]) == ("sim-flash", 0.4)
    assert len(body["input"]) + len(body.get("instructions", "")[:1]) == n_sent


def test_what_was_sent_cannot_turn_its_own_words_around() -> None:
    app = opened()
    app.segmented_control(key="thread_way").set_value("paste").run()
    app.text_area(key="paste_text").set_value("User: open \u202egnp.exe").run()
    choose_sent(after_a_run(app))
    shown = next(html for html in htmls(app) if "wb-sent" in html)
    assert '<span class="rp-cc">U+202E</span>gnp.exe' in shown
    assert "\u202e" not in shown


def test_nothing_of_it_is_offered_while_a_run_is_blind() -> None:
    app = opened()
    app.toggle(key="blind").set_value(True).run()
    app = healthy(after_a_run(app))
    assert list(app.menu_button) == []
    app.button(key="vote_1").click().run()
    choose_sent(app)
    assert "Exactly what was sent" in all_text(healthy(app))


def test_of_a_recorded_answer_it_is_said_that_nothing_was_sent() -> None:
    app = opened()
    app.multiselect(key="candidate_choice").set_value(["production", "sim-large"])
    app = after_a_run(app)
    view = AppTest.from_function(only_what_was_sent, default_timeout=20)
    view.session_state["run_id"] = app.session_state["run_id"]
    view.run().segmented_control(key="sent_letter").set_value("A").run()  # where it was chosen
    assert "nothing was sent for it from here" in all_text(healthy(view))
