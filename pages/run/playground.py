"""Playground: one thread to several candidates at once; read, vote, continue."""

import streamlit as st

from compare.ui import resources, state
from compare.ui.plain import plain
from compare.ui.playground import run_view, set_up

run_id = state.run_id()
notice = state.notice()
if notice and run_id is None:
    st.warning(plain(notice), icon=":material/info:")
elif notice:
    # Over the page, so that no answer moves under the reader; it stays until it is put away.
    st.toast(plain(notice), icon=":material/info:", duration="infinite")
if run_id is None:
    set_up.draw()
else:
    run_view.draw(run_id, resources.runs())
