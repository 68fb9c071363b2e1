"""Where raters differ most, and one item with every ballot and the decision beside them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.render.characters import visible
from compare.report.words import counted
from compare.review.adjudication import adjudicated
from compare.review.disagreement import Divided, divided
from compare.store.study_values import Study, StudyBallot, StudyItem
from compare.ui import resources
from compare.ui.studies.item_view import draw_item, headings
from compare.ui.studies.names import names_open
from compare.ui.studies.place import go, place
from compare.ui.studies.set_aside_view import draw_set_aside
from compare.ui.who import Person

_TABLE_PX = 560
_WHOLE = 20
"""Rows up to which the table is shown whole."""
_WORDS = {"tie": "tie", "all_bad": "neither is good"}


def draw_disagreements(study: Study, person: Person) -> None:
    """The list, or the item that the address names."""
    if not names_open(study, person, "The list of disagreements"):
        return
    store = resources.store()
    ballots = store.study_ballots(study.id)
    number = place().item
    if number is not None:
        items = store.study_items(study.id)
        found = next((item for item in items if item.place == number - 1), None)
        if found is not None:
            draw_item(study, found, ballots, divided(ballots), person)
            return
        st.warning(f"This study has no item {number}; it has {len(items)}.", icon=":material/search_off:")
    draw_set_aside(store.study_set_aside(study.id))
    _list(study, ballots)


def _list(study: Study, ballots: list[StudyBallot]) -> None:
    apart = divided(ballots)
    n_rated = len({one.item.comparison_id for one in ballots if one.is_counted_verdict})
    if not apart:
        told = "No ballots yet." if not n_rated else "Nobody differs on an item so far."
        st.info(f"{told} An item stands here once two raters say different things about it.", icon=":material/info:")
        _open_any(study)
        return
    decided = adjudicated(ballots)
    n_decided = len({one.item.comparison_id for one in apart} & set(decided))
    st.markdown(
        f"Raters differ on **{counted(len(apart), 'item')}** of {n_rated:,} rated; {n_decided:,} decided. The most "
        "divided stand first; choose one to open it."
    )
    _table(study, apart, set(decided))
    _open_any(study)


def _table(study: Study, apart: Sequence[Divided], decided: set[str]) -> None:
    import pandas as pd

    titles = _titles([one.item for one in apart])
    rows = [
        {
            "Item": one.item.place + 1,
            "Thread": titles[one.item.comparison_id],
            "What raters say": _said(one),
            "Pairs that differ": 100 * one.share_apart,
            "Decision": "decided" if one.item.comparison_id in decided else "",
        }
        for one in apart
    ]
    shown = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content" if len(rows) <= _WHOLE else _TABLE_PX,
        on_select="rerun",
        selection_mode="single-row",
        key="studies_divided",
        column_config={
            "Item": st.column_config.NumberColumn(width="small"),
            "Thread": st.column_config.TextColumn(width="medium"),
            "What raters say": st.column_config.TextColumn(width="large"),
            "Pairs that differ": st.column_config.ProgressColumn(format="%.0f %%", min_value=0, max_value=100),
        },
    )
    if shown.selection.rows:
        go(study=study.id, view="disagreements", item=apart[shown.selection.rows[0]].item.place + 1)
        st.rerun()


def _said(one: Divided) -> str:
    names = headings(one.item)
    return ", ".join(f"{n} x {_WORDS.get(what) or names[what]}" for what, n in one.said)


def _titles(items: list[StudyItem]) -> dict[str, str]:
    store = resources.store()
    found = {}
    for item in items:
        comparison = store.comparison(item.comparison_id)
        assert comparison is not None, "an item's comparison is a foreign key"
        found[item.comparison_id] = visible(store.thread(comparison.thread_id).title or "without a title")
    return found


def _open_any(study: Study) -> None:
    n = len(resources.store().study_items(study.id))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input("Open any item", 1, max(n, 1), key="studies_open_number", width=160)
        st.button(
            "Open", key="studies_open", on_click=go,
            kwargs={"study": study.id, "view": "disagreements", "item": int(number)},
        )  # fmt: skip
