"""Choosing a thread and candidates. The first screen of the product: one press on Run must be enough.

What Run sends is what the preview shows: a pasted text is kept only when it is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from compare.catalog import availability
from compare.records import Message, Thread
from compare.report.words import counted
from compare.runs.steps import MAX_PANES, MIN_PANES
from compare.threads.prompts import fixed_prompt
from compare.ui import resources, state
from compare.ui import threads as thread_ui
from compare.ui.plain import plain
from compare.ui.playground.candidate_choice import (
    choose_candidates,
    chosen_candidates,
    missing_in_address,
    not_ready,
)
from compare.ui.playground.candidate_dialog import open_settings
from compare.ui.playground.earlier import earlier_runs
from compare.ui.playground.recorded_choice import chosen_recorded, is_recorded
from compare.ui.playground.replay_view import show_start_turn, start_turn
from compare.ui.playground.thread_choice import ChosenThread, choose_thread, is_pasting
from compare.ui.playground.window_note import show_too_long

_PREVIEW_PX = 540


@dataclass(frozen=True, slots=True)
class _How:
    """In what way the candidates are asked."""

    blind: bool
    repeat: int
    """How often each, every time in a pane of its own."""


def draw() -> None:
    """The whole screen: what to ask in one row, the thread to read below it."""
    with st.container(horizontal=True, vertical_alignment="center", key="setuphead"):
        st.header("Which model keeps the thread?", anchor=False, width="content")
        st.space("stretch")
        if st.button("Earlier runs", key="earlier", icon=":material/history:", type="tertiary"):
            earlier_runs()
    left, middle, right = st.columns([9, 10, 5], gap="medium", vertical_alignment="bottom")
    with left:
        found = choose_thread()
    thread = found.thread
    turn = start_turn(thread) if thread is not None else None
    with middle:
        chosen = choose_candidates(thread, turn)
        # Also while there is no thread, so that nothing moves when one is pasted.
        if st.button(
            "Candidate settings", key="candidate_settings", icon=":material/tune:", type="tertiary",
            disabled=thread is None,
            help="System prompt, temperature, length, thinking, stop sequences, context policy, preparation, fallback: "
            "of a new candidate, of one that is chosen, or the same for all.",
        ) and thread is not None:  # fmt: skip
            open_settings(thread, chosen_candidates(chosen))
    with right:
        choice = _how()
        trouble = _trouble(found, chosen, choice.repeat)
        pressed = st.button(
            "Run", type="primary", icon=":material/play_arrow:", key="run", disabled=bool(trouble), width="stretch"
        )
    # Below the row, so that nothing moves under the pointer while a pasted text is taken in by a press on Run.
    _say(found, trouble, pressed=pressed)
    if thread is not None and turn is not None:
        show_start_turn(thread, turn)
    if told := missing_in_address(thread, turn):
        st.warning(plain(told), icon=":material/info:")
    if thread is not None and pressed:
        _run(found, thread, chosen, choice, turn)
    state.show_choice(thread.id or None if thread else None, chosen, blind=choice.blind, repeat=choice.repeat)
    if thread is None:
        return
    if not trouble:
        st.caption(_what_happens(thread.messages, [key for key in chosen if not is_recorded(key)], choice.repeat, turn))
        show_too_long(fixed_prompt(thread.messages, turn), chosen_candidates(chosen))
    _preview(thread, turn, hidden=choice.blind and any(map(is_recorded, chosen)))


def _say(found: ChosenThread, trouble: str, *, pressed: bool) -> None:
    if found.error:
        st.error(plain(found.error), icon=":material/error:")
    elif pressed and found.lacks:
        st.error("The text is empty. Paste a conversation.", icon=":material/error:")
    elif trouble or found.lacks:
        st.caption(plain(trouble or found.lacks))
    if found.kept is not None:
        st.success(found.kept.sentence, icon=":material/check:")
        thread_ui.show_troubles(found.kept.reading)
    if found.pasted is not None:
        thread_ui.show_troubles(found.pasted)
        if len(found.pasted.threads) > 1:
            st.caption(
                f"{counted(len(found.pasted.threads), 'thread')} in this text. Run takes the first and keeps all."
            )


def _preview(thread: Thread, turn: int | None, *, hidden: bool) -> None:
    """The thread and its question; what was really answered only where no blind vote on it is to come."""
    left, right = st.columns([3, 2], gap="medium")
    n_sent = fixed_prompt(thread.messages, turn).n_messages
    with left:
        thread_ui.show_messages(thread.messages[: n_sent if hidden else None], height=_PREVIEW_PX)
    with right:
        thread_ui.show_message("The question", thread.messages[n_sent - 1], n_sent)
        if hidden:
            st.caption("What was really answered is hidden: it will be one of the blind answers.")
            return
        for n, reply in enumerate(thread.messages[n_sent:][: None if turn is None else 1], start=n_sent + 1):
            thread_ui.show_message("What was really answered", reply, n)


def _run(found: ChosenThread, thread: Thread, chosen: Sequence[str], how: _How, turn: int | None) -> None:
    thread_id = thread_ui.keep(found.pasted).ids[0] if found.pasted is not None else thread.id
    state.choose_thread(thread_id)
    run_id = resources.runs().start(
        thread_id, chosen_candidates(chosen), blind=how.blind, repeats=how.repeat, recorded=chosen_recorded(chosen),
        turn=turn,
    )  # fmt: skip
    state.show_run(run_id)
    st.rerun()


def _how() -> _How:
    """Blind or open, and how often each is asked; as the address says where it says so."""
    is_blind = state.settle("blind", bool(st.session_state.get("blind", state.is_blind())))
    times = list(range(1, MAX_PANES + 1))
    asked = st.session_state.get("repeat", state.repeat())
    n_times = state.settle("repeat", min(max(asked, 1), MAX_PANES))
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small", key="how"
    ):
        blind = st.toggle(
            "Blind", is_blind, key="blind",
            help="Letters in random order, answers shown together when all are complete, numbers hidden until your "
            "vote.",
        )  # fmt: skip
        repeat = st.selectbox(
            "Times each", times, times.index(n_times), key="repeat",
            format_func=lambda n: "once each" if n == 1 else f"{n} times each",
            label_visibility="collapsed", filter_mode=None, width=132,
        )  # fmt: skip
    state.keep_how(blind=blind, repeat=repeat)
    return _How(blind, repeat)


def _trouble(found: ChosenThread, chosen: Sequence[str], repeat: int) -> str:
    """What stands in the way of Run, or nothing. An empty field to paste into does not: a press on Run fills it."""
    missing = not_ready(chosen)
    if not any(availability(spec).ready for spec in resources.catalog().models.values()):
        return "No model is ready. The Models page says what each one needs, and how to add a server of your own."
    if missing:
        return f"Not ready: {'; '.join(missing)}. Set the key and start again, or take the model out."
    # A recorded answer stands there once, however often the others are asked.
    n_panes = sum(1 if is_recorded(key) else repeat for key in chosen)
    if n_panes < MIN_PANES:
        return f"Choose at least {MIN_PANES} candidates."
    if n_panes > MAX_PANES:
        return f"{n_panes} answers would stand side by side, and there is room for {MAX_PANES}: choose fewer."
    return "" if found.thread is not None or is_pasting() else found.lacks or found.error


def _what_happens(messages: Sequence[Message], asked: Sequence[str], repeat: int, turn: int | None) -> str:
    """What Run will send, and what stays here."""
    n, n_sent = len(asked), fixed_prompt(messages, turn).n_messages
    n_left = len(messages) - n_sent
    if n == 0:
        return "Nothing is sent: all of these answers were given before."
    whom = counted(n, "candidate") + (f", {repeat} times{' each' if n > 1 else ''}" if repeat > 1 else "")
    if n_left == 0:
        goes = "1 message goes" if n_sent == 1 else f"All {n_sent:,} messages go"
        return f"{goes} to {whom}; the last one is the question."
    if turn is not None:
        return f"{n_sent} of {counted(len(messages), 'message')} go to {whom}."
    what = "message stays" if n_left == 1 else f"{n_left} messages stay"
    return f"{n_sent} of {counted(len(messages), 'message')} go to {whom}; the last {what} here as the recorded answer."
