"""What the Weights page asks: what runs now, where lengths are cut, and the limits to keep."""

from __future__ import annotations

import math

import streamlit as st

from compare.errors import ConfigError
from compare.report.votes import VoteKind
from compare.routing.aim import SLOW_MS, Aim
from compare.routing.config import load
from compare.routing.evidence import Guard, Limits
from compare.routing.measured import Measured
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.weights.kept import Basis
from compare.ui.weights.words import money

EDGES = {"1-8, 9+": (8,), "1-8, 9-20, 21+": (8, 20)}
_NOTHING, _APPROVED, _FILE = "Nothing yet", "The approved export", "A file"
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, None)
_NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


def choose_basis(kind: VoteKind) -> Basis:
    """What runs now, and the buckets."""
    store = resources.store()
    approved = store.approved_export()
    with st.expander("What runs now, and where lengths are cut"):
        left, right = st.columns(2)
        cut = right.segmented_control(
            "Thread lengths, in messages", list(EDGES), default=next(iter(EDGES)), required=True, key="weights_edges"
        )
        options = [*([_APPROVED] if approved else []), _NOTHING, _FILE]
        source = left.segmented_control(
            "What runs now", options, default=options[0], required=True, key="weights_current"
        )
        text = approved.routing_yaml if approved is not None and source == _APPROVED else ""
        if source == _FILE:
            text = _uploaded()
        elif source == _NOTHING:
            left.caption("Equal weights are assumed. Give the file that runs, and changes start from there.")
    return Basis(kind, EDGES[cut or next(iter(EDGES))], text, store.traffic_version())


def _uploaded() -> str:
    file = st.file_uploader("The routing.yaml that runs now", type=["yaml", "yml"], key="weights_file")
    if file is None:
        return ""
    try:
        text = file.getvalue().decode("utf-8")
        load(text)
    except UnicodeDecodeError:
        st.error("This file is not UTF-8. Save it as UTF-8 and upload it again.", icon=":material/error:")
        return ""
    except ConfigError as exc:
        st.error("  \n".join(plain(line) for line in str(exc).splitlines()), icon=":material/error:")
        return ""
    return text


def choose_aim(measured: Measured) -> Aim:
    """The limits, as sliders; each begins without a limit."""
    steps = cost_steps([found.cost_usd for found in measured.samples.values() if found.cost_usd])
    first, second, third, fourth = st.columns(4, gap="medium")
    cost = first.select_slider(
        "Cost of a request, at most",
        steps,
        value=None,
        format_func=_money,
        key="weights_cost",
        disabled=len(steps) == 1,
        help=None if len(steps) > 1 else "No cost is known yet: run the candidates on stored threads.",
    )
    slow_s = second.slider("An answer is slow after, s", 1, 60, int(SLOW_MS / 1000), key="weights_slow_after")
    slow = third.select_slider(
        "Slow answers, at most",
        _SHARES,
        value=None,
        format_func=_percent,
        key="weights_slow",
        help="5 % keeps the p95 below that time.",
    )
    floor = fourth.slider(
        "Least weight", 0.0, 0.2, 0.02, 0.01, key="weights_floor", help="So that every candidate goes on being seen."
    )
    with st.expander("More limits"):
        first, second, third, fourth = st.columns(4, gap="medium")
        errors = first.select_slider("Errors, at most", _SHARES, value=None, format_func=_percent, key="weights_errors")
        cuts = second.select_slider(
            "Cut answers, at most", _SHARES, value=None, format_func=_percent, key="weights_cuts"
        )
        step = third.slider(
            "Most that one change may move", 0.05, 1.0, 0.2, 0.05, key="weights_step", help="Share of the requests."
        )
        with fourth:
            experimental = st.checkbox(
                "Experimental may get more",
                key="weights_experimental",
                help="Without it, a model of the pool experimental gets the least weight and no more.",
            )
    limits = Limits(cost, slow, errors, cuts, floor)
    return Aim(limits, slow_s * 1000.0, Guard(step=step), allow_experimental=experimental)


def cost_steps(costs: list[float]) -> list[float | None]:
    """Round amounts from just below the cheapest to just above the dearest, and None for no limit."""
    if not costs:
        return [None]
    low, high = min(costs) * 0.8, max(costs) * 1.25
    tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    amounts = [float(f"{nice * 10.0**ten:.2g}") for ten in tens for nice in _NICE]
    return [*(amount for amount in amounts if low <= amount <= high), None]


def _money(amount: float | None) -> str:
    return "no limit" if amount is None else money(amount)


def _percent(share: float | None) -> str:
    return "no limit" if share is None else f"{share:.0%}"
