"""One study: what it asks, the link for raters, and the view of it that the address names."""

from __future__ import annotations

import streamlit as st

from compare.report.words import counted
from compare.store.study_values import Study
from compare.ui import resources, state
from compare.ui.plain import plain
from compare.ui.studies.disagreements_view import draw_disagreements
from compare.ui.studies.export_view import draw_export
from compare.ui.studies.place import VIEWS, go, place, rating_link
from compare.ui.studies.progress_view import draw_progress
from compare.ui.studies.quality_view import draw_quality
from compare.ui.studies.words import moment, state_word
from compare.ui.who import Person


def draw_study(study_id: str, person: Person) -> None:
    """The page with a study on screen."""
    study = resources.store().study(study_id)
    with st.container(horizontal=True, vertical_alignment="center", key="studyhead"):
        st.header(plain(study.name), anchor=False, width="content")
        st.badge(state_word(study), color="green" if state_word(study) == "open" else "gray")
        st.space("stretch")
        st.button("All studies", key="studies_back", icon=":material/arrow_back:", on_click=go)
    st.markdown(f"**{plain(study.question)}**")
    st.caption(plain(_settings(study)))
    view = state.settle("studies_view", place().view)
    st.segmented_control(
        "View", list(VIEWS), default=view, format_func=VIEWS.__getitem__, key="studies_view", required=True,
        label_visibility="collapsed", on_change=lambda: go(study=study_id, view=st.session_state["studies_view"]),
    )  # fmt: skip
    match place().view:
        case "quality":
            draw_quality(study, person)
        case "disagreements":
            draw_disagreements(study, person)
        case "export":
            draw_export(study, person)
        case _:
            _link(study)
            draw_progress(study)


def _settings(study: Study) -> str:
    what = "whole threads side by side" if study.scope == "thread" else "one turn"
    conditions = "blind" if study.blind else "open" + (", with speed and cost" if study.speed_visible else "")
    told = [
        what, conditions, f"{counted(study.overlap, 'rater')} per item",
        f"{100 * study.swap_share:.0f} % repeated with sides swapped", f"criteria: {', '.join(study.criteria)}",
        f"ends {moment(study.deadline)}" if study.deadline else "no deadline",
    ]  # fmt: skip
    return " \u00b7 ".join(told)


def _link(study: Study) -> None:
    if study.instructions.strip():
        with st.expander("Instructions"):
            st.text(study.instructions)
    st.caption("Send this link to the raters; the button at its right end copies it.")
    st.code(rating_link(study.id), language=None, wrap_lines=True)
