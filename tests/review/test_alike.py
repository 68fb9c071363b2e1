"""Typed names that a reader takes for one."""

from __future__ import annotations

import pytest

from compare.review.alike import alike, names_alike


@pytest.mark.parametrize(
    "typed",
    ["ana", "ANA", "An a", "Ana\u200b", "\u0410na", "\uff21na", "A\u0301na", "A.n.a", "\u0391na"],
    ids=["case", "capitals", "space", "invisible", "Cyrillic", "full width", "accent", "dots", "Greek"],
)
def test_names_that_read_the_same_are_alike(typed: str) -> None:
    assert alike(typed, ["Ana", "Anna", "Bob"]) == ["Ana"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana", "Anna"),
        ("Ann", "Ana L"),
        ("!!", "??"),
        ("\u738b", "\u674e"),
        ("\u0915\u093f\u0930\u0928", "\u0915\u0930\u0928"),
    ],
)
def test_different_names_are_not(one: str, other: str) -> None:
    assert alike(one, [other]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\U0001f600", "\U0001f600\ufe0f"),
        ("\U0001f600 \U0001f680", "\U0001f600\U0001f680"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u202b\u05e9\u05dc\u05d5\u05dd\u202c"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u034f\u05d5\u05dd"),
        ("\u674e", "\u674e\ufe00"),
        ("Ana", "Ana\u3164"),
    ],
    ids=["emoji", "spaced emoji", "right to left", "joined letters", "variation", "filler"],
)
def test_what_shows_nothing_tells_no_names_apart(one: str, other: str) -> None:
    assert alike(one, [other]) == [other]
    assert alike(other, [one]) == [one]


def test_names_of_different_emoji_are_different() -> None:
    assert alike("\U0001f600", ["\U0001f601", "Ana", "\U0001f600\U0001f600"]) == []


def test_case_is_folded_in_other_scripts_too() -> None:
    assert alike("\u0410\u041d\u041d\u0410", ["\u0410\u043d\u043d\u0430"]) == ["\u0410\u043d\u043d\u0430"]


def test_known_raters_and_those_a_study_is_for_are_asked_about(scene) -> None:
    scene.store.rater("Ana")
    scene.store.rater_signed_in("issuer:1", "Cid", "rater")
    study = scene.study(1, raters=("Ana", "Bob", "Dan"))
    assert names_alike(scene.store, "ana ") == ["Ana"]
    assert names_alike(scene.store, "BOB") == ["Bob"]
    assert names_alike(scene.store, "cid") == []
    assert names_alike(scene.store, " Ana") == []
    assert names_alike(scene.store, "  ") == []
    scene.store.close_study(study.id)
    assert names_alike(scene.store, "BOB") == []


def test_names_that_were_stored_before_stay_those_of_two_raters(scene) -> None:
    assert scene.store.rater("Ana") != scene.store.rater("ana")
    assert names_alike(scene.store, "Ana") == names_alike(scene.store, "ana") == []
    assert names_alike(scene.store, "ANA") == ["Ana", "ana"]
