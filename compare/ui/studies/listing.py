"""All studies, newest first; a click opens one."""

from __future__ import annotations

import streamlit as st

from compare.review.running import StudyProgress, study_progress
from compare.store.study_values import Study
from compare.ui import resources
from compare.ui.studies.place import go
from compare.ui.studies.words import minutes, moment, state_word


def draw_list() -> None:
    """The page without a study on screen."""
    store = resources.store()
    found = [(one, study_progress(store, one.id)) for one in store.studies()]
    if not found:
        st.info(
            "No studies yet. A study has answers rated by several people, blind and each on their own, and says how "
            "far the result can be trusted. Press New study.",
            icon=":material/info:",
        )
        return
    _table(found)


def _table(found: list[tuple[Study, StudyProgress]]) -> None:
    import pandas as pd

    st.caption("Choose a study to see its progress, its quality and where raters differ.")
    rows = [
        {
            "Study": one.name,
            "State": state_word(one),
            "Progress": 100 * at.share,
            "Ballots": f"{at.n_ballots:,} of {at.n_needed:,}",
            "Raters": at.n_raters,
            "Left": minutes(at.minutes_left),
            "Deadline": moment(one.deadline) if one.deadline else "none",
            "Made": pd.Timestamp(one.created_at),
        }
        for one, at in found
    ]
    shown = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        key="studies_table",
        column_config={
            "Study": st.column_config.TextColumn(width="medium"),
            "Progress": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100),
            "Raters": st.column_config.NumberColumn(width="small", help="People who have rated."),
            "Left": st.column_config.TextColumn(help="Rating time over all raters, by the measured median."),
            "Made": st.column_config.DatetimeColumn(format="D MMM, HH:mm", width="small"),
        },
    )
    if shown.selection.rows:
        go(study=found[shown.selection.rows[0]][0].id)
        st.rerun()
