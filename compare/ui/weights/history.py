"""Files that were taken along: who made them, from which votes, and who approved them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from compare.report.targets import target_name
from compare.store.exports import KeptExport
from compare.ui import resources, who
from compare.ui.plain import plain


def show_history() -> None:
    """A table, and one export to look at and approve."""
    import pandas as pd

    exports = resources.store().exports()
    if not exports:
        return
    st.subheader("Exports so far", anchor=False)
    st.dataframe(pd.DataFrame([_row(each) for each in exports]), hide_index=True)
    by_id = {each.id: each for each in exports}
    chosen = st.selectbox(
        "One of them", list(by_id), format_func=lambda key: _name(by_id[key]), key="weights_export", width=480
    )
    one = by_id[chosen]
    with st.container(horizontal=True):
        st.download_button("Its routing.yaml", one.routing_yaml, "routing.yaml", "application/yaml", on_click="ignore")
        if one.approved_by is None and st.button("Approve", key="weights_approve", icon=":material/check:"):
            approver = who.need("owner")
            resources.store().approve_export(one.id, approver.name)
            st.rerun()
    if one.approved_by is None:
        st.caption("Approving takes the role owner. What was approved last is taken for what runs now.")
    else:
        st.caption(plain(f"Approved by {one.approved_by} on {_moment(one.approved_at)}."))


def _row(one: KeptExport) -> dict[str, Any]:
    return {
        "Made": _moment(one.made_at),
        "By": one.made_by or "not named",
        "For": "routing.yaml" if one.target == "yaml" else target_name(one.target),
        "Votes": one.n_votes,
        "Kind": one.votes_kind,
        "What it says": one.summary,
        "Approved by": one.approved_by or "",
        "Hash of the votes": one.evidence_sha256[:12],
    }


def _name(one: KeptExport) -> str:
    state = f"approved by {one.approved_by}" if one.approved_by else "not approved"
    return f"{_moment(one.made_at)}, {one.made_by or 'not named'}, {state}"


def _moment(at: str | None) -> str:
    return "" if at is None else at[:16].replace("T", " ")
