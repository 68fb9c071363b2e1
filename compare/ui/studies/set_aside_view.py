"""Ballots that count no more: told wherever they change figures."""

from __future__ import annotations

import streamlit as st

from compare.report.words import counted
from compare.store.store import Store
from compare.store.study_values import SetAside
from compare.ui.plain import plain
from compare.ui.studies.words import moment


def draw_set_aside(aside: list[SetAside]) -> None:
    """Of one study: what is in no figure, by whom and why; nothing where nothing is set aside."""
    for one in aside:
        st.info(
            plain(
                f"{counted(one.n_ballots, 'ballot')} of {one.rater} set aside by {one.by} on {moment(one.at)}: "
                f"{one.reason.rstrip('.')}. In no figure; nothing is deleted."
            ),
            icon=":material/person_off:",
        )


def draw_set_aside_anywhere(store: Store) -> None:
    """Of all studies, in a line each that leads to the study; for figures over every vote."""
    for study in store.studies():
        n = sum(one.n_ballots for one in store.study_set_aside(study.id))
        if n:
            st.page_link(
                "pages/review/studies.py",
                label=plain(f"{counted(n, 'ballot')} set aside in {study.name}: in none of these figures"),
                icon=":material/person_off:",
                query_params={"study": study.id, "view": "quality"},
            )
