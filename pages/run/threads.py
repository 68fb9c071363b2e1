"""Threads: the library of stored conversations."""

import streamlit as st

from compare.errors import CompareError
from compare.report.words import counted
from compare.ui import resources, state
from compare.ui import threads as thread_ui
from compare.ui.plain import plain

PREVIEW_PX = 560

state.follow_address()
st.header("Threads", anchor=False)
left, right = st.columns([2, 3], gap="large")
with left:
    file = st.file_uploader(
        "Add threads: JSON, JSON lines or a text transcript", type=["json", "jsonl", "txt", "md"], key="library_upload"
    )
    if file is not None and st.session_state.get("library_uploaded") != file.file_id:
        st.session_state["library_uploaded"] = file.file_id
        try:
            kept = thread_ui.keep_file(file.name, file.getvalue())
        except CompareError as exc:
            st.error(plain(str(exc)), icon=":material/error:")
        else:
            st.success(kept.sentence, icon=":material/check:")
            thread_ui.show_troubles(kept.reading)
            state.choose_thread(kept.ids[0])
            st.session_state["library_choice"] = kept.ids[0]
            st.session_state["thread_search"] = ""
    search = st.text_input("Search titles and texts", key="thread_search")
    found = thread_ui.thread_options(state.thread_id(), search=search)
    chosen = None
    if found:
        chosen = st.radio(
            "Stored threads",
            [thread.id for thread in found],
            format_func={thread.id: plain(thread_ui.thread_label(thread)) for thread in found}.get,
            index=thread_ui.first_choice(found, state.thread_id()),
            key="library_choice",
            label_visibility="collapsed",
        )
    else:
        st.info(
            "No thread holds these words. Try fewer, or clear the search."
            if search
            else "No threads yet. Add a file above, or paste a conversation in the playground."
        )
with right:
    if chosen:
        thread = resources.store().thread(chosen)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(thread.title), anchor=False)
            st.space("stretch")
            st.page_link(
                "pages/run/playground.py",
                label="Compare on this thread",
                icon=":material/compare_arrows:",
                query_params={"thread": chosen},
            )
        st.caption(f"{counted(len(thread.messages), 'message')} \u00b7 {plain(thread_ui.origin(thread))}")
        thread_ui.show_messages(thread.messages, height=PREVIEW_PX)
