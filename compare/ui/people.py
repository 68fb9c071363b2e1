"""The People page's parts: how people are known here, who was here, and what they may do."""

from __future__ import annotations

import json

import streamlit as st

from compare.people.roles import ORDER, RolesFile
from compare.people.roles_file import EXAMPLE
from compare.people.sign_in import SignIn
from compare.settings import roles_path
from compare.store.raters import KnownRater
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.sign_in import sign_in

_TOLD = {
    "name": "**Everybody who reaches this app may do everything, under a name that they type.** "
    "It proves nothing: whoever types another's name votes as them.",
    "oidc": "**People sign in.** Their identity provider says who they are; roles.toml says what they may do.",
    "proxy": "**A proxy says who people are.** roles.toml says which one is trusted, and what people may do.",
}
_MEANS = {
    "rater": "gives ballots, and sees nothing else",
    "owner": "everything but this page",
    "admin": "everything",
}


def show_setting() -> None:
    """How people are known here, and how that is changed."""
    setup = sign_in()
    st.markdown(_TOLD[setup.kind])
    if setup.kind == "name":
        _how_to_set_up()
    else:
        _show_roles(setup.rules())


def show_people() -> None:
    """Everybody whom this database knows."""
    import pandas as pd

    raters = resources.store().known_raters()
    st.subheader("Known here", anchor=False)
    if not raters:
        st.caption("Nobody yet: people appear here with their first visit or vote.")
        return
    st.dataframe(
        pd.DataFrame([_row(rater, sign_in()) for rater in raters]),
        hide_index=True,
        height="content",
        column_config={"ballots": st.column_config.NumberColumn(width="small")},
    )


def _row(rater: KnownRater, setup: SignIn) -> dict[str, object]:
    if rater.identity is None:
        role = "any" if setup.kind == "name" else "none: a typed name counts no more"
        came_from = "typed"
    else:
        role, came_from = rater.role, json.loads(rater.identity)[0]
    since = rater.since[:10]
    return {"name": rater.name, "role": role, "from": came_from, "since": since, "ballots": rater.n_ballots}


def _show_roles(rules: RolesFile) -> None:
    for role in reversed(ORDER):
        granted = rules.granted.get(role)
        named = sorted((granted.emails | granted.groups) if granted else ())
        if rules.everyone == role:
            named.append("everybody who signs in")
        st.markdown(f"**{role}** ({_MEANS[role]}): {plain(', '.join(named)) if named else 'nobody'}")
    st.caption(
        f"Change it in {plain(str(roles_path()))}; it counts at the next click. A sign-in lasts {rules.hours:g} hours. "
        "The roles below are those of each one's last visit."
    )


def _how_to_set_up() -> None:
    with st.expander("Have people sign in"):
        st.markdown(
            "1. Register this app with your identity provider, and write what it gives you into "
            "`.streamlit/secrets.toml`, section `[auth]`.\n"
            f"2. Say who may do what in `{roles_path()}`:"
        )
        st.code(EXAMPLE, language="toml")
        st.markdown(
            "3. Start again. `docs/sign-in.md` has both files whole, and the way with a proxy that signs people in."
        )
