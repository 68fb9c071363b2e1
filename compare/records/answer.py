"""What a run leaves: an answer with its numbers, and the comparison in which answers stand side by side."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from compare.records.model import Candidate
from compare.records.words import FailureKind, Finish, History, Origin, Status, Step, UsageSource


@dataclass(frozen=True, slots=True)
class Answer:
    """One candidate's reply at one turn of one thread, with every number and where it came from."""

    id: str
    candidate_id: str
    prompt_leaf_id: str
    """The message it answers: the last one of the prompt."""
    turn: int
    """1 for the thread's first user message, and so on."""
    n_messages: int
    """Messages of the prompt, all roles."""
    history: History
    origin: Origin
    status: Status
    finish: Finish
    text: str
    finish_raw: str | None = None
    reasoning: str = ""
    repeat: int = 0
    job_id: str | None = None
    cell_key: str | None = None
    """Set only on a finished cell of a job: the claim that it need not be asked again."""
    replaces_id: str | None = None
    sent_json: str = "{}"
    """What was really sent: counts, parameters, hash, whose answers stood in the history."""
    cut_json: str = "[]"
    """Messages that we left out; "cut by us" is not "forgotten"."""
    started_at: str = ""
    """UTC, ISO 8601."""
    in_reported: int | None = None
    in_counted: int | None = None
    cached: int | None = None
    cache_write: int | None = None
    out_reported: int | None = None
    out_counted: int | None = None
    reasoning_tokens: int | None = None
    usage_source: UsageSource = "missing"
    usage_raw_json: str | None = None
    ttft_ms: float | None = None
    """From sending the successful attempt to its first non-empty delta, thinking included."""
    first_text_ms: float | None = None
    """The same to the first delta of the answer itself; what lies between the two is thinking."""
    total_ms: float | None = None
    """The same, to its end."""
    wall_ms: float | None = None
    """From the first attempt to the end: what the user waited."""
    loop_lag_ms: float | None = None
    """The longest time this process was held up meanwhile; above 20 ms the times are not trusted for percentiles."""
    attempts: int = 1
    cost_usd: Decimal | None = None
    """None: the price or the tokens are unknown."""
    price_json: str | None = None
    model_served: str | None = None
    request_id: str | None = None
    warnings: tuple[str, ...] = ()
    error_kind: FailureKind | None = None
    error: str | None = None

    @property
    def timing_disturbed(self) -> bool:
        """True where this process was held up so long that the answer's times may be off by more than a twentieth.

        Less than 20 ms never counts: that is what a healthy event loop does.
        """
        return (self.loop_lag_ms or 0.0) > max(20.0, 0.05 * (self.ttft_ms or 0.0))

    @property
    def tokens_per_s(self) -> float | None:
        """Output tokens per second between first delta and end; None where a part is unknown."""
        tokens = self.out_reported if self.out_reported is not None else self.out_counted
        if tokens is None or self.ttft_ms is None or self.total_ms is None or self.total_ms <= self.ttft_ms:
            return None
        return tokens / (self.total_ms - self.ttft_ms) * 1000.0


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a comparison in one of its versions; a regenerated answer is a new version of the same slot."""

    slot: int
    candidate: Candidate
    answer_id: str
    """Given out when the run starts; the answer itself is stored when it ends."""
    prompt_leaf_id: str
    version: int = 0
    label: str = ""
    """What pages call the candidate there."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Answers shown together. Its id is also the run's id in addresses."""

    id: str
    thread_id: str
    prompt_leaf_id: str | None
    """None where each slot continues its own branch."""
    slots: tuple[Slot, ...]
    """All versions, by slot then version."""
    history: History = "fixed"
    blind: bool = False
    created_at: str = ""
    continues_id: str | None = None
    """The comparison that this one came out of."""
    step: Step = "start"
    """How it did."""

    @property
    def current(self) -> tuple[Slot, ...]:
        """The newest version of each slot, in slot order."""
        newest = {s.slot: s for s in sorted(self.slots, key=lambda s: s.version)}
        return tuple(newest[k] for k in sorted(newest))
