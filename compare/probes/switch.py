"""What a handover loses: recall of one that took over, against the same one all the way, by the same probes.

Where the one before it was asked all the way too, it is held against that as well: what would have been without the
switch. Facts said before the switch (to whoever spoke then) and after it (to the one that is asked) are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from compare.probes.results import Result, TakenOver
from compare.ratings.paired import Difference, paired_difference

Part = Literal["before", "after"]
PARTS: tuple[Part, ...] = ("before", "after")
FEWEST = 5
"""Probes below which words and tables give no interval: it would reach from everything to everything."""


@dataclass(frozen=True, slots=True)
class SwitchLoss:
    """Of one handover, over facts said on one side of the switch."""

    name: str
    """What pages and files call the candidate that took over."""
    before: str
    after: str
    turn: int
    said: Part
    """On which side of the switch the facts were said."""
    against: str
    """The one that was asked the same all the way: who took over, or who spoke before."""
    recall: Difference
    """Without the handover (first) minus with it (second); its value is the loss, -1 to 1."""
    n_threads: int

    @property
    def word(self) -> str:
        """What the difference is: more recall with the handover than without is no loss."""
        return "gain" if (self.recall.value or 0.0) < 0 else "loss"

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the loss, or of the gain where it is one; None from one thread, or few probes."""
        low, high = self.recall.ci_low, self.recall.ci_high
        if self.recall.n < FEWEST or low is None or high is None:
            return None
        return (0.0 - high, 0.0 - low) if self.word == "gain" else (low, high)

    def sentence(self, called: Callable[[str], str] = str) -> str:
        """In words.

        Args:
            called: what to call a candidate of that name.
        """
        head = f"{called(self.name)}: of facts said {self.said} the switch"
        found = self.recall
        if found.value is None or found.first.value is None or found.second.value is None:
            return f"{head} no probe was answered both so and by {called(self.against)} all the way."
        told = "too few for an interval" if found.n < FEWEST else "no interval from one thread"
        if self.interval is not None:
            low, high = self.interval
            told = f"95 % from {100 * low:.0f} to {100 * high:.0f}"
        return (
            f"{head} it recalls {100 * found.second.value:.0f} %, {called(self.against)} all the way "
            f"{100 * found.first.value:.0f} %: a {self.word} of {100 * abs(found.value):.0f} points "
            f"({told}; {found.n:,} probes)."
        )

    def to_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "candidate": self.name, "from": self.before, "to": self.after, "turn": self.turn, "said": self.said,
            "against": self.against, "loss": self.recall.value, "ci_low": self.recall.ci_low,
            "ci_high": self.recall.ci_high,
            "without": self.recall.first.to_json(), "with": self.recall.second.to_json(), "n": self.recall.n,
            "n_threads": self.n_threads, "sentence": self.sentence(),
        }  # fmt: skip


def switch_losses(results: Sequence[Result]) -> list[SwitchLoss]:
    """Of every handover, for facts said before and after; of recall probes that were answered both ways.

    Where nobody was asked all the way there is nothing to hold a handover against: then it has no pairs.
    """
    alone = {
        (one.candidate_id, *_key(one)): bool(one.passed)
        for one in results
        if one.taken_over is None and one.history == "own" and _counts(one)
    }
    asked = {candidate_id for candidate_id, _, _ in alone}
    handed: dict[str, TakenOver] = {one.name: one.taken_over for one in results if one.taken_over is not None}
    found = []
    for name, over in handed.items():
        rows = [one for one in results if one.name == name and _counts(one)]
        held_against = [(over.after_id, over.after)]
        if over.before_id in asked:
            held_against.append((over.before_id, over.before))
        for against_id, against in held_against:
            for said in PARTS:
                pairs = [
                    (alone[key], bool(one.passed), one.probe.thread_id)
                    for one in rows
                    if _said(one) == said and (key := (against_id, *_key(one))) in alone
                ]
                found.append(_loss(name, over, said, against, pairs))
    return found


def _loss(name: str, over: TakenOver, said: Part, against: str, pairs: Sequence[tuple[bool, bool, str]]) -> SwitchLoss:
    numbers: dict[str, int] = {}
    thread = np.array([numbers.setdefault(thread_id, len(numbers)) for _, _, thread_id in pairs], dtype=np.int64)
    without = np.array([one for one, _, _ in pairs], dtype=np.bool_)
    handed = np.array([two for _, two, _ in pairs], dtype=np.bool_)
    recall = paired_difference(without, handed, [thread])
    return SwitchLoss(name, over.before, over.after, over.turn, said, against, recall, len(numbers))


def _said(one: Result) -> Part:
    assert one.taken_over is not None
    return "before" if min(one.probe.planted) < one.taken_over.place else "after"


def _counts(one: Result) -> bool:
    return one.passed is not None and one.probe.type == "recall"


def _key(one: Result) -> tuple[str, int]:
    return one.probe.thread_id, one.repeat


__all__ = ["FEWEST", "SwitchLoss", "switch_losses"]
