"""The search field, the filters behind one button, and the order: what they say is the place's selection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from compare.errors import CompareError
from compare.store.library import SORTS, Facets
from compare.threads.selection import Selection, in_messages
from compare.ui import state
from compare.ui.library.selection import edges, go, keep_edges, length_buckets, place

_SORT_NAMES = {
    "newest": "Newest first", "oldest": "Oldest first", "title": "By title", "longest": "Most messages",
    "shortest": "Fewest messages", "most tokens": "Most tokens",
}  # fmt: skip
_RECORDED = {"any": "Any", "yes": "With", "no": "Without"}
_ALL = "all"


def filters(found: Facets) -> None:
    """Draw them; a change takes effect before the page is drawn again."""
    selection = place().selection
    _seed("thread_search", selection.search)
    st.text_input(
        "Search titles and texts", key="thread_search", on_change=_take, icon=":material/search:",
        placeholder="Search titles and texts", label_visibility="collapsed",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", key="library_filters"):
        n_set = _n_set(selection)
        label = f"Filters ({n_set})" if n_set else "Filters"
        with st.popover(label, icon=":material/filter_list:", key="library_filter_box"):
            _boxes(selection, found)
        if n_set or selection.search:
            st.button("Clear", key="library_clear", type="tertiary", on_click=_clear)
        st.space("stretch")
        sort = state.settle("library_sort", place().sort)
        st.selectbox(
            "Order", SORTS, SORTS.index(sort), key="library_sort", format_func=_SORT_NAMES.__getitem__,
            label_visibility="collapsed", on_change=_sort, filter_mode=None, width=180,
        )  # fmt: skip


def _n_set(selection: Selection) -> int:
    length = selection.low is not None or selection.high is not None
    named = (selection.tags, selection.workloads, selection.sources, selection.ids)
    return sum(map(bool, named)) + length + (selection.recorded is not None) + selection.archived


def _boxes(selection: Selection, found: Facets) -> None:
    if selection.ids:
        st.caption(f"Only {len(selection.ids)} threads that the address names.")
    _choice("filter_tags", "Tags, all of them", found.tags, selection.tags)
    _choice("filter_workloads", "Workload", found.workloads, selection.workloads)
    _choice("filter_sources", "Source", found.sources, selection.sources)
    lengths = _lengths(selection)
    _seed("filter_length", _length_key(selection))
    st.segmented_control(
        "Length in messages", list(lengths), key="filter_length", format_func=lengths.__getitem__, required=True,
        on_change=_take,
    )  # fmt: skip
    _seed("filter_edges", ", ".join(map(str, edges())))
    st.text_input(
        "Edges of the lengths", key="filter_edges", on_change=_keep_edges,
        help='Where one length ends and the next begins: "8, 20" gives 1-8, 9-20 and 21+. Kept for all sessions.',
    )  # fmt: skip
    _seed("filter_recorded", {None: "any", True: "yes", False: "no"}[selection.recorded])
    st.segmented_control(
        "Recorded answers", list(_RECORDED), key="filter_recorded", format_func=_RECORDED.__getitem__, required=True,
        on_change=_take,
    )  # fmt: skip
    _seed("filter_archived", selection.archived)
    st.toggle(f"Archived threads ({found.n_archived:,})", key="filter_archived", on_change=_take)


def _choice(key: str, label: str, found: Any, chosen: tuple[str, ...]) -> None:
    # What the address asks for stands there even where no thread has it.
    options = list(dict.fromkeys([*found, *chosen]))
    if not options:
        return
    _seed(key, list(chosen))
    st.multiselect(
        label, options, key=key, on_change=_take, filter_mode="contains", select_all=False,
        format_func=lambda name: f"{name} ({found.get(name, 0):,})",
    )  # fmt: skip


def _lengths(selection: Selection) -> dict[str, str]:
    """The buckets by their key, and the range of the address where it is none of them."""
    found = {_ALL: "All"} | {bucket.label: bucket.label for bucket in length_buckets()}
    key = _length_key(selection)
    return found | {key: found.get(key, key)}


def _length_key(selection: Selection) -> str:
    if selection.low is None and selection.high is None:
        return _ALL
    return in_messages(selection.low, selection.high)


def _seed(key: str, value: object) -> None:
    if key not in st.session_state:
        st.session_state[key] = value


# --- what a change does ----------------------------------------------------------------------------------------------


def _take() -> None:
    """Make what the fields say the selection; a field that is not drawn changes nothing."""
    before, said = place().selection, st.session_state
    length = str(said.get("filter_length") or _length_key(before))
    low, high = (None, None) if length == _ALL else _range(length)
    selection = replace(
        before,
        search=str(said.get("thread_search", before.search)),
        tags=tuple(said.get("filter_tags", before.tags)),
        workloads=tuple(said.get("filter_workloads", before.workloads)),
        sources=tuple(said.get("filter_sources", before.sources)),
        low=low,
        high=high,
        recorded={"any": None, "yes": True, "no": False}[str(said.get("filter_recorded") or "any")],
        archived=bool(said.get("filter_archived", before.archived)),
    )
    go(selection=selection)


def _range(label: str) -> tuple[int | None, int | None]:
    read = Selection.read(f"messages:{label}")
    return read.low, read.high


def _sort() -> None:
    go(sort=st.session_state["library_sort"])


def _clear() -> None:
    from compare.ui.library.selection import forget_widgets

    go(selection=Selection())
    forget_widgets()


def _keep_edges() -> None:
    try:
        keep_edges(str(st.session_state["filter_edges"]))
    except CompareError as exc:
        state.leave_notice(str(exc))
        del st.session_state["filter_edges"]
