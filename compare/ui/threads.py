"""Choosing, pasting, uploading and showing threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from compare.errors import NotFoundError
from compare.records import Message, Thread
from compare.render.characters import visible
from compare.render.markdown import to_html
from compare.report.words import counted
from compare.store.threads import ThreadSummary
from compare.threads.importers import Reading, read_bytes
from compare.threads.importers.read import titled
from compare.ui import resources
from compare.ui.plain import plain

_NOBODY: Mapping[int, str] = {}


def thread_label(thread: ThreadSummary) -> str:
    """A thread in one line of a list."""
    return f"{visible(thread.title)} \u00b7 {counted(thread.n_messages, 'message')}"


def thread_options(asked: str | None, *, search: str = "") -> list[ThreadSummary]:
    """The newest threads, and the one asked for where it is an older one."""
    store = resources.store()
    found = store.threads(search=search)
    if asked is None or search or any(thread.id == asked for thread in found):
        return found
    try:
        thread = store.thread(asked)
    except NotFoundError:
        st.warning("There is no thread with this address in this database.", icon=":material/search_off:")
        return found
    n_user_turns = sum(m.role == "user" for m in thread.messages)
    older = ThreadSummary(
        thread.id, thread.title, thread.source, thread.workload, len(thread.messages), n_user_turns, False, ""
    )
    return [*found, older]


def origin(thread: Thread) -> str:
    """Where a thread comes from, in a word or two."""
    return {"sample": "a sample thread", "paste": "pasted"}.get(thread.source, f"from {thread.source}")


def first_choice(threads: Sequence[ThreadSummary], asked: str | None) -> int:
    """Which thread stands chosen: the one asked for, else the 30-message sample, else the first."""
    for i, thread in enumerate(threads):
        if thread.id == asked:
            return i
    return next((i for i, t in enumerate(threads) if t.source == "sample" and t.n_messages in (30, 31)), 0)


# --- bringing threads ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the threads of a text or a file."""

    ids: tuple[str, ...]
    """Of all of them, in their order."""
    n_new: int
    reading: Reading

    @property
    def sentence(self) -> str:
        """How many are new and how many were there already."""
        n, n_old = len(self.ids), len(self.ids) - self.n_new
        if n_old == 0:
            return f"{counted(n, 'thread')} kept."
        if n == 1:
            return "This thread was here already."
        if self.n_new == 0:
            return f"All {n:,} threads were here already."
        return f"{counted(n, 'thread')}: {self.n_new:,} new, {n_old:,} here already."


def keep(reading: Reading) -> Kept:
    """Store what was read; equal conversations are one thread."""
    saved = [resources.store().save_thread(titled(thread)) for thread in reading.threads]
    return Kept(tuple(each.id for each in saved), sum(each.created for each in saved), reading)


def keep_file(name: str, raw: bytes) -> Kept:
    """Store an uploaded file's conversations.

    Raises:
        ImportFormatError: no thread could be read.
    """
    return keep(read_bytes(raw, source=name))


def show_troubles(reading: Reading) -> None:
    """What could not be read of a text or a file, and how it was read where that was a guess."""
    for note in reading.notes:
        st.info(plain(note), icon=":material/info:")
    if reading.refused:
        lines = "\n".join(f"- {r.unit} {r.line}: {plain(r.reason)}" for r in reading.refused[:20])
        more = reading.n_refused - 20
        st.warning(
            f"{reading.n_read} read = {reading.n_kept} kept + {reading.n_refused} refused:\n{lines}"
            + (f"\n- and {more} more" if more > 0 else ""),
            icon=":material/warning:",
        )


# --- reading them ----------------------------------------------------------------------------------------------------


def show_messages(messages: Sequence[Message], *, height: int) -> None:
    """A thread to read, in a box of its own; what answers the last user message is marked as recorded."""
    rows = "".join(message_rows(messages))
    with st.container(height=height, key="thread_preview"):
        st.html(f'<style>{CSS}</style><section role="region" aria-label="Thread">{rows}</section>')


def message_rows(
    messages: Sequence[Message], start: int = 1, end: int | None = None, *, marked: int = 0,
    said_by: Mapping[int, str] = _NOBODY,
) -> list[str]:  # fmt: skip
    """HTML of the messages from one number to another, both included; one may be marked, some told who said them."""
    asked = max((n for n, m in enumerate(messages, start=1) if m.role == "user"), default=len(messages))
    return [
        f'<article class="wb-msg wb-{m.role}{" wb-marked" if n == marked else ""}">'
        f'<div class="wb-who">{n} \u00b7 {escape(said_by.get(n) or _who(m, n > asked))}</div>'
        f'<div dir="auto">{to_html(m.text)}</div></article>'
        for n, m in enumerate(messages[start - 1 : end], start=start)
    ]


def show_message(heading: str, message: Message, n: int) -> None:
    """One message in a box, with a heading that says why it stands there."""
    with st.container(border=True, key=f"message_{n}"):
        st.html(
            f"<style>{CSS}</style>"
            f'<div class="wb-who">{escape(heading)} \u00b7 message {n}</div>'
            f'<div class="wb-msg wb-alone" dir="auto">{to_html(message.text)}</div>'
        )


def show_answer(heading: str, message: Message, *, key: str) -> None:
    """What somebody answered, in a box with a heading."""
    with st.container(border=True, key=key):
        st.html(
            f'<style>{CSS}</style><div class="wb-who">{escape(heading)}</div>'
            f'<div class="wb-msg wb-alone" dir="auto">{to_html(message.text)}</div>'
        )


def _who(message: Message, follows_question: bool) -> str:
    recorded = follows_question and message.role == "assistant" and message.text.strip()
    return f"{message.role} (recorded answer)" if recorded else message.role


CSS = """
.wb-msg { max-width: 52rem; margin-bottom: 0.5rem; padding: 0.35rem 0 0.35rem 0.75rem; }
.wb-msg { border-left: 3px solid transparent; }
.wb-alone { padding: 0; margin: 0; border: 0; }
.wb-user { border-left-color: #2457c5; }
.wb-marked { background: color-mix(in srgb, #2457c5 12%, transparent); }
.wb-who { font-size: 0.78rem; opacity: 0.7; margin-bottom: 0.15rem; }
.wb-msg p { margin: 0 0 0.4rem 0; }
.wb-msg pre, .wb-msg table { overflow-x: auto; display: block; }
.wb-msg :is(p, li) { unicode-bidi: plaintext; text-align: start; }
.wb-msg :is(.rp-raw, .rp-sp) { white-space: pre-wrap; }
.wb-msg .rp-raw { font-family: monospace; }
.wb-msg .rp-cc { unicode-bidi: isolate; font-size: 0.7em; padding: 0 2px; border: 1px solid; border-radius: 3px; }
.wb-msg .rp-lang { font-size: 0.78rem; opacity: 0.7; }
.wb-folded { margin: 0 0 0.6rem 0; }
.wb-folded > summary { cursor: pointer; font-size: 0.85rem; opacity: 0.8; padding: 0.35rem 0 0.35rem 0.75rem; }
.wb-folded[open] > summary { margin-bottom: 0.5rem; }
"""
