"""The Models page's parts."""

from __future__ import annotations

import asyncio
from typing import Any

import streamlit as st

from compare.catalog import availability
from compare.engine.check import Checked, check
from compare.records import ModelSpec
from compare.ui import resources

_BLOCK = """[[model]]
id = "my-local"                        # the name used everywhere
provider = "openai-chat"               # any OpenAI-compatible server
base_url = "http://127.0.0.1:8080/v1"
model = "name-at-the-server"
api_key_env = "MY_KEY"                 # the NAME of the variable; leave out if no key is needed
context_window_tokens = 128000
price = { input = "0.50", output = "1.50" }   # US dollars per million tokens; leave out if unknown
"""


def show_catalogue() -> None:
    """Every model with its state and price, and a test of those that are ready."""
    import pandas as pd

    specs = list(resources.catalog().models.values())
    ready = [spec for spec in specs if availability(spec).ready]
    st.markdown(f"**{len(ready)} of {len(specs)} models are ready.** The others say what they need.")
    st.dataframe(pd.DataFrame([_row(spec) for spec in specs]), hide_index=True, height="content")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Test a model", [spec.id for spec in ready], key="model_to_test", width=320)
        pressed = st.button("Test", key="test_model", icon=":material/network_check:", disabled=not ready)
    if pressed and chosen:
        with st.spinner(f"Asking {chosen} ..."):
            _show_checked(asyncio.run(check([resources.catalog().get(chosen)]))[0])


def _show_checked(checked: Checked) -> None:
    if checked.ok:
        st.success(f"{checked.model_id} {checked.sentence}", icon=":material/check:")
    else:
        st.error(f"{checked.model_id}: {checked.sentence}", icon=":material/error:")


def _row(spec: ModelSpec) -> dict[str, Any]:
    price = spec.price
    window = spec.context_window_tokens
    return {
        "Model": spec.name,
        "Maker": spec.maker,
        "State": availability(spec).reason,
        "In $/M": "unknown" if price is None else str(price.input_usd_per_mtok),
        "Out $/M": "unknown" if price is None else str(price.output_usd_per_mtok),
        "Price of": "" if price is None else price.as_of or price.source,
        "Window": "unknown" if window is None else f"{window:,}",
        "Released": spec.released,
        "Note": spec.note,
        "Id": spec.id,
    }


def show_how_to_add() -> None:
    """How to add a server of one's own."""
    with st.expander("Add a server of your own"):
        st.markdown("Put a block like this into a file and name the file in `WEIGHBRIDGE_MODELS` before the start:")
        st.code(_BLOCK, language="toml")
