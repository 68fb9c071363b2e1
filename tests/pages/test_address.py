"""The address of the set-up screen: it fills the choosers, follows the choice, and never fights with it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from compare.records import Candidate
from compare.ui import resources
from tests.pages.steps import ROOT, after_a_run, all_text, finished, healthy, opened, titles


def opened_at(**params: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
    for key, value in params.items():
        app.query_params[key] = value
    return app.run()


def address(app: AppTest) -> dict[str, str]:
    return {key: found if isinstance(found, str) else found[-1] for key, found in app.query_params.items()}


def warnings(app: AppTest) -> list[str]:
    return [warning.value.replace("\\", "") for warning in app.warning]


def test_an_address_fills_every_chooser_and_run_takes_it() -> None:
    variant = Candidate("sim-lite", context_policy="last:2", label="Sim Lite, last two")
    thread = list(titles())[3]
    resources.store().save_candidate(variant)
    app = opened_at(thread=thread, models=f"sim-lite,{variant.id}", blind="1", repeat="2")
    assert app.selectbox(key="thread_choice").value == thread
    assert app.multiselect(key="candidate_choice").value == ["sim-lite", variant.id]
    assert (app.toggle(key="blind").value, app.selectbox(key="repeat").value) == (True, 2)
    assert "go to 2 candidates, 2 times each" in all_text(healthy(app))
    app.button(key="run").click().run()
    finished(app)
    comparison = resources.store().comparison(str(app.session_state["run_id"]))
    assert comparison is not None
    assert (comparison.thread_id, comparison.blind) == (thread, True)
    assert sorted(slot.candidate.id for slot in comparison.current) == sorted(
        [Candidate("sim-lite").id, variant.id] * 2
    )


def test_models_may_come_one_by_one() -> None:
    app = opened_at(models=["sim-large", "sim-flash"])
    assert app.multiselect(key="candidate_choice").value == ["sim-large", "sim-flash"]


def test_what_is_not_here_is_named_and_the_rest_is_used() -> None:
    app = opened_at(thread="no-such-thread", models="sim-lite,gone-1,sim-large,*gone-2*", repeat="many")
    assert app.multiselect(key="candidate_choice").value == ["sim-lite", "sim-large"]
    assert warnings(healthy(app)) == [
        "There is no thread with this address in this database.",
        'There are no candidates "gone-1", "*gone-2*" here, which the address asks for. The others are chosen.',
    ]
    assert address(app) == {"thread": app.selectbox(key="thread_choice").value, "models": "sim-lite,sim-large"}
    # Said once: from here on the choice is the reader's own.
    app.toggle(key="blind").set_value(True).run()
    assert warnings(app) == []


def test_a_long_list_of_what_is_not_here_stays_a_sentence_and_nobody_is_said_to_be_chosen() -> None:
    app = opened_at(models=",".join(f"gone-{n}" for n in range(300)))
    assert app.multiselect(key="candidate_choice").value == []
    [said] = warnings(healthy(app))
    assert said.startswith('There are no candidates "gone-0", "gone-1", "gone-2", "gone-3", "gone-4" and 295 more here')
    assert said.endswith("Choose some above.")


def test_more_candidates_than_fit_are_named() -> None:
    names = ["sim-lite", "sim-flash", "sim-large", "sim-flaky"]
    for n in range(5):
        resources.store().save_candidate(variant := Candidate("sim-lite", context_policy=f"last:{n + 1}"))
        names.append(variant.id)
    app = opened_at(models=",".join(names))
    assert app.multiselect(key="candidate_choice").value == names[:8]
    assert warnings(healthy(app)) == ["The address asks for 9 candidates; the first 8 are chosen."]


def test_more_answers_than_fit_are_told_before_run() -> None:
    app = healthy(opened_at(models="sim-lite,sim-flash,sim-large", repeat="3"))
    assert "9 answers would stand side by side, and there is room for 8: choose fewer." in all_text(app)
    assert app.button(key="run").disabled
    # One candidate asked twice is a comparison with itself.
    assert not opened_at(models="sim-lite", repeat="2").button(key="run").disabled


def test_an_untouched_screen_needs_no_address_and_every_choice_stands_in_it() -> None:
    app = opened()
    assert address(app) == {}
    thread = app.selectbox(key="thread_choice").value
    app.multiselect(key="candidate_choice").set_value(["sim-lite", "sim-large"]).run()
    assert address(app) == {"thread": thread, "models": "sim-lite,sim-large"}
    app.toggle(key="blind").set_value(True).run()
    app.selectbox(key="repeat").set_value(3).run()
    assert address(app) == {"thread": thread, "models": "sim-lite,sim-large", "blind": "1", "repeat": "3"}
    app.toggle(key="blind").set_value(False).run()
    app.selectbox(key="repeat").set_value(1).run()
    assert address(healthy(app)) == {"thread": thread, "models": "sim-lite,sim-large"}


def test_the_address_of_a_moment_ago_brings_nothing_back() -> None:
    """A click can be sent before the browser has heard of the address that the click before it led to."""
    app = opened()
    app.multiselect(key="candidate_choice").set_value(["sim-lite", "sim-large"]).run()
    stale = dict(app.query_params)
    app.multiselect(key="candidate_choice").set_value(["sim-lite", "sim-large", "sim-flash"]).run()
    app.query_params.clear()
    app.query_params.update(stale)
    app.toggle(key="blind").set_value(True).run()
    assert app.multiselect(key="candidate_choice").value == ["sim-lite", "sim-large", "sim-flash"]
    assert address(app)["models"] == "sim-lite,sim-large,sim-flash"
    app.button(key="run").click().run()
    run_id = app.session_state["run_id"]
    app.query_params.clear()
    app.query_params.update(stale)
    assert healthy(app.run()).session_state["run_id"] == run_id
    assert address(app) == {"run": run_id}


def test_a_run_has_its_own_address_and_after_it_the_choice_is_there_again() -> None:
    app = after_a_run(opened_at(models="sim-lite,sim-large", other="kept"))
    assert address(app) == {"run": app.session_state["run_id"], "other": "kept"}
    app.button(key="new").click().run()
    found = address(healthy(app))
    assert (found["models"], found["other"], "run" in found) == ("sim-lite,sim-large", "kept", False)


def test_a_link_to_a_thread_keeps_the_other_choices() -> None:
    app = opened_at(models="sim-lite,sim-large", blind="1", repeat="2")
    asked = list(titles())[-1]
    app.query_params.clear()
    app.query_params["thread"] = asked
    app.switch_page("pages/run/playground.py").run()
    assert app.selectbox(key="thread_choice").value == asked
    assert address(healthy(app)) == {"thread": asked, "models": "sim-lite,sim-large", "blind": "1", "repeat": "2"}


def test_a_pasted_text_stands_in_no_address() -> None:
    app = opened_at(models="sim-lite,sim-large")
    app.segmented_control(key="thread_way").set_value("paste").run()
    assert app.button(key="candidate_settings").disabled  # there, so that nothing moves when a thread is
    app.text_area(key="paste_text").set_value("User: My code is QX-77.").run()
    assert address(healthy(app)) == {"models": "sim-lite,sim-large"}
