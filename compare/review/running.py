"""A study while it runs: how far each rater is, more time, more raters, and setting a rater's ballots aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from unicodedata import normalize

from compare.errors import StudyError
from compare.review.assignment import progress
from compare.store.store import Store
from compare.store.study_values import CountedAgain, Study


@dataclass(frozen=True, slots=True)
class RaterProgress:
    """How far one rater is."""

    rater: str
    rater_id: str | None
    """None for somebody who may rate and has not begun."""
    n_done: int
    """Items that they finished, checks and skips among them."""
    n_left: int
    """Items that are there for them now; what others rate first is not."""
    minutes_left: float | None
    median_ms: float | None
    """Active time of an item; None while nothing is measured."""
    last_at: str | None


@dataclass(frozen=True, slots=True)
class StudyProgress:
    """How far a study is."""

    n_ballots: int
    """That count, on rated items, up to the wanted number of each."""
    n_needed: int
    minutes_left: float | None
    """Of rating, over all raters; None while nothing is measured."""
    n_raters: int
    """That have rated."""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.n_ballots / self.n_needed if self.n_needed else 0.0


def study_progress(store: Store, study_id: str) -> StudyProgress:
    """How far a study is over all its raters.

    Raises:
        NotFoundError: there is no such study.
    """
    whole = progress(store, study_id, "")
    times = [ms for _, ms in store.active_times(study_id)]
    left = whole.study_needed - whole.study_done
    return StudyProgress(
        n_ballots=whole.study_done,
        n_needed=whole.study_needed,
        minutes_left=left * median(times) / 60_000 if times else (0.0 if not left else None),
        n_raters=sum(one.n_done > 0 for one in store.study_raters(study_id)),
    )


def rater_progress(store: Store, study: Study) -> list[RaterProgress]:
    """Everybody who has an item or may have one by name, by name."""
    times: dict[str, list[float]] = {}
    for rater_id, ms in store.active_times(study.id):
        times.setdefault(rater_id, []).append(ms)
    found = []
    begun = store.study_raters(study.id)
    for one in begun:
        at = progress(store, study.id, one.rater_id)
        may = not study.raters or one.rater in study.raters
        own = times.get(one.rater_id)
        found.append(
            RaterProgress(
                one.rater, one.rater_id, at.done, at.left if may else 0, at.minutes_left if may else None,
                median(own) if own else None, one.last_at,
            )
        )  # fmt: skip
    names = {one.rater for one in begun}
    waiting = [name for name in study.raters if name not in names]
    if waiting:
        fresh = progress(store, study.id, "")
        found += [RaterProgress(n, None, 0, fresh.left, fresh.minutes_left, None, None) for n in waiting]
    return sorted(found, key=lambda one: one.rater)


def set_deadline(store: Store, study_id: str, deadline: str | None) -> None:
    """Let a study end at another time, or at none; a study that had ended by its deadline goes on.

    Raises:
        NotFoundError: there is no such study.
        StudyError: the deadline is no date, or is past.
    """
    moment = None if deadline is None else utc(deadline)
    if moment is not None and moment <= datetime.now(UTC).isoformat(timespec="milliseconds"):
        raise StudyError(f"The deadline {deadline} is past. Choose a later one, or close the study.")
    store.set_study_deadline(study_id, moment)


def set_raters(store: Store, study_id: str, names: Sequence[str]) -> tuple[str, ...]:
    """Say anew who may rate; no names: whoever has the link. Ballots of those left out stay. Returns the names.

    Raises:
        NotFoundError: there is no such study.
        StudyError: each item needs more raters than are named.
    """
    overlap, clean = store.study(study_id).overlap, clean_names(names)
    if 0 < len(clean) < overlap:
        raise StudyError(
            f"{len(clean)} raters may rate, but each item needs {overlap}. Name more raters, or none: then whoever has "
            "the link may rate."
        )
    store.set_study_raters(study_id, clean)
    return clean


def set_aside(store: Store, study_id: str, rater_id: str, by: str, reason: str) -> int:
    """Stop counting a rater's ballots in a study; nothing is deleted. Returns how many.

    Raises:
        NotFoundError: there is no such study or rater.
        StudyError: no reason was given.
    """
    if not reason.strip():
        raise StudyError("Setting ballots aside needs a reason; it is kept with each of them.")
    return store.set_aside_rater(study_id, rater_id, by, reason.strip())


def count_again(store: Store, study_id: str, rater_id: str, by: str, reason: str) -> CountedAgain:
    """Take back setting aside, as far as others have not filled the items meanwhile.

    Raises:
        NotFoundError: there is no such study.
        StudyError: no reason was given.
    """
    if not reason.strip():
        raise StudyError("Counting ballots again needs a reason; it is kept with each of them.")
    return store.count_rater_again(study_id, rater_id, by, reason.strip())


def clean_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names as the store folds them, each once."""
    return tuple(dict.fromkeys(normalize("NFC", " ".join(n.split())) for n in names if n.strip()))


def utc(moment: str) -> str:
    """A date or time that somebody typed, as the store writes it.

    Raises:
        StudyError: it is no date.
    """
    try:
        parsed = datetime.fromisoformat(moment)
        in_utc = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as exc:  # the latter: a time zone shifts it out of the years 1 to 9999
        raise StudyError(f"The deadline {moment!r} is no date. Write it as 2026-12-31 or 2026-12-31T18:00.") from exc
    return in_utc.isoformat(timespec="milliseconds")
