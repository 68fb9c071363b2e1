"""What the probes say: a sentence each, the curves, the heat map, the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from compare.probes.curve import Axis, Curve
from compare.probes.results import Result
from compare.ratings.shares import Share
from compare.report.memory.human import human_curves, no_line
from compare.report.memory.words import finding
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.probes.figures import MODE_BAR, MOST_WITH_INTERVALS, curve_figure, heat_map
from compare.ui.probes.new_run import TYPE_NAMES

_UNKNOWN = "\u2013"
_FEW = 5
"""Threads in a range of distances below which its interval says next to nothing."""
_DEPTHS = ("first fifth", "second", "middle", "fourth", "last fifth")


def curves_view(found: Sequence[Result], curves: Mapping[str, Curve], names: Mapping[str, str]) -> None:
    """Everything above the single probes."""
    st.markdown("\n".join(f"- **{plain(names[name])}** {plain(finding(curve))}" for name, curve in curves.items()))
    failed = sum(one.passed is None for one in found)
    if failed:
        st.caption(f"{failed:,} of {len(found):,} answers failed; they are in no figure.")
    if any(curve.messages.bins for curve in curves.values()):
        _pictures(curves, names)
    st.dataframe(_table(curves, names), hide_index=True, key="probes_table", placeholder=_UNKNOWN,
                 column_config=_COLUMNS)  # fmt: skip
    st.subheader("By what was asked", anchor=False)
    st.dataframe(
        _by_type(curves, names),
        hide_index=True,
        key="probes_by_type",
        placeholder=_UNKNOWN,
        column_config=_percents([*TYPE_NAMES.values(), "Old value given"]),
    )
    st.subheader("By place in the thread", anchor=False)
    st.dataframe(
        _by_depth(curves, names),
        hide_index=True,
        key="probes_by_depth",
        placeholder=_UNKNOWN,
        column_config=_percents(_DEPTHS),
    )
    st.caption("Recall of facts that lay in each fifth of the thread. A dip in the middle is a lost middle.")


def _pictures(curves: Mapping[str, Curve], names: Mapping[str, str]) -> None:
    by = st.segmented_control(
        "Distance in", ["messages", "tokens"], default="messages", required=True, key="probes_axis",
    )  # fmt: skip
    axes = {name: curve.messages if by == "messages" else curve.tokens for name, curve in curves.items()}
    rated = human_curves(resources.store()) if by == "messages" else {}
    human = {name: rated[name] for name in curves if name in rated}
    left, right = st.columns([3, 2], gap="large")
    with left:
        figure = curve_figure(axes, names, by, human)
        st.plotly_chart(figure, key=f"probes_curve_{by}", config=MODE_BAR)
    with right:
        st.plotly_chart(heat_map(axes, names, by), key=f"probes_heat_{by}", config=MODE_BAR)
    st.caption(
        f"Share of facts that were still known by how far back they lay, with 95 % intervals{_where(axes)} (threads as "
        "clusters). "
        "Lines are the fitted logit over log2 of the distance, where one can be fitted."
        + (f" Ranges with fewer than {_FEW} threads have wide intervals; ask more sets." if _is_thin(axes) else "")
        + (" Open diamonds are raters: answers without a mark 'forgot' at that distance." if human else "")
    )
    if by == "messages" and (told := no_line([names[name] for name in axes if name not in human])):
        st.caption(plain(told))


def _where(axes: Mapping[str, Axis]) -> str:
    return " under the pointer" if len(axes) > MOST_WITH_INTERVALS else ""


def _is_thin(axes: Mapping[str, Axis]) -> bool:
    return any(min(each.recall.n_clusters, default=0) < _FEW for axis in axes.values() for each in axis.bins)


def _table(curves: Mapping[str, Curve], names: Mapping[str, str]) -> Any:
    import pandas as pd

    rows = []
    for name, curve in curves.items():
        at = {distance: curve.recall_at(distance) for distance in (20, 30)}
        rows.append(
            {
                "Candidate": names[name],
                "Probes": curve.n,
                "At 20": _value(at[20].recall if at[20] else None),
                "At 30": _value(at[30].recall if at[30] else None),
                "At 30, interval": _interval(at[30].recall if at[30] else None),
                "Half lost at": curve.d50_words,
                "Slope": _slope(curve.messages),
                "Controls": _value(curve.control),
                "Cut by us": curve.n_cut,
                "Unsteady": None if curve.unreliability is None else 100 * curve.unreliability,
            }
        )
    table = pd.DataFrame(rows)
    return table if table["Unsteady"].notna().any() else table.drop(columns="Unsteady")


def _slope(axis: Axis) -> str:
    if axis.step is not None:
        return f"a step, {axis.step.last_passed} to {axis.step.first_failed}"
    return "none" if axis.line is None else f"{axis.line.slope:.2f} \u00b1 {1.96 * axis.line.slope_error:.2f}"


def _by_type(curves: Mapping[str, Curve], names: Mapping[str, str]) -> Any:
    import pandas as pd

    there = [t for t in TYPE_NAMES if any(t in curve.types for curve in curves.values())]
    rows = []
    for name, curve in curves.items():
        row = {"Candidate": names[name]} | {TYPE_NAMES[t]: _value(curve.types.get(t)) for t in there}
        if "update" in there:
            row["Old value given"] = _value(curve.types.get("stale"))
        rows.append(row)
    return pd.DataFrame(rows)


def _by_depth(curves: Mapping[str, Curve], names: Mapping[str, str]) -> Any:
    import pandas as pd

    return pd.DataFrame(
        [
            {"Candidate": names[name], **dict(zip(_DEPTHS, map(_value, curve.by_depth), strict=True))}
            for name, curve in curves.items()
        ]
    )


def _value(one: Share | None) -> float | None:
    """In per cent."""
    return None if one is None or one.value is None else 100 * one.value


def _interval(one: Share | None) -> str | None:
    if one is None or one.ci_low is None or one.ci_high is None:
        return None
    return f"{100 * one.ci_low:.0f} to {100 * one.ci_high:.0f} %"


def _percents(columns: Any) -> dict[str, Any]:
    return {name: st.column_config.NumberColumn(format="%.0f %%", width="small") for name in columns}


_COLUMNS: dict[str, Any] = {
    "Probes": st.column_config.NumberColumn(width="small", help="Answers to recall probes, controls apart."),
    "At 20": st.column_config.NumberColumn(
        format="%.0f %%", width="small", help="Recall of facts 17 to 24 messages back."
    ),
    "At 30": st.column_config.NumberColumn(
        format="%.0f %%", width="small", help="Recall of facts 25 to 32 messages back."
    ),
    "Half lost at": st.column_config.TextColumn(
        width="small",
        help="The smallest tested distance from which on at most half of what the controls know is known.",
    ),
    "Slope": st.column_config.TextColumn(
        help="Logits lost for each doubling of the distance. A step where answers separate perfectly."
    ),
    "Controls": st.column_config.NumberColumn(
        format="%.0f %%", width="small", help="The same questions with the fact said again one message before."
    ),
    "Cut by us": st.column_config.NumberColumn(
        width="small", help="Facts that our own context policy did not send: not forgotten by the model."
    ),
    "Unsteady": st.column_config.NumberColumn(
        format="%.0f %%", width="small", help="90th minus 10th percentile over the repeats of a probe, on average."
    ),
}
