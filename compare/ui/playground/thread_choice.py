"""Choosing the thread of the next comparison: one that is stored, a pasted text, or a file."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from compare.errors import CompareError
from compare.records import Thread
from compare.render.characters import visible
from compare.threads.importers import FILE_TYPES, Reading, read_text, titled
from compare.ui import resources, state
from compare.ui import threads as thread_ui

_WAYS = {"pick": "Pick a thread", "paste": "Paste one", "upload": "Upload a file"}
_PASTE_PX = 110
_PASTE_EXAMPLE = """User: My order 4417 has not arrived.
Assistant: I am sorry. Which address did you give?
User: ...

or OpenAI messages: [{"role": "user", "content": "..."}]"""


@dataclass(frozen=True, slots=True)
class ChosenThread:
    """The thread that Run will take."""

    thread: Thread | None = None
    pasted: Reading | None = None
    """What must be kept before it can be run; `thread` is its first one."""
    lacks: str = ""
    """Why there is no thread, where it is no error."""
    error: str = ""
    kept: thread_ui.Kept | None = None
    """What became of an uploaded file."""


def choose_thread() -> ChosenThread:
    """The chooser, and what is chosen in it."""
    way = st.segmented_control(
        "Thread", list(_WAYS), format_func=_WAYS.__getitem__, default="pick", required=True, key="thread_way",
        label_visibility="collapsed",
    )  # fmt: skip
    if way == "paste":
        return _pasted()
    if way == "upload":
        return _uploaded()
    return _picked()


def _picked() -> ChosenThread:
    asked = state.thread_id()
    found = thread_ui.thread_options(asked)
    if not found:
        return ChosenThread(lacks="No threads yet. Paste or upload one.")
    by_id = {thread.id: thread for thread in found}
    # The widget's own memory of an earlier visit must not win over the address.
    shown = state.settle("thread_choice", found[thread_ui.first_choice(found, asked)].id)
    chosen = st.selectbox(
        "Thread", list(by_id), list(by_id).index(shown), key="thread_choice", on_change=_pick, filter_mode="contains",
        format_func=lambda thread_id: thread_ui.thread_label(by_id[thread_id]), label_visibility="collapsed",
    )  # fmt: skip
    if asked is not None and chosen != asked:
        state.choose_thread(str(chosen))
    return ChosenThread(resources.store().thread(str(chosen)))


def _pick() -> None:
    state.choose_thread(str(st.session_state["thread_choice"]))


def _pasted() -> ChosenThread:
    text = st.text_area(
        "Conversation", height=_PASTE_PX, key="paste_text", placeholder=_PASTE_EXAMPLE, label_visibility="collapsed",
        value=st.session_state.get("pasted_before", ""),
    )  # fmt: skip
    # The widget forgets its text when another way is looked at.
    st.session_state["pasted_before"] = text
    if not text.strip():
        return ChosenThread(lacks="Paste a conversation. Run keeps it and sends it.")
    try:
        reading = read_text(text, source="paste")
        return ChosenThread(titled(reading.threads[0]), pasted=reading)
    except CompareError as exc:
        return ChosenThread(error=str(exc))


def _uploaded() -> ChosenThread:
    file = st.file_uploader(
        "A file of conversations", type=list(FILE_TYPES), key="upload",
        label_visibility="collapsed",
    )  # fmt: skip
    if file is None:
        return ChosenThread(lacks="Upload JSON, JSON lines, a table or a transcript.")
    file_id, outcome = st.session_state.get("uploaded", ("", ""))
    if file_id != file.file_id:
        try:
            outcome = thread_ui.keep_file(file.name, file.getvalue())
            state.choose_thread(outcome.ids[0])
        except CompareError as exc:
            outcome = str(exc)
        st.session_state["uploaded"] = (file.file_id, outcome)
    if isinstance(outcome, str):
        return ChosenThread(error=outcome)
    return ChosenThread(_one_of(outcome), kept=outcome)


def _one_of(kept: thread_ui.Kept) -> Thread:
    """The thread of a file that is compared: its first, or the one chosen."""
    store = resources.store()
    if len(kept.ids) == 1:
        return store.thread(kept.ids[0])
    read = zip(kept.ids, kept.reading.threads, strict=True)
    titles = {thread_id: visible(titled(thread).title) for thread_id, thread in read}
    chosen = st.selectbox(
        "Thread of this file", list(titles), format_func=titles.__getitem__, key=f"uploaded_{kept.ids[0]}",
        filter_mode="contains", label_visibility="collapsed",
    )  # fmt: skip
    state.choose_thread(str(chosen))
    return store.thread(str(chosen))


def is_pasting() -> bool:
    """Whether a text is to be pasted: a press on Run then takes in what stands in the field."""
    return bool(st.session_state.get("thread_way") == "paste")
