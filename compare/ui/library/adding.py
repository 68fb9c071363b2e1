"""Bringing threads in: a file or a pasted text is read, what would be kept is shown, and only then it is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

import streamlit as st

from compare.errors import CompareError
from compare.records import Thread
from compare.report.words import counted
from compare.threads.importers import Reading, read_bytes, read_text
from compare.threads.importers.read import titled
from compare.threads.selection import Selection
from compare.ui import resources, state
from compare.ui.library.reading import show_thread
from compare.ui.library.selection import (
    JOBS_PAGE,
    MAX_NAMED,
    PLAYGROUND_PAGE,
    forget_widgets,
    go,
    jobs_query,
)
from compare.ui.plain import plain

FILE_TYPES = ("json", "jsonl", "ndjson", "txt", "md")
_WAYS = {"upload": "Upload a file", "paste": "Paste"}
_SHOWN = 3
_REFUSED_SHOWN = 20
_PREVIEW_PX = 320
_PASTE_PX = 160
_READ, _KEPT = "adding_read", "adding_kept"


@dataclass(frozen=True, slots=True)
class Preview:
    """A reading, and what keeping it would do."""

    key: str
    """Hash of what was given."""
    source: str
    reading: Reading
    threads: tuple[Thread, ...]
    """As they would be kept, each with a title; of equal ones the first."""
    n_repeated: int
    """Threads that stand in the file more than once."""
    n_known: int
    """Threads that are here already."""

    @property
    def sentence(self) -> str:
        """What was read, in numbers that add up."""
        n_new = len(self.threads) - self.n_known
        refused = len(self.reading.refused)
        told = f"{counted(self.reading.n_read, 'record')} read = {n_new:,} new + {self.n_known:,} here already"
        told += f" + {self.n_repeated:,} more than once in it" if self.n_repeated else ""
        return f"{told} + {refused:,} refused."


@dataclass(frozen=True, slots=True)
class KeptNow:
    """What was kept last."""

    ids: tuple[str, ...]
    n_new: int
    source: str


def adding() -> None:
    """The whole part of the page."""
    kept = st.session_state.get(_KEPT)
    if isinstance(kept, KeptNow):
        _what_next(kept)
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        way = st.segmented_control(
            "How", list(_WAYS), format_func=_WAYS.__getitem__, default="upload", required=True, key="adding_way",
            label_visibility="collapsed",
        )  # fmt: skip
        found = _pasted() if way == "paste" else _uploaded()
        if found is None:
            return
        tags, workload = _said_of_all()
        if st.button(
            f"Keep {counted(len(found.threads), 'thread')}", type="primary", icon=":material/check:", key="adding_keep"
        ):
            _keep(found, tags, workload)
            st.rerun()
    with right:
        _show(found)


# --- reading ---------------------------------------------------------------------------------------------------------


def _uploaded() -> Preview | None:
    file = st.file_uploader("JSON, JSON lines or a text transcript", type=list(FILE_TYPES), key="library_upload")
    if file is None:
        st.caption("What is in the file is shown first. Nothing is kept before you say so.")
        return None
    return _read(file.file_id, file.name, file.getvalue())


def _pasted() -> Preview | None:
    text = st.text_area(
        "Conversation", key="adding_text", height=_PASTE_PX, placeholder="User: ...\nAssistant: ...\n\nor JSON",
        label_visibility="collapsed",
    )  # fmt: skip
    if not text.strip():
        st.caption("What is in the text is shown first. Nothing is kept before you say so.")
        return None
    return _read(sha256(text.encode("utf-8", "replace")).hexdigest(), "paste", text)


def _read(key: str, source: str, given: bytes | str) -> Preview | None:
    """What would be kept; read once and remembered, since every press draws the page again."""
    before = st.session_state.get(_READ)
    if isinstance(before, Preview) and before.key == key:
        return before
    try:
        reading = read_text(given, source=source) if isinstance(given, str) else read_bytes(given, source=source)
        found = _preview(key, source, reading)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return None
    st.session_state[_READ] = found
    return found


def _preview(key: str, source: str, reading: Reading) -> Preview:
    by_hash: dict[str, Thread] = {}
    for thread in reading.threads:
        by_hash.setdefault(thread.content_sha256, titled(thread))
    known = resources.store().known_threads(by_hash)
    return Preview(key, source, reading, tuple(by_hash.values()), len(reading.threads) - len(by_hash), len(known))


# --- showing ---------------------------------------------------------------------------------------------------------


def _show(found: Preview) -> None:
    st.markdown(f"**{plain(found.source)}**: {found.sentence}")
    for note in found.reading.notes:
        st.info(plain(note), icon=":material/info:")
    _refused(found.reading)
    shown = found.threads[:_SHOWN]
    which = 0
    if len(found.threads) > 1:
        which = st.segmented_control(
            "First threads", range(len(shown)), default=0, required=True, key=f"adding_which_{found.key}",
            format_func=lambda i: f"{i + 1} \u00b7 {plain(_short(shown[i].title))}", label_visibility="collapsed",
        )  # fmt: skip
    thread = shown[which]
    st.caption(f"{counted(len(thread.messages), 'message')}, as they would be kept.")
    show_thread(thread.messages, height=_PREVIEW_PX, message=None)
    if len(found.threads) > _SHOWN:
        st.caption(f"The first {_SHOWN} of {counted(len(found.threads), 'thread')}.")


def _short(title: str) -> str:
    return title if len(title) <= 28 else f"{title[:25]}..."


def _refused(reading: Reading) -> None:
    if not reading.refused:
        return
    lines = "\n".join(f"- record {r.line}: {plain(r.reason)}" for r in reading.refused[:_REFUSED_SHOWN])
    more = len(reading.refused) - _REFUSED_SHOWN
    st.warning(
        f"{counted(len(reading.refused), 'record')} refused:\n{lines}" + (f"\n- and {more:,} more" if more > 0 else ""),
        icon=":material/warning:",
    )


# --- keeping ---------------------------------------------------------------------------------------------------------


def _said_of_all() -> tuple[list[str], str | None]:
    """Tags and workload that all of them get."""
    facets = resources.store().facets()
    with st.container(gap="small", key="adding_about"):
        tags = st.multiselect(
            "Tags for all of them", list(facets.tags), key="adding_tags", accept_new_options=True, select_all=False,
            placeholder="None; choose or type",
        )  # fmt: skip
        workload = st.selectbox(
            "Workload of all of them", list(dict.fromkeys(["interactive", "batch", "archive", *facets.workloads])),
            index=None, key="adding_workload", accept_new_options=True, placeholder="As the file says",
        )  # fmt: skip
    return list(tags), workload


def _keep(found: Preview, tags: list[str], workload: str | None) -> None:
    store = resources.store()
    # Also those that stand in it more than once: each may bring recorded answers of its own.
    read = map(titled, found.reading.threads)
    saved = [store.save_thread(replace(t, workload=workload) if workload else t) for t in read]
    ids = tuple(dict.fromkeys(one.id for one in saved))
    try:
        store.tag_threads(ids, add=tags)
    except CompareError as exc:
        state.leave_notice(str(exc))
    st.session_state[_KEPT] = KeptNow(ids, sum(one.created for one in saved), found.source)
    st.session_state.pop(_READ, None)


def _what_next(kept: KeptNow) -> None:
    """What became of it, and the ways on."""
    n_old = len(kept.ids) - kept.n_new
    old = f" {counted(n_old, 'thread')} {'was' if n_old == 1 else 'were'} here already." if n_old else ""
    st.success(f"{counted(kept.n_new, 'new thread')} kept.{old}", icon=":material/check:")
    these = _these(kept)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="adding_next"):
        st.button("Show them in the library", key="adding_show", type="primary", icon=":material/forum:",
                  on_click=_show_in_library, args=(these, kept.ids[0]))  # fmt: skip
        st.page_link(
            PLAYGROUND_PAGE, label="Compare on the first", icon=":material/compare_arrows:",
            query_params={"thread": kept.ids[0]},
        )  # fmt: skip
        st.page_link(JOBS_PAGE, label="Make a job of them", icon=":material/playlist_play:",
                     query_params=jobs_query(these))  # fmt: skip
        st.button("Add more", key="adding_more", type="tertiary", on_click=st.session_state.pop, args=(_KEPT, None))


def _these(kept: KeptNow) -> Selection:
    return Selection(ids=kept.ids) if len(kept.ids) <= MAX_NAMED else Selection(sources=(kept.source,))


def _show_in_library(these: Selection, first: str) -> None:
    st.session_state.pop(_KEPT, None)
    go(view="library", selection=these, thread=first, page=0)
    forget_widgets()
