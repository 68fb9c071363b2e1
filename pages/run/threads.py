"""Threads: the library of stored conversations, what is wrong in them, and how new ones come in."""

import streamlit as st

from compare.ui import state
from compare.ui.library.adding import adding
from compare.ui.library.findings_view import findings_view
from compare.ui.library.listing import listing
from compare.ui.library.preview import preview
from compare.ui.library.selection import follow_address, go, place, write_address
from compare.ui.plain import plain

VIEWS = {"library": "Library", "findings": "Findings", "add": "Add threads"}

trouble = follow_address()
with st.container(horizontal=True, vertical_alignment="center", key="threadshead"):
    st.header("Threads", anchor=False, width="content")
    view = state.settle("library_view", place().view)
    st.segmented_control(
        "Part of the page", list(VIEWS), default=view, format_func=VIEWS.__getitem__, key="library_view", required=True,
        label_visibility="collapsed", on_change=lambda: go(view=st.session_state["library_view"]),
    )  # fmt: skip
if trouble:
    st.error(plain(trouble), icon=":material/error:")
if notice := state.notice():
    st.toast(plain(notice), icon=":material/info:")
match place().view:
    case "findings":
        findings_view()
    case "add":
        adding()
    case "library":
        left, right = st.columns([2, 3], gap="large")
        with left:
            listing()
        with right:
            preview()
write_address()
