"""The Results page, from top to bottom."""

from __future__ import annotations

import streamlit as st

from compare.report.results.figures import clusters_of
from compare.report.results.filters import Known, choose
from compare.report.results.taken import taken
from compare.report.results.vote_table import reader_of
from compare.report.words import labels
from compare.ui import resources, who
from compare.ui.frame import empty_state
from compare.ui.results import place
from compare.ui.results.behind_view import show_behind
from compare.ui.results.drawing import Drawing, look_again, working
from compare.ui.results.filters_view import show_filters
from compare.ui.results.length_view import show_crossover, show_slices
from compare.ui.results.measured_view import show_handovers, show_time_and_cost
from compare.ui.results.method_view import show_method, show_save
from compare.ui.results.ratings_view import show_matrix, show_pairs, show_ratings, show_sentences, the_board
from compare.ui.results.tokens_view import show_tokens
from compare.ui.results.trust_view import show_trust
from compare.ui.results.worth_view import show_good_enough, show_worth
from compare.ui.studies.set_aside_view import draw_set_aside_anywhere


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
    draw_set_aside_anywhere(store)
    drawing = Drawing(store, chosen, known, clusters_of(chosen.votes), labels(store, resources.catalog()))
    if not len(chosen.votes):
        st.info("No votes fit all of these filters.", icon=":material/info:")
        show_time_and_cost()
    else:
        _figures(drawing)
    show_behind(drawing)
    look_again(drawing)


def _figures(drawing: Drawing) -> None:
    made = the_board(drawing)
    if made is None:
        working(600)
        return
    board, found = made
    show_sentences(drawing, board, found)
    show_save(drawing, board)
    show_ratings(drawing, board, found)
    show_matrix(drawing, board)
    show_slices(drawing)
    store = drawing.store
    known = drawing.ask_of_answers("taken", lambda: taken(store)) or {}
    show_crossover(drawing, board, known)
    show_worth(drawing, board, known)
    show_good_enough(drawing, board)
    show_pairs(drawing, board)
    show_trust(drawing)
    kind = drawing.chosen.filters.kind
    if kind is not None:
        show_handovers(kind)
    show_time_and_cost()
    show_tokens(drawing)
    show_method(drawing, board)
