"""Wherever a page says who gave an answer: whoever sees it does not rate that answer blind any more, in any study.

    names_shown(answer_ids)          they are on screen now
    replies_in(messages)             production's answers in an imported thread, which names nobody and still tells
    names_taken(answer_ids, viewer)  they stand in a file that is being downloaded (called outside of any page)
    carry_names_shown(rater_id)      what this session saw belongs to whoever rates in it

Without set-up a name may be given only later, so this session remembers what it saw; a file that somebody without a
name takes is kept as one that nobody in particular took, like those of the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import streamlit as st

from compare.records import Message
from compare.ui import resources
from compare.ui.person import person

_SEEN, _KEPT = "answers_named", "answers_named_kept"


def names_shown(answer_ids: Iterable[str]) -> None:
    """Remember that whoever sits here sees who gave these answers; what is remembered already costs nothing."""
    seen: set[str] = st.session_state.setdefault(_SEEN, set())
    seen.update(answer_ids)
    if (found := person()) is not None:
        carry_names_shown(found.rater_id)


def replies_in(messages: Iterable[Message]) -> Iterator[str]:
    """The stored answers among the messages of a thread as it was imported."""
    return (message.answer_id for message in messages if message.answer_id)


def carry_names_shown(rater_id: str) -> None:
    """Remember for a rater what was on this session's screen, also before they gave their name."""
    seen: set[str] = st.session_state.get(_SEEN, set())
    kept: dict[str, set[str]] = st.session_state.setdefault(_KEPT, {})
    if new := seen - kept.get(rater_id, set()):
        resources.store().mark_answers_named(new, rater_id)
        kept[rater_id] = set(seen)


def viewer() -> str | None:
    """Who would take a file: a rater's id, or None where nobody has given a name."""
    found = person()
    return None if found is None else found.rater_id


def names_taken(answer_ids: Iterable[str], taker: str | None) -> None:
    """Remember that somebody, or nobody in particular, takes a file that says who gave these answers."""
    store = resources.store()
    if taker is None:
        store.mark_answers_filed(answer_ids, "a download")
    else:
        store.mark_answers_named(answer_ids, taker)
