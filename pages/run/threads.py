"""Threads: the library of stored conversations."""

import streamlit as st

from compare.errors import CompareError
from compare.ui import resources, state
from compare.ui import threads as thread_ui

PREVIEW_PX = 560

st.header("Threads", anchor=False)
left, right = st.columns([2, 3], gap="large")
with left:
    file = st.file_uploader(
        "Add threads: JSON, JSON lines or a text transcript", type=["json", "jsonl", "txt", "md"], key="library_upload"
    )
    if file is not None and st.session_state.get("library_uploaded") != file.file_id:
        st.session_state["library_uploaded"] = file.file_id
        try:
            st.success(f"{len(thread_ui.keep_upload(file.name, file.getvalue()))} kept.", icon=":material/check:")
        except CompareError as exc:
            st.error(str(exc), icon=":material/error:")
    search = st.text_input("Search titles", key="thread_search", placeholder="refund")
    found = resources.store().threads(search=search)
    chosen = st.radio(
        "Stored threads",
        [thread.id for thread in found],
        format_func={thread.id: thread_ui.thread_label(thread) for thread in found}.get,
        index=thread_ui.first_choice(found, state.asked_thread()) if found else None,
        key="library_choice",
        label_visibility="collapsed",
    )
    if not found:
        st.info("No thread has this in its title." if search else "No threads yet. Add some above.")
with right:
    if chosen:
        thread = resources.store().thread(chosen)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(thread.title, anchor=False)
            st.space("stretch")
            st.page_link(
                "pages/run/playground.py",
                label="Compare on this thread",
                icon=":material/compare_arrows:",
                query_params={"thread": chosen},
            )
        st.caption(f"{len(thread.messages)} messages \u00b7 {thread.workload} \u00b7 from {thread.source}")
        thread_ui.show_messages(thread.messages, height=PREVIEW_PX)
