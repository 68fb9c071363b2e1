"""The page around the element: who rates, which study, and what stands there when no item does."""

from __future__ import annotations

from typing import Any

import streamlit as st

from compare.errors import NotAllowedError, NotFoundError, StudyClosedError
from compare.ui import resources, state, who
from compare.ui.frame import guarded
from compare.ui.names_shown import carry_names_shown
from compare.ui.plain import plain
from compare.ui.vote import vote_element
from compare.ui.vote.desk import Desk
from compare.ui.vote.study_list import choose_study

_KEY = "vote_item"


def draw() -> None:
    """The whole page: a name where nobody has one, then the studies or one of them."""
    study_id = st.query_params.get("study")
    if who.person() is None and who.may("rater"):
        _ask_name(study_id)
        return
    person = who.need("rater")
    if not study_id:
        choose_study(person)
        return
    _rate(str(study_id), person.rater_id)


def _ask_name(study_id: str | None) -> None:
    st.header("Vote", anchor=False)
    if study_id:
        study = resources.store().study(study_id)
        st.markdown(f"**{plain(study.name)}**: {plain(study.question)}")
    with st.form("vote_name_form", border=False, width=420):
        name = st.text_input("Your name", key="vote_name", max_chars=60, autocomplete="name",
                             help="Your votes are kept under it. Use the same name when you come back.")  # fmt: skip
        if st.form_submit_button("Begin", type="primary", key="vote_begin") and name.strip():
            state.keep_rater_name(name)
            st.rerun()


@st.fragment
def _rate(study_id: str, rater_id: str) -> None:
    """A fragment, so that an event of the element draws the item anew and nothing else."""
    with guarded():
        if not _is_here(rater_id):
            who.need("rater")
            st.rerun()
        try:
            desk = _desk(study_id, rater_id)
        except (NotFoundError, NotAllowedError, StudyClosedError) as exc:
            _no_item(str(exc), None)
            return
        if desk.data is None:
            _no_item(desk.end, desk)
            return

        def take(event: dict[str, Any]) -> None:
            _act(desk, event)

        vote_element(key=_KEY, data=desk.data, on_event=take)


def _desk(study_id: str, rater_id: str) -> Desk:
    """This session's desk; a reload, another study or another rater begins a new one."""
    desk: Desk | None = st.session_state.get("vote_desk")
    if desk is None or (desk.study_id, desk.rater_id) != (study_id, rater_id):
        carry_names_shown(rater_id)
        desk = Desk(resources.store(), study_id, rater_id)
        desk.open()
        st.session_state["vote_desk"] = desk
    return desk


def _no_item(sentence: str, desk: Desk | None) -> None:
    """What stands there without an item: why, and the ways on."""
    st.header("Vote" if desk is None else plain(resources.store().study(desk.study_id).name), anchor=False)
    paused = desk is not None and desk.paused
    if desk is not None and desk.notice:
        st.warning(plain(desk.notice), icon=":material/info:")
    st.info(plain("Paused. What you had entered is kept; others may take this item meanwhile." if paused else sentence))
    with st.container(horizontal=True):
        if desk is not None and not desk.is_complete:
            st.button("Go on" if paused else "Look again", key="vote_again", on_click=_act,
                      args=(desk, {"t": "next"}), type="primary" if paused else "secondary")  # fmt: skip
        if desk is not None and desk.has_voted:
            st.button("My last vote", key="vote_back", on_click=_act, args=(desk, {"t": "back"}))
        if st.button("All studies", key="vote_list"):
            st.query_params.pop("study", None)
            st.session_state.pop("vote_desk", None)
            st.rerun()


def _act(desk: Desk, event: dict[str, Any]) -> None:
    """Events come before anything is drawn: by then somebody may have signed out or lost the role."""
    if _is_here(desk.rater_id):
        desk.take(event)


def _is_here(rater_id: str) -> bool:
    found = who.person()
    return found is not None and found.rater_id == rater_id and "rater" in found.roles
