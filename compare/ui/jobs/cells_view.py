"""The cells of a job: a table to look through, one turn's answers beside each other, and all of them as a file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import get_args

import streamlit as st

from compare.records import Answer, Message
from compare.render.numbers import numbers_line
from compare.review.own_turns import with_copies
from compare.store.cells import Cell, CellState
from compare.ui import resources
from compare.ui import threads as thread_ui
from compare.ui.names_shown import names_shown, replies_in
from compare.ui.plain import plain

_MOST_ROWS = 500
_EXCERPT_CHARS = 120
_STATES: tuple[CellState, ...] = get_args(CellState)
_NAMES = {"waiting": "Waiting", "leased": "In flight", "done": "Answered", "failed": "Failed"}

Row = tuple[Cell, Answer | None]


def cells_view(job_id: str) -> None:
    """Everything below the progress of a job that nobody works on now."""
    st.subheader("Answers", anchor=False)
    counts = {state: 0 for state in _STATES}
    for one in resources.store().cell_counts(job_id):
        counts[one.state] += one.n
    there = [state for state in _STATES if counts[state]]
    if not there:
        return
    state = st.segmented_control(
        "Cells", there, default="done" if "done" in there else there[0], required=True, key="jobs_cells_state",
        format_func=lambda name: f"{_NAMES[name]} {counts[name]:,}", label_visibility="collapsed",
    )  # fmt: skip
    rows = list(islice(resources.store().job_results(job_id, states=(state,)), _MOST_ROWS))
    chosen = _table(rows)
    if counts[state] > len(rows):
        st.caption(f"The first {len(rows):,} of {counts[state]:,}; the file has all that ended.")
    if chosen is not None:
        _turn(job_id, chosen)


def _table(rows: Sequence[Row]) -> Cell | None:
    """The cells as a table; the chosen one."""
    import pandas as pd

    names_shown(with_copies(answer for _, answer in rows if answer is not None))

    store = resources.store()
    candidates = store.candidates()
    titles: dict[str, str] = {}
    shown = []
    for cell, answer in rows:
        if cell.thread_id not in titles:
            titles[cell.thread_id] = store.thread(cell.thread_id).title
        shown.append(
            {
                "Thread": titles[cell.thread_id],
                "Turn": cell.turn,
                "Candidate": candidates[cell.candidate_id].name,
                "Repeat": cell.repeat + 1,
                "First token (ms)": None if answer is None or cell.cached else answer.ttft_ms,
                "Total (ms)": None if answer is None or cell.cached else answer.total_ms,
                "Finish": "" if answer is None else answer.finish,
                "Said": "" if answer is None else _excerpt(answer.error or answer.text),
                "Note": "from the cache" if cell.cached else f"taken {cell.n_asked} times" if cell.n_asked > 1 else "",
            }
        )
    table = pd.DataFrame(shown)
    if (table["Repeat"] == 1).all():
        table = table.drop(columns="Repeat")
    if not table["Note"].any():
        table = table.drop(columns="Note")
    number = st.column_config.NumberColumn(format="%,.0f", width="small")
    event = st.dataframe(
        table, hide_index=True, height=360 if len(rows) > 9 else "content", on_select="rerun",
        selection_mode="single-row", key="jobs_cells", placeholder="\u2013",
        column_config={
            "Thread": st.column_config.TextColumn(width="medium"),
            "Turn": st.column_config.NumberColumn(width="small"),
            "First token (ms)": number,
            "Total (ms)": number,
            "Said": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    chosen = event.selection.rows
    return rows[chosen[0]][0] if chosen and chosen[0] < len(rows) else None


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT_CHARS else f"{line[: _EXCERPT_CHARS - 3]}..."


def _turn(job_id: str, chosen: Cell) -> None:
    """What every candidate of the job said at the turn of the chosen cell."""
    store = resources.store()
    thread = store.thread(chosen.thread_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(f"{thread.title}, turn {chosen.turn}"), anchor=False)
        st.space("stretch")
        st.page_link(
            "pages/run/playground.py", label="Compare on this thread", icon=":material/compare_arrows:",
            query_params={"thread": thread.id},
        )  # fmt: skip
    thread_ui.show_messages(thread.messages, height=300)
    found = store.turn_results(job_id, chosen.thread_id, chosen.turn)
    names_shown([*replies_in(thread.messages), *with_copies(answer for _, answer in found if answer is not None)])
    candidates = store.candidates()
    columns = st.columns(min(len(found), 3) or 1, gap="medium")
    for n, (cell, answer) in enumerate(found):
        with columns[n % len(columns)]:
            again = f", repeat {cell.repeat + 1}" if cell.repeat else ""
            who = candidates[cell.candidate_id].name + again
            if answer is None:
                st.caption(plain(f"{who}: {_NAMES[cell.state].lower()}"))
                continue
            if answer.error:
                st.warning(plain(f"{who}: {answer.error}"), icon=":material/warning:")
            if answer.text:
                thread_ui.show_answer(who, Message("assistant", answer.text), key=f"cell_{cell.place}")
            cached = " \u00b7 from the cache: these figures are of an earlier time" if cell.cached else ""
            st.caption(plain(numbers_line(answer) + cached))
