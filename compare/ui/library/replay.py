"""What can be asked of a stored thread once more: its last turn, every turn, or its user turns one after the other."""

from __future__ import annotations

import streamlit as st

from compare.records import Thread
from compare.threads.prompts import user_turns
from compare.threads.selection import Selection
from compare.ui.library.selection import JOBS_PAGE, PLAYGROUND_PAGE, jobs_query


def replay(thread: Thread) -> None:
    """A button, and behind it the ways with where each leads."""
    n_turns = len(user_turns(thread.messages))
    if n_turns == 0:
        return
    this = Selection(ids=(thread.id,))
    with st.popover("Replay", icon=":material/replay:", type="tertiary", key="thread_replay"):
        st.page_link(
            PLAYGROUND_PAGE, label="The last turn, side by side", icon=":material/compare_arrows:",
            query_params={"thread": thread.id},
        )  # fmt: skip
        if n_turns == 1:
            return
        st.page_link(
            PLAYGROUND_PAGE, label="From the first turn, side by side", icon=":material/replay:",
            query_params={"thread": thread.id, "turn": "1"},
        )  # fmt: skip
        st.caption("The user's messages one after the other; each candidate goes on after its own answers.")
        st.page_link(
            JOBS_PAGE, label="Every turn as a job, earlier turns as given", icon=":material/playlist_play:",
            query_params=jobs_query(this, turns="all", history="fixed"),
        )  # fmt: skip
        st.page_link(
            JOBS_PAGE, label="Every turn as a job, own answers", icon=":material/playlist_play:",
            query_params=jobs_query(this, turns="all", history="own"),
        )  # fmt: skip
