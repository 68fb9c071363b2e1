"""Other candidates beside the answers that are there: some go, some come, nobody is asked twice."""

from __future__ import annotations

import streamlit as st

from compare.engine.run import LETTERS, Run
from compare.errors import CompareError
from compare.runs.live import Runs
from compare.runs.steps import MAX_PANES
from compare.ui import state, who
from compare.ui.plain import plain
from compare.ui.playground.candidate_choice import candidate_options, chosen_candidates


@st.dialog("Candidates", width="medium", icon=":material/groups:")
def change_panes(run: Run, runs: Runs, *, names_seen: bool) -> None:
    """Who stays, who comes; the new run shows both, the old one is kept with all its votes."""
    who.still("owner")
    st.caption("Answers that stay are not asked for again. This run is kept as it is, with its votes.")
    here = list(range(len(run.panes)))
    keep = st.multiselect(
        "Keep", here, default=here, key=f"panes_keep_{run.id}", select_all=False,
        format_func=lambda place: f"{LETTERS[place]} {run.panes[place].face.label}",
    )  # fmt: skip
    options = candidate_options(None)
    add = st.multiselect(
        "Add", list(options), key=f"panes_add_{run.id}", format_func=options.__getitem__, select_all=False,
        filter_mode="contains", max_selections=max(1, MAX_PANES - len(keep)), placeholder="Choose candidates to add",
    )  # fmt: skip
    if not st.button("Show these", type="primary", key="panes_show", icon=":material/play_arrow:"):
        return
    try:
        state.show_run(runs.change_panes(run.id, keep=keep, add=chosen_candidates(add), names_seen=names_seen))
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    st.rerun()
