"""The raters of a study side by side, and setting one's ballots aside or counting them again."""

from __future__ import annotations

import streamlit as st

from compare.errors import CompareError
from compare.report.words import counted
from compare.review.quality import Quality, RaterFigures
from compare.review.running import count_again, set_aside
from compare.store.study_values import SetAside, Study
from compare.ui import resources, state
from compare.ui.plain import plain
from compare.ui.studies.words import UNKNOWN, percent
from compare.ui.who import Person


def draw_raters(study: Study, found: Quality, person: Person, aside: list[SetAside]) -> None:
    """The table, and what can be done about one of them."""
    if not found.raters:
        st.caption("Nobody has rated yet.")
        return
    _table(found.raters)
    odd = [one for one in found.raters if one.n_ballots and (one.is_speeder or one.is_outlier)]
    for one in odd:
        st.markdown(f":orange[:material/error:] {plain(one.sentence)}")
    if not odd:
        st.caption(
            "Nobody is far quicker than the others (a third of the usual time or less, from 5 timed ballots), and "
            "nobody agrees clearly less with the others than they do among themselves (from 10 pairs)."
        )
    by_id = {one.rater_id: one for one in found.raters}
    with st.container(horizontal=True, vertical_alignment="bottom", key="studyrater"):
        rater_id = st.selectbox(
            "Set a rater's ballots aside, or count them again", list(by_id), format_func=lambda i: by_id[i].rater,
            index=None, key="studies_rater", placeholder="Choose a rater", width=340, filter_mode="contains",
        )  # fmt: skip
        if rater_id is None:
            return
        one = by_id[rater_id]
        n = n_counted(study, rater_id)
        if n:
            with st.popover(f"Set {counted(n, 'ballot')} aside", icon=":material/person_off:", key="studies_aside"):
                _ask("aside", study, one, person)
        back = sum(each.n_ballots for each in aside if each.rater_id == rater_id)
        if back:
            with st.popover(f"Count {counted(back, 'ballot')} again", icon=":material/undo:", key="studies_again"):
                _ask("again", study, one, person)
    if one not in odd:
        st.caption(plain(one.sentence))


def n_counted(study: Study, rater_id: str) -> int:
    """Ballots of a rater that would be set aside."""
    return sum(
        one.state == "counted" and one.ballot.rater_id == rater_id and one.ballot.source != "study-adjudicated"
        for one in resources.store().study_ballots(study.id)
    )


def _table(raters: tuple[RaterFigures, ...]) -> None:
    import pandas as pd

    rows = [
        {
            "Rater": one.rater,
            "Ballots": one.n_ballots,
            "Set aside": one.n_set_aside,
            "Same as others": percent(one.with_others),
            "Pairs": one.with_others.n,
            "Repeats alike": f"{one.swaps.k} of {one.swaps.n}" if one.swaps.n else UNKNOWN,
            "Gold right": f"{one.gold.k} of {one.gold.n}" if one.gold.n else UNKNOWN,
            "Left": f"{one.left.k} of {one.left.n}" if one.left.n else UNKNOWN,
            "Seconds": UNKNOWN if one.median_active_ms is None else f"{one.median_active_ms / 1000:.0f}",
            "Stands out": ", ".join(
                word for word, holds in (("speeder", one.is_speeder), ("outlier", one.is_outlier)) if holds
            ),
        }
        for one in raters
    ]
    table = pd.DataFrame(rows)
    if not table["Set aside"].any():
        table = table.drop(columns="Set aside")
    st.dataframe(
        table, hide_index=True, height="content", key="studies_rater_figures",
        column_config={
            "Ballots": st.column_config.NumberColumn(help="That count, on rated items."),
            "Same as others": st.column_config.TextColumn(
                alignment="right", help="Pairs with other raters' ballots on the same item that say the same."
            ),
            "Left": st.column_config.TextColumn(help="Decisive ballots for the left answer."),
            "Seconds": st.column_config.TextColumn(alignment="right", help="Median active time of a ballot."),
        },
    )  # fmt: skip


def _ask(what: str, study: Study, one: RaterFigures, person: Person) -> None:
    st.markdown(plain(_TOLD[what].format(rater=one.rater)))
    reason = st.text_input(
        "Reason", key=f"studies_{what}_reason_{one.rater_id}", max_chars=300, placeholder="kept with every ballot"
    )
    label = "Set aside" if what == "aside" else "Count again"
    # Never disabled: the press that ends the typing would be lost. Without a reason the answer is a sentence.
    if not st.button(label, key=f"studies_{what}_do", type="primary"):
        return
    store = resources.store()
    try:
        if what == "aside":
            n = set_aside(store, study.id, one.rater_id, person.rater_id, reason)
            told = f"{counted(n, 'ballot')} of {one.rater} set aside."
        else:
            done = count_again(store, study.id, one.rater_id, person.rater_id, reason)
            told = f"{counted(done.n_counted, 'ballot')} of {one.rater} counted again."
            if done.n_place_taken:
                told += f" {done.n_place_taken} stay set aside: others have filled their items meanwhile."
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    state.leave_notice(told)
    st.rerun()


_TOLD = {
    "aside": "All ballots of {rater} in this study, checks among them, will be in no figure, rating or export of "
    "votes, and others get their items. Nothing is deleted, and it can be taken back. Ballots that {rater} gives "
    "afterwards count.",
    "again": "The ballots of {rater} count again, as far as others have not filled their items meanwhile.",
}
