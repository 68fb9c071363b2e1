"""Which run of probes is on screen: `?probes=JOB`, else the newest; and whether another is being put together."""

from __future__ import annotations

import streamlit as st

from compare.errors import NotFoundError
from compare.probes.job import KIND
from compare.store.jobs import JobRow
from compare.ui import resources

_MAKING = "probes_making"
_MOST = 50


def runs() -> list[JobRow]:
    """The newest runs of probes."""
    return resources.store().jobs(KIND, _MOST)


def run_on_screen(found: list[JobRow]) -> JobRow | None:
    """The run that the address names, else the newest; None where there is none."""
    asked = st.query_params.get("probes")
    if not asked:
        return found[0] if found else None
    try:
        row = resources.store().job(asked)
    except NotFoundError:
        row = None
    if row is None or row.kind != KIND:
        st.warning("There are no probes with this address in this database.", icon=":material/search_off:")
        return found[0] if found else None
    return row


def show_run(job_id: str) -> None:
    """Put a run on screen."""
    st.query_params["probes"] = job_id
    st.session_state[_MAKING] = False


def is_making() -> bool:
    """Whether a run is being put together."""
    return bool(st.session_state.get(_MAKING, False))


def make(making: bool) -> None:
    """Begin or leave putting one together."""
    st.session_state[_MAKING] = making
