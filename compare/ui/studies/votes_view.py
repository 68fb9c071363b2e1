"""Votes from elsewhere: a file is mapped, what would be kept is shown, and only then it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import streamlit as st

from compare.errors import CompareError
from compare.ratings.votes import SCORES
from compare.ratings.votes_file import Reject, VotesFile
from compare.report.words import counted
from compare.review.study_export import encode
from compare.review.votes_import import ImportedVotes, import_votes
from compare.review.votes_upload import (
    FILE_TYPES,
    MOST_WORDS,
    OTHER_NAMES,
    WORDS_PART,
    Columns,
    columns,
    lines_of,
    missing,
    read_mapped,
    winner_words,
)
from compare.ui import resources
from compare.ui.plain import plain

_LABELS = {
    "model_a": "First candidate", "model_b": "Second candidate", "winner": "Who won", "rater": "Rater",
    "thread_id": "Thread",
}  # fmt: skip
_MEANS = {
    "model_a": "the first wins", "model_b": "the second wins", "tie": "tie", "both_bad": "neither is good",
    "": "refuse these rows",
}  # fmt: skip
_SHOWN = 8
_REFUSED_SHOWN = 500
_LINES, _DONE = "studies_votes_lines", "studies_votes_done"


def draw_votes() -> None:
    """This part of the page."""
    done = st.session_state.get(_DONE)
    if isinstance(done, ImportedVotes):
        _what_became(done)
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        file = st.file_uploader("Votes", type=list(FILE_TYPES), key="studies_votes_file")
        if file is None:
            st.caption(
                "CSV, JSON lines or Parquet with two candidates and a winner in each row. Columns and words of its own "
                "are mapped here. Nothing is kept before you say so."
            )
            return
        try:
            lines = _lines(file.name, file.getvalue())
            there = columns(lines)
            mapping = _columns(there)
            if lacks := missing(mapping):
                st.warning(f"Choose the column for: {', '.join(_LABELS[name] for name in lacks).lower()}.")
                return
            words = _words(lines, mapping["winner"])
            votes = read_mapped(lines, mapping, words)
        except CompareError as exc:
            st.error(plain(str(exc)), icon=":material/error:")
            return
        rater = st.text_input(
            "Rater of rows that name none", "Imported", key="studies_votes_rater", disabled="rater" in mapping
        )
        blind = st.toggle(
            "They were blind", key="studies_votes_blind", help="For rows without a column blind. Blind and open votes "
            "are never mixed unasked.", disabled="blind" in there.names,
        )  # fmt: skip
        n = len(votes.votes)
        if st.button(f"Keep {counted(n, 'vote')}", key="studies_votes_keep", type="primary", disabled=not n):
            with st.spinner("Keeping them"):
                st.session_state[_DONE] = import_votes(
                    resources.store(), votes, blind=blind, rater=rater.strip() or "Imported"
                )
            st.rerun()
    with right:
        _preview(votes, there)


def _lines(name: str, raw: bytes) -> Sequence[str]:
    """The file's lines; every press draws the page again, so they are read once."""
    key = sha256(raw + name.encode()).hexdigest()
    before = st.session_state.get(_LINES)
    if before is None or before[0] != key:
        st.session_state[_LINES] = before = (key, lines_of(raw, name))
    lines: Sequence[str] = before[1]
    return lines


def _columns(there: Columns) -> dict[str, str]:
    """Our name -> the file's, as chosen."""
    chosen = {}
    for name in OTHER_NAMES:
        guessed = there.guessed.get(name)
        found = st.selectbox(
            _LABELS[name], there.names, index=there.names.index(guessed) if guessed else None, filter_mode="contains",
            placeholder="Choose a column" if name in ("model_a", "model_b", "winner") else "none",
            key=f"studies_votes_{name}_{hash(there.names)}",
        )  # fmt: skip
        if found is not None:
            chosen[name] = found
    return chosen


def _words(lines: Sequence[str], column: str) -> dict[str, str]:
    """The file's word -> ours, as chosen; words without a meaning are refused row by row."""
    found = winner_words(lines, column)
    if len(found) == MOST_WORDS:
        st.warning(plain(f"The column {column!r} has {MOST_WORDS} different words or more. Is it the one that says who "
                         "won?"))  # fmt: skip
    chosen = {}
    with st.expander(WORDS_PART, expanded=any(not one.means for one in found)):
        for place, one in enumerate(found):
            means = st.selectbox(
                plain(f"{one.word} ({counted(one.n_rows, 'row')})"), list(_MEANS), format_func=_MEANS.__getitem__,
                index=list(_MEANS).index(one.means), key=f"studies_word_{column}_{place}_{one.word}",
                filter_mode=None,
            )  # fmt: skip
            if means in SCORES:
                chosen[one.word] = means
    return chosen


def _preview(votes: VotesFile, there: Columns) -> None:
    import pandas as pd

    n, refused = len(votes.votes), len(votes.rejects)
    st.markdown(f"**{counted(there.n_rows, 'row')}** read: {counted(n, 'vote')}, {refused:,} refused.")
    first = list(zip(votes.lines, votes.votes.rows(), strict=True))[:_SHOWN]
    if first:
        rows = [
            {
                "Row": line, "First": row.model_a, "Second": row.model_b, "Who won": _MEANS[row.winner],
                "Rater": str(row.columns.get("rater") or ""),
            }
            for line, row in first
        ]  # fmt: skip
        st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", key="studies_votes_first")
        if n > len(first):
            st.caption(f"The first {len(first)} of {counted(n, 'vote')}.")
    _refused(votes.rejects)


def _refused(rejects: Sequence[Reject]) -> None:
    import pandas as pd

    if not rejects:
        return
    st.markdown(f"**{counted(len(rejects), 'row')} refused**")
    rows = [{"Row": one.line, "Reason": one.reason} for one in rejects[:_REFUSED_SHOWN]]
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key="studies_votes_refused", height=min(420, 38 + 35 * len(rows)),
        column_config={"Row": st.column_config.NumberColumn(width=80, help="Line of the file; the header is 1.")},
    )  # fmt: skip
    if len(rejects) > _REFUSED_SHOWN:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"The first {_REFUSED_SHOWN} of {len(rejects):,}.", width="content")
            st.download_button(
                "All of them as CSV", data=lambda: _as_csv(rejects), file_name="refused-rows.csv", mime="text/csv",
                key="studies_votes_refused_file", on_click="ignore", type="tertiary", icon=":material/download:",
            )  # fmt: skip


def _as_csv(rejects: Sequence[Reject]) -> bytes:
    return encode([{"row": one.line, "reason": one.reason} for one in rejects], "csv", to_be_read_back=False)


def _what_became(done: ImportedVotes) -> None:
    n_rows = done.n_new + done.n_known + len(done.rejects)
    st.success(
        f"{counted(n_rows, 'row')} read = {done.n_new:,} new + {done.n_known:,} here already + {len(done.rejects):,} "
        "refused.",
        icon=":material/check:",
    )
    st.page_link("pages/review/results.py", label="See the results", icon=":material/leaderboard:")
    _refused(done.rejects)
    if st.button("Import another file", key="studies_votes_again"):
        for key in (_DONE, _LINES):
            st.session_state.pop(key, None)
        st.rerun()
