"""Every probe as a row, and the chosen one opened: its thread with the fact marked, question, answer, verdict, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from compare.probes.probe import Probe
from compare.probes.results import Result
from compare.probes.score import WORDS
from compare.records import Message
from compare.ui import resources
from compare.ui import threads as thread_ui
from compare.ui.plain import plain
from compare.ui.probes.new_run import TYPE_NAMES
from compare.ui.probes.own_thread import Went, as_asked

_MOST_ROWS = 2000
_AROUND = 1
_WHOLE = 6
"""Messages of a thread that needs no box to scroll in."""
_SHOWN = ("all", "not passed", "cut by us", "passed")


def probes_view(found: Sequence[Result], names: Mapping[str, str]) -> None:
    """The table with its filters, and the chosen probe."""
    st.subheader("Every probe", anchor=False)
    with st.container(horizontal=True):
        who = st.selectbox("Candidate", [None, *names], format_func=lambda name: names[name] if name else "all",
                           key="probes_who", width=260, filter_mode=None)  # fmt: skip
        there = [t for t in TYPE_NAMES if any(one.probe.type == t for one in found)]
        kind = st.selectbox("Asked", [None, *there], format_func=lambda t: TYPE_NAMES[t] if t else "all",
                            key="probes_kind", width=220, filter_mode=None)  # fmt: skip
        which = st.selectbox("Outcome", _SHOWN, key="probes_outcome", width=180, filter_mode=None)
    rows = [
        one
        for one in found
        if (who is None or one.name == who) and (kind is None or one.probe.type == kind) and _is(one, which)
    ]
    if not rows:
        st.caption("No probe is like that.")
        return
    chosen = _table(rows[:_MOST_ROWS], names)
    if len(rows) > _MOST_ROWS:
        st.caption(f"The first {_MOST_ROWS:,} of {len(rows):,}; the files have all.")
    if chosen is None:
        st.caption("Choose a row to open the probe: its thread with the planted message marked, and the answer.")
    else:
        _open(chosen, names)


def _is(one: Result, which: str) -> bool:
    if which == "not passed":
        return one.passed is not True
    if which == "cut by us":
        return one.cut_by_us
    return which == "all" or one.passed is True


def _table(rows: Sequence[Result], names: Mapping[str, str]) -> Result | None:
    import pandas as pd

    table = pd.DataFrame(
        [
            {
                "Candidate": names[one.name],
                "Asked": TYPE_NAMES[one.probe.type],
                "Messages back": one.probe.distance_messages,
                "Thread": one.probe.asked + 1,
                "Question": one.probe.question,
                "Expected": one.probe.wanted,
                "Verdict": _verdict(one),
                "Answer": " ".join(one.answer.split())[:160],
            }
            for one in rows
        ]
    )
    event = st.dataframe(
        table, hide_index=True, height=320 if len(rows) > 8 else "content", on_select="rerun",
        selection_mode="single-row", key="probes_rows", placeholder="\u2013",
        column_config={
            "Messages back": st.column_config.NumberColumn(width="small"),
            "Thread": st.column_config.NumberColumn(width="small", help="Its messages, the question included."),
            "Question": st.column_config.TextColumn(width="medium"),
            "Verdict": st.column_config.TextColumn(width="small"),
            "Answer": st.column_config.TextColumn(width="medium"),
        },
    )  # fmt: skip
    chosen = event.selection.rows
    return rows[chosen[0]] if chosen and chosen[0] < len(rows) else None


def _verdict(one: Result) -> str:
    return "cut by us" if one.cut_by_us and not one.passed else WORDS[one.verdict]


def _open(one: Result, names: Mapping[str, str]) -> None:
    probe = one.probe
    went, over = as_asked(one), one.taken_over
    again = f", repeat {one.repeat + 1}" if one.repeat else ""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown(plain(resources.store().thread(probe.thread_id).title))
        with st.container(height=420 if len(went.messages) > _WHOLE else "content", border=True, key="probes_thread"):
            switch = {over.place: f"{names.get(over.after, over.after)} takes over"} if over else {}
            st.html(f"<style>{thread_ui.CSS}</style>{''.join(_rows(went, probe, switch))}")
    with right:
        passed = one.passed
        badge = "green" if passed else "gray" if passed is None or one.cut_by_us else "red"
        st.markdown(f":{badge}-badge[{_verdict(one)}] {plain(one.why)}")
        st.caption(plain(f"Asked for {probe.wanted}."))
        thread_ui.show_answer(f"{names[one.name]}{again}", Message("assistant", one.answer or "(no text)"),
                              key="probes_answer")  # fmt: skip


def _rows(went: Went, probe: Probe, switch: Mapping[int, str]) -> list[str]:
    """The thread as HTML; what is far from anything that matters is folded away."""
    messages = went.messages
    told = {place: "planted here" for place in probe.planted}
    told |= {place: "the old value" for place in probe.superseded} | {probe.asked: "the question"}
    near = {n for place in (*told, *switch) for n in range(place - _AROUND, place + _AROUND + 1)} | {0}
    found: list[str] = []
    folded: list[int] = []
    for place in range(len(messages)):
        if place not in near:
            folded.append(place)
            continue
        found += _folded(went, folded)
        folded = []
        for words in (switch.get(place), told.get(place)):
            if words:
                found.append(f'<div class="wb-who"><b>{escape(words)}</b></div>')
        found += thread_ui.message_rows(
            messages, place + 1, place + 1, marked=place + 1 if place in told else 0, said_by=went.said_by
        )
    return found


def _folded(went: Went, places: Sequence[int]) -> list[str]:
    if not places:
        return []
    rows = "".join(thread_ui.message_rows(went.messages, places[0] + 1, places[-1] + 1, said_by=went.said_by))
    which = f"Message {places[0] + 1}" if len(places) == 1 else f"Messages {places[0] + 1} to {places[-1] + 1}"
    return [f'<details class="wb-folded"><summary>{which}</summary>{rows}</details>']
