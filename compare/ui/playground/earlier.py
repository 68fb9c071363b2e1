"""The newest runs, opened by a click: what was asked, of whom, when, and whether it was voted on."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from compare.records import Comparison
from compare.report.words import counted
from compare.runs.views import has_seen_names
from compare.store.comparisons import ComparisonSummary
from compare.ui import resources, state, who
from compare.ui.plain import plain

_MOST = 20


@st.dialog("Earlier runs", width="medium", icon=":material/history:")
def earlier_runs() -> None:
    """The list; a click on a run opens it."""
    who.still("owner")
    store = resources.store()
    found = store.recent_comparisons(_MOST)
    if not found:
        st.caption(
            "No runs yet. Choose a thread and candidates, then press Run: every run is kept and opens from here."
        )
    for summary in found:
        comparison = store.comparison(summary.id)
        assert comparison is not None
        with st.container(key=f"earlier_row_{summary.id}", gap=None):
            if st.button(
                plain(summary.title),
                key=f"earlier_{summary.id}",
                type="tertiary",
                on_click=state.show_run,
                args=(summary.id,),
            ):
                st.rerun()
            st.caption(plain(line(summary, comparison)))


def line(summary: ComparisonSummary, comparison: Comparison) -> str:
    """Candidates, time and votes of a run; who they are only as far as this rater may know it."""
    store, rater = resources.store(), state.rater_id()
    hidden = comparison.blind and not has_seen_names(store, comparison.id, rater)
    voted = store.counted_ballot(comparison.id, rater) is not None
    votes = "you voted" if voted else counted(summary.n_ballots, "vote") if summary.n_ballots else "no vote yet"
    kind = [*(["follow-up"] if comparison.continues_id else []), *(["blind"] if comparison.blind else [])]
    return " \u00b7 ".join([_who(comparison, hidden=hidden), *kind, _when(summary.created_at), votes])


def _who(comparison: Comparison, *, hidden: bool) -> str:
    """The candidates by name. Of a run whose names are hidden they are in the alphabet's order, and of one that goes on
    from another only their number: whom it went on without is known by letter.
    """
    names = [slot.label for slot in comparison.current]
    if hidden and comparison.continues_id is not None:
        return counted(len(names), "candidate")
    return ", ".join(sorted(names) if hidden else names)


def _when(created_at: str) -> str:
    """A stored time in the reader's own zone."""
    at = datetime.fromisoformat(created_at).astimezone(_zone())
    return f"{at:%d %b %H:%M}"


def _zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
