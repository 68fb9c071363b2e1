"""One job: how it stands, what can be done with it, and what came of it. Only the progress is drawn again and again."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from compare.errors import CompareError
from compare.jobs.around import ready_spec
from compare.jobs.estimate import estimate
from compare.jobs.overview import Overview, failures, overview
from compare.jobs.speakers import speakers_in
from compare.report.words import counted
from compare.ui import resources, who
from compare.ui.jobs import workers
from compare.ui.jobs.cells_view import cells_view
from compare.ui.jobs.job_list import shown_state
from compare.ui.jobs.place import show_job
from compare.ui.jobs.results_view import results_view
from compare.ui.plain import plain

_EVERY_S = 1.0
_MOST_REASONS = 20


def draw_job(job_id: str) -> None:
    """The page with a job on screen."""
    store = resources.store()
    one = overview(store, store.job(job_id).id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(plain(one.title), anchor=False, width="content")
        st.space("stretch")
        st.button("All jobs", key="jobs_back", icon=":material/arrow_back:", on_click=show_job, args=(None,))
    names = [store.candidate(candidate_id).name for candidate_id in one.asked.candidates]
    history = "each candidate's own answers" if one.asked.history == "own" else "history as given"
    turns = "every turn" if one.asked.turns == "all" else "the last turn"
    times = f", {one.asked.repeat} times each" if one.asked.repeat > 1 else ""
    st.caption(
        plain(
            f"{counted(len(one.asked.threads), 'thread')}, {turns}, {history}{times}. Candidates: {', '.join(names)}."
        )
    )
    live = _is_live(one)
    # A fragment draws itself again without the page; when the work ends, the page is drawn once more.
    st.fragment(_progress, run_every=_EVERY_S if live else None)(one.row.id, live)
    if live:
        return
    _estimate(one)
    if not one.progress.all().finished:
        return
    _failures(one)
    results_view(one.row.id)
    cells_view(one.row.id)


def _is_live(one: Overview) -> bool:
    return one.is_live or workers.is_at_work(one.row.id)


def _progress(job_id: str, was_live: bool) -> None:
    who.still("owner")
    one = overview(resources.store(), job_id)
    if _is_live(one) != was_live:
        st.rerun()
    it = one.progress.all()
    state = shown_state(one)
    st.progress(it.finished / max(it.total, 1), text=f"**{state.capitalize()}** \u00b7 {it.finished:,} of {it.total:,}")
    st.markdown(plain(one.sentence))
    if (told := workers.last_words(job_id)) and told not in one.sentence:
        st.warning(plain(told), icon=":material/warning:")
    cap = f" of a cap of \\${one.row.cost_cap_usd}" if one.row.cost_cap_usd is not None else ""
    by = f" Worked on by {plain(', '.join(one.workers))}." if one.workers else ""
    st.caption(f"\\${one.spent_usd:.4f} spent{cap}.{by}")
    for endpoint in one.endpoints:
        st.caption(plain(endpoint))
    _actions(one)
    _by_model(one)


def _actions(one: Overview) -> None:
    it, job_id = one.progress.all(), one.row.id
    with st.container(horizontal=True):
        if _is_live(one):
            _button("Pause", "pause", "jobs_pause", lambda: _set(job_id, "paused", "Paused by hand."))
            _button("Cancel", "stop", "jobs_cancel", lambda: _set(job_id, "cancelled", "Cancelled by hand."))
            return
        if it.waiting or it.leased:
            label = "Resume" if it.finished or it.n_asked else "Start"
            _button(label, "play_arrow", "jobs_resume", lambda: _start(job_id), primary=True)
        if it.failed:
            _button(
                f"Ask {counted(it.failed, 'failed cell')} again", "refresh", "jobs_retry", lambda: _retry(job_id),
                primary=not it.waiting,
            )  # fmt: skip
        if (it.waiting or it.leased) and one.row.state != "cancelled":
            _button("Cancel", "close", "jobs_cancel", lambda: _set(job_id, "cancelled", "Cancelled by hand."))


def _button(label: str, icon: str, key: str, act: Callable[[], None], *, primary: bool = False) -> None:
    if st.button(label, key=key, icon=f":material/{icon}:", type="primary" if primary else "secondary"):
        act()
        st.rerun()


def _set(job_id: str, state: str, note: str) -> None:
    resources.store().finish_job(job_id, "paused" if state == "paused" else "cancelled", note)


def _retry(job_id: str) -> None:
    resources.store().retry_failed_cells(job_id)
    _start(job_id)


def _start(job_id: str) -> None:
    store = resources.store()
    asked = overview(store, job_id).asked
    for one in speakers_in(map(store.candidate, asked.candidates), asked.history, store.candidate).values():
        ready_spec(one.model_id)
    store.finish_job(job_id, "running")
    workers.start_worker(job_id)


def _by_model(one: Overview) -> None:
    import pandas as pd

    rows = [
        {
            "Model": lane.lane,
            "Answered": lane.done,
            "From the cache": lane.cached,
            "Failed": lane.failed,
            "In flight": lane.leased,
            "Waiting": lane.waiting,
            "Taken more than once": lane.again,
        }
        for lane in one.progress.lanes
    ]
    table = pd.DataFrame(rows)
    for column in ("From the cache", "Taken more than once"):
        if not table[column].any():
            table = table.drop(columns=column)
    st.dataframe(table, hide_index=True, height="content", key="jobs_by_model")


def _estimate(one: Overview) -> None:
    if not one.progress.all().waiting:
        return
    try:
        with st.spinner("Counting tokens"):
            found = _estimated(one.row.id, one.progress.all().waiting)
    except CompareError as exc:
        st.warning(plain(str(exc)), icon=":material/warning:")
        return
    st.info(plain(found), icon=":material/payments:")


@st.cache_data(max_entries=50, show_spinner=False)
def _estimated(job_id: str, n_waiting: int) -> str:
    """In one sentence; counted again when another number of cells waits."""
    del n_waiting
    store = resources.store()
    return estimate(store, job_id, overview(store, job_id).asked, resources.catalog().get).sentence


def _failures(one: Overview) -> None:
    if not one.progress.all().failed:
        return
    found = failures(resources.store(), one.row.id)
    st.subheader("Why cells failed", anchor=False)
    for reason in found[:_MOST_REASONS]:
        st.markdown(f"**{reason.n:,} x {plain(reason.lane)}** \u00b7 {plain(reason.reason)}")
    if len(found) > _MOST_REASONS:
        st.caption(f"And {len(found) - _MOST_REASONS:,} other reasons; the file of answers has all.")
