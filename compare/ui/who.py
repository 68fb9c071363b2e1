"""Who sits before the page, and what they may do there.

    person() -> Person | None      who it is; None where nobody has said so yet
    may(role) -> bool              whether they have the role
    need(role) -> Person           the same for a whole page: says what is missing and ends the page's run

Without set-up everybody who reaches the page has every role, under a name of their own choosing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from compare.ui import state

Role = Literal["rater", "owner", "admin"]
"""rater: gives ballots. owner: makes studies and reads results as well. admin: changes models and who may do what."""
EVERY_ROLE: frozenset[Role] = frozenset(("rater", "owner", "admin"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a page."""

    name: str
    """What others see; also the name that a study's list of raters holds."""
    rater_id: str
    """The id that ballots carry."""
    roles: frozenset[Role]
    verified: bool
    """True where sign-in or a proxy says who it is; the name cannot be changed here then."""


def person() -> Person | None:
    """Who it is; None where nobody has said so yet."""
    name = str(st.session_state.get("rater_name") or "").strip()
    return Person(name, state.rater_id(), EVERY_ROLE, verified=False) if name else None


def may(role: Role) -> bool:
    """Whether who sits here has this role."""
    found = person()
    return role in (EVERY_ROLE if found is None else found.roles)


def need(role: Role) -> Person:
    """Who it is, where they have this role; otherwise a sentence, and the page's run ends here."""
    found = person()
    if found is None:
        st.info("Say who you are first: enter a name.")
        st.stop()
    if role not in found.roles:
        st.error(f"This page is for those with the role {role}; {found.name} does not have it. Ask an admin for it.")
        st.stop()
    return found
