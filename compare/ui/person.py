"""Who sits before the page: by sign-in, by a proxy's word, or by the name that they typed."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from compare.errors import SignInError
from compare.people.identity import Identity, clean_name
from compare.people.remembered import COOKIE, remembered
from compare.people.roles import EVERY_ROLE, Role
from compare.ui import resources
from compare.ui.sign_in import identity_of, rater_of, roles_of, sign_in

UNNAMED = "local"
"""Under which name ballots stand while nobody has given one."""


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
    """Who it is; None where nobody has said so yet.

    Raises:
        ConfigError: roles.toml cannot be read.
    """
    if sign_in().kind == "name":
        name = typed_name()
        return Person(name, resources.store().rater(name), EVERY_ROLE, verified=False) if name else None
    try:
        identity = identity_here()
    except SignInError:
        return None
    if identity is None:
        return None
    rater = rater_of(identity)
    return Person(rater.name, rater.id, roles_of(identity), verified=True)


def identity_here() -> Identity | None:
    """Who signed in, or None where nobody did.

    Raises:
        SignInError: somebody did, but it does not hold here, or not any more.
        ConfigError: roles.toml cannot be read.
    """
    setup = sign_in()
    if setup.kind == "proxy":
        # The door has let this page's connection through: it came from a trusted address.
        proxy = setup.rules().proxy
        if proxy is None:
            raise SignInError("roles.toml no longer says which proxy is trusted. Put [proxy] back.")
        headers = st.context.headers
        return proxy.identity([(name, value) for name in headers for value in headers.get_all(name)])
    if not st.user.is_logged_in:
        return None
    return identity_of(st.user.to_dict(), st.context.cookies)


def typed_name() -> str:
    """The name that was typed in this session, or that this browser remembers from an earlier one; "" for neither."""
    typed = str(st.session_state.get("rater_name") or "").strip()
    if typed:
        return typed
    known = remembered(st.context.cookies.get(COOKIE))
    return "" if known is None else known.name


def keep_typed_name(name: str) -> None:
    """Remember a name for this session and this browser (name_cookie.py carries it there); an empty one is none."""
    if clean := clean_name(name):
        st.session_state["rater_name"] = clean
