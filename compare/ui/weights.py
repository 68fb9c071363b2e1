"""The Weights page's parts: a proposal for each range of thread lengths, the votes beside it, and the file."""

from __future__ import annotations

from typing import Any

import streamlit as st

from compare.report.weights import Recommendation
from compare.routing.weights import RULE, Proposal


def show_proposals(found: Recommendation) -> None:
    """One block for each range of thread lengths, and one for the default route."""
    for column, proposal in zip(st.columns(len(found.proposals)), found.proposals, strict=True):
        with column, st.container(border=True, height="stretch"):
            _proposal(proposal)
    for problem in found.problems:
        st.caption(problem)
    st.caption(f"The rule: {RULE} Cost and latency are not in it.")


def _proposal(proposal: Proposal) -> None:
    import pandas as pd

    if proposal.match:
        st.markdown(f"**Threads of {proposal.bucket.label} messages** &nbsp; `{proposal.match}`")
    else:
        st.markdown("**All other threads** &nbsp; default route")
    st.markdown(proposal.why[:1].upper() + proposal.why[1:] + ".")
    if proposal.weights is None:
        return
    rows = [_row(proposal, row) for row in proposal.evidence]
    columns = {"weight": st.column_config.ProgressColumn("Weight", min_value=0, max_value=1, format="%.2f")}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)


def _row(proposal: Proposal, row: Any) -> dict[str, Any]:
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
    st.code(text, language="yaml")
