"""Reading a run: the panes, the vote bar, the next message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from compare.engine.run import Run
from compare.errors import CompareError, NotFoundError
from compare.records import Comparison
from compare.report.words import counted
from compare.runs.building import RecordedPane
from compare.runs.live import Runs
from compare.runs.views import has_seen_names
from compare.settings import plain_viewer
from compare.ui import resources, state, who
from compare.ui.names_shown import names_shown
from compare.ui.pane import plain_pane, reading_pane
from compare.ui.plain import plain
from compare.ui.playground.edit_view import edit_message
from compare.ui.playground.export_view import export_dialog
from compare.ui.playground.next_message import next_message
from compare.ui.playground.panes_view import change_panes
from compare.ui.playground.sent_view import sent_dialog
from compare.ui.playground.spread_view import spread_dialog
from compare.ui.playground.tokens_view import tokens_dialog
from compare.ui.playground.voter import voter
from compare.ui.vote_bar import vote_bar

_RESERVE_PX = 350
"""What stands above and below the panes: navigation, header, vote bar, message field."""
_CAPTION_PX = 38
_LOOK_AGAIN_S = 5.0
_MORE = {
    "panes": ":material/groups: Candidates",
    "tokens": ":material/data_usage: Tokens",
    "sent": ":material/outbox: Sent",
    "spread": ":material/scatter_plot: Spread",
    "export": ":material/download: Export",
}
_PLAIN_REFRESH_S = 0.4


def draw(run_id: str, runs: Runs) -> None:
    """The whole screen."""
    try:
        run = runs.open(run_id)
    except NotFoundError as exc:
        st.error(plain(str(exc)), icon=":material/search_off:")
        st.button("New comparison", on_click=state.show_run, args=(None,), key="new")
        return
    comparison = resources.store().comparison(run_id)
    assert comparison is not None
    revealed = resources.views().revealed(run, state.rater_id())
    if run.blind and revealed:
        state.mark_names_seen(run.id)
    if revealed:
        names_shown(slot.answer_id for slot in comparison.current)
    _header(run, comparison, runs, revealed=revealed)
    told = _who_is_missing(comparison, runs, revealed=revealed)
    if told:
        st.caption(plain(told))
    _panes(run, runs, reserve_px=_RESERVE_PX + (_CAPTION_PX if told else 0))
    if run.blind and not revealed and not run.running:
        _watch(run_id)
    number = state.asked_to_edit()
    if number is not None:
        edit_message(run, runs, number, names_seen=revealed or state.names_seen(run.id))
    with st.bottom:
        vote_bar(run, comparison)
        next_message(run, runs, names_seen=revealed or state.names_seen(run.id))


@st.fragment(run_every=_LOOK_AGAIN_S)
def _watch(run_id: str) -> None:
    """Notice a vote that the same rater casts in another tab: what it shows is known from then on."""
    who.still("owner")
    if has_seen_names(resources.store(), run_id, state.rater_id()):
        st.rerun()


def _header(run: Run, comparison: Comparison, runs: Runs, *, revealed: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="runhead"):
        st.subheader(f"{plain(run.title)} \u00b7 {_length(comparison)}", anchor=False, width="content")
        st.badge(plain(runs.history_in_words(run.id, revealed=revealed)), color="gray")
        if run.blind and not revealed:
            if state.names_seen(run.id):
                st.badge("Names were shown here before: a vote counts as open", color="gray")
            else:
                st.badge("Blind", icon=":material/visibility_off:", color="violet")
        st.space("stretch")
        if run.running:
            st.button("Stop all", key="stop_all", icon=":material/stop:", shortcut="Ctrl+Shift+X",
                      on_click=runs.stop, args=(run.id,))  # fmt: skip
        elif revealed:
            _more(run, runs)
        voter()
        st.button("New comparison", key="new", icon=":material/add:", on_click=state.show_run, args=(None,))


def _more(run: Run, runs: Runs) -> None:
    """What is looked at less often, each in a dialog; only where the candidates may be known."""
    chosen = st.menu_button(
        "More", list(_MORE), key="more", icon=":material/more_horiz:", type="tertiary", format_func=_MORE.__getitem__
    )
    match chosen:
        case "tokens":
            tokens_dialog(run)
        case "sent":
            sent_dialog(run)
        case "panes":
            change_panes(run, runs, names_seen=True)
        case "spread":
            spread_dialog(run)
        case "export":
            export_dialog(run)


def _length(comparison: Comparison) -> str:
    """How much of the thread is asked about: "29 of 30 messages", and in follow-ups all that stands there by then."""
    store = resources.store()
    n_thread = len(store.thread(comparison.thread_id).messages)
    n_asked = len(store.path(comparison.current[0].prompt_leaf_id))
    if comparison.continues_id is not None or n_asked == n_thread:
        return counted(n_asked, "message")
    return f"{n_asked} of {counted(n_thread, 'message')}"


def _who_is_missing(comparison: Comparison, runs: Runs, *, revealed: bool) -> str:
    """Who stood in the run before and could not go on; empty where all went on."""
    gone = runs.left_out(comparison)
    if not gone:
        return ""
    if not revealed:
        return f"Without {' and '.join(one.letter for one in gone)} of the run before."
    return " ".join(f"Without {one.letter} {one.label}: {one.why}." for one in gone)


def _panes(run: Run, runs: Runs, *, reserve_px: int) -> None:
    view = resources.views().find(run.id, state.rater_id())
    assert view is not None
    kept = _kept(run, revealed=view.revealed)
    if plain_viewer():
        _plain(run, runs, kept)
        return

    def on_event(event: dict[str, Any]) -> None:
        _handle(event, run.id, runs)

    reading_pane(
        key="pane",
        url=f"/rp/{state.route_token(run.id)}",
        run_id=run.id,
        n=len(run.panes),
        revision=2 * run.n_changes + view.revealed,
        actions=True,
        kept=kept,
        running=run.running,
        reserve_px=reserve_px,
        on_event=on_event,
    )


def _kept(run: Run, *, revealed: bool) -> list[int]:
    """Places whose complete answer cannot be asked for again: recorded ones; while blind that would tell which."""
    recorded = [i for i, pane in enumerate(run.panes) if isinstance(pane, RecordedPane)]
    return list(range(len(run.panes))) if recorded and not revealed else recorded


def _handle(event: dict[str, Any], run_id: str, runs: Runs) -> None:
    """What a reader did inside the panes. "done" needs nothing: the rerun that it causes opens the vote bar."""
    try:
        match event.get("t"):
            case "stop":
                runs.stop(run_id, int(event["pane"]))
            case "again":
                runs.again(run_id, int(event["pane"]))
            case "edit":
                state.ask_to_edit(int(event["n"]))
    except CompareError as exc:
        state.leave_notice(str(exc))


@st.fragment(run_every=_PLAIN_REFRESH_S)
def _plain_live(run_id: str, runs: Runs) -> None:
    who.still("owner")
    run = runs.open(run_id)
    view = resources.views().find(run_id, state.rater_id())
    assert view is not None
    plain_pane(view.snapshot())
    if not run.running:
        st.rerun()


def _plain(run: Run, runs: Runs, kept: Sequence[int]) -> None:
    view = resources.views().find(run.id, state.rater_id())
    assert view is not None
    if run.running:
        _plain_live(run.id, runs)
    else:
        plain_pane(view.snapshot())
    with st.container(horizontal=True):
        for place, pane in enumerate(run.panes):
            letter = view.snapshot()["panes"][place]["name"]
            if pane.state == "done" and place in kept:
                continue
            if pane.final:
                st.button(f"Regenerate {letter}", key=f"again_{place}", on_click=_handle,
                          args=({"t": "again", "pane": place}, run.id, runs))  # fmt: skip
            else:
                st.button(f"Stop {letter}", key=f"stop_{place}", on_click=runs.stop, args=(run.id, place))
