"""Threads as a file, which says whose each recorded answer is."""

from __future__ import annotations

from collections.abc import Sequence

from compare.report.thread_lines import answers_in, lines_of
from compare.ui import resources
from compare.ui.names_shown import names_taken


def written(thread_ids: Sequence[str], taker: str | None) -> bytes:
    """The file's bytes; called by the server when the button is pressed, outside of any page.

    Args:
        thread_ids: what goes into it.
        taker: who pressed the button, a rater's id; None where nobody has given a name.
    """
    store = resources.store()
    names_taken(answers_in(store, thread_ids), taker)
    return b"".join(lines_of(store, thread_ids))
