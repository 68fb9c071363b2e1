"""A chooser shows what it should also where the browser builds it from a later drawing than the first."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def chooser() -> None:
    import streamlit as st

    from compare.ui import state

    asked = st.session_state.setdefault("asked", "long")
    shown = state.settle("which", asked)
    options = ["short", "long", "longest"]
    st.selectbox("Which", options, options.index(shown), key="which")


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(chooser).run()


def test_a_second_drawing_alone_still_says_what_to_show(page: AppTest) -> None:
    later = page.run().selectbox(key="which")
    assert not later.proto.set_value
    assert later.options[later.proto.default] == "long"


def test_the_first_drawing_sets_nothing_that_could_be_lost(page: AppTest) -> None:
    assert not page.selectbox(key="which").proto.set_value
    assert page.selectbox(key="which").value == "long"


def test_what_was_chosen_stays_where_the_page_does_not_ask_for_another(page: AppTest) -> None:
    page.session_state["asked"] = "longest"
    assert page.run().selectbox(key="which").value == "longest"
    assert page.selectbox(key="which").proto.set_value
