"""How the figures are made, and all of them to take along."""

from __future__ import annotations

import orjson
import streamlit as st

from compare.ratings.leaderboard import Leaderboard
from compare.report.results import figures
from compare.report.results.document import document
from compare.ui.plain import plain
from compare.ui.results.drawing import Drawing, picture_format
from compare.ui.results.filters_view import in_words


def show_save(drawing: Drawing, board: Leaderboard) -> None:
    """Everything as one file, the votes as another, and how charts are saved."""
    votes, clusters = drawing.chosen.votes, drawing.clusters
    evidence = drawing.ask("enough", lambda: figures.enough(votes, clusters), clusters.columns)
    with st.popover("Save", icon=":material/download:", width="content"):
        body = document(board, evidence, drawing.chosen, in_words(drawing.chosen.filters, drawing.known))
        st.download_button(
            "All figures, JSON", orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY),
            "weighbridge-results.json", "application/json", key="results_json",
        )  # fmt: skip
        st.download_button(
            "The votes, CSV", lambda: _votes_file(drawing), "weighbridge-votes.csv", "text/csv",
            key="results_votes_csv", on_click="ignore",
        )  # fmt: skip
        picture_format()
        st.caption("The camera over each chart saves it in this form. The address of this page is the view: send it.")


def _votes_file(drawing: Drawing) -> bytes:
    import pandas as pd

    votes = drawing.chosen.votes
    columns = {"model_a": votes.model_a, "model_b": votes.model_b, "winner": votes.winner, **votes.columns}
    frame = pd.DataFrame({name: list(values) for name, values in columns.items()})
    frame["blind"] = frame["blind"].astype(bool)
    return frame.to_csv(index=False).encode()


def show_method(drawing: Drawing, board: Leaderboard) -> None:
    """Which model, which interval, and why."""
    method = board.method
    with st.expander("How these figures are made"):
        st.markdown(
            "A **vote** is one ballot. Choosing the best of three says that it is better than each of the other two: "
            "that makes two **pairs**. A tie is half a win for each side. 'All bad' says nothing about which answer is "
            "better: it is counted beside the ratings and not in them.\n\n"
            f"The ratings are Bradley-Terry, fitted to the pairs {_fit(board)}, scaled so that the mean is 1000 and "
            "400 points are odds of 10 to 1. Two candidates are **tied** where the interval of their difference holds "
            "0. A candidate's rank is 1 plus the number of candidates whose whole interval lies above its own, so "
            "candidates that cannot be told apart mostly share one.\n\n"
            f"**Intervals** are 95 %: {plain(str(method['interval']))}, clustered by "
            f"{plain(_clusters(board))}. {plain(drawing.clusters.why)} Votes that lean the same way are worth fewer "
            "than they are; counting them as independent would make intervals too narrow (docs/ratings.md says how "
            "often each kind holds the truth).\n\n"
            "**Votes still needed** are direct votes between the two that would separate them with 80 % power if they "
            "differ as estimated today, with the clustering measured on these votes.\n\n"
            "The ratings beside the weights in a routing.yaml are always fitted with the prior and take 'all bad' as "
            "a tie, so they lie closer together than these."
        )


def _clusters(board: Leaderboard) -> str:
    words = {"rater": "rater", "thread_id": "thread", "ballot_id": "ballot"}
    names = [words.get(name, name) for name in board.method["cluster"]]
    sizes = board.method["n_clusters"]
    if len(sizes) != len(names):
        return " and ".join(names)
    return " and ".join(f"{name} ({n:,})" for name, n in zip(names, sizes, strict=True))


def _fit(board: Leaderboard) -> str:
    prior = board.method["prior"]
    if not prior:
        return "by plain maximum likelihood"
    return f"with a prior of precision {prior:g}, because a candidate has won or lost every pair"
