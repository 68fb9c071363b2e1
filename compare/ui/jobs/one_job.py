"""One job: how it stands, what can be done with it, and what came of it."""

from __future__ import annotations

import streamlit as st

from compare.jobs.overview import Overview, failures, overview
from compare.report.words import counted
from compare.store.jobs import PROBE_KIND
from compare.ui import resources
from compare.ui.jobs.cells_view import cells_view
from compare.ui.jobs.place import show_job
from compare.ui.jobs.results_view import results_view
from compare.ui.jobs.standing import cost, is_live, standing
from compare.ui.plain import plain

_MOST_REASONS = 20


def draw_job(job_id: str) -> None:
    """The page with a job on screen."""
    store = resources.store()
    one = overview(store, store.job(job_id).id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(plain(one.title), anchor=False, width="content")
        st.space("stretch")
        st.button("All jobs", key="jobs_back", icon=":material/arrow_back:", on_click=show_job, args=(None,))
    names = [store.candidate(candidate_id).name for candidate_id in one.asked.candidates]
    history = "each candidate's own answers" if one.asked.history == "own" else "history as given"
    turns = "every turn" if one.asked.turns == "all" else "the last turn"
    times = f", {one.asked.repeat} times each" if one.asked.repeat > 1 else ""
    st.caption(
        plain(
            f"{counted(len(one.asked.threads), 'thread')}, {turns}, {history}{times}. Candidates: {', '.join(names)}."
        )
    )
    if one.row.kind == PROBE_KIND:
        st.page_link("pages/run/probes.py", label="What came of these probes: Memory", icon=":material/psychology:",
                     query_params={"probes": one.row.id})  # fmt: skip
    standing(one, "jobs", below=_by_model)
    if is_live(one):
        return
    cost(one)
    if not one.progress.all().finished:
        return
    _failures(one)
    results_view(one.row.id)
    cells_view(one.row.id)


def _by_model(one: Overview) -> None:
    import pandas as pd

    rows = [
        {
            "Model": lane.lane,
            "Answered": lane.done,
            "From the cache": lane.cached,
            "Failed": lane.failed,
            "In flight": lane.leased,
            "Waiting": lane.waiting,
            "Taken more than once": lane.again,
        }
        for lane in one.progress.lanes
    ]
    table = pd.DataFrame(rows)
    for column in ("From the cache", "Taken more than once"):
        if not table[column].any():
            table = table.drop(columns=column)
    st.dataframe(table, hide_index=True, height="content", key="jobs_by_model")


def _failures(one: Overview) -> None:
    if not one.progress.all().failed:
        return
    found = failures(resources.store(), one.row.id)
    st.subheader("Why answers failed", anchor=False)
    for reason in found[:_MOST_REASONS]:
        st.markdown(f"**{reason.n:,} x {plain(reason.lane)}** \u00b7 {plain(reason.reason)}")
    if len(found) > _MOST_REASONS:
        st.caption(f"And {len(found) - _MOST_REASONS:,} other reasons; the file of answers has all.")
