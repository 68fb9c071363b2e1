"""Words that the parts of the page share."""

from __future__ import annotations

from datetime import UTC, datetime

from compare.review.quality import Share
from compare.review.study_plan import hours_words
from compare.store.study_values import Study

UNKNOWN = "\u2013"
"""What a cell shows where there is no figure."""


def is_over(study: Study) -> bool:
    """Whether the deadline has passed."""
    return study.deadline is not None and study.deadline <= datetime.now(UTC).isoformat(timespec="milliseconds")


def state_word(study: Study) -> str:
    """How a study stands."""
    if study.state == "open" and is_over(study):
        return "ended"
    return study.state


def minutes(left: float | None) -> str:
    """Rating time that is left."""
    if left is None:
        return "not measured yet"
    return "none" if left == 0 else f"about {hours_words(left / 60)}"


def moment(at: str) -> str:
    """A stored time for people."""
    return f"{datetime.fromisoformat(at):%d %b %Y, %H:%M} UTC"


def percent(share: Share) -> str:
    """For a column of a table; a dash where nothing is known."""
    return UNKNOWN if share.value is None else f"{100 * share.value:.0f} %"
