"""What the vote page says about progress, an end and a training item."""

from __future__ import annotations

from compare.engine.run import LETTERS
from compare.report.words import counted
from compare.review.assignment import Progress
from compare.review.rating import Item
from compare.store.study_values import Expected


def progress_line(done: Progress) -> str:
    """Such as "12 of 40, about 9 minutes left; study 240 of 600"."""
    minutes = f", {minutes_left(done)}" if done.minutes_left is not None and done.left else ""
    return f"{done.done} of {done.done + done.left}{minutes}; study {done.study_done} of {done.study_needed}"


def minutes_left(done: Progress) -> str:
    """Such as "about 9 minutes left"; empty while nothing is measured."""
    if done.minutes_left is None:
        return ""
    minutes = round(done.minutes_left)
    return "less than a minute left" if minutes < 1 else f"about {counted(minutes, 'minute')} left"


def nothing_left(done: Progress) -> str:
    """Why there is no item now, and whether looking again makes sense."""
    missing = done.study_needed - done.study_done
    if missing <= 0:
        return f"Done: the study has all of its {counted(done.study_needed, 'vote')}. Thank you."
    given = f"You have rated {counted(done.done, 'item')}. " if done.done else ""
    return (
        f"{given}Nothing is left for you now. The study still needs {missing} of its "
        f"{counted(done.study_needed, 'vote')}: from other raters, or on items that somebody has in hand. Look again "
        "later."
    )


def expected_line(item: Item, expected: Expected, *, as_expected: bool) -> str:
    """What is told after a training item."""
    if as_expected:
        return "That is what was expected here."
    if expected.verdict != "best":
        return f"Expected here: {'a tie' if expected.verdict == 'tie' else 'all bad'}."
    place = next(place for place, side in enumerate(item.sides) if side.answer.id == expected.answer_id)
    return f"Expected here: {LETTERS[place]} is best."
