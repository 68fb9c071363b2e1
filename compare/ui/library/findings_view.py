"""What is wrong in the stored conversations: problems by rank on the left, the findings of one of them on the right."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.report.findings import KINDS, Finding, Overview, Problem, overview, scan
from compare.report.findings.asked_again import RULES
from compare.report.words import counted
from compare.threads.selection import Selection
from compare.ui import resources, who
from compare.ui.library.selection import go
from compare.ui.plain import plain

PAGE_SIZE = 10
_AT_ONCE_S = 1.0
"""How long threads are read before the page shows how far it is."""
_AGAIN_S = 1.5
_CACHE = "findings_overview"


def findings_view() -> None:
    """The whole part of the page."""
    store = resources.store()
    state = store.scan_state(RULES)
    if state.n_scanned < state.n_threads:
        _going_on()
    found = _overview()
    if found.state.n_threads == 0:
        st.info("No threads yet. Add some, then what is wrong in them stands here, the worst first.")
        return
    if not found.problems:
        st.success(f"Nothing was found in {counted(found.state.n_threads, 'thread')}.", icon=":material/check:")
        _rules()
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        n = st.radio(
            "Problems", range(len(found.problems)), key="findings_problem", label_visibility="collapsed",
            format_func=lambda i: f"{i + 1}. {KINDS[found.problems[i].kind][0]}",
            captions=[plain(problem.sentence) for problem in found.problems],
        )  # fmt: skip
        for note in found.notes:
            st.caption(note)
        _rules()
    with right:
        _problem(found.problems[min(n or 0, len(found.problems) - 1)])


@st.fragment(run_every=_AGAIN_S)
def _going_on() -> None:
    """Read on in pieces, so that nothing on the page waits for all of it."""
    who.still("owner")
    progress = scan(resources.store(), budget_s=_AT_ONCE_S)
    if not progress.n_left:
        st.session_state.pop(_CACHE, None)
        st.rerun()
    st.progress(
        progress.n_scanned / max(1, progress.n_threads),
        f"Reading threads: {progress.n_scanned:,} of {progress.n_threads:,}",
    )


def _overview() -> Overview:
    """The list, made anew where threads or answers have come since it was made."""
    state = resources.store().scan_state(RULES)
    kept = st.session_state.get(_CACHE)
    if isinstance(kept, Overview):
        # While threads are being read, what is on screen stays until all are.
        seen = kept.state if state.n_scanned == state.n_threads else kept.state._replace(n_scanned=state.n_scanned)
        if seen == state:
            return kept
    found = overview(resources.store())
    st.session_state[_CACHE] = found
    return found


def _rules() -> None:
    with st.popover("How this list is made", type="tertiary", icon=":material/help:", key="findings_rules"):
        weights = ", ".join(f"{name.lower()} {weight:g}" for name, weight in KINDS.values())
        st.markdown(
            f"Ranked by the share of threads in which a problem was found, times its weight: {weights}. "
            "A slow answer is one above its candidate's p95. A call that reports less than 75 % of the tokens that the "
            "conversation before it has cannot have been sent all of it. What was asked again is found by the "
            "words that two sentences share: 60 % for requests of the user, 70 % for questions of the assistant."
        )


# --- the findings of one problem -------------------------------------------------------------------------------------


def _problem(problem: Problem) -> None:
    st.markdown(f"**{plain(problem.sentence)}**")
    n_pages = -(-len(problem.findings) // PAGE_SIZE)
    page = 1
    if n_pages > 1:
        page = st.segmented_control(
            "Findings", _pages(n_pages), default=1, required=True, label_visibility="collapsed",
            key=f"findings_page_{problem.kind}_{problem.subject}", format_func=lambda p: _range(problem, p),
        )  # fmt: skip
    shown = problem.findings[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    for n, finding in enumerate(shown):
        _finding(finding, n)
    if problem.n_findings > len(problem.findings):
        st.caption(
            f"The worst {len(problem.findings):,} of {problem.n_findings:,}; `threads findings` counts them all."
        )


def _pages(n_pages: int) -> Sequence[int]:
    return range(1, n_pages + 1)


def _range(problem: Problem, page: int) -> str:
    return f"{(page - 1) * PAGE_SIZE + 1}-{min(page * PAGE_SIZE, len(problem.findings))}"


def _finding(finding: Finding, n: int) -> None:
    with st.container(border=True, key=f"finding_{n}"):
        st.button(
            f"{plain(finding.title)} \u00b7 message {finding.message}", key=f"finding_open_{n}", type="tertiary",
            icon=":material/arrow_forward:", help="Open the thread at this message", on_click=go,
            kwargs={
                "view": "library", "selection": Selection(), "thread": finding.thread_id,
                "message": finding.message, "page": 0,
            },
        )  # fmt: skip
        st.markdown(plain(finding.sentence))
        for quote in finding.evidence:
            st.caption(f"{quote.message} \u00b7 {quote.role}: {plain(quote.text)}")
