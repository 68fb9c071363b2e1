"""The Weights page's parts: a proposal for each range of thread lengths, the votes beside it, and the file.

Candidates go by their labels here, and by the names that votes files give them in the file.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from compare.report.weights import Recommendation
from compare.routing.weights import RULE, CandidateEvidence, Proposal
from compare.ui.plain import plain


def show_proposals(found: Recommendation) -> None:
    """One block for each range of thread lengths, and one for the default route where something comes to it."""
    shown = [*found.ranges, *([found.default] if found.default else [])]
    for column, proposal in zip(st.columns(len(shown)), shown, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.markdown(_heading(proposal, found))
            _proposal(proposal)
    for problem in found.problems:
        st.caption(plain(problem))
    st.caption(f"{found.tally.sentence}. The rule: {RULE} Cost and latency are not in it.")


def _heading(proposal: Proposal, found: Recommendation) -> str:
    if proposal.match:
        return f"**Threads of {proposal.bucket.label} messages** &nbsp; `{proposal.match}`"
    without = [each.bucket.label for each in found.ranges if each.weights is None]
    if len(without) == len(found.ranges):
        return "**All lengths together** &nbsp; default route"
    return f"**Threads of {' or '.join(without)} messages for now** &nbsp; default route, by the votes of all lengths"


def _proposal(proposal: Proposal) -> None:
    import pandas as pd

    why = proposal.why
    # A candidate's name is written as it is.
    st.markdown(plain(why[:1].upper() + why[1:] if why.startswith("no") else why) + ".")
    if proposal.weights is None:
        return
    rows = [_row(proposal, row) for row in proposal.evidence]
    columns = {"weight": st.column_config.ProgressColumn("Weight", min_value=0, max_value=1, format="%.2f")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)


def _row(proposal: Proposal, row: CandidateEvidence) -> dict[str, Any]:
    assert proposal.weights is not None
    return {
        "candidate": row.candidate,
        "weight": proposal.weights[row.candidate],
        "win share": f"{row.win_share:.0%} ({row.win_share_low:.0%} to {row.win_share_high:.0%})",
        "votes": row.n_votes,
    }


def show_file(text: str | None) -> None:
    """The routing.yaml, to read and to take along."""
    st.subheader("routing.yaml", anchor=False)
    if text is None:
        st.info(
            "Not enough votes for weights yet, and Weighbridge invents none. The boxes above say how many are missing.",
            icon=":material/info:",
        )
        return
    st.download_button("Download routing.yaml", text, "routing.yaml", "application/yaml", icon=":material/download:")
    st.caption(
        "Ratings in the file are fitted with a prior and take 'all bad' as a tie, as weights are. Results shows "
        "ratings without that wherever it can, so the figures differ."
    )
    st.code(text, language="yaml")
