"""The studies in which a person may rate, with what is left in each."""

from __future__ import annotations

import streamlit as st

from compare.review.assignment import Progress, progress
from compare.store.part import now
from compare.store.study_values import Study
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.vote.sentences import minutes_left
from compare.ui.who import Person


def studies_for(person: Person) -> list[tuple[Study, Progress]]:
    """Open studies in which they may rate, newest first; where something is left for them before the others."""
    store = resources.store()
    found = [
        (study, progress(store, study.id, person.rater_id))
        for study in store.studies()
        if _takes_votes(study) and (not study.raters or person.name in study.raters)
    ]
    return sorted(found, key=lambda one: one[1].left == 0)


def choose_study(person: Person) -> None:
    """The list; a press opens a study under its own address."""
    st.header("Vote", anchor=False)
    found = studies_for(person)
    if not found:
        st.info("No study is open for you. Whoever makes one sends you its link.", icon=":material/info:")
        return
    for study, done in found:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"vote_study_{study.id}"):
            with st.container(gap=None):
                st.markdown(f"**{plain(study.name)}**")
                st.caption(plain(_line(study, done)))
            label = "Rate" if done.done == 0 else "Go on"
            if st.button(label, key=f"vote_open_{study.id}", disabled=done.left == 0, width="content"):
                st.query_params["study"] = study.id
                st.rerun()


def _line(study: Study, done: Progress) -> str:
    whole = "Whole threads. " if study.scope == "thread" else ""
    if not done.left:
        return f"{whole}Nothing is left for you now. The study has {done.study_done} of {done.study_needed} votes."
    left = minutes_left(done)
    yours = f"{done.done} of {done.done + done.left} rated by you{f', {left}' if left else ''}."
    return f"{whole}{yours} The study has {done.study_done} of {done.study_needed} votes."


def _takes_votes(study: Study) -> bool:
    return study.state == "open" and (study.deadline is None or study.deadline > now())
