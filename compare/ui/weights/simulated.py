"""The proposed file on the stored threads, beside what runs now."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from compare.report.simulation import Simulation, simulation
from compare.report.votes import votes_of
from compare.routing.config import load
from compare.routing.measured import Measured
from compare.routing.simulate import Bouncing, Simulated
from compare.settings import database_path
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.weights.kept import Basis
from compare.ui.weights.words import money, percent, time


def show_simulation(basis: Basis, text: str, measured: Measured, names: Mapping[str, str]) -> None:
    """A table of figures, once somebody asks for it: it reads every thread."""
    import pandas as pd

    if not st.toggle("Simulate this file on the stored threads", key="weights_simulate"):
        return
    found = _simulated(str(database_path()), basis, text, measured)
    sides = {"This file": found.file, **({"Runs now": found.against} if found.against else {})}
    columns = {name: _figures(found, side) for name, side in sides.items()}
    for candidate in dict.fromkeys(each for side in sides.values() for each in side.shares):
        for name, side in sides.items():
            columns[name][f"Share of {names.get(candidate, candidate)}"] = percent(side.shares.get(candidate, 0.0))
    st.dataframe(
        pd.DataFrame(columns).rename_axis("On the stored threads").reset_index(), hide_index=True, height="content"
    )
    told = [problem for side in sides.values() for problem in side.problems]
    for problem in dict.fromkeys(told):
        st.caption(plain(problem))
    st.caption(
        "A switch is a change of the model inside one thread. Sticky: a session keeps its place between 0 and 1, and "
        "changes only where its thread reaches another route."
    )


def _figures(found: Simulation, side: Simulated) -> dict[str, str]:
    return {
        "Threads": f"{side.n_sessions:,}",
        "Requests": f"{side.n_requests:,}",
        "Requests without a route": f"{side.n_unrouted:,}",
        "Expected win share": percent(side.win_rate),
        "Cost of a request": money(side.cost_usd),
        "Cost of a thread": money(side.cost_per_session_usd),
        "p50": time(side.p50_ms),
        "p95": time(side.p95_ms),
        "Switches in a thread": f"{side.free.switches_per_session:.2f}",
        "Switches in a thread, sticky": f"{side.sticky.switches_per_session:.2f}",
        "Lost at a switch": _lost(side.free),
    }


def _lost(found: Bouncing) -> str:
    if found.loss_per_switch is None:
        return "no votes on handovers"
    return f"{found.loss_per_switch:+.1%} of votes (known for {found.known_share:.0%})"


@st.cache_resource(max_entries=8, show_spinner="Reading the threads ...")
def _simulated(path: str, basis: Basis, text: str, _measured: Measured) -> Simulation:
    store = resources.store()
    return simulation(
        store,
        resources.catalog(),
        votes_of(store, basis.kind),
        load(text),
        against=load(basis.current_text) if basis.current_text else None,
        ranges=basis.ranges,
        measured=_measured,
    )
