"""Taking the name that somebody types; where it reads like another one, they are asked first whose it is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.people.identity import clean_name
from compare.review.alike import names_alike
from compare.ui import resources
from compare.ui.person import UNNAMED, keep_typed_name
from compare.ui.plain import plain

_ASKED = "name_asked"
_MOST = 5


def take_name(name: str) -> None:
    """Remember who sits here, or ask at the next drawing whether they are somebody whose name looks the same."""
    clean = clean_name(name)
    found = _alike(clean)
    if found:
        st.session_state[_ASKED] = (clean, found)
    else:
        _keep(clean)


def name_question() -> None:
    """The question, over whichever page the name was typed on; nothing where no name waits for it."""
    asked = st.session_state.get(_ASKED)
    if asked is None:
        return

    @st.dialog("Is that you?", on_dismiss=lambda: st.session_state.pop(_ASKED, None))
    def ask() -> None:
        _ask(*asked)

    ask()


def _ask(typed: str, found: Sequence[str]) -> None:
    are = "is here already and reads" if len(found) == 1 else "are here already and read"
    st.markdown(plain(f"{' and '.join(found)} {are} like {typed}. Votes under two names are two people's."))
    with st.container(horizontal=True):
        for place, name in enumerate(found):
            if st.button(plain(f"I am {name}"), key=f"name_is_{place}", type="primary"):
                _keep(name)
                st.rerun()
    other = st.text_input(
        "If not, add what tells you apart, such as a last name", typed, key="name_other", max_chars=60
    )  # fmt: skip
    if st.button("Use this name", key="name_is_other") and (clean := clean_name(other)):
        if still := _alike(clean):
            st.warning(plain(f"{clean} still reads like {still[0]}."), icon=":material/group:")
            return
        _keep(clean)
        st.rerun()


def _alike(name: str) -> list[str]:
    return [one for one in names_alike(resources.store(), name) if one != UNNAMED][:_MOST]


def _keep(name: str) -> None:
    st.session_state.pop(_ASKED, None)
    keep_typed_name(name)
