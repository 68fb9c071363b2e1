"""Bringing threads in: a file or a pasted text is read, what would be kept is shown, and only then it is kept.

It is read twice, once to show it and once to keep it, so that no more than a few of its threads are ever held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

import streamlit as st

from compare.errors import CompareError, StoreError
from compare.records import Thread
from compare.report.words import counted
from compare.store.keeping import SavedThread
from compare.threads.importers import FILE_TYPES, Options, Reading, open_import, titled
from compare.threads.selection import Selection
from compare.ui import resources, state
from compare.ui.library.reading import show_thread
from compare.ui.library.reading_options import reading_options
from compare.ui.library.selection import (
    JOBS_PAGE,
    MAX_NAMED,
    PLAYGROUND_PAGE,
    forget_widgets,
    go,
    jobs_query,
)
from compare.ui.plain import plain

_WAYS = {"upload": "Upload a file", "paste": "Paste"}
_SHOWN = 3
_REFUSED_SHOWN = 20
_AT_ONCE = 200
"""Threads of one transaction."""
_PREVIEW_PX = 320
_PASTE_PX = 160
_READ, _KEPT = "adding_read", "adding_kept"


@dataclass(frozen=True, slots=True)
class Given:
    """What is to be read, and how."""

    name: str
    raw: bytes = field(repr=False)
    options: Options

    def threads(self) -> tuple[Reading, Iterator[Thread]]:
        """Its threads one by one, each with a title, and what becomes of its records meanwhile."""
        incoming = open_import(self.raw, source=self.name, options=self.options)
        return incoming.reading, map(titled, incoming.threads)


@dataclass(frozen=True, slots=True)
class Preview:
    """A reading, and what keeping it would do."""

    key: str
    """Hash of what was given and how it was read."""
    source: str
    reading: Reading
    first: tuple[Thread, ...]
    """The first threads, as they would be kept."""
    n_threads: int
    """Different ones."""
    n_known: int
    """Those of them that are here already."""

    @property
    def sentence(self) -> str:
        """What was read, in numbers that add up."""
        reading, n_repeated = self.reading, self.reading.n_threads - self.n_threads
        parts = [f"{self.n_threads - self.n_known:,} new", f"{self.n_known:,} here already"]
        parts += [f"{n_repeated:,} more than once in it"] if n_repeated else []
        read, refused = counted(reading.n_read, "record"), f"{reading.n_refused:,} refused"
        if reading.n_kept == reading.n_threads:
            return f"{read} read = {' + '.join(parts)} + {refused}."
        made = counted(reading.n_threads, "thread")
        return f"{read} read = {reading.n_kept:,} kept + {refused}. They make {made}: {', '.join(parts)}."


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
        name, raw = _pasted() if way == "paste" else _uploaded()
        options = reading_options()
        if raw is None or options is None:
            return
        given = Given(name, raw, options)
        found = _read(given)
        if found is None:
            return
        tags, workload = _said_of_all()
        if st.button(
            f"Keep {counted(found.n_threads, 'thread')}", type="primary", icon=":material/check:", key="adding_keep"
        ):
            _keep(given, found, tags, workload)
            st.rerun()
    with right:
        _show(found)


# --- reading ---------------------------------------------------------------------------------------------------------


def _uploaded() -> tuple[str, bytes | None]:
    file = st.file_uploader("Conversations or logs", type=list(FILE_TYPES), key="library_upload")
    if file is None:
        st.caption(
            "Chats of OpenAI, Anthropic and Gemini, exports of ChatGPT and Claude, ShareGPT, tables, transcripts, and "
            "logs (OpenTelemetry, LiteLLM, Langfuse). What is in it is shown first; nothing is kept before you say so."
        )
        return "", None
    return file.name, file.getvalue()


def _pasted() -> tuple[str, bytes | None]:
    text = st.text_area(
        "Conversation", key="adding_text", height=_PASTE_PX, placeholder="User: ...\nAssistant: ...\n\nor JSON",
        label_visibility="collapsed",
    )  # fmt: skip
    if not text.strip():
        st.caption("What is in the text is shown first. Nothing is kept before you say so.")
        return "", None
    return "paste", text.encode("utf-8", "replace")


def _read(given: Given) -> Preview | None:
    """What would be kept; read once and remembered, since every press draws the page again."""
    key = sha256(given.raw + repr((given.name, given.options)).encode()).hexdigest()
    before = st.session_state.get(_READ)
    if isinstance(before, Preview) and before.key == key:
        return before
    try:
        with st.spinner("Reading"):
            found = _preview(key, given)
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
        return None
    st.session_state[_READ] = found
    return found


def _preview(key: str, given: Given) -> Preview:
    reading, threads = given.threads()
    first: list[Thread] = []
    hashes: set[str] = set()
    for thread in threads:
        sha = thread.content_sha256
        if sha not in hashes and len(first) < _SHOWN:
            first.append(thread)
        hashes.add(sha)
    known = resources.store().known_threads(hashes)
    return Preview(key, given.name, reading, tuple(first), len(hashes), len(known))


# --- showing ---------------------------------------------------------------------------------------------------------


def _show(found: Preview) -> None:
    st.markdown(f"**{plain(found.source)}**: {plain(found.reading.kind)}. {found.sentence}")
    if found.reading.masked:
        told = ", ".join(f"{n:,} x {kind}" for kind, n in found.reading.masked.items())
        st.info(plain(f"Masked: {told}."), icon=":material/visibility_off:")
    for note in found.reading.notes:
        st.info(plain(note), icon=":material/info:")
    _refused(found.reading)
    which = 0
    if len(found.first) > 1:
        which = st.segmented_control(
            "First threads", range(len(found.first)), default=0, required=True, key=f"adding_which_{found.key}",
            format_func=lambda i: f"{i + 1} \u00b7 {plain(_short(found.first[i].title))}",
            label_visibility="collapsed",
        )  # fmt: skip
    thread = found.first[which]
    st.caption(f"{_holds(thread)}, as they would be kept. {plain(thread.note)}")
    show_thread(thread.messages, height=_PREVIEW_PX, message=None)
    if found.n_threads > len(found.first):
        st.caption(f"The first {len(found.first)} of {counted(found.n_threads, 'thread')}.")


def _holds(thread: Thread) -> str:
    told = [counted(len(thread.messages), "message")]
    if thread.recorded:
        told.append(counted(len(thread.recorded), "recorded answer"))
    if thread.branches:
        told.append(f"{len(thread.branches):,} more {'branch' if len(thread.branches) == 1 else 'branches'}")
    return ", ".join(told)


def _short(title: str) -> str:
    return title if len(title) <= 28 else f"{title[:25]}..."


def _refused(reading: Reading) -> None:
    if not reading.n_refused:
        return
    lines = "\n".join(f"- {r.unit} {r.line}: {plain(r.reason)}" for r in reading.refused[:_REFUSED_SHOWN])
    more = reading.n_refused - _REFUSED_SHOWN
    st.warning(
        f"{counted(reading.n_refused, 'record')} refused:\n{lines}" + (f"\n- and {more:,} more" if more > 0 else ""),
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


def _keep(given: Given, found: Preview, tags: list[str], workload: str | None) -> None:
    """Keep all of it, also what stands in it more than once: each may bring recorded answers of its own."""
    store = resources.store()
    _, threads = given.threads()
    if workload:
        threads = (replace(thread, workload=workload) for thread in threads)
    saved: dict[str, bool] = {}
    troubles: list[str] = []
    bar = st.progress(0.0, "Keeping")
    done = 0
    for some in _batches(threads):
        for one in _saved(some, troubles):
            saved[one.id] = saved.get(one.id, False) or one.created
        done += len(some)
        bar.progress(min(1.0, done / max(1, found.reading.n_threads)), f"{done:,} of {found.reading.n_threads:,} kept")
    try:
        store.tag_threads(list(saved), add=tags)
    except CompareError as exc:
        troubles.append(str(exc))
    if troubles:
        state.leave_notice(f"{troubles[0]} ({len(troubles):,} in all)" if len(troubles) > 1 else troubles[0])
    st.session_state[_KEPT] = KeptNow(tuple(saved), sum(saved.values()), given.name)
    st.session_state.pop(_READ, None)


def _batches(threads: Iterator[Thread]) -> Iterator[list[Thread]]:
    batch: list[Thread] = []
    for thread in threads:
        batch.append(thread)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _saved(some: list[Thread], troubles: list[str]) -> list[SavedThread]:
    """Many at once; where one of them cannot be stored, the others are."""
    store = resources.store()
    try:
        return store.save_threads(some)
    except StoreError:
        saved = []
        for thread in some:
            try:
                saved.append(store.save_thread(thread))
            except StoreError as exc:
                troubles.append(str(exc))
        return saved


def _what_next(kept: KeptNow) -> None:
    """What became of it, and the ways on."""
    n_old = len(kept.ids) - kept.n_new
    old = f" {counted(n_old, 'thread')} {'was' if n_old == 1 else 'were'} here already." if n_old else ""
    st.success(f"{counted(kept.n_new, 'new thread')} kept.{old}", icon=":material/check:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="adding_next"):
        if kept.ids:
            _ways_on(kept)
        st.button("Add more", key="adding_more", type="tertiary", on_click=st.session_state.pop, args=(_KEPT, None))


def _ways_on(kept: KeptNow) -> None:
    these = Selection(ids=kept.ids) if len(kept.ids) <= MAX_NAMED else Selection(sources=(kept.source,))
    st.button("Show them in the library", key="adding_show", type="primary", icon=":material/forum:",
              on_click=_show_in_library, args=(these, kept.ids[0]))  # fmt: skip
    st.page_link(
        PLAYGROUND_PAGE, label="Compare on the first", icon=":material/compare_arrows:",
        query_params={"thread": kept.ids[0]},
    )  # fmt: skip
    st.page_link(JOBS_PAGE, label="Make a job of them", icon=":material/playlist_play:",
                 query_params=jobs_query(these))  # fmt: skip


def _show_in_library(these: Selection, first: str) -> None:
    st.session_state.pop(_KEPT, None)
    go(view="library", selection=these, thread=first, page=0)
    forget_widgets()
