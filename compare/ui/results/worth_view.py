"""Quality against what it takes: cost, time, and how often an answer is good enough at all."""

from __future__ import annotations

import streamlit as st

from compare.ratings.leaderboard import Leaderboard
from compare.render.numbers import dollars, seconds
from compare.report.results.taken import Taken
from compare.report.words import counted
from compare.ui.plain import plain
from compare.ui.results import charts
from compare.ui.results.drawing import Drawing, chart


def show_worth(drawing: Drawing, board: Leaderboard, known: dict[str, Taken]) -> None:
    """Ratings against cost and against p95."""
    rated = [row.model for row in board.models if row.rating is not None]
    costs = {
        name: (float(one.cost_usd), f"{dollars(one.cost_usd)} an answer, {_of(one, one.n_cost)}")
        for name in rated
        if (one := known.get(name)) is not None and one.cost_usd is not None
    }
    times = {
        name: (one.total_p95.value / 1000, f"p95 {seconds(one.total_p95.value)}, {_of(one, one.total_p95.n)}")
        for name in rated
        if (one := known.get(name)) is not None and one.total_p95.value is not None
    }
    if not costs and not times:
        return
    st.subheader("Is it worth it?", anchor=False)
    left, right = st.columns(2)
    ratings = {row.model: row.rating for row in board.models}
    for column, values, key, title, prefix, suffix in (
        (left, costs, "cost", "Cost of an answer in US dollars", "$", ""),
        (right, times, "p95", "Time to the complete answer, p95", "", " s"),
    ):
        with column:
            if not values:
                st.caption(f"{title}: not known for any of these candidates.")
                continue
            figure = charts.against_figure(board, values, drawing.names, title, prefix=prefix, suffix=suffix)
            table = [
                {"candidate": drawing.name(name), "rating": ratings[name], key: value, "said": said}
                for name, (value, said) in values.items()
            ]
            chart(figure, key, f"Rating against {title}", table)
    without = [drawing.name(name) for name in rated if name not in costs or name not in times]
    logged = [drawing.name(name) for name in rated if name in known and known[name].logged]
    told = [f"Cost or time is not known for {', '.join(without)}." if without else ""]
    told.append(f"Of {', '.join(logged)} as its log says; it was not measured here." if logged else "")
    if any(told):
        st.caption(plain(" ".join(part for part in told if part)))


def _of(one: Taken, n: int) -> str:
    return f"{counted(n, 'answer')}{' in the log' if one.logged else ''}"


def show_good_enough(drawing: Drawing, board: Leaderboard) -> None:
    """How often an answer was not among those that were all found bad."""
    rows = [row for row in board.models if row.good_enough is not None]
    if not rows:
        return
    st.subheader("Good enough at all?", anchor=False)
    table = [
        {
            "candidate": drawing.name(row.model), "good_enough": row.good_enough, "ci_low": row.good_enough_low,
            "ci_high": row.good_enough_high, "both_bad": row.both_bad,
        }
        for row in rows
    ]  # fmt: skip
    chart(
        charts.good_enough(board, drawing.names), "goodenough", "Share of pairs in which not both were bad", table,
        "Better is not good: this is how often it was not called all bad. An upper limit, for the other answer may "
        "have been the good one.",
    )  # fmt: skip
