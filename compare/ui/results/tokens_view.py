"""What models make of our token count, learned from their own answers."""

from __future__ import annotations

from typing import Any

import streamlit as st

from compare.report.tokens import observations
from compare.store.store import Store
from compare.tokens.calibration import Calibration, calibrate
from compare.ui import resources
from compare.ui.results.drawing import Drawing, csv_button, working


def show_tokens(drawing: Drawing) -> None:
    """A line for each model with answers; nothing where none reports its tokens."""
    import pandas as pd

    store = drawing.store
    found = drawing.ask_of_answers("calibration", lambda: _calibrated(store))
    if found is None:
        st.subheader("Tokens", anchor=False)
        working()
        return
    lines, n_without = found
    if not lines:
        return
    st.subheader("Tokens", anchor=False)
    models = resources.catalog().models
    rows = [
        {
            "model": models[line.model_id].name if line.model_id in models else line.model_id,
            "answers": line.n,
            "for each counted token": round(line.a, 3),
            "for each message": round(line.b, 1),
            "for each request": round(line.c, 1),
            "off by": line.residual_sd * 100,
            "settled": "yes" if line.settled else "not yet",
        }
        for line in lines.values()
    ]
    columns: dict[str, Any] = {
        "model": "Model",
        "answers": st.column_config.NumberColumn("Answers", width="small"),
        "for each counted token": st.column_config.NumberColumn("Reported for each counted token", format="%.3f"),
        "for each message": st.column_config.NumberColumn("and each message", format="%.1f"),
        "for each request": st.column_config.NumberColumn("and each request", format="%.1f"),
        "off by": st.column_config.NumberColumn("Usually off by", format="%.1f %%"),
        "settled": "Settled",
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=columns)
    without = f" {n_without:,} answers lack one of the two counts." if n_without else ""
    st.caption(
        "Input tokens that each model reports, for tokens counted here, messages and requests: what its own answers "
        f"lead to expect.{without}"
    )
    csv_button(rows, "tokens")


def _calibrated(store: Store) -> tuple[dict[str, Calibration], int]:
    seen, n_without = observations(store)
    return calibrate(seen), n_without
