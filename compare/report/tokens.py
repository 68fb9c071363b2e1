"""Tokens reported against tokens counted: what each model is expected to report, and what it did."""

from __future__ import annotations

from dataclasses import dataclass

from compare.records import Answer
from compare.store.store import Store
from compare.tokens.calibration import Band, Calibration, Judgement, Observation, calibrate


def observations(store: Store) -> tuple[list[Observation], int]:
    """Every finished answer with both numbers, and how many lack one."""
    models = {candidate_id: candidate.model_id for candidate_id, candidate in store.candidates().items()}
    counts = store.token_counts()
    seen = [
        Observation(models[c.candidate_id], c.in_counted, c.n_sent, c.in_reported, c.candidate_id, c.answer_id)
        for c in counts
        if c.in_counted is not None and c.in_reported is not None
    ]
    return seen, len(counts) - len(seen)


def calibrations(store: Store) -> dict[str, Calibration]:
    """What each model with answers makes of our count, by model id."""
    return calibrate(observations(store)[0])


@dataclass(frozen=True, slots=True)
class Accounted:
    """One answer's input tokens with what they should be."""

    counted: int | None
    reported: int | None
    n_sent: int
    expected: Band | None
    """None while the model has no answers to learn from, or nothing was counted."""
    judgement: Judgement | None
    """None where one of the two numbers is missing."""

    @property
    def gap_percent(self) -> float | None:
        """Reported against counted."""
        if self.reported is None or not self.counted:
            return None
        return (self.reported - self.counted) / self.counted * 100.0


def account(answer: Answer, model_id: str, known: dict[str, Calibration], *, n_sent: int) -> Accounted:
    """An answer's input tokens beside what this model's other answers lead to expect.

    Args:
        answer: of a call that was made.
        model_id: the model that was asked.
        known: calibrations by model id.
        n_sent: messages that went out.
    """
    line, counted, reported = known.get(model_id), answer.in_counted, answer.in_reported
    expected = line.expected(counted, n_sent) if line is not None and counted is not None else None
    judgement: Judgement | None = None
    if line is not None and counted is not None and reported is not None:
        judgement = line.judge(Observation(model_id, counted, n_sent, reported))
    return Accounted(counted, reported, n_sent, expected, judgement)
