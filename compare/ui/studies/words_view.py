"""The words that are hidden while a rating is blind: seen, changed, put back, and what they would hide in a study."""

from __future__ import annotations

import streamlit as st

from compare.errors import CompareError
from compare.report.words import counted
from compare.review.identity import IdentityWords, load_identity_words
from compare.review.identity_list import (
    has_own_list,
    reset_identity_words,
    save_identity_words,
    would_hide,
)
from compare.ui import resources, state
from compare.ui.plain import plain

_FIELDS = {
    "words": ("In any case", "What follows such a name as its version (-4o, 3.5 Sonnet) is hidden with it."),
    "exact": ("Exactly as written", "Where the word in small letters is an everyday word, such as Bard."),
    "versions": ("After a name only", "Words that belong to a name where they follow one, such as Sonnet."),
}
_LIST_PX = 360
_MOST_WORDS = 12


def draw_words() -> None:
    """This part of the page."""
    st.caption(
        "Answers that name their model or its maker would give themselves away. While a rating is blind these words "
        "are shown as [hidden], and ballots on such answers are flagged. The names of a study's own models are "
        "added by themselves."
    )
    try:
        found = load_identity_words()
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        _reset()
        return
    own = has_own_list()
    st.markdown(
        "**This is your own list**, kept in the data folder." if own else "**This is the list that comes along.**"
    )
    typed = {}
    for column, (name, (label, told)) in zip(st.columns(3, gap="medium"), _FIELDS.items(), strict=True):
        with column:
            # Another key where the stored list is another: the field shows what was put back.
            typed[name] = st.text_area(
                f"{label}, one a line", "\n".join(getattr(found, name)), height=_LIST_PX,
                key=f"studies_words_{name}_{hash(getattr(found, name))}",
            )  # fmt: skip
            st.caption(told)
    wanted = IdentityWords(*(tuple(line.strip() for line in typed[n].splitlines() if line.strip()) for n in _FIELDS))
    with st.container(horizontal=True):
        if st.button("Save", key="studies_words_save", type="primary", disabled=wanted == found):
            _save(wanted)
        if own:
            _reset()
    _what_it_hides(wanted, is_saved=wanted == found)


def _save(words: IdentityWords) -> None:
    try:
        save_identity_words(words)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return
    state.leave_notice("The list is saved. It counts from the next answer that is shown.")
    st.rerun()


def _reset() -> None:
    if st.button("Use the list that comes along", key="studies_words_reset", icon=":material/restart_alt:"):
        reset_identity_words()
        state.leave_notice("The list that comes along is used again.")
        st.rerun()


def _what_it_hides(words: IdentityWords, *, is_saved: bool) -> None:
    studies = {one.id: one.name for one in resources.store().studies()}
    if not studies:
        return
    st.subheader("What it hides", anchor=False)
    study_id = st.selectbox(
        "In the answers of", list(studies), format_func=studies.__getitem__, index=None, key="studies_words_in",
        placeholder="Choose a study", filter_mode="contains", width=420,
    )  # fmt: skip
    if study_id is None:
        return
    found = would_hide(resources.store(), study_id, words)
    verb = "hides" if is_saved else "would hide, once saved,"
    st.markdown(f"The list {verb} words in **{found.n_hidden:,} of {counted(found.n_answers, 'answer')}**.")
    told = ", ".join(f"{word} ({n})" for word, n in found.by_word[:_MOST_WORDS])
    if told:
        more = f", and {len(found.by_word) - _MOST_WORDS} more" if len(found.by_word) > _MOST_WORDS else ""
        st.caption(plain(f"{told}{more}; in brackets: answers."))
