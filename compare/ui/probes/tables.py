"""The figures behind the pictures: recall with its interval, what was asked and its controls, place in the thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st

from compare.probes.curve import Axis, Curve
from compare.ratings.shares import Share
from compare.ui.probes.new_run import TYPE_NAMES

_UNKNOWN = "\u2013"
_DEPTHS = ("First fifth", "Second", "Middle", "Fourth", "Last fifth")
_AT = (20, 30)
_PX_PER_LETTER, _PADDING_PX = 8, 28
Curves = Mapping[str, Curve]
Names = Mapping[str, str]


def tables(curves: Curves, names: Names, again: str) -> None:
    """All three, each with a line that says what it counts.

    Args:
        curves: by name.
        names: what the page calls each candidate.
        again: how far back controls say the fact again ("1 message back"); empty without controls.
    """
    _recall(curves, names, again)
    st.subheader("By what was asked", anchor=False)
    _by_type(curves, names, again)
    st.subheader("By place in the thread", anchor=False)
    _by_depth(curves, names)


def _recall(curves: Curves, names: Names, again: str) -> None:
    import pandas as pd

    rows = [
        {
            "Candidate": names[name],
            **{_at(distance): _recall_at(curve, distance) for distance in _AT},
            "Half lost at": curve.d50_words,
            "Slope": _slope(curve.messages),
            "Control": _value(curve.control),
            "Cut by us": curve.n_cut,
            "Answers": curve.n,
            "Unsteady": None if curve.unreliability is None else 100 * curve.unreliability,
        }
        for name, curve in curves.items()
    ]
    table = pd.DataFrame(rows)
    if not table["Unsteady"].notna().any():
        table = table.drop(columns="Unsteady")
    st.dataframe(
        table, hide_index=True, key="probes_table", placeholder=_UNKNOWN, column_config=_recall_columns(curves, again)
    )
    st.caption(
        "Recall of single facts. In brackets the 95 % interval: of the clustered one and that of as many answers "
        "as threads the narrower. A dash: nothing lay so far back."
    )


def _recall_columns(curves: Curves, again: str) -> dict[str, Any]:
    """What each column is, with the range of distances that stands behind its number."""
    return {
        "Answers": _number("Answers", told="To recall probes, controls apart."),
        **{
            _at(d): st.column_config.TextColumn(
                width=_wide(_at(d)), help=f"Recall of facts {_range(curves, d)} messages back."
            )
            for d in _AT
        },
        "Half lost at": st.column_config.TextColumn(
            width=_wide("Half lost at"),
            help="The smallest tested distance from which on at most half of what the controls know is known.",
        ),
        "Slope": st.column_config.TextColumn(
            width=130,
            help="Logits lost for each doubling of the distance, with its 95 % interval. A step where answers separate "
            "perfectly.",
        ),
        "Control": _number(
            "Control", "%.0f %%", told=f"The same recall questions with the fact said again{_just(again)}."
        ),
        "Cut by us": _number(
            "Cut by us", told="Facts that our own context policy did not send: not forgotten by the model."
        ),
        "Unsteady": _number(
            "Unsteady", "%.0f %%", told="90th minus 10th percentile over the repeats of a probe, on average."
        ),
    }


def _at(distance: int) -> str:
    return f"{distance} messages back"


def _range(curves: Curves, distance: int) -> str:
    return next((found.label for curve in curves.values() if (found := curve.recall_at(distance))), "about so many")


def _recall_at(curve: Curve, distance: int) -> str | None:
    found = curve.recall_at(distance)
    if found is None or found.recall.value is None:
        return None
    low, high = found.recall.ci_low, found.recall.ci_high
    told = f"{100 * found.recall.value:.0f} %"
    return told if low is None or high is None else f"{told} ({100 * low:.0f} to {100 * high:.0f})"


def _slope(axis: Axis) -> str:
    if axis.step is not None:
        return f"a step, {axis.step.last_passed} to {axis.step.first_failed}"
    return "none" if axis.line is None else f"{axis.line.slope:.2f} \u00b1 {1.96 * axis.line.slope_error:.2f}"


def _by_type(curves: Curves, names: Names, again: str) -> None:
    """Two rows a candidate where there are controls: the fact where it was said, and said again."""
    import pandas as pd

    there = [t for t in TYPE_NAMES if t != "control" and any(t in curve.types for curve in curves.values())]
    rows: list[dict[str, Any]] = []
    for name, curve in curves.items():
        rows.append(_type_row(names[name], "as said", curve.types, there))
        if "stale" in curve.types:
            rows[-1]["Old value given"] = _value(curve.types["stale"])
        if curve.controls:
            rows.append(_type_row(names[name], "said again", curve.controls, there))
    table = pd.DataFrame(rows)
    if not any(curve.controls for curve in curves.values()):
        table = table.drop(columns="Fact")
    st.dataframe(
        table, hide_index=True, height="content", key="probes_by_type", placeholder=_UNKNOWN,
        column_config={"Fact": st.column_config.TextColumn(width=_wide("said again"))}
        | _percents([*(TYPE_NAMES[t] for t in there), "Old value given"]),
    )  # fmt: skip
    told = (
        f" Said again: the controls, which ask the same with the fact said again{_just(again)}; what fails there, too, "
        "fails by more than distance."
    )
    st.caption(f"Share that passed.{told if again else ''}")


def _just(again: str) -> str:
    return f" just before the question, {again}" if again else " just before the question"


def _type_row(name: str, which: str, shares: Mapping[str, Share], types: Iterable[str]) -> dict[str, Any]:
    return {"Candidate": name, "Fact": which} | {TYPE_NAMES[t]: _value(shares.get(t)) for t in types}


def _by_depth(curves: Curves, names: Names) -> None:
    import pandas as pd

    table = pd.DataFrame(
        [
            {"Candidate": names[name], **dict(zip(_DEPTHS, map(_value, curve.by_depth), strict=True))}
            for name, curve in curves.items()
        ]
    )
    st.dataframe(table, hide_index=True, key="probes_by_depth", placeholder=_UNKNOWN, column_config=_percents(_DEPTHS))
    st.caption("Recall of facts that lay in each fifth of the thread. A dip in the middle is a lost middle.")


def _value(one: Share | None) -> float | None:
    """In per cent."""
    return None if one is None or one.value is None else 100 * one.value


def _percents(columns: Iterable[str]) -> dict[str, Any]:
    return {name: _number(name, "%.0f %%") for name in columns}


def _number(name: str, shown: str | None = None, *, told: str | None = None) -> Any:
    return st.column_config.NumberColumn(format=shown, width=_wide(name), help=told)


def _wide(name: str) -> int:
    """Wide enough for its heading, in pixels."""
    return _PX_PER_LETTER * len(name) + _PADDING_PX
