"""The Results page's parts: sentences first, then the ratings, then times and cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from compare.ratings.leaderboard import Leaderboard, ModelRating
from compare.ratings.percentiles import Percentile
from compare.render.numbers import dollars, seconds
from compare.report.handover import Handover, handovers
from compare.report.speed import Speed, speeds
from compare.report.votes import (
    Tally,
    VoteKind,
    board_problems,
    leaderboard,
    n_of_earlier_versions,
    note,
    tally,
    votes_of,
)
from compare.report.words import counted, labels
from compare.store.votes import vote_name
from compare.ui import resources
from compare.ui.plain import plain

_UNKNOWN = "\u2013"
"""What a cell shows where there is no figure."""


def show_ratings(kind: VoteKind) -> None:
    """What the votes of one kind say, overall and by thread length."""
    store = resources.store()
    votes, names = votes_of(store, kind), labels(store, resources.catalog())
    by = "bucket" if votes.has_column("bucket") else None
    board, shown = leaderboard(votes, by=by), votes
    st.markdown(sentence(board, tally(votes), names))
    if len(board.groups) > 1:
        length = st.segmented_control(
            "Thread length in messages", ["all", *board.groups], default="all", required=True, key="bucket"
        )
        if length != "all":
            board = board.groups[length]
            shown = votes.take([i for i, each in enumerate(votes.column("bucket")) if each == length])
    _ratings_table(board, tally(shown), names)
    for problem in board_problems(board):
        st.caption(plain(problem[:1].upper() + problem[1:]))
    if board.method["prior"]:
        st.caption(
            "A candidate has won or lost every pair: these ratings are fitted with a prior, which keeps them finite."
        )
    if n_earlier := n_of_earlier_versions(store, kind):
        st.caption(
            f"{counted(n_earlier, 'vote')} of an earlier version: an answer was asked for again after the vote. "
            "Such a vote counts for the answers that it was cast on."
        )
    _how_it_is_made(board)


def sentence(board: Leaderboard, found: Tally, names: Mapping[str, str]) -> str:
    """The board in plain words."""
    if sum(model.rank is not None for model in board.models) < 2:
        return f"**Not enough votes for a ranking yet:** {found.sentence}."
    leaders = [plain(names.get(model.model, model.model)) for model in board.models if model.rank == 1]
    if len(leaders) == 1:
        return f"**{leaders[0]}** leads, and its interval is clear of all others. {found.sentence}."
    listed = ", ".join(f"**{name}**" for name in leaders[:-1])
    return f"{listed} and **{leaders[-1]}** cannot be told apart yet. {found.sentence}."


def _ratings_table(board: Leaderboard, found: Tally, names: Mapping[str, str]) -> None:
    import pandas as pd

    table = pd.DataFrame([_rating_row(model, found, names) for model in board.models])
    if not table["note"].any():
        table = table.drop(columns="note")
    st.dataframe(table, hide_index=True, column_config=_RATING_COLUMNS, placeholder=_UNKNOWN)


def _rating_row(model: ModelRating, found: Tally, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rank": model.rank,
        "candidate": names.get(model.model, model.model),
        "rating": None if model.rating is None else round(model.rating),
        "interval": None
        if model.ci_low is None or model.ci_high is None
        else f"{model.ci_low:.0f} to {model.ci_high:.0f}",
        "votes": found.votes_each.get(model.model, 0),
        "pairs": model.n_votes,
        "won": model.wins,
        "tied": model.ties,
        "lost": model.losses,
        "all bad": found.all_bad_each.get(model.model, 0),
        "note": note(model),
    }


_RATING_COLUMNS: dict[str, Any] = {
    "rank": st.column_config.NumberColumn(
        "Rank", width="small", help="1 plus the number of candidates whose whole interval lies above this one's."
    ),
    "candidate": "Candidate",
    "rating": st.column_config.NumberColumn("Rating", format="%d", width="small"),
    "interval": "95 % interval",
    "votes": st.column_config.NumberColumn(
        "Votes", width="small", help="Ballots in which it stood and that say which answer is better."
    ),
    "pairs": st.column_config.NumberColumn(
        "Pairs", width="small", help="Comparisons with one other candidate that follow from the votes."
    ),
    "won": st.column_config.NumberColumn("Pairs won", width="small"),
    "tied": st.column_config.NumberColumn("tied", width="small"),
    "lost": st.column_config.NumberColumn("lost", width="small"),
    "all bad": st.column_config.NumberColumn(
        "All bad", width="small", help="Ballots that found all answers bad; they are not among the votes."
    ),
    "note": "Note",
}


def _how_it_is_made(board: Leaderboard) -> None:
    with st.expander("How these ratings are made"):
        st.markdown(
            "A **vote** is one ballot. Choosing the best of three says that it is better than each of the other two: "
            "that makes two **pairs**. A tie is half a win for each side. 'All bad' says nothing about which answer is "
            "better: it is counted beside the ratings and not in them.\n\n"
            f"The ratings are Bradley-Terry, fitted to the pairs {_fit(board)}, scaled so that the mean is 1000 and "
            "400 points are odds of 10 to 1. Intervals are 95 % and treat the pairs of one vote as one cluster. "
            "A candidate's rank is 1 plus the number of candidates whose whole interval lies above its own, so "
            "candidates that cannot be told apart mostly share one.\n\n"
            "The ratings beside the weights in a routing.yaml are always fitted with the prior and take 'all bad' as "
            "a tie, so they lie closer together than these."
        )


def _fit(board: Leaderboard) -> str:
    prior = board.method["prior"]
    if not prior:
        return "by plain maximum likelihood"
    return f"with a prior of precision {prior:g}, because a candidate has won or lost every pair"


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
        "for one. Failed answers, and those timed while this machine was held up, are left out. "
        "Reported / counted compares the provider's input tokens with the local count."
    )


def _speed_row(row: Speed, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "Candidate": names.get(row.candidate, row.candidate),
        "Answers": row.n_answers,
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
