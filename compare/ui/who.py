"""Who sits before the page, and what they may do there.

    person() -> Person | None      who it is; None where nobody has said so yet
    may(role) -> bool              whether they have the role
    need(role) -> Person           the same for a whole page: says what is missing and ends the page's run
    still(role) -> None            the same for a dialog or a fragment, which is drawn again without its page

Without set-up everybody who reaches the page has every role, under a name of their own choosing. With sign-in, or
behind a proxy (docs/sign-in.md), nobody has a role whom nobody vouches for; gate.py holds every page to this.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from compare.people.roles import EVERY_ROLE, Role
from compare.ui.person import Person, person
from compare.ui.plain import plain
from compare.ui.sign_in import sign_in

__all__ = ["EVERY_ROLE", "Person", "Role", "may", "need", "person"]


def may(role: Role) -> bool:
    """Whether who sits here has this role."""
    found = person()
    if found is None:
        return sign_in().kind == "name"
    return role in found.roles


def need(role: Role) -> Person:
    """Who it is, where they have this role; otherwise a sentence, and the page's run ends here."""
    found = person()
    if found is None:
        st.info("Say who you are first: " + ("enter a name." if sign_in().kind == "name" else "sign in."))
        st.stop()
    if role not in found.roles:
        refuse(role, found)
    return found


def still(role: Role) -> None:
    """End a dialog or a fragment where who sits here has lost the role, or signed out, since its page was drawn."""
    if not may(role):
        need(role)


def refuse(role: Role, who: Person) -> NoReturn:
    """Say that this person does not have the role, and end the page's run."""
    st.error(
        f"This page is for those with the role {role}; {plain(who.name)} does not have it. Ask an admin for it.",
        icon=":material/lock:",
    )
    st.stop()
