"""What a study would ask of its raters: items, ballots, hours. Said before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from compare.store.store import Store
from compare.store.study_values import NewItem, Study

WORDS_PER_MINUTE = 240.0
"""Silent reading of plain text by adults."""
DECIDING_S = 20.0
"""For the verdict itself, beside the reading."""
_FEWEST_MEASURED = 20
"""Measured ballots of earlier studies before their median is believed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The work in a study."""

    n_rated: int
    n_training: int
    n_gold: int
    n_ballots: int
    """Counted ones that the study needs: rated items times raters per item."""
    n_repeats: int
    """Repeats with sides swapped, about, over all raters."""
    minutes_each: float
    hours: float
    """Over all raters, repeats among them; training and gold items are few and left out."""
    n_raters: int
    """Named ones, else the fewest that the study can have."""
    raters_named: bool
    basis: str
    """Where the minutes come from."""

    @property
    def sentence(self) -> str:
        """All of it in words."""
        checks = [_n(n, f"{kind} item") for n, kind in ((self.n_training, "training"), (self.n_gold, "gold")) if n]
        beside = f", and {' and '.join(checks)} beside them" if checks else ""
        repeats = f" and about {_n(self.n_repeats, 'repeat')}" if self.n_repeats else ""
        return (
            f"{_n(self.n_rated, 'item')} to rate{beside}: {_n(self.n_ballots, 'ballot')}{repeats}, about "
            f"{hours_words(self.hours)} of rating in all ({self.minutes_each:.1f} minutes each, {self.basis}). "
            f"{self._per_rater}"
        )

    @property
    def _per_rater(self) -> str:
        each = hours_words(self.hours / self.n_raters)
        if self.raters_named:
            return f"For each of its {_n(self.n_raters, 'rater')} about {each}."
        return f"With {_n(self.n_raters, 'rater')}, the fewest that it can have, about {each} for each of them."


def plan(store: Store, study: Study, items: Sequence[NewItem]) -> Plan:
    """The work in a study of these items with these settings.

    The minutes of an item are the median active time of earlier studies of the same scope, where enough of it was
    measured, else the reading time of its words.
    """
    rated = [item for item in items if item.kind == "rated"]
    n_ballots = len(rated) * study.overlap
    n_repeats = int(n_ballots * study.swap_share)
    measured = [
        ms for one in store.studies() if one.scope == study.scope for _, ms in store.active_times(one.id)
    ]  # fmt: skip
    if len(measured) >= _FEWEST_MEASURED:
        minutes, basis = median(measured) / 60_000, f"the median of {len(measured):,} ballots of earlier studies"
    else:
        minutes, basis = _reading_minutes(store, rated), f"reading {WORDS_PER_MINUTE:.0f} words a minute"
    return Plan(
        n_rated=len(rated),
        n_training=sum(item.kind == "training" for item in items),
        n_gold=sum(item.kind == "gold" for item in items),
        n_ballots=n_ballots,
        n_repeats=n_repeats,
        minutes_each=minutes,
        hours=(n_ballots + n_repeats) * minutes / 60,
        n_raters=max(1, len(study.raters) or study.overlap),
        raters_named=bool(study.raters),
        basis=basis,
    )


def _n(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def hours_words(hours: float) -> str:
    """Such as "40 minutes" or "12 hours"."""
    if hours < 1:
        n = max(1, round(hours * 60))
        return _n(n, "minute")
    return f"{hours:.1f} hours" if hours < 10 else f"{hours:,.0f} hours"


_SAMPLED = 50
"""Items whose words are counted; the others are taken to be alike."""


def _reading_minutes(store: Store, rated: Sequence[NewItem]) -> float:
    if not rated:
        return 0.0
    step = max(1, len(rated) // _SAMPLED)
    lengths = []
    for item in rated[::step][:_SAMPLED]:
        answers = store.answers(item.answer_ids).values()
        # What the sides share is read once; under histories of their own each side is read whole.
        messages = {m.id: m.text for answer in answers for m in store.path(answer.prompt_leaf_id)}
        lengths.append(sum(len(text.split()) for text in [*messages.values(), *(a.text for a in answers)]))
    return mean(lengths) / WORDS_PER_MINUTE + DECIDING_S / 60
