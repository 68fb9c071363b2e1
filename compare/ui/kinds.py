"""The switch between kinds of votes that Results and Weights share."""

from __future__ import annotations

import streamlit as st

from compare.ratings.votes import Votes
from compare.report.votes import kinds, votes_of
from compare.ui import resources
from compare.ui.frame import empty_state


def choose_votes() -> Votes:
    """The votes to look at; ends the page with directions where there are none yet."""
    found = kinds(resources.store())
    if not found:
        empty_state(
            "No votes yet. Run a comparison, read the answers, and press the number of the best one.",
            page="pages/run/playground.py",
            label="Open the playground",
        )
        st.stop()
    by_name = {kind.name: kind for kind in sorted(found, key=lambda kind: -found[kind])}
    chosen = next(iter(by_name))
    if len(by_name) > 1:
        chosen = st.segmented_control(
            "Votes given under different conditions are kept apart",
            list(by_name),
            default=chosen,
            required=True,
            format_func=lambda name: f"{name.capitalize()} \u00b7 {found[by_name[name]]}",
            key="vote_kind",
        )
    else:
        st.caption(f"{_ballots(found[by_name[chosen]])}, all of one kind: {chosen}.")
    return votes_of(resources.store(), by_name[chosen])


def _ballots(n: int) -> str:
    return "1 ballot" if n == 1 else f"{n:,} ballots"
