"""A month at your traffic: cost, p95 and win rate before and after, and the traffic itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from compare.report.decision import month
from compare.routing.measured import Measured
from compare.routing.traffic import Profile, lines_of
from compare.routing.weights import Proposals
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.weights.kept import Basis, stored_profile
from compare.ui.weights.words import UNKNOWN, money, percent, time

_KEPT = "traffic_profile"
_COST = "Mean cost of a request here, times the requests of a month."
_P95 = "Of the mixture of candidates, each as it was timed at that length."
_WIN = "How often a request's answer would be preferred to one of a candidate drawn at random."


def show_month(basis: Basis, proposals: Proposals, measured: Measured, names: Mapping[str, str]) -> None:
    """The figures, and the traffic to change; candidates of the proposals go by the votes' names.

    Args:
        basis: what the proposals rest on.
        proposals: before they are labelled.
        measured: cost and times.
        names: what the page calls the candidates.
    """
    st.subheader("A month at your traffic", anchor=False)
    profile = _profile(basis)
    found = month(proposals, profile, measured)
    before, after = found.before, found.after
    cells = st.columns(3)
    for cell, name, now, then, about in (
        (cells[0], "Cost a month", money(before.cost_usd), money(after.cost_usd), _COST),
        (cells[1], "p95 of all answers", time(before.p95_ms), time(after.p95_ms), _P95),
        (cells[2], "Expected win share", percent(found.win_rate_before), percent(found.win_rate_after), _WIN),
    ):
        _figure(cell, name, now, then, about)
    unknown = {name: why for side in (before, after) for name, why in zip(side.unknown, side.why_unknown, strict=True)}
    for name, why in unknown.items():
        st.caption(plain(f"Cost or time of {names.get(name, name)} is not known: {why}."))
    _traffic(basis, profile)


def _figure(cell: Any, name: str, before: str, after: str, about: str) -> None:
    same = before == after
    told = None if same or UNKNOWN in (before, after) else f"now {before}"
    cell.metric(name, after, told, delta_color="off", delta_arrow="off", help=about, border=True)


def _profile(basis: Basis) -> Profile:
    """What was typed for these buckets, else what the stored threads give."""
    kept = resources.store().kept_choice(_KEPT)
    if isinstance(kept, dict) and kept.get("edges") == list(basis.edges):
        return Profile(lines_of(kept["lines"]), "typed here")
    return stored_profile(basis)


def _traffic(basis: Basis, profile: Profile) -> None:
    import pandas as pd

    with st.expander(f"Your traffic: {profile.requests:,.0f} requests a month ({profile.source})"):
        st.caption(
            "A long thread begins short: its first requests come through the shorter length. So a thread counts at "
            "every length that it reaches."
        )
        table = pd.DataFrame([asdict(line) for line in profile.lines])
        if table.empty:
            st.caption("There are no threads yet to take a shape from. Import some on the Threads page.")
            return
        edited = st.data_editor(
            table,
            hide_index=True,
            disabled=("bucket", "workload"),
            key=f"weights_traffic_{'_'.join(map(str, basis.edges))}",
            column_config={
                "bucket": "Length",
                "workload": "Workload",
                "threads": st.column_config.NumberColumn("Threads that reach it, a month", min_value=0, format="%.0f"),
                "requests_per_thread": st.column_config.NumberColumn(
                    "Requests of each, at this length", min_value=0, format="%.2f"
                ),
            },
        )
        with st.container(horizontal=True):
            if st.button("Use these numbers", key="weights_traffic_keep"):
                lines = [
                    asdict(line)
                    for line in lines_of(
                        dict(zip(edited.columns, row, strict=True)) for row in edited.itertuples(index=False)
                    )
                ]
                resources.store().keep_choice(_KEPT, {"edges": list(basis.edges), "lines": lines})
                st.rerun()
            if st.button("Take them from the stored threads", key="weights_traffic_stored"):
                resources.store().keep_choice(_KEPT, None)
                st.rerun()
