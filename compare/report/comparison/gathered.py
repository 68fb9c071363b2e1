"""Everything that is stored about one comparison, read once, in the order in which a reader wants it; no text is cut.

What is here names the candidates: it is for readers who may know them (see `runs/views.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import compare
from compare.catalog import Catalog
from compare.engine.run import LETTERS
from compare.errors import NotFoundError
from compare.records import Answer, Ballot, Candidate, Comparison, Message, Slot, Thread
from compare.report.words import counted
from compare.review.votes import is_of_earlier_version
from compare.runs.branches import Branch, history_in_words, n_shared
from compare.runs.building import Builder
from compare.store.store import Store
from compare.threads.attachments import images_of


@dataclass(frozen=True, slots=True)
class Said:
    """One message before the answers."""

    number: int
    """From 1, in the branch in which it stands."""
    message: Message
    n_pictures: int
    speaker: str | None
    """Id of the candidate whose answer it is; None for what the thread was imported with, and for the user."""
    note: str
    """In words: "its own answer", "Sim Large's answer"; empty where there is no speaker."""


@dataclass(frozen=True, slots=True)
class Version:
    """One answer of a place; asking again makes another version."""

    number: int
    """From 1."""
    slot: Slot
    answer: Answer | None
    """None where it was never stored: the app ended before, or it is still being written."""
    window_tokens: int | None
    """Context window of the model that answered, as the catalogue has it now; None where it is not known."""

    @property
    def sent(self) -> Mapping[str, Any]:
        """What was sent, as stored: counts, parameters, hash, whose answers stood in the history."""
        return {} if self.answer is None else dict(json.loads(self.answer.sent_json))

    @property
    def cut(self) -> Sequence[Mapping[str, Any]]:
        """Messages that were left out: number, role, tokens, reason."""
        return [] if self.answer is None else list(json.loads(self.answer.cut_json))

    @property
    def price(self) -> Mapping[str, Any] | None:
        """The price that the cost was computed with; None where none was known."""
        found = None if self.answer is None else self.answer.price_json
        return None if found is None else dict(json.loads(found))

    @property
    def is_recorded(self) -> bool:
        """True for an answer that was given before anybody was asked here: it has neither time nor cost."""
        return self.answer is not None and self.answer.origin == "recorded"


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the comparison."""

    letter: str
    label: str
    candidate: Candidate
    own: tuple[Said, ...]
    """Messages that only this place's candidate was shown, after those that all share."""
    versions: tuple[Version, ...]
    """Oldest first; never empty."""

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class Vote:
    """One counted ballot."""

    ballot: Ballot
    rater: str
    best: tuple[str, ...]
    """What won, such as "B Sim Flash" or "B Sim Flash, version 1"; empty for a tie and for all bad."""
    of_earlier_version: bool
    """True where an answer that it is about has been asked for again since."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A comparison that this one goes on from."""

    comparison: Comparison
    question: Said
    answers: tuple[tuple[str, Version], ...]
    """Letter and newest version of each place."""
    in_conversation: frozenset[str]
    """Ids of those of its answers that stand in the conversation above: their text is not repeated."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All of it."""

    comparison: Comparison
    thread: Thread
    """As it was imported."""
    shared: tuple[Said, ...]
    """The messages that all candidates were shown; the last one is the question where all share it."""
    places: tuple[Place, ...]
    history_in_words: str
    earlier: tuple[Earlier, ...]
    """Oldest first."""
    votes: tuple[Vote, ...]
    """Counted ballots, oldest first."""
    n_votes_not_counted: int
    """Taken back, changed or set aside."""
    made_at: datetime
    product_version: str

    @property
    def title(self) -> str:
        """The thread's, or what stands for one."""
        return self.thread.title.strip() or "Untitled thread"

    @property
    def length_in_words(self) -> str:
        """How much of the thread is asked about: "29 of 30 messages"."""
        n_asked, n_thread = len(self.shared) + len(self.places[0].own), len(self.thread.messages)
        if self.comparison.continues_id is not None or n_asked == n_thread:
            return counted(n_asked, "message")
        return f"{n_asked:,} of {counted(n_thread, 'message')}"


def gather(store: Store, catalog: Catalog, comparison_id: str, *, made_at: datetime | None = None) -> Gathered:
    """Read a comparison with all that belongs to it.

    Args:
        store: where it is.
        catalog: for the names of candidates that were stored without one.
        comparison_id: the run's id, as it stands in its address.
        made_at: the time that the export names; now, where none is given.

    Raises:
        NotFoundError: there is no such comparison.
    """
    comparison = store.comparison(comparison_id)
    if comparison is None:
        raise NotFoundError(
            f"No comparison has the id {comparison_id!r}; it may be in another data folder. "
            "`weighbridge comparison list` shows the newest."
        )
    builder = Builder(store, lambda: catalog)
    branches = builder.branches(comparison)
    names = builder.names(branches)
    n = n_shared(branches)
    answers = store.answers([slot.answer_id for slot in comparison.slots])
    places = tuple(
        _place(comparison, slot, _said(branch, names, after=n), answers, catalog)
        for slot, branch in zip(comparison.current, branches, strict=True)
    )
    raters = store.rater_names()
    ballots = store.ballots(comparison.id)
    spoken = frozenset(m.answer_id for branch in branches for m in branch.path if m.answer_id)
    return Gathered(
        comparison=comparison,
        thread=store.thread(comparison.thread_id),
        shared=_said(branches[0], names, before=n, shared=True),
        places=places,
        history_in_words=history_in_words(branches, comparison.history, names),
        earlier=_earlier(store, comparison, spoken, catalog),
        votes=tuple(_vote(b, raters, comparison, places) for b, state in ballots if state == "counted"),
        n_votes_not_counted=sum(state != "counted" for _, state in ballots),
        made_at=made_at or datetime.now(UTC),
        product_version=compare.__version__,
    )


def _place(
    comparison: Comparison, slot: Slot, own: tuple[Said, ...], answers: Mapping[str, Answer], catalog: Catalog
) -> Place:
    all_versions = sorted((s for s in comparison.slots if s.slot == slot.slot), key=lambda s: s.version)
    versions = tuple(_version(n, s, answers, catalog) for n, s in enumerate(all_versions, start=1))
    return Place(LETTERS[slot.slot], slot.label or slot.candidate.name, slot.candidate, own, versions)


def _version(number: int, slot: Slot, answers: Mapping[str, Answer], catalog: Catalog) -> Version:
    answer = answers.get(slot.answer_id)
    fallback = json.loads(answer.sent_json).get("fallback") if answer is not None else None
    spec = catalog.models.get(fallback["model_id"] if fallback else slot.candidate.model_id)
    return Version(number, slot, answer, spec.context_window_tokens if spec else None)


def _said(
    branch: Branch, names: Mapping[str, str], *, after: int = 0, before: int | None = None, shared: bool = False
) -> tuple[Said, ...]:
    """Messages of a branch; what all share is nobody's own."""
    found = []
    for number, message in enumerate(branch.path[after:before], start=after + 1):
        speaker = branch.speaker(message)
        if speaker is None:
            note = ""
        elif speaker == branch.candidate_id and not shared:
            note = "its own answer"
        else:
            note = f"{names[speaker]}'s answer" if names.get(speaker) else "another's answer"
        found.append(Said(number, message, len(images_of(message)), speaker or None, note))
    return tuple(found)


def _earlier(store: Store, comparison: Comparison, spoken: frozenset[str], catalog: Catalog) -> tuple[Earlier, ...]:
    found: list[Earlier] = []
    before = store.comparison(comparison.continues_id) if comparison.continues_id else None
    while before is not None:
        current = before.current
        path = store.path(current[0].prompt_leaf_id)
        answers = store.answers([slot.answer_id for slot in current])
        question = Said(len(path), path[-1], len(images_of(path[-1])), None, "")
        versions = tuple((LETTERS[s.slot], _version(s.version + 1, s, answers, catalog)) for s in current)
        found.append(Earlier(before, question, versions, spoken & {slot.answer_id for slot in current}))
        before = store.comparison(before.continues_id) if before.continues_id else None
    return tuple(reversed(found))


def _vote(ballot: Ballot, raters: Mapping[str, str], comparison: Comparison, places: Sequence[Place]) -> Vote:
    names = {
        version.slot.answer_id: f"{place.letter} {place.label}"
        + (f", version {version.number}" if len(place.versions) > 1 else "")
        for place in places
        for version in place.versions
    }
    best = tuple(names.get(answer_id, "an answer that is gone") for answer_id in ballot.ranking)
    rater = raters.get(ballot.rater_id, "unknown")
    return Vote(ballot, rater, best, is_of_earlier_version(ballot, comparison))
