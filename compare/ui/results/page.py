"""The Results page, from top to bottom."""

from __future__ import annotations

import streamlit as st

from compare.report.results.figures import clusters_of
from compare.report.results.filters import Known, choose
from compare.report.results.vote_table import reader_of
from compare.report.words import labels
from compare.ui import resources, who
from compare.ui.frame import empty_state
from compare.ui.results import place
from compare.ui.results.behind_view import show_behind
from compare.ui.results.drawing import Drawing, look_again, working
from compare.ui.results.filters_view import show_filters
from compare.ui.results.measured_view import show_handovers, show_time_and_cost
from compare.ui.results.ratings_view import show_matrix, show_pairs, show_ratings, show_sentences, the_board


def show_results() -> None:
    """Everything between the page's heading and its end."""
    if not who.may("owner"):
        who.need("owner")
    place.follow()
    store = resources.store()
    known = Known.read(store)
    chosen = choose(reader_of(store), known, place.filters())
    if chosen is None:
        empty_state(
            "No votes yet. Run a comparison, read the answers, and press the number of the best one.",
            page="pages/run/playground.py",
            label="Open the playground",
        )
        show_time_and_cost()
        return
    show_filters(chosen, known)
    drawing = Drawing(store, chosen, known, clusters_of(chosen.votes), labels(store, resources.catalog()))
    if not len(chosen.votes):
        st.info("No votes fit all of these filters.", icon=":material/info:")
    else:
        _figures(drawing)
    show_time_and_cost()
    show_behind(drawing)
    look_again(drawing)


def _figures(drawing: Drawing) -> None:
    made = the_board(drawing)
    if made is None:
        working(600)
        return
    board, found = made
    show_sentences(drawing, board, found)
    show_ratings(drawing, board, found)
    show_matrix(drawing, board)
    show_pairs(drawing, board)
    kind = drawing.chosen.filters.kind
    if kind is not None:
        show_handovers(kind)
