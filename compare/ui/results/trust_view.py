"""Can the votes be trusted: do raters agree, and does the side or the length of an answer change the order?"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from compare.ratings.agreement import Agreement
from compare.ratings.controls import ControlReport
from compare.ratings.votes import Votes
from compare.report.results import figures, sentences
from compare.report.results.filters import votes_at
from compare.report.results.vote_table import reader_of
from compare.report.words import counted
from compare.ui.results.drawing import Drawing, told, working


def show_trust(drawing: Drawing) -> None:
    """Agreement between raters, then what may have swayed them."""
    st.subheader("Can the votes be trusted?", anchor=False)
    chosen, clusters = drawing.chosen, drawing.clusters

    def whole() -> Votes:
        reader = reader_of(drawing.store)
        rated = chosen.filters.rated
        return votes_at(reader, chosen.table, drawing.known, chosen.rows, rated, with_answers=True)

    agreed = drawing.ask("agreement", lambda: figures.raters_agree(whole()))
    left = drawing.ask("left", lambda: figures.left_share(chosen.votes, clusters), clusters.columns)
    position = drawing.ask("position", lambda: figures.controlled(chosen.votes, "position", clusters), clusters.columns)
    length = drawing.ask("length", lambda: figures.controlled(whole(), "length", clusters), clusters.columns)
    if agreed is None or left is None or position is None or length is None:
        working()
        return
    told(agreement_sentence(agreed))
    if left.n:
        side = f"The answer on the left wins {sentences.percent(left)} of {counted(left.n, 'decided vote')}."
        told(f"{side} {control_sentence(position, 'Allowing for the side', drawing.name)}")
    else:
        told("On which side answers stood is not known for these votes.")
    told(control_sentence(length, "Allowing for the length of the answers (tokens)", drawing.name))


def agreement_sentence(agreed: Agreement) -> str:
    """How far raters agree, in words."""
    pairs, decided = agreed.pairs_with_ties, agreed.pairs_without_ties
    if not agreed.n_items_multi or agreed.alpha_nominal is None:
        return (
            f"Do raters agree? Not known: no pair of candidates on one turn of one thread has votes of two raters "
            f"({counted(agreed.n_raters, 'rater')}, {counted(agreed.n_items, 'item')})."
        )
    same = sentences.per_cent(pairs.share or 0.0)
    without = (
        f", {sentences.per_cent(decided.share)} of {decided.total:,} without ties" if decided.share is not None else ""
    )
    return (
        f"Raters say the same in {same} of {pairs.total:,} pairs of votes on one item{without}; "
        f"Krippendorff's alpha, which allows for chance, is {agreed.alpha_nominal:.2f} over "
        f"{counted(agreed.n_items_multi, 'item')} with two raters or more (0 is chance, 1 is full agreement)."
    )


def control_sentence(report: ControlReport | str, what: str, name: Callable[[str], str]) -> str:
    """Does it change the order, in words."""
    if isinstance(report, str):
        return f"{what}: not known. {report}"
    if not report.order_changes:
        return f"{what} changes neither the order nor who is separated from whom."
    told = [one for one in report.changes if one.plain_separated or one.controlled_separated]
    changes = [
        f"{name(one.first)} over {name(one.second)} is {_lead(one.plain, one.plain_separated)} without "
        f"and {_lead(one.controlled, one.controlled_separated)} with it"
        for one in told
    ]
    turned = [
        f"{name(one.first)} and {name(one.second)} change places, but are tied with it and without"
        for one in report.changes
        if one not in told
    ]
    verdict = "changes something" if told else "changes nothing that the votes can tell"
    return f"{what} {verdict}: {'; '.join([*changes, *turned])}."


def _lead(points: float, separated: bool) -> str:
    return f"{points:+.0f} points" if separated else "tied"
