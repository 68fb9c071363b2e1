"""Choosing, pasting, uploading and showing threads."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from compare.records import Message
from compare.render.markdown import to_html
from compare.store.threads import ThreadSummary
from compare.threads.importers import Reading, read_bytes, read_text
from compare.threads.importers.read import titled
from compare.ui import resources


def thread_label(thread: ThreadSummary) -> str:
    """A thread in one line of a list."""
    return f"{thread.title} \u00b7 {thread.n_messages} messages"


def first_choice(threads: Sequence[ThreadSummary], asked: str | None) -> int:
    """Which thread stands chosen: the one asked for, else the 30-message sample, else the first."""
    for i, thread in enumerate(threads):
        if thread.id == asked:
            return i
    return next((i for i, t in enumerate(threads) if t.source == "sample" and t.n_messages in (30, 31)), 0)


def keep(reading: Reading) -> list[str]:
    """Store what was read and say what was not; returns the stored ids."""
    ids = [resources.store().save_thread(titled(thread)).id for thread in reading.threads]
    if reading.refused:
        lines = "\n".join(f"- record {r.line}: {r.reason}" for r in reading.refused[:20])
        more = len(reading.refused) - 20
        st.warning(
            f"{reading.n_read} read = {len(ids)} kept + {len(reading.refused)} refused:\n{lines}"
            + (f"\n- and {more} more" if more > 0 else ""),
            icon=":material/warning:",
        )
    return ids


def keep_text(text: str) -> list[str]:
    """Store a pasted conversation."""
    return keep(read_text(text, source="paste"))


def keep_upload(name: str, raw: bytes) -> list[str]:
    """Store an uploaded file's conversations."""
    return keep(read_bytes(raw, source=name))


def show_messages(messages: Sequence[Message], *, height: int) -> None:
    """A thread to read, in a box of its own."""
    rows = "".join(
        f'<article class="wb-msg wb-{m.role}"><div class="wb-who">{n} \u00b7 {escape(_who(m))}</div>'
        f"<div>{to_html(m.text)}</div></article>"
        for n, m in enumerate(messages, start=1)
    )
    with st.container(height=height, key="thread_preview"):
        st.html(f"<style>{_CSS}</style>{rows}")


def show_message(heading: str, message: Message, n: int) -> None:
    """One message in a box, with a heading that says why it stands there."""
    with st.container(border=True, key=f"message_{n}"):
        st.html(
            f"<style>{_CSS}</style>"
            f'<div class="wb-who">{escape(heading)} \u00b7 message {n}</div>'
            f'<div class="wb-msg wb-alone">{to_html(message.text)}</div>'
        )


def _who(message: Message) -> str:
    return f"{message.role} (recorded answer)" if message.answer_id else message.role


_CSS = """
.wb-msg { max-width: 52rem; margin-bottom: 0.5rem; padding: 0.35rem 0 0.35rem 0.75rem; }
.wb-msg { border-left: 3px solid transparent; }
.wb-alone { padding: 0; margin: 0; border: 0; }
.wb-user { border-left-color: #2457c5; }
.wb-who { font-size: 0.78rem; opacity: 0.7; margin-bottom: 0.15rem; }
.wb-msg p { margin: 0 0 0.4rem 0; }
.wb-msg pre, .wb-msg table { overflow-x: auto; display: block; }
"""
