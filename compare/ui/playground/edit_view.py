"""An earlier message said differently: all candidates are asked again from there, on a branch of their own."""

from __future__ import annotations

import streamlit as st

from compare.engine.run import Run
from compare.errors import CompareError
from compare.runs.live import Runs
from compare.ui import state, who
from compare.ui.plain import plain

_FIELD_PX = 220


@st.dialog("Edit and ask again", width="medium", icon=":material/edit:")
def edit_message(run: Run, runs: Runs, number: int, *, names_seen: bool) -> None:
    """The message in a field, and a button that asks everybody again with what stands there."""
    who.still("owner")
    message = runs.message(run.id, number)
    if message is None:
        st.error(f"There is no message {number} here any more. Close this and reload the page.")
        return
    st.caption(
        f"Message {number}. All candidates answer it again; what came after it is not sent, and this run is kept."
    )
    text = st.text_area(
        f"Message {number}", value=message.text, height=_FIELD_PX, label_visibility="collapsed",
        key=f"edit_{run.id}_{number}",
    )  # fmt: skip
    if not st.button("Ask again from here", type="primary", key="edit_send", icon=":material/play_arrow:"):
        return
    try:
        state.show_run(runs.edit(run.id, number, text, names_seen=names_seen))
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    st.rerun()
