"""A long thread to read: its middle folded away, or folded around the message that is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import streamlit as st

from compare.records import Message
from compare.ui.threads import CSS, message_rows

WHOLE_UP_TO = 14
"""Messages of a thread that is shown whole."""
_FIRST, _LAST, _AROUND = 4, 6, 2
_DRAWN_AT_MOST = 80
"""Folded messages that are sent along; more of them would be a long wait for what nobody may open."""


class Part(NamedTuple):
    """Messages that stand together, both ends included."""

    start: int
    end: int
    folded: bool


def parts(n: int, message: int | None) -> list[Part]:
    """How a thread of n messages is folded, open at a message where one is looked for."""
    if message is not None and n > WHOLE_UP_TO:
        opened = [(max(1, message - _AROUND), min(n, message + _AROUND))]
    elif n > WHOLE_UP_TO:
        opened = [(1, _FIRST), (n - _LAST + 1, n)]
    else:
        opened = [(1, n)]
    return list(_with_folds(opened, n))


def _with_folds(opened: Sequence[tuple[int, int]], n: int) -> Iterator[Part]:
    at = 1
    for start, end in opened:
        if at < start:
            yield Part(at, start - 1, True)
        yield Part(start, end, False)
        at = end + 1
    if at <= n:
        yield Part(at, n, True)


def show_thread(messages: Sequence[Message], *, height: int, message: int | None) -> None:
    """The thread in a box of its own."""
    told = "".join(_html(messages, part, message) for part in parts(len(messages), message))
    with st.container(height=height, key="thread_preview"):
        st.html(f'<style>{CSS}</style><section role="region" aria-label="Thread">{told}</section>')


def _html(messages: Sequence[Message], part: Part, marked: int | None) -> str:
    if not part.folded:
        return "".join(message_rows(messages, part.start, part.end, marked=marked or 0))
    n = part.end - part.start + 1
    which = f"Message {part.start}" if n == 1 else f"Messages {part.start} to {part.end}"
    if n > _DRAWN_AT_MOST:
        return f'<p class="wb-folded wb-who">{which} are not drawn here; "Go to message" opens any of them.</p>'
    rows = "".join(message_rows(messages, part.start, part.end))
    return f'<details class="wb-folded"><summary>{which}</summary>{rows}</details>'
