"""One run of probes: how it stands, and what came of it. Only the progress is drawn again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from compare.errors import CompareError
from compare.jobs.around import ready_spec
from compare.jobs.estimate import estimate
from compare.jobs.overview import Overview, overview
from compare.jobs.speakers import speakers_in
from compare.probes.curve import Curve
from compare.probes.curves import curves_of
from compare.probes.job import ProbeJob, probe_job, results
from compare.probes.results import Result
from compare.report.words import counted, labels
from compare.settings import database_path
from compare.store.jobs import JobRow
from compare.ui import resources, who
from compare.ui.jobs import workers
from compare.ui.jobs.job_list import shown_state
from compare.ui.plain import plain
from compare.ui.probes.crossing_view import crossing_view
from compare.ui.probes.curves_view import curves_view
from compare.ui.probes.files import downloads
from compare.ui.probes.handover_view import handover_view
from compare.ui.probes.new_run import TYPE_NAMES
from compare.ui.probes.open_probe import probes_view
from compare.ui.probes.place import make, show_run

_EVERY_S = 1.0


def draw_run(row: JobRow, rows: list[JobRow]) -> None:
    """The page with a run on screen."""
    job = probe_job(resources.store(), row.id)
    _head(row, rows, job)
    one = overview(resources.store(), row.id)
    live = _is_live(one)
    if live or not one.progress.all().finished or one.progress.all().waiting or one.progress.all().failed:
        st.fragment(_progress, run_every=_EVERY_S if live else None)(row.id, live)
    if live:
        return
    if one.progress.all().waiting:
        _estimate(one)
    it = one.progress.all()
    if it.finished:
        _results(*_scored(str(database_path()), row.id, (it.done, it.failed, it.n_asked)), row.id)


def _head(row: JobRow, rows: list[JobRow], job: ProbeJob) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Memory", anchor=False, width="content")
        st.space("stretch")
        chosen = _choose(row, rows)
        st.button("New probes", key="probes_new", icon=":material/add:", on_click=make, args=(True,))
    if chosen != row.id:
        show_run(chosen)
        st.rerun()
    plan = job.plan
    types = ", ".join(TYPE_NAMES[name].lower() for name in plan["types"])
    lengths = ", ".join(f"{n:,}" for n in plan["lengths"])
    times = f", {counted(job.asked.repeat, 'time')} each" if job.asked.repeat > 1 else ""
    threads = counted(len(job.probes), "planted thread")
    own = " Every user turn is asked: the replies are the candidates' own." if job.asked.history == "own" else ""
    st.caption(plain(f"{threads} of {lengths} messages{times}: {types}. Scored by exact rules.{own}"))


def _choose(row: JobRow, rows: list[JobRow]) -> str:
    """The run that is wanted; drawn where there are several."""
    found = {one.id: one for one in (rows if row in rows else [row, *rows])}
    if len(found) < 2:
        return row.id
    # Streamlit tells choices apart by what they are called, so each needs a name of its own.
    names = {job_id: f"Run of {one.created_at[:16].replace('T', ' ')} ({job_id[:6]})" for job_id, one in found.items()}
    chosen: str = st.selectbox(
        "Run", list(found), index=list(found).index(row.id), format_func=names.__getitem__,
        key=f"probes_run_{row.id}", label_visibility="collapsed", width=280, filter_mode=None,
    )  # fmt: skip
    return chosen


@st.cache_resource(max_entries=8, show_spinner="Scoring")
def _scored(database: str, job_id: str, so_far: tuple[int, int, int]) -> tuple[list[Result], dict[str, Curve]]:
    """Scored once for as many answers as there are: every click on the page draws it anew."""
    del database, so_far
    found = results(resources.store(), job_id)
    return found, curves_of(found)


def _results(found: list[Result], curves: dict[str, Curve], job_id: str) -> None:
    names = _names(found)
    curves_view(found, curves, names)
    handover_view(found)
    crossing_view(found, names)
    probes_view(found, names)
    downloads(job_id, found, curves)


def _names(found: list[Result]) -> Mapping[str, str]:
    """What the page calls each candidate, by its name in files."""
    known = labels(resources.store(), resources.catalog())
    return {one.name: known.get(one.name, one.name) for one in found}


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
    told = workers.last_words(job_id)
    if told and told not in one.sentence:
        st.warning(plain(told), icon=":material/warning:")
    st.caption(plain(f"{one.sentence} ${one.spent_usd:.4f} spent."))
    with st.container(horizontal=True):
        if _is_live(one):
            _button("Pause", "pause", "probes_pause", lambda: _pause(job_id))
            return
        if it.waiting or it.leased:
            label = "Resume" if it.finished or it.n_asked else "Start"
            _button(label, "play_arrow", "probes_start", lambda: _start(job_id), primary=True)
        if it.failed:
            _button(f"Ask {counted(it.failed, 'failed one')} again", "refresh", "probes_retry", lambda: _retry(job_id))


def _button(label: str, icon: str, key: str, act: Callable[[], None], *, primary: bool = False) -> None:
    if st.button(label, key=key, icon=f":material/{icon}:", type="primary" if primary else "secondary"):
        act()
        st.rerun()


def _pause(job_id: str) -> None:
    resources.store().finish_job(job_id, "paused", "Paused by hand.")


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


def _estimate(one: Overview) -> None:
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
