"""Carries a typed name to this browser's cookie: a page cannot set one, so a script of one line asks a route to."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from compare.people.remembered import COOKIE, note, remembered
from compare.ui.person import Person

_SCRIPT = """
export default function ({ data }) {
  if (data?.note) fetch("/who/name", { method: "POST", body: data.note });
}
"""


def carry_name(found: Person) -> None:
    """Have the browser remember who this session says it is, once for each name."""
    known = remembered(st.context.cookies.get(COOKIE))
    if known is not None and known.rater_id == found.rater_id and "name_note" not in st.session_state:
        return
    # The same note at every drawing: another one would be carried anew.
    of, made = st.session_state.get("name_note", (None, ""))
    if of != found.rater_id:
        made = note(found.rater_id, found.name)
        st.session_state["name_note"] = (found.rater_id, made)
    _component()(key="name_cookie", data={"note": made})


@cache
def _component() -> Any:
    """One component object per process: Streamlit warns when a name is registered twice."""
    return st.components.v2.component("weighbridge_name_cookie", html="<i></i>\n", js=_SCRIPT, isolate_styles=False)
