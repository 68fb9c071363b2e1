"""Where the reader is in the thread library: which part, which threads, in what order, which one open and where.

The session holds it; the address says it, and is followed where it is news (compare/ui/address.py). The same way of
writing a selection leads to the Jobs page: `?threads=tag:refund|search:late parcel` (compare/threads/selection.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import streamlit as st

from compare.errors import CompareError
from compare.ratings.buckets import DEFAULT_EDGES, Bucket, buckets
from compare.store.library import BUCKET_EDGES, SORTS, Sort
from compare.threads.selection import Selection
from compare.ui import address, resources, state
from compare.ui.address import Address

View = Literal["library", "findings", "add"]
PLAYGROUND_PAGE = "pages/run/playground.py"
JOBS_PAGE = "pages/run/jobs.py"
MAX_NAMED = 50
"""Threads that an address names one by one; more are told by what they have in common."""

_KEY = "library_place"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is."""

    view: View = "library"
    selection: Selection = field(default_factory=Selection)
    sort: Sort = "newest"
    page: int = 0
    """From 1; 0 for the one that holds the thread."""
    thread: str | None = None
    message: int | None = None

    @property
    def address(self) -> Address:
        """What the address bar says."""
        shown = self.selection.written or None
        listed = self.view == "library"
        return Address(
            view=self.view,
            thread=self.thread if listed else None,
            message=self.message if listed else None,
            threads=shown if listed else None,
            sort=self.sort if listed and self.sort != "newest" else None,
            page=self.page if listed and self.page else None,
        )


def place() -> Place:
    """Where the reader is now."""
    found = st.session_state.get(_KEY)
    return found if isinstance(found, Place) else Place()


def go(**changes: Any) -> None:
    """Be somewhere else; whoever chooses another selection or order begins on its first page."""
    before = place()
    if ("selection" in changes or "sort" in changes) and "page" not in changes:
        changes["page"] = 1
    if "thread" in changes and "message" not in changes:
        changes["message"] = None
    st.session_state[_KEY] = replace(before, **changes)


def follow_address() -> str:
    """Take over what the address asks for, where that is news; a sentence where a part of it cannot be read."""
    asked = state.follow_library_address()
    if asked is None:
        return ""
    trouble, selection = "", Selection()
    try:
        selection = Selection.read(asked.threads or "")
    except CompareError as exc:
        trouble = str(exc)
    view: View = next((v for v in get_args(View) if v == asked.view), "library")
    sort: Sort = next((s for s in SORTS if s == asked.sort), "newest")
    st.session_state[_KEY] = Place(view, selection, sort, asked.page or 0, asked.thread, asked.message)
    forget_widgets()
    return trouble


def write_address() -> None:
    """Have the address say where the reader is; a page that was never touched needs none."""
    now = place().address
    first = st.session_state.setdefault("library_first", now)
    if now != first or address.current() != Address():
        address.write(now)


def forget_widgets() -> None:
    """Have the fields that show the selection take it from the place again."""
    for key in [key for key in st.session_state if str(key).startswith(("filter_", "thread_search"))]:
        del st.session_state[key]


def jobs_query(selection: Selection, **more: str) -> dict[str, str]:
    """The query of a link to the Jobs page with these threads chosen."""
    return {"threads": selection.written or "messages:1+", **more}


# --- lengths ---------------------------------------------------------------------------------------------------------


def edges() -> tuple[int, ...]:
    """The edges of the length buckets as they were kept last."""
    kept = resources.store().kept_choice(BUCKET_EDGES)
    return tuple(kept) if kept else DEFAULT_EDGES


def length_buckets() -> tuple[Bucket, ...]:
    """The buckets that threads are filtered by."""
    return buckets(edges())


def keep_edges(text: str) -> None:
    """Keep other edges, written as "8, 20".

    Raises:
        ConfigError: they are no whole numbers that rise from 1 upwards.
    """
    pieces = [piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip()]
    found = [int(piece) if piece.isascii() and piece.isdigit() and len(piece) < 7 else 0 for piece in pieces]
    buckets(found)
    resources.store().keep_choice(BUCKET_EDGES, found)
