"""The frame around every page: its links on a phone, and what goes wrong in it as a sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from compare.errors import CompareError
from compare.ui.plain import plain

log = logging.getLogger(__name__)


def phone_links(pages: Sequence[st.Page], here: st.Page) -> None:
    """The pages in one row, shown on narrow screens only (frame.css).

    Streamlit folds its own navigation into a menu there that stays open over the page that was chosen, and opens again
    on the next visit.
    """
    with st.container(horizontal=True, key="pagelinks"):
        for page in pages:
            # The key lets the row begin its scrolling at the page that is open.
            place = st.container(width="content", key="pagehere") if page.url_path == here.url_path else st
            place.page_link(page, label=page.title, width="content")


@contextmanager
def guarded() -> Iterator[None]:
    """Show errors as sentences; Streamlit's own control flow (stop, rerun) passes through."""
    try:
        yield
    except CompareError as exc:
        st.error(plain(str(exc)), icon=":material/error:")
    except Exception as exc:
        # The last boundary before the user: a defect of ours is logged whole and shown as one sentence.
        log.exception("a page broke")
        st.error(
            f"Something in Weighbridge broke ({type(exc).__name__}). Nothing that was stored is lost; "
            "the log has the details. Reload the page, and report this if it happens again.",
            icon=":material/error:",
        )


def empty_state(text: str, *, page: str, label: str) -> None:
    """What a page says when it has nothing to show yet: why, and where to go."""
    st.info(text, icon=":material/info:")
    st.page_link(page, label=label, icon=":material/arrow_forward:")
