"""The sentences over everything, the ratings, and who is preferred to whom."""

from __future__ import annotations

from typing import Any

import streamlit as st

from compare.ratings.leaderboard import Leaderboard, ModelRating
from compare.report.results import figures, sentences
from compare.report.votes import Tally, board_problems, n_of_earlier_versions, note, tally
from compare.report.words import counted
from compare.ui.plain import plain
from compare.ui.results import charts
from compare.ui.results.drawing import Drawing, chart, csv_button, open_button, told, working
from compare.ui.results.place import Behind

_UNKNOWN = "\u2013"
_FACES = 6
"""Candidates up to which a table of all pairs is shown as it is."""


def the_board(drawing: Drawing) -> tuple[Leaderboard, Tally] | None:
    """Ratings and counts of the chosen votes; None while they are being made."""
    votes, clusters = drawing.chosen.votes, drawing.clusters
    made = drawing.ask("board", lambda: (figures.board_of(votes, clusters), tally(votes)), clusters.columns)
    found: tuple[Leaderboard, Tally] | None = made
    return found


def show_sentences(drawing: Drawing, board: Leaderboard, found: Tally) -> None:
    """What the votes say, and what they do not, in words."""
    votes, clusters, names = drawing.chosen.votes, drawing.clusters, drawing.names
    islands = drawing.ask("islands", lambda: figures.islands_of(votes)) or ()
    st.markdown(f"### {plain(sentences.verdict(board, found, names, islands))}")
    lines = drawing.ask(
        "sentences",
        lambda: [
            *sentences.by_length(votes, board, clusters, names),
            *sentences.beside_production(votes, board, clusters, names),
            *sentences.missing(figures.enough(votes, clusters), board, names),
            *sentences.quality(figures.both_bad_share(votes, clusters), figures.left_share(votes, clusters)),
        ],
        clusters.columns,
        tuple(sorted(names.items())),
    )
    if lines is None:
        working(140)
    else:
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))
    st.caption(plain(f"{found.sentence}. {clusters.why}"))


def show_ratings(drawing: Drawing, board: Leaderboard, found: Tally) -> None:
    """The dots with their intervals, and the same in figures."""
    if any(row.rating is not None for row in board.models):
        st.subheader("Ratings", anchor=False)
        table = [{"candidate": drawing.name(row.model), **row.to_json()} for row in board.models]
        chart(charts.ratings(board, drawing.names), "ratings", "Ratings with intervals", table)
    _table(drawing, board, found)
    for problem in board_problems(board):
        st.caption(plain(problem[:1].upper() + problem[1:]))
    if board.method["prior"]:
        st.caption(
            "A candidate has won or lost every pair, or no vote connects it with the others: these ratings are fitted "
            "with a prior, which keeps them finite and says nothing of candidates that no vote connects."
        )
    kind = drawing.chosen.filters.kind
    if kind is not None and (n_earlier := n_of_earlier_versions(drawing.store, kind)):
        st.caption(
            f"{counted(n_earlier, 'vote')} of an earlier version: an answer was asked for again after the vote. "
            "Such a vote counts for the answers that it was cast on."
        )


def _table(drawing: Drawing, board: Leaderboard, found: Tally) -> None:
    import pandas as pd

    rows = [_row(drawing, model, found) for model in board.models]
    table = pd.DataFrame(rows)
    table = table.drop(columns=[name for name in ("note", "tied with") if not table[name].any()])
    event: Any = st.dataframe(
        table, hide_index=True, column_config=_COLUMNS, placeholder=_UNKNOWN, key="results_table",
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    chosen = event.selection.rows if event else []
    with st.container(horizontal=True):
        if chosen:
            model = board.models[chosen[0]].model
            open_button(f"Votes on {plain(drawing.name(model))}", Behind(model), "results_row_votes")
        else:
            open_button("All votes", Behind(""), "results_all_votes")
        if not any(row.rating is not None for row in board.models):
            csv_button(rows, "ratings")


def _row(drawing: Drawing, model: ModelRating, found: Tally) -> dict[str, Any]:
    known = model.ci_low is not None and model.ci_high is not None
    return {
        "rank": model.rank,
        "candidate": drawing.name(model.model),
        "rating": None if model.rating is None else round(model.rating),
        "interval": f"{model.ci_low:.0f} to {model.ci_high:.0f}" if known else None,
        "tied with": ", ".join(drawing.name(each) for each in model.tied_with),
        "votes": found.votes_each.get(model.model, 0),
        "pairs": model.n_votes,
        "won": model.wins,
        "tied": model.ties,
        "lost": model.losses,
        "all bad": found.all_bad_each.get(model.model, 0),
        "note": note(model),
    }


_COLUMNS: dict[str, Any] = {
    "rank": st.column_config.NumberColumn(
        "Rank", width="small", help="1 plus the number of candidates whose whole interval lies above this one's."
    ),
    "candidate": "Candidate",
    "rating": st.column_config.NumberColumn("Rating", format="%d", width="small"),
    "interval": "95 % interval",
    "tied with": st.column_config.TextColumn(
        "Tied with", help="Candidates from which the votes do not separate it: the difference may be 0."
    ),
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


def show_matrix(drawing: Drawing, board: Leaderboard) -> None:
    """Who is preferred to whom, in direct votes."""
    order = [row.model for row in board.models]
    if len(order) < 2:
        return
    matrix = figures.matrix_of(drawing.chosen.votes, order)
    st.subheader("Who is preferred to whom", anchor=False)
    table = [
        {
            "candidate": drawing.name(first), "over": drawing.name(second), "share": matrix.share(first, second),
            "votes": int(matrix.n[i, j]), "both_bad": int(matrix.both_bad[i, j]),
        }
        for i, first in enumerate(order)
        for j, second in enumerate(order)
        if i != j
    ]  # fmt: skip
    title = "Share of direct votes in which the row's candidate is preferred to the column's"
    note = f'{title}, and how many votes. A tie is half a vote; "both bad" is left out. A click opens the votes.'
    ranks = {row.model: row.rank for row in board.models}
    chart(charts.win_matrix(matrix, drawing.names, ranks), "matrix", title, table, note)


def show_pairs(drawing: Drawing, board: Leaderboard) -> None:
    """For each pair: how sure, and how many votes are missing."""
    votes, clusters = drawing.chosen.votes, drawing.clusters
    if sum(row.rating is not None for row in board.models) < 2:
        return
    st.subheader("Are there enough votes?", anchor=False)
    evidence = drawing.ask("enough", lambda: figures.enough(votes, clusters), clusters.columns)
    if evidence is None:
        working()
        return
    if isinstance(evidence, str):
        told(evidence)
        return
    import pandas as pd

    rows = [
        {
            "pair": f"{drawing.name(pair.first)} over {drawing.name(pair.second)}",
            "difference": f"{pair.difference:.0f} ({pair.ci_low:.0f} to {pair.ci_high:.0f})",
            "told apart": "yes" if pair.separated else "no",
            "order flips": pair.flip_chance * 100,
            "direct votes": pair.direct.n,
            "still needed": "about equal" if sentences.is_about_equal(pair) else f"{pair.votes_needed:,}",
            "evidence": pair.gauge * 100,
        }
        for pair in evidence.pairs
    ]
    columns: dict[str, Any] = {
        "pair": "Pair",
        "difference": st.column_config.TextColumn("Rating points apart", help="With the 95 % interval."),
        "told apart": st.column_config.TextColumn("Told apart", width="small"),
        "order flips": st.column_config.NumberColumn(
            "Order flips", format="%.1f %%", help="The chance that more votes would turn the order round."
        ),
        "direct votes": st.column_config.NumberColumn("Direct votes", width="small"),
        "still needed": st.column_config.TextColumn(
            "Still needed", help="Direct votes to tell them apart with 80 % power, if they differ as estimated today."
        ),
        "evidence": st.column_config.ProgressColumn("Evidence", format="%.0f %%", min_value=0, max_value=100),
    }
    shown = rows if len(rows) <= _FACES * (_FACES - 1) // 2 else rows[:_FACES]
    st.dataframe(pd.DataFrame(shown), hide_index=True, column_config=columns)
    if len(shown) < len(rows):
        st.caption(f"The {len(shown)} of {len(rows)} pairs that want the most votes; the file has all.")
    csv_button([pair.to_json() | {"direct": pair.direct.value} for pair in evidence.pairs], "pairs")
    for problem in evidence.problems:
        st.caption(plain(problem))
