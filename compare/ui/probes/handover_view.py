"""What handovers lose: recall of who took over, beside the same one all the way, for facts said before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from compare.probes.results import Result
from compare.probes.switch import FEWEST, SwitchLoss, switch_losses
from compare.report.words import labels
from compare.ui import resources


def handover_view(found: Sequence[Result]) -> None:
    """Drawn where somebody took over."""
    import pandas as pd

    losses = switch_losses(found)
    if not losses:
        return
    known = labels(resources.store(), resources.catalog())
    st.subheader("What a handover loses", anchor=False)
    st.dataframe(
        pd.DataFrame([_row(one, known) for one in losses]), hide_index=True, placeholder="\u2013",
        column_config={name: st.column_config.NumberColumn(format="%.0f %%", width="small")
                       for name in ("With the handover", "Without")}
        | {"Probes": st.column_config.NumberColumn(width="small"),
           "Loss": st.column_config.TextColumn(width=132, help="In percentage points of recall."),
           "95 %": st.column_config.TextColumn(
               width="small",
               help=f"Of the loss, or of the gain where it is one; below 0 is the other. Each thread is one cluster. "
               f"Fewer than {FEWEST} probes are too few.",
           )},
    )  # fmt: skip
    st.caption(
        "Recall over the same probes. Without: the candidate named beside it was asked all the way. The loss is recall "
        "without minus recall with the handover."
    )


def _row(one: SwitchLoss, known: Mapping[str, str]) -> dict[str, Any]:
    recall = one.recall
    with_it, without = recall.second.value, recall.first.value
    return {
        "Handover": known.get(one.name, one.name),
        "Facts said": f"{one.said} the switch",
        "Probes": recall.n,
        "With the handover": None if with_it is None else 100 * with_it,
        "Held against": known.get(one.against, one.against),
        "Without": None if without is None else 100 * without,
        "Loss": None if recall.value is None else _points(one),
        "95 %": _interval(one),
    }  # fmt: skip


def _points(one: SwitchLoss) -> str:
    points = f"{100 * abs(one.recall.value or 0.0):.0f} points"
    return f"gain of {points}" if one.word == "gain" else points


def _interval(one: SwitchLoss) -> str | None:
    if one.recall.n < FEWEST:
        return "too few"
    return None if one.interval is None else f"{100 * one.interval[0]:.0f} to {100 * one.interval[1]:.0f}"
