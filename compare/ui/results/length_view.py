"""Ratings over slices such as thread length, and from which length on a cheap candidate is no longer good enough."""

from __future__ import annotations

import streamlit as st

from compare.ratings.crossover import Crossover
from compare.ratings.leaderboard import Leaderboard
from compare.report.results import figures
from compare.report.results.filters import votes_at
from compare.report.results.slices import SLICES, Slice, needs_answers, sliced
from compare.report.results.taken import Taken
from compare.report.results.vote_table import reader_of
from compare.ui import state
from compare.ui.results import charts, place
from compare.ui.results.drawing import Drawing, chart, told, working


def show_slices(drawing: Drawing) -> None:
    """Ratings by thread length or by something else that votes differ in."""
    st.subheader("Does it depend on the thread?", anchor=False)
    by = _choose_slice()
    chosen, clusters = drawing.chosen, drawing.clusters

    def make() -> tuple[Leaderboard, tuple[str, ...]]:
        votes = chosen.votes
        if needs_answers(by):
            votes = votes_at(
                reader_of(drawing.store), chosen.table, drawing.known, chosen.rows, chosen.filters.rated,
                with_answers=True,
            )  # fmt: skip
        return sliced(votes, by, clusters)

    found = drawing.ask("slices", make, by, clusters.columns)
    if found is None:
        working(380)
        return
    board, groups = found
    if not groups or all(row.rating is None for row in board.models):
        st.caption("Not enough votes yet to rate by this.")
        return
    table = [
        {SLICES[by]: name, "candidate": drawing.name(row.model), **row.to_json()}
        for name in groups
        for row in board.groups[name].models
    ]
    within = {name: name for name in groups} if by == "length" else {}
    figure = charts.slices(board, groups, drawing.names, within)
    some = f"The {len(groups)} of {len(board.groups)} with the most votes." if len(board.groups) > len(groups) else ""
    chart(figure, "slices", f"Ratings by {SLICES[by]}", table, some)


def _choose_slice() -> Slice:
    asked = place.said("by")
    by: Slice = next((each for each in SLICES if each == asked), "length")
    state.insist("results_by", by)

    def changed() -> None:
        place.say(by=None if st.session_state["results_by"] == "length" else st.session_state["results_by"])

    st.segmented_control(
        "Ratings by", list(SLICES), format_func=SLICES.__getitem__, required=True, key="results_by", on_change=changed
    )
    return by


def show_crossover(drawing: Drawing, board: Leaderboard, known: dict[str, Taken]) -> None:
    """From which thread length on the cheap one is no longer good enough."""
    rated = [row.model for row in board.models if row.rating is not None]
    if len(rated) < 2:
        return
    st.subheader("From which length on is the cheap one no longer good enough?", anchor=False)
    cheap, reference = _choose_pair(drawing, rated, known)
    votes, clusters = drawing.chosen.votes, drawing.clusters
    found = drawing.ask(
        "crossover", lambda: figures.crossing(votes, cheap, reference, clusters), cheap, reference, clusters.columns
    )
    if found is None:
        working(340)
        return
    if isinstance(found, str):
        told(f"{drawing.name(cheap)} against {drawing.name(reference)}: {found}")
        return
    told(crossover_sentence(found, drawing.name(cheap), drawing.name(reference)))
    table = [
        {"messages": m, "share": v, "ci_low": low, "ci_high": high}
        for m, v, low, high in zip(
            found.line.messages.tolist(), found.line.value, found.line.ci_low, found.line.ci_high, strict=True
        )
    ]
    chart(
        charts.over_length(found, cheap, reference, drawing.names), "crossover", "Share over thread length", table,
        f"Line and band: a logistic line over the logarithm of the length, with its 95 % interval, from "
        f"{found.n_votes:,} votes between the two. Dots: the plain shares in ranges of lengths, beside which the line "
        "can be judged.",
    )  # fmt: skip


def crossover_sentence(found: Crossover, cheap: str, reference: str) -> str:
    """What was found, in words."""
    lengths = f"threads of {found.shortest} to {found.longest} messages"
    if found.verdict == "good_enough":
        return f"{cheap} is good enough against {reference} at every length voted on ({lengths})."
    if found.verdict == "not_good_enough":
        return f"{cheap} is good enough against {reference} at no length voted on ({lengths})."
    if found.verdict == "unclear" or found.at is None:
        told = f"The votes do not say from which length on {cheap} is no longer good enough against {reference}"
        return f"{told}: from {found.ci_high} messages on it surely is not." if found.ci_high else f"{told}."
    last = "beyond the longest thread" if found.ci_high is None else f"{found.ci_high}"
    return (
        f"{cheap} is no longer good enough against {reference} from {found.at} messages on; the votes leave open "
        f"{found.ci_low} to {last}."
    )


def _choose_pair(drawing: Drawing, rated: list[str], known: dict[str, Taken]) -> tuple[str, str]:
    costs = {name: known[name].cost_usd for name in rated if name in known and known[name].cost_usd is not None}
    best = rated[0]
    cheapest = min((name for name in costs if name != best), key=lambda name: costs[name] or 0, default=rated[-1])
    cheap = place.said("cheap") if place.said("cheap") in rated else cheapest
    reference = place.said("reference") if place.said("reference") in rated else best
    if cheap == reference:
        reference = next(name for name in rated if name != cheap)
    columns = st.columns(2)
    for column, label, key, value in zip(
        columns, ("The cheap one", "Measured against"), ("cheap", "reference"), (cheap, reference), strict=True
    ):
        state.insist(f"results_{key}", value)

        def changed(key: str = key) -> None:
            place.say(**{key: st.session_state[f"results_{key}"]})

        column.selectbox(label, rated, format_func=drawing.name, key=f"results_{key}", on_change=changed)
    return cheap, reference
