"""Replaying a thread turn by turn: the run begins at a turn, and the user's next words are sent with one press."""

from __future__ import annotations

import streamlit as st

from compare.engine.run import Run
from compare.errors import CompareError
from compare.records import Thread
from compare.runs.going_on import GoingOn
from compare.runs.live import Runs
from compare.threads.prompts import user_turns
from compare.ui import state
from compare.ui.plain import plain

_EXCERPT_CHARS = 200


def start_turn(thread: Thread) -> int | None:
    """The turn at which the run begins, where that is not the last one."""
    n_turns = len(user_turns(thread.messages))
    turn = state.start_turn(thread.id or None)
    if turn is None or not 1 <= turn < n_turns:
        return None
    return turn


def show_start_turn(thread: Thread, turn: int) -> None:
    """Say where the run begins, and offer the last turn instead."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="replay_start"):
        n_turns = len(user_turns(thread.messages))
        st.caption(
            f"Replay from turn {turn} of {n_turns}: the user's next words follow with one press after each turn."
        )
        st.button("Ask at the last turn", key="replay_off", type="tertiary", on_click=state.start_at_last_turn)


def next_of_thread(run: Run, runs: Runs, *, how: GoingOn, names_seen: bool) -> None:
    """The button that sends what the user says next in the thread; nothing where the thread has come to its end."""
    if run.running:
        return
    following = runs.next_of_thread(run.id)
    if following is None:
        return
    st.button(
        f"Turn {following.turn} of {following.n_turns}", key="replay_next", icon=":material/skip_next:",
        type="tertiary", help=f"Send what the user says next in the thread: {_excerpt(following.text)}",
        on_click=_send, args=(run.id, runs, following.text, how, names_seen),
    )  # fmt: skip


def _send(run_id: str, runs: Runs, text: str, how: GoingOn, names_seen: bool) -> None:
    try:
        continued = runs.follow_up(run_id, text, how=how, rater_id=state.rater_id(), names_seen=names_seen)
    except CompareError as exc:
        state.leave_notice(str(exc))
    else:
        state.show_run(continued.run_id)


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return plain(line if len(line) <= _EXCERPT_CHARS else f"{line[: _EXCERPT_CHARS - 3]}...")
