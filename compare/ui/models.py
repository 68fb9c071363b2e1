"""The Models page's parts: what can be asked, what is missing, what is known of one model, how to add another."""

from __future__ import annotations

import asyncio
from typing import Any

import streamlit as st

from compare.catalog import availability
from compare.engine.breaker import BreakerStatus
from compare.engine.check import Checked, check
from compare.engine.local_servers import USUAL_PORTS, LocalServer, block, find_local_servers
from compare.records import ModelSpec, Price
from compare.report.tokens import calibrations
from compare.ui import resources
from compare.ui.plain import plain

_BLOCK = """[[model]]
id = "my-local"                        # the name used everywhere
provider = "openai-chat"               # or openai-responses, anthropic, gemini
base_url = "http://127.0.0.1:8080/v1"
model = "name-at-the-server"
api_key_env = "MY_KEY"                 # the NAME of the variable; leave out if no key is needed
# api_version = "2023-06-01"           # anthropic only; leave out for what its server is known to prefer
context_window_tokens = 128000
price = { input = "0.50", output = "1.50" }   # US dollars per million tokens; leave out if unknown
region = "eu-central"                  # region, retention, terms, pools: notes for your own governance
pools = ["experimental"]
"""
_LOOK_AGAIN_S = 30


def show_catalogue() -> ModelSpec | None:
    """Every model with its state and price; gives the chosen one."""
    import pandas as pd

    specs = list(resources.catalog().models.values())
    n_ready = sum(availability(spec).ready for spec in specs)
    breakers = resources.hub().breakers()
    if n_ready:
        told = f"**{n_ready} of {len(specs)} models are ready.** The others say what they need. Choose one to test it."
    else:
        told = (
            f"**None of {len(specs)} models is ready.** Each says what it needs. Choose one to see how to give it that."
        )
    st.markdown(told)
    shown = st.dataframe(
        pd.DataFrame([_row(spec, breakers.get(spec.id)) for spec in specs]),
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        key="models_table",
    )
    rows = shown.selection.rows
    return specs[rows[0]] if rows else None


def _row(spec: ModelSpec, breaker: BreakerStatus | None) -> dict[str, Any]:
    price = spec.price
    window = spec.context_window_tokens
    return {
        "Model": spec.name,
        "Maker": spec.maker,
        "State": _state(spec, breaker),
        "In $/M": "unknown" if price is None else str(price.input_usd_per_mtok),
        "Out $/M": "unknown" if price is None else str(price.output_usd_per_mtok),
        "Price of": "" if price is None else price.as_of or price.source,
        "Window": "unknown" if window is None else f"{window:,}",
        "Released": spec.released,
        "Retired": spec.retired,
        "Pools": ", ".join(spec.pools),
        "Note": spec.note,
        "Id": spec.id,
    }


def _state(spec: ModelSpec, breaker: BreakerStatus | None) -> str:
    now = availability(spec)
    if now.ready and breaker is not None and breaker.state != "closed":
        return f"left alone ({breaker.state})" if breaker.state == "open" else "being tried again"
    return now.reason


# --- one model -------------------------------------------------------------------------------------------------------


def show_model(spec: ModelSpec) -> None:
    """All that is known of one model, and a button that asks it."""
    st.subheader(plain(spec.name), anchor=False)
    now = availability(spec)
    if not now.ready:
        st.warning(_how_to(spec), icon=":material/key:")
    breaker = resources.hub().breakers().get(spec.id)
    left_alone = st.empty()
    if breaker is not None and breaker.state != "closed":
        left_alone.warning(plain(f"{breaker.endpoint} is {breaker.sentence}"), icon=":material/pause_circle:")
    left, right = st.columns(2, gap="medium")
    left.table(_facts(spec), border="horizontal", width="stretch")
    with right:
        if st.button(
            "Ask it one short question", key="test_model", icon=":material/network_check:", disabled=not now.ready
        ):
            with st.spinner(f"Asking {plain(spec.name)} ..."):
                checked = asyncio.run(check([spec]))[0]
            if checked.ok:
                resources.hub().found_there(spec.id)
                left_alone.empty()
            _show_checked(checked)


def _how_to(spec: ModelSpec) -> str:
    reason = availability(spec).reason
    if not spec.api_key_env or "needs" not in reason:
        return plain(f"{spec.name}: {reason}.")
    return (
        f"{plain(f'{spec.name} {reason}.')} Set the key before the start, for instance "
        f"`export {spec.api_key_env}=...` in the shell that starts Weighbridge. It is read from there at every call "
        "and never stored."
    )


def _facts(spec: ModelSpec) -> dict[str, str]:
    line = calibrations(resources.store()).get(spec.id)
    facts = {
        "Asked as": f"{spec.model} ({spec.provider})",
        "Address": "started by Weighbridge on this machine" if spec.simulated else spec.base_url,
        "Key": spec.api_key_env or "none needed",
        "Price": _price(spec.price),
        "Context window": "unknown" if not spec.context_window_tokens else f"{spec.context_window_tokens:,} tokens",
        "Longest answer": "unknown" if not spec.max_output_tokens else f"{spec.max_output_tokens:,} tokens",
        "Counts tokens": "no answers yet"
        if line is None
        else f"{line.a:.2f} x ours + {line.b:.1f} per message + {line.c:.0f} ({line.n} answers)",
        "Retired by its vendor": spec.retired or "no date known",
        "Terms": spec.terms,
        "Region": spec.region,
        "Retention": spec.retention,
        "Allowed pools": ", ".join(spec.pools),
    }
    return {name: plain(value or "not noted") for name, value in facts.items()}


def _price(price: Price | None) -> str:
    if price is None:
        return "unknown"
    told = f"${price.input_usd_per_mtok} in, ${price.output_usd_per_mtok} out per million tokens"
    if price.cached_usd_per_mtok is not None:
        told += f", ${price.cached_usd_per_mtok} from cache"
    for tier in price.tiers:
        given, answered = tier.input_usd_per_mtok, tier.output_usd_per_mtok
        told += (
            f"; above {tier.above_input_tokens:,} input tokens "
            f"${price.input_usd_per_mtok if given is None else given} in, "
            f"${price.output_usd_per_mtok if answered is None else answered} out"
        )
    source = ", ".join(filter(None, (price.source, price.as_of)))
    return f"{told} ({source})" if source else told


def _show_checked(checked: Checked) -> None:
    if checked.ok:
        st.success(plain(f"{checked.model_id} {checked.sentence}"), icon=":material/check:")
    else:
        st.error(plain(f"{checked.model_id}: {checked.sentence}"), icon=":material/error:")


# --- others ----------------------------------------------------------------------------------------------------------


def show_local_servers() -> None:
    """Model servers on this machine, with the lines that add their models."""
    found = _local_servers()
    known = {spec.base_url for spec in resources.catalog().models.values()}
    st.subheader("On this machine", anchor=False)
    if not found:
        usual = ", ".join(f"{name} ({port})" for name, port in USUAL_PORTS.items())
        st.caption(f"No model server answers on the usual ports: {usual}.")
    for server in found:
        names = ", ".join(server.models[:8]) or "no model loaded"
        more = f" and {len(server.models) - 8} more" if len(server.models) > 8 else ""
        state = "in the catalogue" if server.base_url in known else "not in the catalogue yet"
        st.markdown(f"**{plain(server.name)}** at `{server.base_url}`, {state}: {plain(names)}{more}")
        if server.models and server.base_url not in known:
            st.code("\n".join(block(server, model) for model in server.models[:8]), language="toml")


@st.cache_data(ttl=_LOOK_AGAIN_S, show_spinner="Looking for model servers on this machine ...")
def _local_servers() -> list[LocalServer]:
    return asyncio.run(find_local_servers())


def show_how_to_add() -> None:
    """How to add a server of one's own."""
    with st.expander("Add a server of your own"):
        st.markdown("Put a block like this into a file and name the file in `WEIGHBRIDGE_MODELS` before the start:")
        st.code(_BLOCK, language="toml")
