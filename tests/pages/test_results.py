"""The Results page over a store of real votes: what it says, what the address brings back, what a figure opens."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from compare.report.results.work import WORK
from compare.review.rating import Opinion
from compare.store import Store
from compare.ui import resources
from tests.review.study_scene import StudyScene
from tests.voted_store import fill_with_votes

APP = str(Path(__file__).resolve().parents[2] / "app.py")
PAGE = "pages/review/results.py"


def voted_store(n_comparisons: int = 60) -> Store:
    fill_with_votes(resources.store(), n_comparisons)
    return resources.store()


def opened(**params: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.run()
    for key, value in params.items():
        app.query_params[key] = value
    app.switch_page(PAGE)
    return drawn(app.run())


def drawn(app: AppTest) -> AppTest:
    """The page with all figures, once the thread that makes them is done."""
    for _ in range(3):
        WORK.wait()
        app.run()
    assert not app.exception
    assert not app.error
    return app


def all_text(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.subheader, *app.info]
    words = [re.sub(r"\\([\W_])|:small\[\]", r"\1", str(element.value)) for element in shown]
    return "\n".join(words)


def charts(app: AppTest) -> list[Any]:
    return [element.proto for element in app.get("plotly_chart")]


def test_the_page_says_in_sentences_who_leads_and_what_is_not_known() -> None:
    voted_store()
    text = all_text(opened())
    assert "Sim Large leads: the votes separate it from every other candidate." in text
    assert re.search(
        r"For threads over 8 messages, Sim Large beats .+ in \d+ % \[\d+-\d+\] of \d+ votes by \d raters", text
    )
    assert "A change would be better than what you have: Sim Large beats Production" in text
    assert re.search(r"About [\d,]+ more votes? between|are about equal: to tell them apart", text)
    assert "neither answer was good enough" in text
    assert "Votes of one rater and on one thread lean the same way" in text


def test_every_section_is_there_with_its_chart() -> None:
    voted_store()
    app = opened()
    assert [each.value for each in app.subheader] == [
        "Ratings", "Who is preferred to whom", "Does it depend on the thread?",
        "From which length on is the cheap one no longer good enough?", "Good enough at all?",
        "Are there enough votes?", "Can the votes be trusted?", "Time and cost",
    ]  # fmt: skip
    assert len(charts(app)) == 5
    text = all_text(app)
    assert "Krippendorff's alpha" in text
    assert "The answer on the left wins" in text
    assert "Allowing for the length of the answers (tokens)" in text


def test_an_address_brings_its_filters_back() -> None:
    voted_store()
    app = opened(length="9+", rater="expert_*", since="2026-11-05")
    assert "Only threads of 9+ messages; votes of expert_*; since 2026-11-05." in all_text(app)
    assert app.multiselect(key="results_rater").value == ["expert_*"]
    assert app.segmented_control(key="results_length").value == "9+"


def test_a_filter_changes_the_figures_and_the_address() -> None:
    voted_store()
    app = opened()
    everything = app.dataframe[0].value["pairs"].sum()
    app.selectbox(key="results_tag").set_value("refund")
    app = drawn(app.run())
    assert app.query_params["tag"] == "refund"
    assert 0 < app.dataframe[0].value["pairs"].sum() < everything
    app.button(key="results_clear").click()
    app = drawn(app.run())
    assert "tag" not in app.query_params
    assert app.dataframe[0].value["pairs"].sum() == everything


def test_what_an_address_asks_for_and_nobody_voted_on_is_said() -> None:
    voted_store(9)
    assert "No votes fit all of these filters." in all_text(opened(length="90+"))
    assert "Sim" in all_text(opened(length="nonsense", kind="unheard-of", since="2026-13-99", turn_no="x"))


def test_a_figure_opens_its_votes_and_names_stay_hidden_until_they_are_asked_for() -> None:
    voted_store(9)
    app = opened(of="sim-large", against="sim-lite")
    text = all_text(app)
    assert "Answer A is better than Answer B" in text or "Answer B is better than Answer A" in text
    assert "Sim Large is better than" not in text
    app.button(key="results_names").click()
    app = drawn(app.run())
    assert "Sim Large is better than Sim Lite" in all_text(app)
    toggles = [each for each in app.toggle if str(each.key).startswith("results_answers_")]
    toggles[0].set_value(True)
    app = drawn(app.run())
    assert "Text of answer-" in "".join(str(each.proto.body) for each in app.get("html"))


def test_all_votes_open_by_a_button_and_page_by_page() -> None:
    voted_store(9)
    app = opened()
    app.button(key="results_all_votes").click()
    app = drawn(app.run())
    assert app.query_params["of"] == "*"
    assert "27 votes, newest first." in all_text(app)
    app.button(key="results_older").click()
    app = drawn(app.run())
    assert "Page 2 of 3" in all_text(app)


def test_votes_in_an_open_blind_study_are_not_told_before_it_is_closed() -> None:
    store = voted_store(1)
    scene = StudyScene(store)
    study = scene.study(1, overlap=1)
    scene.rate(study, "Bob", Opinion("best", (0,), comment="the second one forgot"))
    text = all_text(opened(of="first", against="second"))
    assert "a vote in the study" in text
    assert "is better than" not in text.split("a vote in the study")[1]
    assert "the second one forgot" not in text
    store.close_study(study.id)
    assert "the second one forgot" in all_text(opened(of="first", against="second"))


def test_an_endless_number_in_the_address_is_no_filter() -> None:
    voted_store(1)
    text = all_text(opened(length="9" * 5000, within="9" * 5000, of="*"))
    assert "is better than" in text


def test_names_that_were_asked_for_make_a_later_vote_an_open_one() -> None:
    voted_store(9)
    app = opened(of="sim-large", against="sim-lite")
    app.button(key="results_names").click()
    app = drawn(app.run())
    seen = app.session_state["names_seen"]
    assert seen
    assert all(run.startswith("run-") for run in seen)


def test_whoever_voted_on_a_comparison_sees_its_names() -> None:
    store = voted_store(9)
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["rater_name"] = "rater 1"
    app.run()
    app.query_params["of"] = "*"
    app.switch_page(PAGE)
    text = all_text(drawn(app.run()))
    mine = [ballot for ballot, _ in store.iter_ballots() if ballot.rater_id == store.rater("rater 1")]
    assert mine
    assert re.search(r"(Sim Large|Sim Lite|Production) is better than", text)


def test_comments_and_names_of_others_stay_words() -> None:
    voted_store(1)
    app = opened(of="*")
    assert any("forgot the \\*discount\\*" in str(each.value) for each in app.markdown)


def test_only_who_may_read_results_sees_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from compare.ui import who

    voted_store(9)
    rater = who.Person("Ann", resources.store().rater("Ann"), frozenset({"rater"}), verified=True)
    monkeypatch.setattr(who, "person", lambda: rater)
    app = AppTest.from_file(APP, default_timeout=60)
    app.run()
    app.switch_page(PAGE).run()
    assert "role owner" in app.error[0].value
    assert not app.dataframe
