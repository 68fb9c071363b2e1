"""Which job is on screen: the address says so, and a click in the navigation, which drops the address, does not."""

from __future__ import annotations

import streamlit as st

from compare.ui.jobs.from_library import forget_link, is_linked


def job_on_screen() -> str | None:
    """The job that the address names, else None: the list."""
    found = st.query_params.get("job")
    return str(found) if found else None


def show_job(job_id: str | None) -> None:
    """Put a job on screen, or the list."""
    forget_link()
    if job_id is None:
        st.query_params.pop("job", None)
    else:
        st.query_params["job"] = job_id


def is_making() -> bool:
    """Whether a job is being put together."""
    return bool(st.session_state.get("jobs_making", False)) or is_linked()


def make(making: bool) -> None:
    """Begin or leave putting a job together."""
    forget_link()
    st.session_state["jobs_making"] = making
