"""The dialog "Edit": title, tags and workload in place; a message's words as another version of the thread."""

from __future__ import annotations

import streamlit as st

from compare.errors import CompareError
from compare.records import Thread
from compare.ui import resources, state, who
from compare.ui.library.selection import go, place
from compare.ui.plain import plain

_WHAT = {"about": "Title, tags, workload", "words": "A message"}
_WORKLOADS = ("interactive", "batch", "archive")
_TEXT_PX = 220


@st.dialog("Edit", width="large", icon=":material/edit:")
def edit_thread(thread_id: str) -> None:
    """The whole dialog."""
    who.still("owner")
    thread = resources.store().thread(thread_id)
    what = st.segmented_control(
        "What is edited", list(_WHAT), format_func=_WHAT.__getitem__, default="about", required=True, key="edit_what",
        label_visibility="collapsed",
    )  # fmt: skip
    if what == "words":
        _words(thread)
    else:
        _about(thread)


def _about(thread: Thread) -> None:
    store = resources.store()
    (line,) = store.thread_lines([thread.id])
    facets = store.facets()
    with st.form("edit_about", border=False):
        title = st.text_input("Title", thread.title, key=f"edit_title_{thread.id}")
        tags = st.multiselect(
            "Tags", list(dict.fromkeys([*line.tags, *facets.tags])), default=list(line.tags),
            key=f"edit_tags_{thread.id}", accept_new_options=True, placeholder="Choose or type tags", select_all=False,
        )  # fmt: skip
        workloads = list(dict.fromkeys([thread.workload, *_WORKLOADS, *facets.workloads]))
        workload = st.selectbox("Workload", workloads, key=f"edit_workload_{thread.id}", accept_new_options=True)
        pressed = st.form_submit_button("Save", type="primary", key="edit_save")
    if not pressed:
        return
    try:
        if title != thread.title:
            store.rename_thread(thread.id, title)
        if workload != thread.workload:
            store.set_workload([thread.id], workload or "")
        store.tag_threads(
            [thread.id],
            add=[tag for tag in tags if tag not in line.tags],
            remove=[tag for tag in line.tags if tag not in tags],
        )
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
    else:
        st.rerun()


def _words(thread: Thread) -> None:
    numbers = range(1, len(thread.messages) + 1)
    asked = place().message
    number = st.selectbox(
        "Message", numbers, index=min(asked or 1, len(numbers)) - 1, key=f"edit_number_{thread.id}",
        format_func=lambda n: f"{n} \u00b7 {thread.messages[n - 1].role}",
    )  # fmt: skip
    message = thread.messages[number - 1]
    with st.form("edit_words", border=False):
        text = st.text_area("What it says", message.text, height=_TEXT_PX, key=f"edit_text_{thread.id}_{number}")
        st.caption(
            "Saving makes another version of the thread. This one stays as it is, since answers refer to it, and keeps "
            "its recorded answers: they answered these words."
        )
        if message.parts_json:
            st.caption("Pictures and calls of tools that belong to this message are not taken along.")
        pressed = st.form_submit_button("Save as another version", type="primary", key="edit_save_words")
    if not pressed:
        return
    try:
        saved = resources.store().edit_message(thread.id, number, text)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    go(thread=saved.id, message=number)
    if not saved.created:
        state.leave_notice("An equal conversation was here already; it is the one shown.")
    st.rerun()
