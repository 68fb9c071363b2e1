"""The switch between kinds of votes that Results and Weights share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from compare.records import History
from compare.report.votes import VoteKind, kinds
from compare.report.words import counted
from compare.ui import resources
from compare.ui.frame import empty_state


def choose_kind(*, without: Sequence[History] = (), below: Callable[[], None] | None = None) -> VoteKind:
    """The kind of votes to look at; ends the page with directions where there are none yet.

    Args:
        without: histories whose votes are of no use on this page.
        below: draws what a page can show without votes, before it ends.
    """
    found = {kind: n for kind, n in kinds(resources.store()).items() if kind.history not in without}
    if not found:
        empty_state(
            "No votes yet. Run a comparison, read the answers, and press the number of the best one.",
            page="pages/run/playground.py",
            label="Open the playground",
        )
        if below is not None:
            below()
        st.stop()
    by_name = {kind.name: kind for kind in sorted(found, key=lambda kind: -found[kind])}
    chosen = next(iter(by_name))
    if len(by_name) > 1:
        chosen = st.segmented_control(
            "Votes given under different conditions are kept apart",
            list(by_name),
            default=chosen,
            required=True,
            format_func=lambda name: f"{name.capitalize()} \u00b7 {counted(found[by_name[name]], 'vote')}",
            key="vote_kind",
        )
    else:
        st.caption(f"{counted(found[by_name[chosen]], 'vote')}, all of one kind: {chosen}.")
    return by_name[chosen]
