"""The spread of candidates that were asked several times: one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from compare.engine.run import Run
from compare.render.numbers import dollars, seconds
from compare.report.spread import Spread, spreads
from compare.ui import resources, who


@st.dialog("Spread", width="large", icon=":material/scatter_plot:")
def spread_dialog(run: Run) -> None:
    """To be shown only where the candidates may be known."""
    who.still("owner")
    import pandas as pd

    names = resources.store().candidates()
    models = resources.catalog().models
    found = spreads(pane.answer for pane in run.panes if pane.answer is not None)
    if not found:
        st.caption('No candidate has two complete answers here. Choose "times each" before a run.')
        return
    rows = []
    for spread in found:
        candidate = names[spread.candidate_id]
        spec = models.get(candidate.model_id)
        rows.append(_row(candidate.label or (spec.name if spec else candidate.model_id), spread))
    st.dataframe(pd.DataFrame(rows), hide_index=True)
    st.caption(
        "From the least to the most of its complete answers in this run. Alike: the share of words that two of its "
        "answers have in common, mean over all pairs."
    )


def _row(name: str, spread: Spread) -> dict[str, str]:
    return {
        "Candidate": name,
        "Answers": str(spread.n),
        "Output tokens": _range(spread.out_tokens, lambda n: f"{n:,}"),
        "Total time": _range(spread.total_ms, seconds),
        "Cost": _range(spread.cost_usd, dollars),
        "Alike": f"{spread.alike:.0%}",
    }


def _range(ends: tuple[Any, Any] | None, written: Callable[[Any], str]) -> str:
    if ends is None:
        return "not known"
    low, high = map(written, ends)
    return low if low == high else f"{low} to {high}"
