"""Before names of a blind study come on screen: who opens them rates blind no more, and the store remembers it."""

from __future__ import annotations

import streamlit as st

from compare.report.words import counted
from compare.store.study_values import Study
from compare.ui import resources
from compare.ui.plain import plain
from compare.ui.studies.words import is_over, moment
from compare.ui.who import Person


def names_open(study: Study, person: Person, what: str) -> bool:
    """Whether names and others' ballots may be shown now; where not, the question that comes first is drawn.

    Args:
        study: whose names.
        person: who would see them.
        what: what shows them, as the beginning of a sentence.
    """
    if not study.blind:
        return True
    store = resources.store()
    seen = store.names_seen_at(study.id, person.rater_id)
    if seen is not None:
        st.caption(plain(f"You have seen the names in this study since {moment(seen)}; ballots of yours after that are "
                         "not blind."))  # fmt: skip
        return True
    st.warning(plain(f"{what} names the candidates and shows what others voted. {_and_you(study, person)}"),
               icon=":material/visibility:")  # fmt: skip
    if st.button("Show the names", key="studies_show_names", icon=":material/visibility:"):
        store.mark_names_seen(study.id, person.rater_id)
        st.rerun()
    return False


def _and_you(study: Study, person: Person) -> str:
    own = [one for one in resources.store().study_raters(study.id) if one.rater_id == person.rater_id]
    later = "ballots that you give in it afterwards count as not blind and are kept apart."
    if own:
        return f"You rate in this study ({counted(own[0].n_done, 'item')} done): {later}"
    if study.raters and person.name not in study.raters:
        return f"You are not among its raters. Should you rate the same answers elsewhere, those {later}"
    if study.state == "closed" or is_over(study):
        return f"The study takes no ballots now. Should it be opened again: {later}"
    return f"You may rate in this study too: {later}"
