"""How far a study is, over all and per rater; pausing, closing, more time, more raters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import streamlit as st

from compare.errors import CompareError
from compare.report.words import counted
from compare.review.running import RaterProgress, rater_progress, set_deadline, set_raters, study_progress
from compare.review.study_words import filed_sentence
from compare.store.study_values import Study
from compare.ui import resources, state
from compare.ui.plain import plain
from compare.ui.studies.set_aside_view import draw_set_aside
from compare.ui.studies.words import UNKNOWN, is_over, minutes, moment

_NAMES_PX = 180


def draw_progress(study: Study) -> None:
    """The view."""
    store = resources.store()
    at = study_progress(store, study.id)
    st.progress(at.share, text=f"**{at.n_ballots:,} of {at.n_needed:,} ballots** \u00b7 {_left(at.minutes_left)}")
    items = store.study_items(study.id)
    kinds = [(kind, sum(item.kind == kind for item in items)) for kind in ("training", "gold")]
    beside = "".join(f", {n} {kind}" for kind, n in kinds if n)
    n_rated = sum(item.kind == "rated" for item in items)
    st.caption(f"{counted(n_rated, 'item')} to rate{beside}. {counted(at.n_raters, 'rater')} so far.")
    if study.blind and (told := filed_sentence(store.names_filed(study.id))):
        st.caption(f":material/visibility: {plain(told)}")
    draw_set_aside(store.study_set_aside(study.id))
    _actions(study, has_ballots=at.n_ballots > 0)
    found = rater_progress(store, study)
    if found:
        _raters(found)
    else:
        st.caption("Nobody has opened the link yet.")


def _left(minutes_left: float | None) -> str:
    if minutes_left == 0:
        return "complete"
    if minutes_left is None:
        return "time left is told once a ballot was timed"
    return f"{minutes(minutes_left)} of rating left"


def _actions(study: Study, *, has_ballots: bool) -> None:
    store = resources.store()
    with st.container(horizontal=True, vertical_alignment="center", key="studyactions"):
        if study.state == "open" and not is_over(study):
            if st.button("Pause", key="studies_pause", icon=":material/pause:", help="Raters are told to come back."):
                store.pause_study(study.id)
                st.rerun()
        elif study.state != "open" and st.button(
            "Open again", key="studies_reopen", type="primary", icon=":material/play_arrow:"
        ):
            store.reopen_study(study.id)
            st.rerun()
        if study.state != "closed" and st.button(
            "Close", key="studies_close", icon=":material/stop:",
            help="No more ballots. What raters had begun is kept; a closed study can be opened again.",
        ):  # fmt: skip
            store.close_study(study.id)
            st.rerun()
        with st.popover("Deadline", icon=":material/event:", key="studies_deadline"):
            _deadline(study)
        with st.popover("Raters", icon=":material/group_add:", key="studies_raters"):
            _who_may(study)
        if has_ballots:
            st.page_link(
                "pages/review/results.py", label="Results", icon=":material/leaderboard:", width="content",
                query_params={"study": study.id}, help="The ratings by the ballots of this study.",
            )  # fmt: skip


def _deadline(study: Study) -> None:
    now = datetime.now(UTC).date()
    until = datetime.fromisoformat(study.deadline).date() if study.deadline else now + timedelta(days=7)
    st.caption(f"Now: {moment(study.deadline)}." if study.deadline else "Now: none.")
    chosen = st.date_input("Open until the end of", max(until, now), min_value=now, key="studies_until")
    with st.container(horizontal=True):
        if st.button("Set", key="studies_until_set", type="primary"):
            _do(lambda: set_deadline(resources.store(), study.id, end_of(chosen)), "The deadline is set.")
        if study.deadline and st.button("No deadline", key="studies_until_none"):
            _do(lambda: set_deadline(resources.store(), study.id, None), "The study has no deadline now.")


def end_of(day: date) -> str:
    """The last minute of a day, UTC."""
    return f"{day.isoformat()}T23:59:59"


def _who_may(study: Study) -> None:
    names = st.text_area(
        "Who may rate, one name a line", "\n".join(study.raters), key=f"studies_may_rate_{hash(study.raters)}",
        height=_NAMES_PX, placeholder="empty: whoever has the link",
    )  # fmt: skip
    st.caption("Ballots of somebody who is left out stay as they are.")
    if st.button("Save", key="studies_raters_save", type="primary"):
        _do(lambda: set_raters(resources.store(), study.id, names.splitlines()), "Who may rate is saved.")


def _do(act: Callable[[], object], notice: str) -> None:
    try:
        act()
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
    else:
        state.leave_notice(notice)
        st.rerun()


def _raters(found: list[RaterProgress]) -> None:
    import pandas as pd

    rows = [
        {
            "Rater": one.rater,
            "Items done": one.n_done,
            "Left for them": one.n_left,
            "Time left": "not begun" if one.rater_id is None else minutes(one.minutes_left),
            "Seconds an item": UNKNOWN if one.median_ms is None else f"{one.median_ms / 1000:.0f}",
            "Last ballot": None if one.last_at is None else pd.Timestamp(one.last_at),
        }
        for one in found
    ]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, height="content", key="studies_raters_table", placeholder=UNKNOWN,
        column_config={
            "Rater": st.column_config.TextColumn(width="medium"),
            "Left for them": st.column_config.NumberColumn(help="What others rate first is no longer left."),
            "Seconds an item": st.column_config.TextColumn(alignment="right", help="Median active time."),
            "Last ballot": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
        },
    )  # fmt: skip
