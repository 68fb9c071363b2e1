"""The Results page's parts: sentences first, then the ratings, then times and cost."""

from __future__ import annotations

from typing import Any

import streamlit as st

from compare.ratings.leaderboard import Leaderboard, ModelRating
from compare.ratings.percentiles import Percentile
from compare.ratings.votes import Votes
from compare.render.numbers import dollars, seconds
from compare.report.speed import Speed, speeds
from compare.report.votes import leaderboard
from compare.ui import resources


def show_ratings(votes: Votes) -> None:
    """What the votes say, overall and by thread length."""
    board = leaderboard(votes, by="bucket" if votes.has_column("bucket") else None)
    for sentence in sentences(board):
        st.markdown(sentence)
    _ratings_table(board)
    if len(board.groups) > 1:
        tabs = st.segmented_control(
            "Thread length in messages", ["all", *board.groups], default="all", required=True, key="bucket"
        )
        if tabs != "all":
            _ratings_table(board.groups[tabs])
    for problem in dict.fromkeys(board.problems):
        st.caption(problem)
    with st.expander("How these ratings are made"):
        st.markdown(
            "Bradley-Terry ratings by plain maximum likelihood on pairwise votes, scaled so that the mean is 1000 and "
            "400 points are odds of 10 to 1. A tie is half a win for each side. 'All bad' says nothing about which "
            "answer is better: it is left out of the fit and counted beside it. Intervals are 95 % and treat the rows "
            "of one ballot as one cluster. Candidates whose intervals overlap share a rank."
        )
        st.json(dict(board.method), expanded=False)


def sentences(board: Leaderboard) -> list[str]:
    """The board in plain words."""
    rated = [model for model in board.models if model.rating is not None]
    if len(rated) < 2 or rated[0].rating is None:
        return ["**Not enough votes for a ranking yet.** Every candidate needs at least one win and one loss."]
    leaders = [model for model in rated if model.rank == rated[0].rank]
    n = sum(model.n_votes for model in board.models) // 2
    if len(leaders) == 1:
        return [f"**{leaders[0].model}** leads, and its interval is clear of all others ({n} pairwise votes)."]
    names = ", ".join(f"**{model.model}**" for model in leaders[:-1])
    return [f"{names} and **{leaders[-1].model}** cannot be told apart yet ({n} pairwise votes)."]


def _ratings_table(board: Leaderboard) -> None:
    import pandas as pd

    rows = [_rating_row(model) for model in board.models]
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=_RATING_COLUMNS)


def _rating_row(model: ModelRating) -> dict[str, Any]:
    return {
        "rank": model.rank,
        "candidate": model.model,
        "rating": None if model.rating is None else round(model.rating),
        "interval": ""
        if model.ci_low is None or model.ci_high is None
        else f"{model.ci_low:.0f} to {model.ci_high:.0f}",
        "votes": model.n_votes,
        "won": model.wins,
        "tied": model.ties,
        "lost": model.losses,
        "all bad": model.both_bad,
        "note": model.problem,
    }


_RATING_COLUMNS: dict[str, Any] = {
    "rank": st.column_config.NumberColumn("Rank", width="small", help="Shared where intervals overlap."),
    "candidate": "Candidate",
    "rating": st.column_config.NumberColumn("Rating", format="%d", width="small"),
    "interval": "95 % interval",
    "votes": st.column_config.NumberColumn("Pairwise votes", width="small"),
    "won": st.column_config.NumberColumn("Won", width="small"),
    "tied": st.column_config.NumberColumn("Tied", width="small"),
    "lost": st.column_config.NumberColumn("Lost", width="small"),
    "all bad": st.column_config.NumberColumn("All bad", width="small"),
    "note": "Note",
}


def show_speed() -> None:
    """Times and cost of all stored answers."""
    import pandas as pd

    rows = speeds(resources.store())
    if not rows:
        st.caption("No timed answers yet.")
        return
    st.dataframe(pd.DataFrame([_speed_row(row) for row in rows]), hide_index=True)
    st.caption(
        "Time to the first token and to the complete answer; p95 with its 95 % interval where there are enough answers "
        "for one. Failed answers, and those timed while this machine was held up, are left out. "
        "Reported / counted compares the provider's input tokens with the local count."
    )


def _speed_row(row: Speed) -> dict[str, Any]:
    return {
        "Candidate": row.candidate,
        "Answers": row.n_answers,
        "First token p50": seconds(row.ttft_p50.value),
        "First token p95": _with_interval(row.ttft_p95),
        "Complete p50": seconds(row.total_p50.value),
        "Complete p95": _with_interval(row.total_p95),
        "Cost per answer": dollars(row.cost_usd) + ("" if row.n_cost == row.n_answers else f" (n = {row.n_cost})"),
        "Reported / counted": "?" if row.token_ratio is None else f"{row.token_ratio:.2f}",
    }


def _with_interval(p: Percentile) -> str:
    if p.value is None:
        return "?"
    if p.ci_low is None or p.ci_high is None:
        return f"{seconds(p.value)} (n = {p.n}, interval from {p.n_needed})"
    return f"{seconds(p.value)} ({seconds(p.ci_low)} to {seconds(p.ci_high)})"
