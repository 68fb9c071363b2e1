"""The list of threads that were found: a page of it at a time, one of them open, or some of them ticked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from compare.render.characters import visible
from compare.report.findings.scanning import scan, scan_these
from compare.report.words import counted
from compare.store.library import Facets, ThreadLine
from compare.ui import resources, state
from compare.ui.library.bulk import bulk
from compare.ui.library.filters import filters
from compare.ui.library.selection import go, place
from compare.ui.plain import plain

PAGE_SIZE = 20
LIST_PX = 560
_TICKED = "library_ticked"
_COUNTING_S = 1.0


def listing() -> None:
    """The left side of the library: what is asked for, how many there are, what can be done with them, and the list."""
    store = resources.store()
    facets = store.facets()
    filters(facets)
    uncounted = _count_tokens() if place().sort == "most tokens" else 0
    found = store.find_threads(place().selection, place().sort)
    if not found:
        _nothing(facets)
        return
    n_pages = -(-len(found) // PAGE_SIZE)
    page = min(place().page or _page_of(place().thread, found), n_pages)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    lines = _with_tokens(shown)
    if place().thread is None:
        go(thread=_first_choice(lines, found))
    go(thread=place().thread, message=place().message, page=page)
    selecting = _head(found)
    if uncounted:
        st.caption(f"The tokens of {counted(uncounted, 'thread')} are not counted yet; they stand at the end.")
    with st.container(height=LIST_PX, border=False, key="library_list"):
        if selecting:
            _ticks(lines)
        else:
            _choice(lines)
    if n_pages > 1:
        _pager(page, n_pages)


def _nothing(facets: Facets) -> None:
    if facets.n_threads or facets.n_archived:
        st.info(
            "No thread holds these words. Try fewer, or clear the search."
            if place().selection.search.strip()
            else "No thread fits these filters. Take one away, or clear them."
        )
    else:
        st.info("No threads yet. Bring some in under Add threads, or paste a conversation in the playground.")


def _with_tokens(thread_ids: Sequence[str]) -> list[ThreadLine]:
    """The lines of a page; tokens that nobody has counted yet are counted now, and kept."""
    store = resources.store()
    lines = store.thread_lines(thread_ids)
    missing = [line.id for line in lines if line.n_tokens is None]
    if missing:
        scan_these(store, missing)
        lines = store.thread_lines(thread_ids)
    return lines


def _count_tokens() -> int:
    """Count what can be counted in a moment; how many threads are left."""
    return scan(resources.store(), budget_s=_COUNTING_S).n_left


def _first_choice(lines: Sequence[ThreadLine], found: Sequence[str]) -> str:
    """Which thread is open at first: the playground's, else the 30-message sample, else the first."""
    chosen = state.thread_id()
    if chosen is not None and chosen in found:
        return chosen
    sample = (line.id for line in lines if line.source == "sample" and line.n_messages in (30, 31))
    return next(sample, lines[0].id)


def _page_of(thread: str | None, found: Sequence[str]) -> int:
    return found.index(thread) // PAGE_SIZE + 1 if thread is not None and thread in found else 1


def _head(found: Sequence[str]) -> bool:
    """How many threads, and what can be done with them; true while threads are being ticked."""
    with st.container(horizontal=True, vertical_alignment="center", key="library_head"):
        st.markdown(f"**{counted(len(found), 'thread')}**")
        st.space("stretch")
        selecting = st.toggle("Select", key="library_selecting", help="Tick single threads; else all found are meant.")
        ticked = [thread_id for thread_id in found if thread_id in _ticked()] if selecting else []
        bulk(found, ticked)
    return selecting


# --- one open --------------------------------------------------------------------------------------------------------


def _choice(lines: Sequence[ThreadLine]) -> None:
    by_id = {line.id: line for line in lines}
    ids = list(by_id)
    chosen = state.settle("library_choice", place().thread if place().thread in by_id else None)
    st.radio(
        "Stored threads", ids, index=None if chosen is None else ids.index(chosen), key="library_choice",
        on_change=_pick, label_visibility="collapsed",
        format_func=lambda thread_id: plain(visible(by_id[thread_id].title)),
        captions=[plain(told(line)) for line in lines],
    )  # fmt: skip


def _pick() -> None:
    if st.session_state["library_choice"] is not None:
        go(thread=st.session_state["library_choice"])


def told(line: ThreadLine) -> str:
    """A thread's length and what is said of it, in a line."""
    parts = [counted(line.n_messages, "message")]
    if line.n_tokens is not None:
        parts.append(counted(line.n_tokens, "token"))
    if line.workload != "interactive":
        parts.append(line.workload)
    if line.edited_from_id:
        parts.append(f"edited at message {line.edited_message}")
    return " \u00b7 ".join([*parts, *(f"#{tag}" for tag in line.tags)])


# --- some ticked -----------------------------------------------------------------------------------------------------


def _ticked() -> set[str]:
    found = st.session_state.setdefault(_TICKED, set())
    assert isinstance(found, set)
    return found


def _ticks(lines: Sequence[ThreadLine]) -> None:
    for line in lines:
        key = f"tick_{line.id}"
        ticked = state.settle(key, line.id in _ticked())
        with st.container(gap=None):
            st.checkbox(plain(visible(line.title)), ticked, key=key, on_change=_tick, args=(line.id, key))
            st.caption(plain(told(line)))


def _tick(thread_id: str, key: str) -> None:
    if st.session_state[key]:
        _ticked().add(thread_id)
    else:
        _ticked().discard(thread_id)


# --- pages -----------------------------------------------------------------------------------------------------------


def _pager(page: int, n_pages: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="library_pager"):
        st.button("Previous", key="page_before", icon=":material/chevron_left:", disabled=page == 1, type="tertiary",
                  on_click=go, kwargs={"page": page - 1})  # fmt: skip
        st.caption(f"Page {page:,} of {n_pages:,}")
        st.button("Next", key="page_after", icon=":material/chevron_right:", disabled=page == n_pages,
                  type="tertiary", on_click=go, kwargs={"page": page + 1})  # fmt: skip
