"""A typed name that reads like another's: the page asks whose it is, through app.py."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from compare.ui import resources
from tests.pages.steps import all_text, healthy, opened


def typed(name: str) -> AppTest:
    """The Studies page after somebody has typed this name."""
    resources.store().rater("Ana")
    app = opened("pages/review/studies.py")
    app.text_input(key="studies_who").set_value(name).run()
    return healthy(app)


def names() -> list[str]:
    return [rater.name for rater in resources.store().known_raters()]


def test_who_is_that_person_goes_on_under_the_name_that_is_here() -> None:
    app = typed("ana")
    assert "Ana is here already and reads like ana." in all_text(app)
    assert "rater_name" not in app.session_state
    app.button(key="name_is_0").click().run()
    assert app.session_state["rater_name"] == "Ana"
    assert "Is that you" not in all_text(healthy(app))
    assert names() == ["Ana"]


def test_who_is_not_adds_what_tells_them_apart() -> None:
    app = typed("\u0410na")
    app.text_input(key="name_other").set_value("AN A")
    app.button(key="name_is_other").click().run()
    assert "AN A still reads like Ana." in all_text(app)
    app.text_input(key="name_other").set_value("Ana Lee")
    app.button(key="name_is_other").click().run()
    assert app.session_state["rater_name"] == "Ana Lee"
    assert names() == ["Ana", "Ana Lee"]


def test_a_name_like_no_other_and_the_very_name_are_not_asked_about() -> None:
    for name in ("Bob", "Ana"):
        app = typed(name)
        assert app.session_state["rater_name"] == name
        assert "reads like" not in all_text(app)
