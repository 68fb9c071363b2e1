"""A link from the thread library to a new job: `?threads=tag:refund|search:late&turns=all&history=own`.

It stays in the address while the job is put together, so that a reload loses nothing.
"""

from __future__ import annotations

import streamlit as st

from compare.errors import CompareError
from compare.threads.selection import Selection
from compare.ui.plain import plain

_KEYS = ("threads", "turns", "history")


def is_linked() -> bool:
    """Whether the address names threads for a new job."""
    return "threads" in st.query_params


def linked_selection() -> Selection | None:
    """The threads that the address names; None where it names none or cannot be read, which is said."""
    if not is_linked():
        return None
    try:
        return Selection.read(st.query_params["threads"])
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return None


def linked_choice(name: str, known: dict[str, str]) -> None:
    """Let the field `jobs_NAME` begin with what the address says, where that is one of its options."""
    asked = st.query_params.get(name)
    if asked in known and f"jobs_{name}" not in st.session_state:
        st.session_state[f"jobs_{name}"] = asked


def forget_link() -> None:
    """Take the link out of the address."""
    for key in _KEYS:
        st.query_params.pop(key, None)
