"""One run of probes: how it stands, and what came of it. Only the progress is drawn again and again."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from compare.jobs.overview import Overview, overview
from compare.probes.curve import Curve
from compare.probes.curves import curves_of
from compare.probes.job import ProbeJob, probe_job, results
from compare.probes.results import Result
from compare.report.words import counted, labels
from compare.settings import database_path
from compare.store.jobs import JobRow
from compare.ui import resources
from compare.ui.jobs.standing import cost, is_live, last_words, retry_button, standing
from compare.ui.plain import plain
from compare.ui.probes.crossing_view import crossing_view
from compare.ui.probes.curves_view import curves_view
from compare.ui.probes.files import downloads
from compare.ui.probes.handover_view import handover_view
from compare.ui.probes.new_run import TYPE_NAMES
from compare.ui.probes.open_probe import probes_view
from compare.ui.probes.place import make, show_run


def draw_run(row: JobRow, rows: list[JobRow]) -> None:
    """The page with a run on screen."""
    job = probe_job(resources.store(), row.id)
    _head(row, rows, job)
    one = overview(resources.store(), row.id)
    it = one.progress.all()
    if is_live(one) or it.finished < it.total:
        standing(one, "probes")
    else:
        _ended(one)
    if is_live(one):
        return
    cost(one)
    if it.finished:
        _results(*_scored(str(database_path()), row.id, (it.done, it.failed, it.n_asked)), row.id)


def _ended(one: Overview) -> None:
    """What is still worth saying of a run that has ended."""
    it = one.progress.all()
    cached = f", {it.cached:,} of them from the cache" if it.cached else ""
    st.caption(plain(f"{counted(it.done, 'answer')}{cached}, for ${one.spent_usd:.4f}."))
    last_words(one)
    if it.failed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{it.failed:,} of {counted(it.total, 'answer')} failed and are in no figure.", width="content")
            retry_button(one, "probes")


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
