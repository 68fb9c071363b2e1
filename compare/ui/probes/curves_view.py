"""What the probes say: a sentence each, the curves, the heat map, the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from compare.probes.curve import Axis, Curve
from compare.probes.results import Result
from compare.report.memory.human import LONG, human_curves, no_line
from compare.report.memory.words import finding, said_again
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.probes.figures import MODE_BAR, MOST_WITH_INTERVALS, curve_figure, heat_map
from compare.ui.probes.tables import tables

_FEW = 5
"""Threads in a range of distances below which its interval says next to nothing."""


def curves_view(found: Sequence[Result], curves: Mapping[str, Curve], names: Mapping[str, str]) -> None:
    """Everything above the single probes."""
    st.markdown("\n".join(f"- **{plain(names[name])}** {plain(finding(curve))}" for name, curve in curves.items()))
    if any(curve.messages.bins for curve in curves.values()):
        _pictures(curves, names)
    tables(curves, names, said_again(found))


def _pictures(curves: Mapping[str, Curve], names: Mapping[str, str]) -> None:
    by = st.segmented_control(
        "Distance in", ["messages", "tokens"], default="messages", required=True, key="probes_axis",
    )  # fmt: skip
    axes = {name: curve.messages if by == "messages" else curve.tokens for name, curve in curves.items()}
    rated = human_curves(resources.store(), longer_than=LONG) if by == "messages" else {}
    human = {name: rated[name] for name in curves if name in rated}
    left, right = st.columns([3, 2], gap="large")
    with left:
        figure = curve_figure(axes, names, by, human)
        st.plotly_chart(figure, key=f"probes_curve_{by}", config=MODE_BAR)
    with right:
        st.plotly_chart(heat_map(axes, names, by), key=f"probes_heat_{by}", config=MODE_BAR)
    st.caption(plain(_legend(axes, [names[name] for name in axes if name not in human], by)))


def _legend(axes: Mapping[str, Axis], without_raters: Sequence[str], by: str) -> str:
    """How to read the pictures."""
    under = " (where the pointer rests)" if len(axes) > MOST_WITH_INTERVALS else ""
    said = [f"Share of facts that were still known, by how far back they lay, with 95 % intervals{under}."]
    if any(axis.line is not None and axis.step is None for axis in axes.values()):
        said.append("Thin lines: the fitted logit over log2 of the distance.")
    if _is_thin(axes):
        said.append(f"Ranges with fewer than {_FEW} threads have wide intervals: ask more sets.")
    if by == "messages":
        if len(without_raters) < len(axes):
            said.append("Open diamonds: raters, the answers without a mark 'forgot' at that distance.")
        said.append(no_line(without_raters if len(without_raters) < len(axes) else ["these candidates"]))
    return " ".join(filter(None, said))


def _is_thin(axes: Mapping[str, Axis]) -> bool:
    return any(min(each.recall.n_clusters, default=0) < _FEW for axis in axes.values() for each in axis.bins)
