"""One thread of the library: what it is, what can be done with it, its words, and what was really answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import streamlit as st

from compare.errors import NotFoundError
from compare.records import Message, Thread
from compare.render.markdown import to_html
from compare.report.words import counted
from compare.store.library import LastRecorded, ThreadLine
from compare.threads.prompts import user_turns
from compare.ui import resources
from compare.ui.library.editing import edit_thread
from compare.ui.library.files import written
from compare.ui.library.reading import WHOLE_UP_TO, show_thread
from compare.ui.library.replay import replay
from compare.ui.library.selection import PLAYGROUND_PAGE, go, place
from compare.ui.names_shown import names_shown, replies_in, viewer
from compare.ui.plain import plain
from compare.ui.playground.recorded_choice import recorded_key
from compare.ui.threads import CSS, origin

PREVIEW_PX = 520
_EXCERPT_CHARS = 60
_RECORD_CHARS = 20
_MOST_BRANCHES = 30


def preview() -> None:
    """The right side of the library."""
    thread_id = place().thread
    if thread_id is None:
        return
    store = resources.store()
    try:
        thread = store.thread(thread_id)
    except NotFoundError:
        st.warning("There is no thread with this address in this database.", icon=":material/search_off:")
        return
    (line,) = store.thread_lines([thread_id])
    _head(thread, line)
    _versions(line)
    if thread.note:
        st.caption(plain(thread.note))
    messages = _branch(thread)
    message = _jump(messages)
    show_thread(messages, height=PREVIEW_PX, message=message)
    if messages == thread.messages:
        names_shown(replies_in(messages))
    _recorded(thread, store.last_recorded(thread_id))


def _head(thread: Thread, line: ThreadLine) -> None:
    st.subheader(plain(thread.title), anchor=False)
    tokens = [] if line.n_tokens is None else [counted(line.n_tokens, "token")]
    turns = counted(len(user_turns(thread.messages)), "turn")
    st.caption(
        plain(
            " \u00b7 ".join(
                [counted(line.n_messages, "message"), turns, *tokens, line.workload, _origin(thread), _when(line)]
            )
        )
    )
    if line.tags or line.archived:
        with st.container(horizontal=True, gap="small", key="thread_tags"):
            for tag in line.tags:
                st.badge(plain(tag), color="blue")
            if line.archived:
                st.badge("Archived", icon=":material/archive:", color="gray")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="thread_actions"):
        st.page_link(
            PLAYGROUND_PAGE, label="Compare on this thread", icon=":material/compare_arrows:",
            query_params={"thread": thread.id},
        )  # fmt: skip
        replay(thread)
        if st.button("Edit", key="thread_edit", icon=":material/edit:", type="tertiary"):
            edit_thread(thread.id)
        st.download_button(
            "Export", data=partial(written, (thread.id,), viewer()), file_name=f"thread-{thread.id}.jsonl",
            mime="application/jsonl", key="thread_export", on_click="ignore", icon=":material/download:",
            type="tertiary",
        )  # fmt: skip


def _origin(thread: Thread) -> str:
    record = thread.source_ref if len(thread.source_ref) <= _RECORD_CHARS else f"{thread.source_ref[:_RECORD_CHARS]}..."
    return origin(thread) + (f", record {record}" if record and thread.source != "sample" else "")


def _when(line: ThreadLine) -> str:
    return f"{datetime.fromisoformat(line.imported_at):%d %B %Y}"


def _versions(line: ThreadLine) -> None:
    """Where an edited thread is from, and what was made of this one."""
    if line.edited_from_id:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"A version of another thread: message {line.edited_message} is said differently.")
            st.button("Open the original", key="open_original", type="tertiary", on_click=go,
                      kwargs={"thread": line.edited_from_id, "message": line.edited_message})  # fmt: skip
    for version in resources.store().thread_lines(resources.store().versions_of(line.id)):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"There is a version in which message {version.edited_message} is said differently.")
            st.button("Open it", key=f"open_{version.id}", type="tertiary", on_click=go,
                      kwargs={"thread": version.id, "message": version.edited_message})  # fmt: skip


def _branch(thread: Thread) -> Sequence[Message]:
    """The thread's messages, or those of another branch of its tree that is chosen."""
    store = resources.store()
    leaves = store.leaves(thread.id)
    main = thread.messages[-1].id
    others = [leaf for leaf in leaves if leaf != main][:_MOST_BRANCHES]
    if not others:
        return thread.messages
    paths = {main: thread.messages, **{leaf: store.path(leaf) for leaf in others}}
    chosen = st.selectbox(
        "Branch", list(paths), key=f"branch_{thread.id}", filter_mode="contains", label_visibility="collapsed",
        format_func=lambda leaf: _branch_in_a_line(leaf == main, paths[leaf]),
    )  # fmt: skip
    return paths[chosen]


def _branch_in_a_line(is_main: bool, path: Sequence[Message]) -> str:
    which = "The thread as imported" if is_main else "A branch"
    return f"{which} \u00b7 {counted(len(path), 'message')} \u00b7 ends with {_in_a_line(len(path), path[-1])}"


# --- going to a message ----------------------------------------------------------------------------------------------


def _jump(messages: Sequence[Message]) -> int | None:
    """The message at which the thread stands open, and the field that leads to another."""
    n = len(messages)
    message = place().message
    message = None if message is None else min(max(1, message), n)
    if n <= WHOLE_UP_TO:
        return message
    st.session_state["library_jump"] = message
    st.selectbox(
        "Go to message", range(1, n + 1), index=None, key="library_jump", on_change=_go_to, placeholder="Go to message",
        format_func=lambda number: _in_a_line(number, messages[number - 1]),
        filter_mode="contains", label_visibility="collapsed",
    )  # fmt: skip
    return message


def _go_to() -> None:
    go(message=st.session_state["library_jump"])


def _in_a_line(number: int, message: Message) -> str:
    line = " ".join(message.text.split())
    excerpt = line if len(line) <= _EXCERPT_CHARS else f"{line[: _EXCERPT_CHARS - 3]}..."
    return f"{number} \u00b7 {message.role} \u00b7 {excerpt}"


# --- what was really answered ----------------------------------------------------------------------------------------


def _recorded(thread: Thread, recorded: Sequence[LastRecorded]) -> None:
    """Recorded answers to the last user message that do not stand in the thread, one at a time."""
    others = [one for one in recorded if not one.in_thread]
    if not others:
        return
    by_name = {one.candidate.name: one for one in others}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="recorded_head"):
        st.markdown(f"**{counted(len(others), 'recorded answer')} to the last message of the user**")
        if len(recorded) > 1:
            st.page_link(
                PLAYGROUND_PAGE, label="Compare them blind", icon=":material/visibility_off:",
                query_params={
                    "thread": thread.id, "models": ",".join(recorded_key(one.candidate) for one in recorded),
                    "blind": "1",
                },
            )  # fmt: skip
    name = st.segmented_control(
        "Whose answer", list(by_name), key=f"recorded_{thread.id}", label_visibility="collapsed", format_func=plain
    )
    if name:
        names_shown([by_name[name].answer.id])
        with st.container(border=True, key="recorded_text"):
            words = to_html(by_name[name].answer.text)
            st.html(f'<style>{CSS}</style><div class="wb-msg wb-alone" dir="auto">{words}</div>')
