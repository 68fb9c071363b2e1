"""The Weights page: a decision and what it rests on, what limits would change, and the files to take along.

Candidates go by their labels here, and by the names that votes files give them in the file.
"""

from __future__ import annotations

import streamlit as st

from compare.report.votes import VoteKind
from compare.report.weights import Weighing
from compare.report.words import labels
from compare.routing.weights import labelled
from compare.ui import resources, who
from compare.ui.frame import guarded
from compare.ui.weights import canary, choices, decision, downloads, history, month, simulated
from compare.ui.weights.kept import Basis, weighed


def show_weights(kind: VoteKind) -> None:
    """The page for votes of one kind."""
    basis = choices.choose_basis(kind)
    found, measured = weighed(basis)
    _decide(basis, found, measured)


@st.fragment
def _decide(basis: Basis, found: Weighing, measured: object) -> None:
    """Everything that a slider changes; drawn again alone, so that it answers at once."""
    who.still("owner")
    from compare.routing.measured import Measured

    assert isinstance(measured, Measured)
    with guarded():
        names = labels(resources.store(), resources.catalog())
        # The decision stands first, and hangs on the limits below it.
        top = st.container()
        aim = choices.choose_aim(measured)
        named = found.proposals(aim, names)
        proposals = labelled(named, names)
        with top:
            decision.show_headline(proposals, found)
        decision.show_reasons(proposals, found, aim)
        text = downloads.file_text(basis, found, aim, named)
        month.show_month(basis, named, measured, names)
        if text is not None:
            simulated.show_simulation(basis, text, measured, names)
        downloads.show_downloads(basis, found, aim, proposals, text)
        if text is not None:
            canary.show_canary_size()
        history.show_history()
