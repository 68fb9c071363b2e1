"""The Vote page around its element: who rates, which study, and what stands there without an item."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from compare.store import Store
from compare.ui import resources
from tests.review.study_scene import StudyScene

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def scene() -> StudyScene:
    """In the database that the page opens."""
    store: Store = resources.store()
    return StudyScene(store)


def opened(study: str = "", rater: str = "Ann") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    app.switch_page("pages/review/vote.py")
    if study:
        app.query_params["study"] = study
    if rater:
        app.session_state["rater_name"] = rater
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def item(app: AppTest) -> dict[str, Any] | None:
    """What the element was given, or None where it is not there."""
    given = [one.proto.json for one in app.get("bidi_component") if one.proto.component_name == "weighbridge_vote"]
    return json.loads(given[0]) if given else None


def shown(app: AppTest) -> dict[str, Any]:
    given = item(app)
    assert given is not None
    return given


def infos(app: AppTest) -> list[str]:
    return [str(one.value).replace("\\", "").replace(":small[]", "") for one in app.info]


def test_a_link_without_a_name_asks_for_one_and_leads_to_the_first_item(scene: StudyScene) -> None:
    study = scene.study(2)
    app = opened(study.id, rater="")
    assert item(app) is None
    app.text_input(key="vote_name").input("Ann")
    app.button(key="vote_begin").click()
    given = shown(healthy(app.run()))
    assert (given["study"]["name"], given["state"]) == ("Refunds", "new")
    assert scene.store.rater_assignments(study.id, scene.store.rater("Ann"))[0].id == given["item"]


def test_a_rerun_draws_the_same_item_and_a_reload_keeps_it(scene: StudyScene) -> None:
    study = scene.study(2)
    app = opened(study.id)
    first = shown(app)
    assert shown(healthy(app.run())) == first
    assert shown(opened(study.id))["item"] == first["item"]


def test_looking_again_is_offered_only_while_there_may_be_something_to_find(scene: StudyScene) -> None:
    waiting, complete = scene.study(1, overlap=2), scene.study(1, overlap=1)
    for study, buttons in ((waiting, ["Look again", "My last vote", "All studies"]),
                           (complete, ["My last vote", "All studies"])):  # fmt: skip
        scene.rate(study, "Ann")
        app = opened(study.id)
        assert [one.label for one in app.button if str(one.key).startswith("vote_")] == buttons


def test_without_a_study_the_page_lists_those_that_this_person_may_rate_in(scene: StudyScene) -> None:
    mine, other = scene.study(3), scene.study(1, raters=("Ben", "Cem", "Dora"))
    closed = scene.study(1)
    scene.store.close_study(closed.id)
    ended = scene.study(1, deadline="2020-01-01")
    done = scene.study(1, overlap=1)
    scene.rate(done, "Ben")
    app = opened()
    keys = [button.key for button in app.button if str(button.key).startswith("vote_open_")]
    assert keys == [f"vote_open_{mine.id}", f"vote_open_{done.id}"]
    assert (app.button(key=keys[0]).disabled, app.button(key=keys[1]).disabled) == (False, True)
    assert not {other.id, ended.id} & set("".join(map(str, keys)).split("vote_open_"))
    captions = [str(one.value) for one in app.caption]
    assert captions[0] == "0 of 3 rated by you\\. The study has 0 of 9 votes\\."
    app.button(key=keys[0]).click()
    assert shown(healthy(app.run()))["study"]["name"] == "Refunds"
    assert app.query_params["study"] == mine.id


def test_nobody_invited_gets_a_sentence(scene: StudyScene) -> None:
    scene.study(1, raters=("Ben", "Cem", "Dora"))
    assert infos(opened()) == ["No study is open for you. Whoever makes one sends you its link."]


@pytest.mark.parametrize(
    ("settings", "close", "sentence"),
    [
        ({"raters": ("Ben", "Cem", "Dora")}, False, "Ann is not among the 3 raters of the study 'Refunds'"),
        ({}, True, "The study 'Refunds' was closed on"),
        ({"deadline": "2020-01-01"}, False, "The study 'Refunds' ended on 2020-01-01 00:00 UTC"),
    ],
)
def test_a_study_that_takes_no_votes_of_this_person_says_why(scene: StudyScene, settings, close, sentence) -> None:
    study = scene.study(1, **settings)
    if close:
        scene.store.close_study(study.id)
    app = opened(study.id)
    assert infos(app)[0].startswith(sentence)
    assert item(app) is None
    app.button(key="vote_list").click()
    assert "study" not in healthy(app.run()).query_params


def test_an_unknown_study_says_so(scene: StudyScene) -> None:
    assert infos(opened("nowhere"))[0].startswith("No study has the id 'nowhere'. Check the link")
    app = opened("nowhere", rater="")
    assert [str(one.value) for one in app.error] != []


def test_at_the_end_the_last_vote_can_be_looked_at(scene: StudyScene) -> None:
    study = scene.study(1, overlap=2)
    scene.rate(study, "Ann")
    app = opened(study.id)
    assert infos(app)[0].startswith("You have rated 1 item.")
    app.button(key="vote_back").click()
    assert shown(healthy(app.run()))["state"] == "voted"


def test_the_name_of_a_study_is_shown_as_it_was_written(scene: StudyScene) -> None:
    study = scene.study(1)
    with scene.store._database.writing() as connection:
        connection.execute("UPDATE studies SET name = ? WHERE id = ?", ("![x](http://127.0.0.1:9/) **bold**", study.id))
    app = opened()
    assert app.markdown[0].value.startswith("**\\!\\[x\\]")


def test_an_event_of_somebody_who_is_not_here_any_more_changes_nothing(scene: StudyScene) -> None:
    study = scene.study(1, overlap=2)
    scene.rate(study, "Ann")
    app = opened(study.id)
    app.session_state["rater_name"] = "Ben"
    app.button(key="vote_back").click()
    assert shown(healthy(app.run()))["state"] == "new"
    assert [one.rater for one in scene.store.study_ballots(study.id)] == ["Ann"]
