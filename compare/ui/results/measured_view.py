"""What the answers took and what handovers lose: tables over stored answers, below the votes' figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from compare.ratings.percentiles import Percentile
from compare.render.numbers import dollars, seconds
from compare.report.handover import Handover, handovers
from compare.report.speed import Speed, speeds
from compare.report.votes import VoteKind
from compare.report.words import labels
from compare.store.votes import vote_name
from compare.ui import resources

_UNKNOWN = "\u2013"
"""What a cell shows where there is no figure."""

# --- handovers -------------------------------------------------------------------------------------------------------


def show_handovers(kind: VoteKind) -> None:
    """What handovers lose, where votes of this kind measure it."""
    import pandas as pd

    store = resources.store()
    found = handovers(store, blind=kind.blind) if kind.history == "handover" else []
    if not found:
        return
    candidates, names = store.candidates(), labels(store, resources.catalog())
    called = {key: names[vote_name(candidate)] for key, candidate in candidates.items()}
    st.subheader("What a handover loses", anchor=False)
    st.dataframe(pd.DataFrame([_handover_row(one, called) for one in found]), hide_index=True, placeholder=_UNKNOWN)
    st.caption(
        "The branch that was handed over, against the same candidate all the way, in votes between the two. Half of "
        "the votes means that nothing is lost."
    )


def _handover_row(one: Handover, called: Mapping[str, str]) -> dict[str, Any]:
    known = one.low is not None and one.high is not None
    return {
        "From": called.get(one.before_id, one.before_id),
        "To": called.get(one.after_id, one.after_id),
        "Votes": one.n_votes,
        "Won": None if one.share is None else f"{one.share:.0%}",
        "95 % interval": f"{one.low:.0%} to {one.high:.0%}" if known else None,
        "Lost": None if one.share is None else f"{(0.5 - one.share) * 100:+.0f} points",
        "Both bad": one.n_both_bad,
    }


# --- time and cost ---------------------------------------------------------------------------------------------------


def show_time_and_cost() -> None:
    """What the answers took, with a heading; there without any vote."""
    st.subheader("Time and cost", anchor=False)
    show_speed()


def show_speed() -> None:
    """Times and cost of all stored answers."""
    import pandas as pd

    store = resources.store()
    rows = speeds(store)
    if not rows:
        st.caption(
            "No timed answers yet. Run a comparison in the playground: the time and cost of its answers stand here."
        )
        return
    names = labels(store, resources.catalog())
    st.caption(
        "Of every answer that a candidate gave here, whichever votes are chosen above: blind and open runs, first "
        "answers and follow-ups, voted on or not."
    )
    st.dataframe(pd.DataFrame([_speed_row(row, names) for row in rows]), hide_index=True, placeholder=_UNKNOWN)
    st.caption(
        "Time to the first token and to the complete answer; p95 with its 95 % interval where there are enough answers "
        "for one. Failed answers are left out. Answers that came while this machine was held up are not timed: they "
        "count for cost and tokens alone. "
        "Reported / counted compares the provider's input tokens with the local count."
    )


def _speed_row(row: Speed, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Candidate": names.get(row.candidate, row.candidate),
        "Answers": row.n_answers,
        "Timed": row.n_timed,
        "First token p50": _time(row.ttft_p50.value),
        "First token p95": _with_interval(row.ttft_p95),
        "Complete p50": _time(row.total_p50.value),
        "Complete p95": _with_interval(row.total_p95),
        "Cost per answer": dollars(row.cost_usd) + ("" if row.n_cost in (0, row.n_answers) else f" (of {row.n_cost})"),
        "Reported / counted": None if row.token_ratio is None else f"{row.token_ratio:.2f}",
    }


def _time(ms: float | None) -> str | None:
    return None if ms is None else seconds(ms)


def _with_interval(p: Percentile) -> str | None:
    if p.value is None:
        return None
    if p.ci_low is None or p.ci_high is None:
        return f"{seconds(p.value)} (interval once there are {p.n_needed} answers)"
    return f"{seconds(p.value)} ({seconds(p.ci_low)} to {seconds(p.ci_high)})"
