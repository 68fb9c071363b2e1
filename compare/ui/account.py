"""Signing in and out: the page for whoever is not known, and the quiet line for whoever is."""

from __future__ import annotations

import streamlit as st

from compare.people.roles import highest
from compare.ui.name_cookie import carry_name
from compare.ui.naming import name_question
from compare.ui.person import Person, person
from compare.ui.plain import plain
from compare.ui.sign_in import sign_in


def draw_sign_in(trouble: str = "") -> None:
    """All that somebody sees who is not signed in."""
    with st.container(horizontal_alignment="center", key="signin"), st.container(width=420):
        st.header("Weighbridge", anchor=False)
        if trouble:
            st.error(plain(trouble), icon=":material/error:")
        auth = sign_in().auth
        if auth is None:
            return  # a proxy signs people in; what was wrong there stands above
        if not trouble:
            st.markdown("Sign in to go on. A link that you were sent opens afterwards.")
        for provider in auth.providers:
            label = "Sign in" if len(auth.providers) == 1 else f"Sign in with {plain(provider.name)}"
            st.button(
                label, key=f"sign_in_{provider.name}", type="primary", width="stretch", on_click=st.login,
                args=() if provider.name == "default" else (provider.name,),
            )  # fmt: skip
        if trouble:
            st.button("Sign out first", key="sign_out", type="tertiary", on_click=st.logout)


def draw_nobody(found: Person) -> None:
    """What somebody sees who is known but has no role."""
    with st.container(horizontal_alignment="center", key="signin"), st.container(width=420):
        st.header("Weighbridge", anchor=False)
        st.info(
            f"You are signed in as {plain(found.name)}, but have no role here. Ask an admin to give you one.",
            icon=":material/lock:",
        )
        if sign_in().kind == "oidc":
            st.button("Sign out", key="sign_out", icon=":material/logout:", on_click=st.logout)


def account() -> None:
    """Who is signed in, and the way out; where nobody vouches for anybody, only what remembers a typed name."""
    found = person()
    name_question()
    # Always there, also when empty: what comes later would else be drawn anew when it appears.
    with st.container(key="account"):
        if found is None or not found.roles:
            return
        if not found.verified:
            carry_name(found)
            return
        if sign_in().kind == "proxy":
            st.caption(_told(found))
            return
        with st.popover(plain(found.name), icon=":material/person:", type="tertiary", key="account_menu"):
            st.caption(_told(found))
            st.button("Sign out", key="sign_out", icon=":material/logout:", on_click=st.logout)


def _told(found: Person) -> str:
    return f"{plain(found.name)}, {highest(found.roles) or 'no role'}"
