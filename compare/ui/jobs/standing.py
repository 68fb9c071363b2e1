"""How a job stands and what can be done with it, for every page that shows one: bar, sentence, buttons, estimated cost.

Only this is drawn again and again while somebody works on the job; when that begins or ends, the page is drawn once.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from compare.errors import CompareError
from compare.jobs.around import ready_spec
from compare.jobs.estimate import estimate
from compare.jobs.overview import Overview, overview
from compare.jobs.speakers import speakers_in
from compare.report.words import counted
from compare.ui import resources, who
from compare.ui.jobs import workers
from compare.ui.jobs.job_list import STARTING, shown_state
from compare.ui.plain import plain

_EVERY_S = 1.0
_BY_HAND = {"paused": "Paused by hand.", "cancelled": "Cancelled by hand."}


def is_live(one: Overview) -> bool:
    """Whether somebody works on it, or is about to."""
    return one.is_live or workers.is_at_work(one.row.id)


def standing(one: Overview, page: str, *, below: Callable[[Overview], None] | None = None) -> None:
    """Bar, sentences and buttons, kept up to date.

    Args:
        one: the job as it stands.
        page: what the keys of the buttons begin with.
        below: draws more of what changes with it.
    """
    live = is_live(one)
    st.fragment(_standing, run_every=_EVERY_S if live else None)(one.row.id, page, live, below)


def _standing(job_id: str, page: str, was_live: bool, below: Callable[[Overview], None] | None) -> None:
    who.still("owner")
    one = overview(resources.store(), job_id)
    if is_live(one) != was_live:
        st.rerun()
    it = one.progress.all()
    state = shown_state(one)
    st.progress(it.finished / max(it.total, 1), text=f"**{state.capitalize()}** \u00b7 {it.finished:,} of {it.total:,}")
    cap = f" of a cap of ${one.row.cost_cap_usd}" if one.row.cost_cap_usd is not None else ""
    by = f" Worked on by {', '.join(one.workers)}." if one.workers else ""
    # Nobody works on it yet, but a process is on its way: to call for somebody would be wrong.
    said = one.progress.sentence if state == STARTING else one.sentence
    st.caption(plain(f"{said} ${one.spent_usd:.4f} spent{cap}.{by}"))
    last_words(one)
    for endpoint in one.held_up:
        st.caption(plain(f"Slowed down: {endpoint}."))
    _buttons(one, page)
    if below is not None:
        below(one)


def last_words(one: Overview) -> None:
    """What a worker of ours ended with, where it failed; that it was stopped here stands in the sentence already."""
    told = workers.last_words(one.row.id)
    if told and told not in one.sentence and one.row.note not in _BY_HAND.values():
        st.warning(plain(told), icon=":material/warning:")


def _buttons(one: Overview, page: str) -> None:
    it, job_id = one.progress.all(), one.row.id
    with st.container(horizontal=True):
        if is_live(one):
            _button("Pause", "pause", f"{page}_pause", lambda: _stop(job_id, "paused"))
            _button("Cancel", "stop", f"{page}_cancel", lambda: _stop(job_id, "cancelled"))
            return
        if it.waiting or it.leased:
            label = "Resume" if it.finished or it.n_asked else "Start"
            _button(label, "play_arrow", f"{page}_resume", lambda: _start(job_id), primary=True)
        retry_button(one, page)
        if (it.waiting or it.leased) and one.row.state != "cancelled":
            _button("Cancel", "close", f"{page}_cancel", lambda: _stop(job_id, "cancelled"))


def retry_button(one: Overview, page: str) -> None:
    """Drawn where something failed: asks it again."""
    it = one.progress.all()
    if it.failed:
        label = f"Ask {counted(it.failed, 'failed one')} again"
        _button(label, "refresh", f"{page}_retry", lambda: _retry(one.row.id))


def _button(label: str, icon: str, key: str, act: Callable[[], None], *, primary: bool = False) -> None:
    if st.button(label, key=key, icon=f":material/{icon}:", type="primary" if primary else "secondary"):
        act()
        st.rerun()


def _stop(job_id: str, state: str) -> None:
    resources.store().finish_job(job_id, "paused" if state == "paused" else "cancelled", _BY_HAND[state])


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


def cost(one: Overview) -> None:
    """What waits will cost, where anything waits."""
    waiting = one.progress.all().waiting
    if not waiting:
        return
    try:
        with st.spinner("Counting tokens"):
            found = _cost(one.row.id, waiting)
    except CompareError as exc:
        st.warning(plain(str(exc)), icon=":material/warning:")
        return
    st.info(plain(found), icon=":material/payments:")


@st.cache_data(max_entries=50, show_spinner=False)
def _cost(job_id: str, n_waiting: int) -> str:
    """In one sentence; counted again when another number of answers waits."""
    del n_waiting
    store = resources.store()
    return estimate(store, job_id, overview(store, job_id).asked, resources.catalog().get).sentence
