"""The Studies page through app.py: a study is made, watched, judged, decided and taken along."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from compare.records import Message, Recorded, Thread
from compare.review.adjudication import adjudicated
from compare.review.rating import Opinion
from compare.store.study_values import Mark, Study
from compare.ui import resources
from tests.pages.steps import all_text, healthy, opened
from tests.review.study_scene import StudyScene

PAGE = "pages/review/studies.py"


@pytest.fixture(autouse=True)
def no_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_keep_samples", lambda into: None)


@pytest.fixture
def scene() -> StudyScene:
    return StudyScene(resources.store(), "sim-lite", "sim-large")


def studies_page(name: str = "Olga", **asked: str) -> AppTest:
    """The page as its address asks for it, with somebody before it."""
    app = opened()
    app.session_state["rater_name"] = name
    app.switch_page(PAGE)
    for key, value in asked.items():
        app.query_params[key] = value
    return app.run()


def table(app: AppTest, column: str) -> Any:
    """The table that has this column."""
    return next(one.value for one in app.dataframe if column in one.value.columns)


def shown_links(app: AppTest) -> list[str]:
    return [block.value for block in app.code]


def rated(scene: StudyScene, n_items: int = 3, **settings: object) -> Study:
    """A study of two raters who differ on every item."""
    study = scene.study(n_items, overlap=2, **settings)
    scene.rate_all(study, "Ann", "-0")
    scene.rate_all(study, "Bob", "-1")
    return study


def test_nobody_comes_in_without_a_name() -> None:
    app = opened(PAGE)
    assert "Say who you are first" in all_text(app)
    app.text_input(key="studies_who").set_value("Olga").run()
    assert "No studies yet." in all_text(healthy(app))


def test_who_has_not_the_role_sees_nothing(scene: StudyScene, monkeypatch: pytest.MonkeyPatch) -> None:
    study = rated(scene)
    monkeypatch.setattr("compare.ui.person.EVERY_ROLE", frozenset({"rater"}))
    app = studies_page("Rita", study=study.id, view="quality")
    assert "those with the role owner" in app.error[0].value
    assert (len(app.button), len(app.dataframe)) == (0, 0)
    assert study.name not in all_text(app)


def test_the_list_shows_how_far_each_study_is(scene: StudyScene) -> None:
    rated(scene)
    resources.store().close_study(scene.study(2).id)
    shown_table = table(healthy(studies_page()), "Study")
    assert list(shown_table["State"]) == ["closed", "open"]
    assert list(shown_table["Ballots"]) == ["0 of 6", "6 of 6"]
    assert list(shown_table["Raters"]) == [0, 2]


def test_a_study_is_made_of_recorded_answers_with_a_preview_and_a_link() -> None:
    store = resources.store()
    recorded = (Recorded("ours", "41"), Recorded("theirs", "40"))
    for title in ("Fare one", "Fare two"):
        said = (Message("user", f"{title}?"), Message("assistant", "42"))
        store.save_thread(Thread(said, title=title, recorded=recorded))
    store.save_thread(Thread((Message("user", "Alone?"), Message("assistant", "42")), title="Alone"))
    app = studies_page(view="new")
    app.segmented_control(key="studies_source").set_value("recorded").run()
    threads = app.multiselect(key="studies_threads")
    threads.set_value([thread.id for thread in store.threads()]).run()
    app.text_input(key="studies_name").set_value("Fares")
    app.multiselect(key="studies_criteria").set_value(["fidelity", "tone"])
    app.number_input(key="studies_overlap").set_value(2)
    app.toggle(key="studies_informative").set_value(True)
    app.text_area(key="studies_names").set_value("Ann\nBob\n").run()
    shown = all_text(healthy(app))
    assert "6 items to rate: 12 ballots and about 1 repeat" in shown
    assert "1 left out, with the reasons" in [one.label for one in app.expander]
    assert list(table(app, "Why")["Why"]) == ["1 complete answers; an item needs at least 2."]
    app.button(key="studies_make").click().run()
    (study,) = store.studies()
    assert (study.name, study.criteria, study.overlap, study.raters) == (
        "Fares",
        ("fidelity", "tone"),
        2,
        ("Ann", "Bob"),
    )
    assert study.owner_id == store.rater("Olga")
    assert len(store.study_items(study.id)) == 6
    assert store.items_by_information(study.id)
    assert shown_links(healthy(app)) == [f"/vote?study={study.id}"]
    assert app.query_params["study"] == study.id


def test_gold_and_training_items_are_chosen_without_names() -> None:
    rows = [
        {
            "messages": [{"role": "user", "content": f"{n}?"}],
            "responses": {"ours": "a, as Claude says", "theirs": "b, as G.P.T. says"},
        }
        for n in "xyz"
    ]
    raw = "".join(json.dumps(row) + "\n" for row in rows).encode()
    app = studies_page(view="new")
    app.segmented_control(key="studies_source").set_value("file").run()
    app.file_uploader(key="studies_file").upload("answers.jsonl", raw, "application/jsonl").run()
    app.text_input(key="studies_name").set_value("Letters").run()
    app.session_state["studies_checks_part"] = True
    app.run()
    shown = all_text(healthy(app))
    assert "Answer 1" in shown
    assert "ours" not in shown
    assert "a, as [hidden] says" in shown
    assert "b, as [hidden]. says" in shown
    app.toggle(key="studies_blind").set_value(False).run()
    assert "a, as Claude says" in all_text(healthy(app))
    app.toggle(key="studies_blind").set_value(True).run()
    app.selectbox(key="studies_check_kind_0").set_value("training")
    right = app.selectbox(key="studies_check_right_0")
    right.set_value("tie")
    app.text_input(key="studies_check_feedback_0").set_value("Both are letters.")
    app.button(key="studies_check_do_0").click().run()
    assert "2 items to rate, and 1 training item beside them" in all_text(healthy(app))
    app.button(key="studies_make").click().run()
    store = resources.store()
    (study,) = store.studies()
    kinds = [
        (item.kind, item.expected and item.expected.verdict, item.feedback) for item in store.study_items(study.id)
    ]
    assert kinds == [("training", "tie", "Both are letters."), ("rated", None, ""), ("rated", None, "")]


def test_settings_that_cannot_be_are_told_and_nothing_is_made(scene: StudyScene) -> None:
    raw = b"prompt,model_a,model_b,response_a,response_b\nx?,ours,theirs,a,b\n"
    app = studies_page(view="new")
    app.segmented_control(key="studies_source").set_value("file").run()
    app.file_uploader(key="studies_file").upload("answers.csv", raw, "text/csv").run()
    app.button(key="studies_make").click().run()
    assert app.error[0].value == "A study needs a name\\."
    assert resources.store().studies() == []


def test_a_study_is_paused_closed_opened_again_and_given_more_time(scene: StudyScene) -> None:
    study = scene.study(1, raters=("Ann", "Bob", "Cid"))
    store = resources.store()
    app = studies_page(study=study.id)
    app.button(key="studies_pause").click().run()
    assert store.study(study.id).state == "paused"
    app.button(key="studies_reopen").click().run()
    app.button(key="studies_close").click().run()
    assert store.study(study.id).state == "closed"
    app.button(key="studies_reopen").click().run()
    app.button(key="studies_until_set").click().run()
    assert (store.study(study.id).deadline or "").endswith("T23:59:59.000+00:00")
    app.button(key="studies_until_none").click().run()
    assert store.study(study.id).deadline is None
    field = next(one for one in app.text_area if one.label.startswith("Who may rate"))
    field.set_value("Ann\nBob\nCid\n Dora\n Ann ").run()
    app.button(key="studies_raters_save").click().run()
    assert store.study(study.id).raters == ("Ann", "Bob", "Cid", "Dora")
    assert list(table(healthy(app), "Items done")["Rater"]) == ["Ann", "Bob", "Cid", "Dora"]


def test_every_figure_of_quality_has_its_sentence_and_names_nobody(scene: StudyScene) -> None:
    study = rated(scene)
    app = healthy(studies_page(study=study.id, view="quality"))
    shown_table = table(app, "Question")
    assert list(shown_table["Question"]) == ["Verdict: fidelity"]
    assert list(shown_table["Same"]) == ["0 %"]
    shown = all_text(app)
    assert "Raters say the same in 0 of 3 pairs (0 %, interval 0 to 56 %)" in shown
    assert "Only 3 items with two raters or more: too few to judge" in shown
    assert "Nobody has seen an item twice" in shown
    assert "sim-lite" not in shown
    assert resources.store().names_seen_at(study.id, resources.store().rater("Olga")) is None


def test_ballots_are_set_aside_with_a_reason_and_counted_again(scene: StudyScene) -> None:
    study = rated(scene)
    store, ann = resources.store(), resources.store().rater("Ann")
    app = studies_page(study=study.id, view="quality")
    app.selectbox(key="studies_rater").set_value(ann).run()
    app.button(key="studies_aside_do").click().run()
    assert "needs a reason" in app.error[0].value
    assert store.study_set_aside(study.id) == []
    app.text_input(key=f"studies_aside_reason_{ann}").set_value("hasty").run()
    app.button(key="studies_aside_do").click().run()
    assert [(one.rater, one.by, one.reason, one.n_ballots) for one in store.study_set_aside(study.id)] == [
        ("Ann", "Olga", "hasty", 3)
    ]
    assert len(store.study_ballots(study.id)) == 6
    for view in ("progress", "quality", "disagreements", "export"):
        other = studies_page(study=study.id, view=view)
        if view == "disagreements":
            other.button(key="studies_show_names").click().run()
        assert "3 ballots of Ann set aside by Olga" in all_text(healthy(other))
    results = opened("pages/review/results.py")
    links = [link.proto.label for link in results.get("page_link")]
    assert "3 ballots set aside in Refunds\\: in none of these figures" in links
    app = studies_page(study=study.id, view="quality")
    app.selectbox(key="studies_rater").set_value(ann).run()
    app.text_input(key=f"studies_again_reason_{ann}").set_value("was right after all").run()
    app.button(key="studies_again_do").click().run()
    assert store.study_set_aside(study.id) == []
    assert sum(one.is_counted_verdict for one in store.study_ballots(study.id)) == 6


def test_names_come_after_a_question_that_the_store_remembers(scene: StudyScene) -> None:
    study = scene.study(2, overlap=2)
    scene.rate(study, "Olga")
    app = studies_page(study=study.id, view="disagreements")
    assert (
        "You rate in this study (1 item done): ballots that you give in it afterwards count as not blind"
        in all_text(healthy(app))
    )
    app.button(key="studies_show_names").click().run()
    assert scene.rate(study, "Olga").ballot.blind is False
    assert scene.rate(study, "Ann").ballot.blind is True
    assert "You have seen the names in this study since" in all_text(studies_page(study=study.id, view="export"))


def test_names_of_a_closed_study_seen_behind_the_results_are_remembered(scene: StudyScene) -> None:
    study, olga = rated(scene), resources.store().rater("Olga")
    for is_closed in (False, True):
        if is_closed:
            resources.store().close_study(study.id)
        app = opened()
        app.session_state["rater_name"] = "Olga"
        app.switch_page("pages/review/results.py")
        app.query_params["of"] = "*"
        shown = all_text(healthy(app.run()))
        assert "is better than" in shown
        assert ("Sim Lite is better than" in shown) == is_closed
        assert (resources.store().names_seen_at(study.id, olga) is not None) == is_closed


def test_the_disagreement_list_opens_items_with_every_ballot_and_takes_a_decision(scene: StudyScene) -> None:
    study = scene.study(1, overlap=2, criteria=("fidelity", "tone"))
    item = scene.take(study, "Ann")
    assert item is not None
    left = item.sides[0]
    mark = Mark(left.answer.id, "forgot", "breaks", message_id=left.path[1].id, span=(0, 5), note="the number")
    store = resources.store()
    scene.rate(
        study,
        "Ann",
        Opinion("best", (1,), confidence=3, comment="*Left* forgot.", marks=(mark,), rubric={(0, "tone"): 2}),
    )
    scene.rate(study, "Bob", Opinion("tie"))
    app = studies_page(study=study.id, view="disagreements")
    app.button(key="studies_show_names").click().run()
    shown_table = table(healthy(app), "Pairs that differ")
    assert list(shown_table["Pairs that differ"]) == [100.0]
    assert "1 x tie" in shown_table["What raters say"][0]
    app.button(key="studies_open").click().run()
    assert app.query_params["item"] == "1"
    shown = all_text(healthy(app))
    for words in (
        "Order 7714, answer 0.",
        "confidence 3 of 3",
        "*Left* forgot.",
        "forgot (message 2, 5 messages back)",
        "at \u201cOrder\u201d, breaks the task: the number",
        "tone 2",
        "My order is 7714.",
        "**Bob**: tie",
    ):
        assert words in shown, words
    app.button(key="studies_do_0").click().run()
    assert "Choose what is right first." in all_text(app)
    app.radio(key="studies_verdict_0").set_value("tie")
    app.text_area(key="studies_why_0").set_value("Both have it.")
    app.button(key="studies_do_0").click().run()
    (decided,) = adjudicated(store.study_ballots(study.id)).values()
    assert (decided.verdict, decided.comment, decided.rater_id) == ("tie", "Both have it.", store.rater("Olga"))
    assert "Olga decided: tie" in all_text(healthy(app)).replace("*", "")
    assert sum(one.is_counted_verdict for one in store.study_ballots(study.id)) == 2


def test_only_the_study_s_owner_decides(scene: StudyScene) -> None:
    study = scene.study(1, overlap=2, owner_id=resources.store().rater("Owner"))
    app = studies_page(study=study.id, view="disagreements", item="1")
    app.button(key="studies_show_names").click().run()
    app.radio(key="studies_verdict_0").set_value("tie")
    app.button(key="studies_do_0").click().run()
    assert "Only the owner of the study" in app.error[0].value


def test_what_is_not_there_is_said(scene: StudyScene) -> None:
    assert "No study has the id" in studies_page(study="0123").error[0].value
    study = scene.study(1, blind=False)
    app = healthy(studies_page(study=study.id, view="disagreements", item="99"))
    assert "This study has no item 99; it has 1." in all_text(app)
    assert "The study has 0 ballots and nothing of them to write as ballots." in all_text(
        studies_page(study=study.id, view="export")
    )


@pytest.mark.parametrize("what", ["ballots", "marks", "battles", "dpo"])
def test_a_study_is_taken_along(scene: StudyScene, what: str) -> None:
    study = rated(scene, blind=False)
    app = studies_page(study=study.id, view="export")
    app.segmented_control(key="studies_what").set_value(what).run()
    healthy(app)
    if what == "marks":
        assert "nothing of them to write as marks" in all_text(app)
    else:
        assert [one.label for one in app.get("download_button")] == ["Download 6 rows"]


def test_votes_are_mapped_previewed_and_kept() -> None:
    raw = b"left_model,right_model,choice,judge\na,b,left,Ann\na,b,right,Bob\na,b,banana,Ann\n"
    app = studies_page(view="votes")
    app.file_uploader(key="studies_votes_file").upload("votes.csv", raw, "text/csv").run()
    healthy(app)
    words = {one.label.split()[0]: one.value for one in app.selectbox if (one.key or "").startswith("studies_word_")}
    assert words == {"left": "model_a", "right": "model_b", "banana": ""}
    assert "3 rows read: 2 votes, 1 refused." in all_text(app).replace("*", "")
    refused = table(app, "Reason")
    assert list(refused["Row"]) == [4]
    assert refused["Reason"][0].startswith("winner is 'banana'; known are model_a, model_b, tie, both_bad,")
    assert refused["Reason"][0].endswith('(say under "What its words mean" what it means)')
    app.button(key="studies_votes_keep").click().run()
    votes = list(resources.store().iter_votes())
    assert [(vote["winner"], vote["rater"]) for vote in votes] == [("model_a", "Ann"), ("model_b", "Bob")]
    assert "3 rows read = 2 new + 0 here already + 1 refused." in [one.value for one in app.success]


def test_more_refused_rows_than_are_shown_can_be_taken_along() -> None:
    raw = "model_a,model_b,winner\n" + "a,b,banana\n" * 501 + "a,b,tie\n"
    app = studies_page(view="votes")
    app.file_uploader(key="studies_votes_file").upload("votes.csv", raw.encode(), "text/csv").run()
    assert len(table(healthy(app), "Reason")) == 500
    assert "The first 500 of 501." in all_text(app)
    assert [one.label for one in app.get("download_button")] == ["All of them as CSV"]


def test_a_votes_file_that_cannot_be_read_says_why() -> None:
    app = studies_page(view="votes")
    app.file_uploader(key="studies_votes_file").upload("votes.parquet", b"PAR1 no", "application/octet-stream").run()
    assert "cannot be read as Parquet" in app.error[0].value


def test_the_hidden_words_are_changed_tried_and_put_back(scene: StudyScene) -> None:
    items = [scene.item("I am Zorro.", "As Claude I say 7714."), scene.item()]
    study = scene.study(0, *items)
    app = studies_page(view="words")
    app.selectbox(key="studies_words_in").set_value(study.id).run()
    assert "hides words in 1 of 4 answers" in all_text(healthy(app)).replace("*", "")
    words = next(one for one in app.text_area if "In any case" in one.label)
    words.set_value("zorro\nclaude").run()
    assert "would hide, once saved, words in 2 of 4 answers" in all_text(app).replace("*", "")
    app.button(key="studies_words_save").click().run()
    assert "This is your own list" in all_text(healthy(app))
    assert next(one for one in app.text_area if "In any case" in one.label).value == "zorro\nclaude"
    app.button(key="studies_words_reset").click().run()
    assert "This is the list that comes along." in all_text(healthy(app))
