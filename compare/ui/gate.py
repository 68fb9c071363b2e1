"""Which pages are for whom: the menu is made from it, and each page is held to it, since an address can be typed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.errors import SignInError
from compare.people.roles import Role
from compare.ui.account import draw_nobody, draw_sign_in
from compare.ui.person import Person, identity_here, person
from compare.ui.sign_in import sign_in
from compare.ui.who import refuse

PAGE_ROLES: dict[str, Role] = {
    "playground": "owner",
    "threads": "owner",
    "jobs": "owner",
    "probes": "owner",
    "vote": "rater",
    "studies": "owner",
    "results": "owner",
    "scorecard": "owner",
    "weights": "owner",
    "canary": "owner",
    "models": "owner",
    "people": "admin",
}
"""Who may open a page, by the name of its file; one that is not here is for an admin."""


def role_for(page: st.Page) -> Role:
    """The role that a page asks for."""
    return PAGE_ROLES.get(page.url_path or "playground", "admin")


def allowed(pages: Sequence[st.Page]) -> list[st.Page]:
    """The pages for the menu of whoever sits here. The others keep their addresses: there it says what is missing."""
    if sign_in().kind == "name":
        # There is nobody to name then: voter.py leads there, for whoever wants to change that.
        _hide([page for page in pages if role_for(page) == "admin"])
        return [page for page in pages if role_for(page) != "admin"]
    found = person()
    mine = [page for page in pages if found is not None and role_for(page) in found.roles]
    _hide([page for page in pages if page not in mine])
    return mine


def admit(page: st.Page, mine: Sequence[st.Page]) -> None:
    """End the page's run where whoever sits here may not see it; say why, or lead to the first page that is for them.

    Args:
        page: the one that was asked for.
        mine: what `allowed` gave.
    """
    if sign_in().kind == "name":
        return
    try:
        known = identity_here()
    except SignInError as exc:
        draw_sign_in(str(exc))
        st.stop()
    found = person()
    if known is None or found is None:
        draw_sign_in()
        st.stop()
    _only_theirs(found)
    if not found.roles:
        draw_nobody(found)
        st.stop()
    if role_for(page) in found.roles:
        return
    if not page.url_path and mine:
        st.switch_page(mine[0])
    refuse(role_for(page), found)


def _only_theirs(found: Person) -> None:
    """A session stays the one person's who opened it: it holds what they typed and chose."""
    if st.session_state.setdefault("belongs_to", found.rater_id) != found.rater_id:
        st.error("This page was opened by somebody else. Reload it.", icon=":material/lock:")
        st.stop()


def _hide(pages: Sequence[st.Page]) -> None:
    """Out of the menu. There is no public way to say so of a page that exists; should this one cease to work, the menu
    shows a page too many, which says what is missing.
    """
    for page in pages:
        page._visibility = "hidden"
