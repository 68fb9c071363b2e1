"""All jobs, newest first; a click opens one."""

from __future__ import annotations

import streamlit as st

from compare.jobs.overview import Overview, overview
from compare.store.jobs import PROBE_KIND
from compare.ui import resources
from compare.ui.jobs import workers
from compare.ui.jobs.place import make, show_job

_MOST = 100
STARTING = "starting"
"""A process of ours is on its way to the job and has not taken it up yet."""


def draw_list() -> None:
    """The page without a job on screen."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Jobs", anchor=False, width="content")
        st.space("stretch")
        st.button("New job", key="jobs_new", type="primary", icon=":material/add:", on_click=make, args=(True,))
    store = resources.store()
    found = [overview(store, row.id) for row in store.jobs(limit=_MOST)]
    if not found:
        st.info(
            "No jobs yet. A job sends many threads to several candidates and keeps every answer. "
            "Press New job, or use the command line: weighbridge run.",
            icon=":material/info:",
        )
        return
    _table(found)


def _table(found: list[Overview]) -> None:
    import pandas as pd

    st.caption("Choose a job to see its progress, its failures and its answers; memory probes open on the Memory page.")
    rows = [
        {
            "Made": pd.Timestamp(one.row.created_at),
            "Kind": one.kind.capitalize(),
            "What": one.title,
            "State": shown_state(one),
            "Finished": one.progress.all().finished / max(one.progress.all().total, 1) * 100,
            "Answers": one.progress.all().done,
            "Failed": one.progress.all().failed,
            "Cost": one.spent_usd,
            "Id": one.row.id,
        }
        for one in found
    ]
    shown = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        key="jobs_table",
        column_config={
            "Made": st.column_config.DatetimeColumn(format="D MMM, HH:mm", width=110),
            "What": st.column_config.TextColumn(width="large"),
            "Finished": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100),
            "Kind": st.column_config.TextColumn(width=130),
            "Cost": st.column_config.NumberColumn(format="$%.4f", width="small"),
        },
    )
    if shown.selection.rows:
        row = found[shown.selection.rows[0]].row
        if row.kind == PROBE_KIND:
            st.switch_page("pages/run/probes.py", query_params={"probes": row.id})
        show_job(row.id)
        st.rerun()


def shown_state(one: Overview) -> str:
    """The state as pages call it."""
    if one.state == "interrupted" and workers.is_at_work(one.row.id):
        return STARTING
    return one.standing
