"""How far the ballots can be trusted: agreement, consistency, gold items, sides; each figure with its sentence."""

from __future__ import annotations

import streamlit as st

from compare.report.words import counted
from compare.review.quality import quality
from compare.review.quality_words import ExplainedAgreement, Judgement, explained_agreement, explained_conditions
from compare.store.study_values import Study
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.studies.raters_view import draw_raters
from compare.ui.studies.set_aside_view import draw_set_aside
from compare.ui.studies.words import UNKNOWN, percent
from compare.ui.who import Person

ICONS: dict[Judgement, str] = {
    "good": ":green[:material/check_circle:]",
    "poor": ":orange[:material/error:]",
    "few": ":gray[:material/help:]",
}


def draw_quality(study: Study, person: Person) -> None:
    """The view."""
    store = resources.store()
    ballots = store.study_ballots(study.id)
    found = quality(ballots)
    aside = store.study_set_aside(study.id)
    draw_set_aside(aside)
    if not ballots:
        st.info("No ballots yet. The figures come with them.", icon=":material/info:")
        return
    st.caption(
        f"From {counted(found.n_ballots, 'counted ballot')} on rated items. Training, gold and repeated items check "
        "raters and are in no other figure."
    )
    st.subheader("Do raters agree?", anchor=False)
    rows = explained_agreement(study, found)
    _agreement_table(rows)
    for row in rows:
        _sentence(row.judged, row.name, "", row.sentence)
    st.subheader("Did they rate with care?", anchor=False)
    for one in explained_conditions(found):
        _sentence(one.judged, one.name, one.value, one.sentence)
    st.subheader("Raters", anchor=False)
    draw_raters(study, found, person, aside)


def _sentence(judged: Judgement, name: str, value: str, sentence: str) -> None:
    shown = f" \u00b7 **{plain(value)}**" if value else ""
    st.markdown(f"{ICONS[judged]} **{plain(name)}**{shown}  \n{plain(sentence)}")


def _alpha(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.2f}"


def _agreement_table(rows: list[ExplainedAgreement]) -> None:
    import pandas as pd

    table = [
        {
            "Question": row.name,
            "Alpha, nominal": _alpha(row.agreed.alpha_nominal),
            "Alpha, ordinal": _alpha(row.agreed.alpha_ordinal),
            "Same": percent(row.agreed.pairs),
            "Same without ties": percent(row.agreed.pairs_decisive),
            "Pairs": row.agreed.pairs.n,
            "Items": row.agreed.n_items,
        }
        for row in rows
    ]
    st.dataframe(
        pd.DataFrame(table), hide_index=True, height="content", key="studies_agreement",
        column_config={
            "Question": st.column_config.TextColumn(width="medium"),
            "Alpha, nominal": st.column_config.TextColumn(
                alignment="right", help="Krippendorff's alpha: 1 is full agreement, 0 what chance gives."
            ),
            "Alpha, ordinal": st.column_config.TextColumn(
                alignment="right", help="The same, where a near miss counts less than a far one: first < tie < second."
            ),
            "Same": st.column_config.TextColumn(alignment="right", help="Pairs of raters that say the same."),
            "Same without ties": st.column_config.TextColumn(
                alignment="right", help="Only pairs in which both decided."
            ),
            "Items": st.column_config.NumberColumn(help="Items (or answers) with the word of two raters or more."),
        },
    )  # fmt: skip
