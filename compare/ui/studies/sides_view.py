"""An item as its owner reads it: the thread that the answers share, and each answer beside the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

import streamlit as st

from compare.records import Answer, Message
from compare.review.identity import IdentityWords, mask
from compare.review.rating import words_for
from compare.ui import resources
from compare.ui.library.reading import parts
from compare.ui.threads import CSS, message_rows, show_answer

_THREAD_PX = 360
_SHORT = 3
"""Messages that need no box of their own to scroll in."""
_AT_ONCE = 4
"""Answers in one row."""


def show_sides(
    answer_ids: Sequence[str], headings: Mapping[str, str], *, marked: Collection[str] = (), masked: bool = False
) -> None:
    """The shared thread, then the answers in this order under their headings; own earlier turns stand with them.

    Args:
        answer_ids: of one item.
        headings: of each answer.
        marked: ids of messages that stand out.
        masked: whether words that tell who gave an answer are hidden in what the sides do not share.
    """
    store = resources.store()
    stored = store.answers(answer_ids)
    answers = [stored[answer_id] for answer_id in answer_ids]
    paths = {answer.id: store.path(answer.prompt_leaf_id) for answer in answers}
    n_shared = _n_shared(list(paths.values()))
    if masked:
        words = words_for(store, stored)
        answers = [replace(answer, text=mask(answer.text, words).text) for answer in answers]
        paths = {key: _masked(path, n_shared, words) for key, path in paths.items()}
    _thread(paths[answers[0].id][:n_shared], 1, "Thread", marked)
    for start in range(0, len(answers), _AT_ONCE):
        row = answers[start : start + _AT_ONCE]
        for column, answer in zip(st.columns(len(row), gap="medium"), row, strict=True):
            with column:
                _side(answer, headings[answer.id], paths[answer.id], n_shared, marked)


def _masked(path: Sequence[Message], n_shared: int, words: IdentityWords) -> tuple[Message, ...]:
    own = (replace(message, text=mask(message.text, words).text) for message in path[n_shared:])
    return (*path[:n_shared], *own)


def _n_shared(paths: list[tuple[Message, ...]]) -> int:
    alike = takewhile(lambda same: len({message.id for message in same}) == 1, zip(*paths, strict=False))
    return sum(1 for _ in alike)


def _side(answer: Answer, heading: str, path: Sequence[Message], n_shared: int, marked: Collection[str]) -> None:
    if len(path) > n_shared:
        _thread(path, n_shared + 1, heading, marked)
    show_answer(heading, Message("assistant", answer.text), key=f"study_answer_{answer.id}")


def _thread(messages: Sequence[Message], first: int, label: str, marked: Collection[str]) -> None:
    """Messages from one number on, the middle of many folded away."""
    n = len(messages) - first + 1
    if n < 1:
        return
    told = []
    for part in parts(n, None):
        numbers = range(first + part.start - 1, first + part.end)
        lit = {number: number if messages[number - 1].id in marked else 0 for number in numbers}
        rows = "".join(row for k in numbers for row in message_rows(messages, k, k, marked=lit[k]))
        if part.folded:
            summary = f"Messages {first + part.start - 1} to {first + part.end - 1}"
            rows = f'<details class="wb-folded"><summary>{summary}</summary>{rows}</details>'
        told.append(rows)
    with st.container(height=_THREAD_PX if n > _SHORT else "content", border=True):
        st.caption(label)
        st.html(f"<style>{CSS}</style><section>{''.join(told)}</section>")
