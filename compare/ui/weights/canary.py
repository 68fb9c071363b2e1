"""How large a canary must be, told where the files for it are taken along."""

from __future__ import annotations

import streamlit as st

from compare.routing.canary_size import CanarySize, canary_size
from compare.ui.plain import plain

_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
_RATES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


def show_canary_size() -> None:
    """Two choices and a sentence; nothing is stored, and no file hangs on it."""
    with st.expander("Before a canary starts: how many requests it needs"):
        left, right = st.columns(2, gap="medium")
        share = left.select_slider(
            "Requests to the canary", _SHARES, value=0.05, format_func=_percent, key="weights_canary_share"
        )
        rate = right.select_slider(
            "Harms now",
            _RATES,
            value=0.02,
            format_func=_percent,
            key="weights_canary_rate",
            help="Requests that end in an error, a thumbs-down, or slower than your limit.",
        )
        found = _sized(share, rate)
        st.markdown(plain(found.sentence))
        st.caption(
            f'The test is `canary --counts`; its file needs "tau": {found.tau:g}. Stages are written into routing.yaml '
            "under `canary`, and each gets its own files."
        )


@st.cache_data(max_entries=64, show_spinner="Counting ...")
def _sized(share: float, rate: float) -> CanarySize:
    return canary_size(share, rate)


def _percent(share: float) -> str:
    return f"{100 * share:g}%"
