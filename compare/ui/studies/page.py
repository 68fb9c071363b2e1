"""The whole page: who may see it, and which of its parts is on screen."""

from __future__ import annotations

import streamlit as st

from compare.ui import state, who
from compare.ui.plain import plain
from compare.ui.studies.listing import draw_list
from compare.ui.studies.making import draw_new
from compare.ui.studies.one_study import draw_study
from compare.ui.studies.place import PARTS, go, place
from compare.ui.studies.votes_view import draw_votes
from compare.ui.studies.words_view import draw_words


def draw() -> None:
    """One script run of the page."""
    if who.person() is None and who.may("owner"):
        st.header("Studies", anchor=False)
        st.text_input("Your name", key="studies_who", max_chars=60, width=320, on_change=_named)
        st.button("Continue", key="studies_go_on", type="primary")  # leaving the field is what takes the name
    person = who.need("owner")
    if notice := state.notice():
        st.toast(plain(notice), icon=":material/info:")
    at = place()
    if at.study is not None:
        draw_study(at.study, person)
        return
    if at.view == "new":
        draw_new(person)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="studieshead"):
        st.header("Studies", anchor=False, width="content")
        view = state.settle("studies_part", at.view)
        st.segmented_control(
            "Part of the page", list(PARTS), default=view, format_func=PARTS.__getitem__, key="studies_part",
            required=True, label_visibility="collapsed",
            on_change=lambda: go(view=st.session_state["studies_part"]),
        )  # fmt: skip
        st.space("stretch")
        st.button(
            "New study", key="studies_new", type="primary", icon=":material/add:", on_click=go, kwargs={"view": "new"}
        )
    match at.view:
        case "votes":
            draw_votes()
        case "words":
            draw_words()
        case _:
            draw_list()


def _named() -> None:
    state.keep_rater_name(str(st.session_state["studies_who"]))
