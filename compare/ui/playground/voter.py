"""Who votes: a name in a quiet place, so that votes of several people can be told apart and compared."""

from __future__ import annotations

import streamlit as st

from compare.ui import state
from compare.ui.person import person
from compare.ui.plain import plain


def voter() -> None:
    """The name under which this session votes, and a field to change it where nobody vouches for it."""
    found = person()
    name = state.rater_name()
    if found is not None and found.verified:
        st.caption(f":material/person: Voting as {plain(name)}")
        return
    with st.popover(f"Voting as {plain(name)}", icon=":material/person:", type="tertiary", key="voter"):
        st.text_input(
            "Name of who votes", value=name, key="voter_name", max_chars=60, on_change=_rename,
            help="This browser remembers it. Votes under different names are different people's.",
        )  # fmt: skip
        st.page_link("pages/setup/people.py", label="People and signing in", icon=":material/group:")


def _rename() -> None:
    state.keep_rater_name(str(st.session_state["voter_name"]))
