"""The values of studies that move between the store and compare.review: frozen, without behaviour of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from compare.records import Ballot, BallotState, History

Scope = Literal["turn", "thread"]
StudyState = Literal["open", "paused", "closed"]
ItemKind = Literal["rated", "training", "gold"]
AssignmentState = Literal["reserved", "done", "skipped", "late", "set_aside"]
MarkKind = Literal[
    "forgot", "contradicts", "ignored_instruction", "outdated_value", "invented", "asked_again", "lost_thread"
]
Severity = Literal["minor", "breaks"]


QUESTION = "Which answer keeps to the conversation better?"


@dataclass(frozen=True, slots=True)
class Study:
    """Comparisons with a question, instructions and raters."""

    name: str
    question: str = QUESTION
    instructions: str = ""
    criteria: tuple[str, ...] = ("fidelity",)
    """The first is what the verdict is about; each of them can be scored 1 to 4 per answer."""
    scope: Scope = "turn"
    blind: bool = True
    speed_visible: bool = False
    overlap: int = 3
    """Ballots per item, each of another rater."""
    swap_share: float = 0.1
    """Repeats with sides swapped, per rated item of a rater."""
    gold_every: int = 10
    """How many rated items stand between two gold items of a rater, about."""
    reserve_s: float = 1800.0
    """How long an item is kept for a rater who does nothing; a saved draft begins the time anew."""
    deadline: str | None = None
    """UTC, ISO 8601, as `part.now` writes it."""
    raters: tuple[str, ...] = ()
    """Names that may rate; empty: whoever has the link."""
    owner_id: str | None = None
    id: str = ""
    """Nobody can guess it: it is the link."""
    state: StudyState = "open"
    created_at: str = ""
    closed_at: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a rater should say about a training or gold item."""

    verdict: Literal["best", "tie", "all_bad"]
    answer_id: str | None = None
    """Which answer is best."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """Answers to be rated together."""

    thread_id: str
    answer_ids: tuple[str, ...]
    history: History
    kind: ItemKind = "rated"
    expected: Expected | None = None
    feedback: str = ""
    """Said after a training item."""


@dataclass(frozen=True, slots=True)
class StudyItem:
    """One item of a study."""

    comparison_id: str
    place: int
    """From 0."""
    kind: ItemKind
    expected: Expected | None
    feedback: str
    answer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """An item in the hands of a rater."""

    id: str
    study_id: str
    comparison_id: str
    rater_id: str
    swap_of: str | None
    """The assignment that this one repeats with sides swapped."""
    shown_order: tuple[str, ...]
    """Answer ids, left to right."""
    state: AssignmentState
    reserved_until: str
    ballot_id: str | None
    done_at: str | None
    draft_json: str
    """What the page saved last; empty for nothing."""
    active_ms: float
    """Time in which the rater did something on this item."""


class QueuedItem(NamedTuple):
    """An item as the next one is chosen."""

    comparison_id: str
    place: int
    kind: ItemKind
    n_done: int
    """Ballots that count, repeats not among them."""
    n_reserved: int
    """Reservations that have not run out, the asking rater's own not among them."""


class OwnItem(NamedTuple):
    """What the asking rater has or had."""

    comparison_id: str
    is_repeat: bool
    state: AssignmentState
    is_expired: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """All that decides which item a rater gets next."""

    study: Study
    rater_id: str
    items: tuple[QueuedItem, ...]
    """Every item of the study, by place."""
    own: tuple[OwnItem, ...]
    """Finished ones in the order in which they were finished, then the others."""


class Pick(NamedTuple):
    """The item to reserve."""

    comparison_id: str
    is_repeat: bool = False


Choice = Callable[[Queue], Pick | None]
"""Decides what comes next; None: nothing is left for this rater now."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding on an answer or a span of it, tied to a message of the thread."""

    answer_id: str
    kind: MarkKind
    severity: Severity = "minor"
    message_id: str | None = None
    """What was forgotten, contradicted, ignored ...; None where a finding has no message (invented)."""
    other_message_id: str | None = None
    """The newer message, where an outdated value was used."""
    at_message_id: str | None = None
    """In a whole thread: the message that fails, where it is not the side's last answer."""
    span: tuple[int, int] | None = None
    """Characters of the stored text, end excluded; None for the whole answer."""
    note: str = ""
    distance_messages: int | None = None
    """Place of the answer minus place of the message."""
    distance_tokens: int | None = None
    """Tokens of the messages between the two."""
    tokenizer: str | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """What a ballot says beside its verdict."""

    reasons: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    rubric: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(answer id, criterion) -> 1 to 4."""
    failed_turns: Mapping[str, int] = field(default_factory=dict)
    """Answer id -> the first turn of its thread that failed; 0: none did."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of a ballot."""

    ballot: Ballot
    outcome: Literal["counted", "repeated", "late"]
    """`repeated`: the same ballot was there already; `late`: stored and set aside, the item had its ballots."""


class BegunRater(NamedTuple):
    """Somebody who has or had an item of a study."""

    rater_id: str
    rater: str
    """Name."""
    n_done: int
    """Items that they finished and that count, repeats and checks among them."""
    last_at: str | None
    """When they finished the last one."""


class SetAside(NamedTuple):
    """What stands about ballots of one rater that somebody stopped counting together."""

    rater_id: str
    rater: str
    by: str
    """Name of whoever did it, or their id where it is nobody's that is stored."""
    reason: str
    at: str
    n_ballots: int


class CountedAgain(NamedTuple):
    """What became of ballots that had been set aside."""

    n_counted: int
    n_place_taken: int
    """Ballots that stay set aside, because others have filled their items meanwhile."""


@dataclass(frozen=True, slots=True)
class StudyBallot:
    """One ballot of a study with all that figures and exports need."""

    ballot: Ballot
    state: BallotState
    state_reason: str
    details: Details
    item: StudyItem
    rater: str
    """Name."""
    is_repeat: bool

    @property
    def is_counted_verdict(self) -> bool:
        """True for the evidence of a study: counted, on a rated item, no repeat, skip or decision."""
        return self.state == "counted" and self.ballot.source == "study" and self.ballot.verdict != "skip"
