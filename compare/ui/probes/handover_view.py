"""What handovers lose: recall of who took over, beside the same one all the way, for facts said before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from compare.probes.results import Result
from compare.probes.switch import SwitchLoss, switch_losses
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
                       for name in ("Recall", "All the way")}
        | {"Probes": st.column_config.NumberColumn(width="small"),
           "Loss": st.column_config.NumberColumn(format="%.0f points", width="small"),
           "95 %": st.column_config.TextColumn(width="small", help="Of the loss; each thread is one cluster.")},
    )  # fmt: skip
    st.caption("The loss is recall all the way minus recall with the handover, over the same probes.")


def _row(one: SwitchLoss, known: Mapping[str, str]) -> dict[str, Any]:
    recall = one.recall
    with_it, without = recall.second.value, recall.first.value
    return {
        "Handover": known.get(one.name, one.name),
        "Facts said": f"{one.said} the switch",
        "Probes": recall.n,
        "Recall": None if with_it is None else 100 * with_it,
        "Held against": known.get(one.against, one.against),
        "All the way": None if without is None else 100 * without,
        "Loss": None if recall.value is None else 100 * recall.value,
        "95 %": None if recall.ci_low is None or recall.ci_high is None
        else f"{100 * recall.ci_low:.0f} to {100 * recall.ci_high:.0f}",
    }  # fmt: skip
