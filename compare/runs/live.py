"""The interactive run, minus the page: one thread to several candidates, and everything that can happen to it after.

Every run is a stored comparison from its first moment, so its address works while it streams, after a reload and after
a restart. Answers are saved by the hub when they end; the order of the letters is drawn once and kept.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from compare.catalog import Catalog
from compare.engine.hub import Hub
from compare.engine.pane import Pane
from compare.engine.run import LETTERS, Run
from compare.errors import CompareError, NotFoundError
from compare.records import Answer, Candidate, Comparison, History, Message, Slot, Step
from compare.render.frames import TurnRow
from compare.runs.branches import history_in_words
from compare.runs.building import Builder, RecordedPane
from compare.runs.going_on import THEN, GoingOn, asked_next, history_of_next
from compare.store.recorded import PRODUCTION
from compare.store.store import Store
from compare.threads.attachments import Attached, with_attachments
from compare.threads.prompts import fixed_prompt, user_turns

MIN_PANES, MAX_PANES = 2, len(LETTERS)
OWN = GoingOn()

__all__ = [
    "MAX_PANES",
    "MIN_PANES",
    "PRODUCTION",
    "Continued",
    "GoingOn",
    "LeftOut",
    "RecordedPane",
    "Runs",
]


@dataclass(frozen=True, slots=True)
class Continued:
    """What became of a follow-up."""

    run_id: str
    left_out: tuple[str, ...]
    """Letters that could not go on, because they have no answer or no model behind them."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place of a run whose candidate is not in the run that continues it."""

    letter: str
    """In the run before."""
    label: str
    why: str
    """The rest of a sentence: "a recorded answer cannot go on"."""


class Runs:
    """Needs a store, a hub and a way to the catalogue; holds no state of its own."""

    def __init__(self, store: Store, hub: Hub, catalog: Callable[[], Catalog]) -> None:
        self._store = store
        self._hub = hub
        self._catalog = catalog
        self._builder = Builder(store, catalog)

    # --- starting

    def start(self, thread_id: str, candidates: Sequence[Candidate], *, blind: bool = False, repeats: int = 1) -> str:
        """Send the thread, up to its last user message, to every candidate; returns the run's id at once.

        Args:
            thread_id: of a stored thread.
            candidates: who is asked.
            blind: whether names and numbers are hidden until a vote.
            repeats: how often each is asked, each time in a pane of its own; a recorded answer stands there once.

        Raises:
            CompareError: fewer than two or more than eight panes, a model that is not in the catalogue, or a thread
                without a user message.
        """
        prompt = fixed_prompt(self._store.thread(thread_id).messages)
        recorded = {a.candidate_id: a for a in self._store.recorded_answers(prompt.leaf_id)}
        models = self._catalog()
        # Who can be asked is asked; a recorded answer stands for those who cannot.
        order = [c for c in candidates for _ in range(repeats if c.model_id in models.models else 1)]
        _check_number(len(order), len(candidates), repeats)
        if blind:
            random.SystemRandom().shuffle(order)
        slots = []
        for place, candidate in enumerate(order):
            answer = None if candidate.model_id in models.models else recorded.get(candidate.id)
            if answer is None:
                models.get(candidate.model_id)
            slots.append(
                Slot(
                    slot=place,
                    candidate=candidate,
                    answer_id=answer.id if answer else _new_id(),
                    prompt_leaf_id=prompt.leaf_id,
                    label=self._label(candidate, order[:place]),
                )
            )
        comparison = Comparison(
            id=_new_id(),
            thread_id=thread_id,
            prompt_leaf_id=prompt.leaf_id,
            slots=tuple(slots),
            history="fixed",
            blind=blind,
            created_at=_now(),
        )
        return self._launch(comparison)

    def follow_up(
        self,
        run_id: str,
        text: str,
        files: Sequence[Attached] = (),
        *,
        how: GoingOn = OWN,
        rater_id: str = "",
        names_seen: bool = False,
    ) -> Continued:
        """Send one more user message under a history; a new run, linked to the old one.

        Args:
            run_id: the run that goes on.
            text: what the user says next.
            files: text files and pictures that go with it.
            how: who goes on, and after whose words.
            rater_id: whose ballot says which answer won, under the history "winner".
            names_seen: whether who sends it knows which candidate is which: the new run is open then, since the same
                candidates stand in the same order.

        Raises:
            CompareError: the run is still going, the message is empty, fewer than two candidates can go on, the history
                cannot be given, or a file cannot be attached.
        """
        before = self._comparison(run_id)
        message = _said(text, files)
        self._check_ended(run_id)
        answers = self._store.answers([slot.answer_id for slot in before.current])
        hidden = before.blind and not names_seen
        if hidden and any(a.origin == "recorded" for a in answers.values()):
            raise CompareError("Vote first: a recorded answer cannot go on, and the gap would show which it is.")
        if hidden and how.history == "handover":
            raise CompareError("Vote first: a handover names candidates, and names are hidden here.")
        going_on = asked_next(
            before, answers, how,
            models=self._catalog().models,
            recorded=self._recorded(before),
            winner_id=self._winner(run_id, rater_id),
            turn=self._builder.prompts(before)[0].turn + 1,
        )  # fmt: skip
        if len(going_on) < MIN_PANES:
            raise CompareError(f"{len(going_on)} of {len(before.current)} answers can go on; at least 2 are needed.")
        slots = [
            replace(one.before, slot=place, version=0, answer_id=_new_id(), candidate=one.candidate, label=one.label,
                    prompt_leaf_id=self._store.append_messages(before.thread_id, one.parent_id, [one.reply, message]))
            for place, one in enumerate(going_on)
        ]  # fmt: skip
        gone = {old.slot for old in before.current} - {one.before.slot for one in going_on}
        history = history_of_next(before, how.history)
        after = self._after(before, slots, history=history, step="next", blind=hidden)
        return Continued(self._launch(after), tuple(LETTERS[slot] for slot in sorted(gone)))

    def edit(
        self, run_id: str, number: int, text: str, files: Sequence[Attached] = (), *, names_seen: bool = False
    ) -> str:
        """Ask again from an earlier message of the user, in other words; returns the id of the new run.

        The branch ends with the edited message: what came after the old one is not part of it, and stays stored.

        Args:
            run_id: the run that shows the message.
            number: the message's number there, from 1.
            text: what the user says instead.
            files: text files and pictures that go with it.
            names_seen: as in `follow_up`.

        Raises:
            CompareError: the run is still going, there is no such message of the user, the new one is empty, or fewer
                than two candidates can be asked.
        """
        before = self._comparison(run_id)
        message = _said(text, files)
        self._check_ended(run_id)
        branches = self._builder.branches(before)
        if not all(len(b.path) >= number >= 1 and b.path[number - 1].role == "user" for b in branches):
            raise CompareError(f"Message {number} is not a message of the user in every branch; choose another.")
        kept = [replace(branch, path=branch.path[: number - 1]) for branch in branches]
        hidden = before.blind and not names_seen
        models = self._catalog().models
        turn = len(user_turns((*kept[0].path, message)))
        spoke = [self._speaker_at(slot, turn) for slot in before.current]
        asked = [(slot, b) for slot, b in zip(spoke, kept, strict=True) if slot.candidate.model_id in models]
        if hidden and len(asked) < len(kept):
            raise CompareError("Vote first: a recorded answer cannot go on, and the gap would show which it is.")
        if len(asked) < MIN_PANES:
            raise CompareError(f"{len(asked)} of {len(kept)} candidates can be asked again; at least 2 are needed.")
        slots: list[Slot] = []
        for slot, branch in asked:
            parent_id = branch.path[-1].id if branch.path else None
            leaf = self._store.append_messages(before.thread_id, parent_id, [message])
            slots.append(replace(slot, slot=len(slots), version=0, answer_id=_new_id(), prompt_leaf_id=leaf))
        history = before.history if any(branch.spoken for branch in kept) else "fixed"
        return self._launch(self._after(before, slots, history=history, step="edit", blind=hidden))

    def _speaker_at(self, slot: Slot, turn: int) -> Slot:
        """The place with the candidate that it had at a turn: before a handover, the one that spoke until then."""
        while slot.candidate.handover_turn > turn:
            earlier = self._store.candidate(slot.candidate.handover_from)
            slot = replace(slot, candidate=earlier, label=slot.label.rpartition(THEN)[0] or earlier.name)
        return slot

    def change_panes(
        self, run_id: str, *, keep: Sequence[int], add: Sequence[Candidate] = (), names_seen: bool = False
    ) -> str:
        """Show other candidates beside the answers that are kept; returns the id of the new run.

        Kept answers are the same stored answers with all their versions; nobody is asked twice.

        Raises:
            CompareError: the run is still going or blind and not voted on, nothing would change, fewer than two or more
                than eight panes would stand there, or a candidate would be added where each sees its own history.
        """
        before = self._comparison(run_id)
        self._check_ended(run_id)
        if before.blind and not names_seen:
            raise CompareError("Vote first: a candidate that comes or goes now would show which is which.")
        places = sorted(set(keep))
        n = len(places) + len(add)
        if not add and places == [slot.slot for slot in before.current]:
            raise CompareError("These candidates stand there already. Add one or take one out.")
        if not MIN_PANES <= n <= MAX_PANES:
            raise CompareError(f"{n} candidates were chosen; a comparison takes {MIN_PANES} to {MAX_PANES}.")
        slots = [
            replace(old, slot=place)
            for place, kept in enumerate(places)
            for old in sorted(before.slots, key=lambda s: s.version)
            if old.slot == kept
        ]
        leaves = {slot.prompt_leaf_id for slot in before.current}
        if add and len(leaves) > 1:
            raise CompareError(
                "Each candidate sees its own earlier answers here, and one that is added has none. Add it where the "
                "conversation began, or go on with one answer for all."
            )
        standing = [slot.candidate for slot in before.current if slot.slot in places]
        for candidate in add:
            self._catalog().get(candidate.model_id)
            label = self._label(candidate, standing)
            slots.append(Slot(len(standing), candidate, _new_id(), before.current[0].prompt_leaf_id, label=label))
            standing.append(candidate)
        return self._launch(self._after(before, slots, history=before.history, step="panes", blind=False))

    def _after(
        self, before: Comparison, slots: Sequence[Slot], *, history: History, step: Step, blind: bool
    ) -> Comparison:
        leaves = {slot.prompt_leaf_id for slot in slots}
        return Comparison(
            id=_new_id(),
            thread_id=before.thread_id,
            prompt_leaf_id=leaves.pop() if len(leaves) == 1 else None,
            slots=tuple(slots),
            history=history,
            blind=blind,
            created_at=_now(),
            continues_id=before.id,
            step=step,
        )

    def _check_ended(self, run_id: str) -> None:
        if self.open(run_id).running:
            raise CompareError("Some answers are still being written. Wait for them or stop them, then continue.")

    def _recorded(self, comparison: Comparison) -> Answer | None:
        """What was really answered to the question that all panes share."""
        leaves = {slot.prompt_leaf_id for slot in comparison.current}
        found = self._store.recorded_answers(leaves.pop()) if len(leaves) == 1 else []
        return next((a for a in found if a.candidate_id == PRODUCTION.id), found[0] if found else None)

    def _winner(self, run_id: str, rater_id: str) -> str | None:
        ballot = self._store.counted_ballot(run_id, rater_id) if rater_id else None
        return ballot.ranking[0] if ballot is not None and ballot.ranking else None

    def message(self, run_id: str, number: int) -> Message | None:
        """A message that stands before the answers, by its number there from 1; None where there is none."""
        path = self._builder.branches(self._comparison(run_id))[0].path
        return path[number - 1] if 1 <= number <= len(path) else None

    def winner(self, run_id: str, rater_id: str) -> int | None:
        """The place of the answer that won that rater's vote; None where none did, or another version did."""
        answer_id = self._winner(run_id, rater_id)
        return next((s.slot for s in self._comparison(run_id).current if s.answer_id == answer_id), None)

    def has_recorded(self, run_id: str) -> bool:
        """Whether what was really answered to the run's question is known."""
        return self._recorded(self._comparison(run_id)) is not None

    def history_in_words(self, run_id: str, *, revealed: bool) -> str:
        """What the candidates of a run are shown of earlier turns."""
        comparison = self._comparison(run_id)
        branches = self._builder.branches(comparison)
        return history_in_words(branches, comparison.history, self._builder.names(branches) if revealed else None)

    def left_out(self, comparison: Comparison) -> list[LeftOut]:
        """Who stood in the run that this one goes on from and could not."""
        before = self._store.comparison(comparison.continues_id) if comparison.continues_id else None
        if before is None or comparison.step == "panes":
            return []
        gone = [old for old in before.current if not any(_goes_on(old, slot) for slot in comparison.current)]
        answers = self._store.answers([slot.answer_id for slot in gone])
        return [LeftOut(LETTERS[s.slot], s.label, self._why_left_out(s, answers.get(s.answer_id))) for s in gone]

    def _why_left_out(self, slot: Slot, answer: Answer | None) -> str:
        if answer is not None and answer.origin == "recorded":
            return "a recorded answer cannot go on"
        if slot.candidate.model_id not in self._catalog().models:
            return "its model is not in the catalogue"
        if answer is None or answer.status == "failed":
            return "it had no answer to go on from"
        return "the conversation went on without it"

    def again(self, run_id: str, place: int) -> None:
        """Ask one candidate again; the new answer is a new version of its place, the old one stays stored.

        Raises:
            CompareError: the place is empty, its answer is a recorded one, or its model is not in the catalogue.
        """
        comparison, run = self._comparison(run_id), self.open(run_id)
        if not 0 <= place < len(comparison.current):
            raise NotFoundError(f"There is no answer in place {place + 1}; this run has {len(comparison.current)}.")
        old = comparison.current[place]
        before = run.panes[place].answer
        if before is not None and before.origin == "recorded":
            raise CompareError("A recorded answer is what was really said; it cannot be made again.")
        self._catalog().get(old.candidate.model_id)
        was_stored = self._store.answer(old.answer_id) is not None
        slot = replace(old, version=old.version + 1, answer_id=_new_id())
        self._store.add_slot(run_id, slot)
        prompt = self._builder.prompts(comparison)[place]
        question = self._builder.question(comparison, slot, prompt, replaces_id=old.answer_id if was_stored else None)
        self._hub.again(run, place, Pane(run.panes[place].face, question=question), self._store.save_answer)

    def stop(self, run_id: str, place: int | None = None) -> None:
        """Stop one answer, or all that are still coming."""
        run = self._hub.get(run_id)
        if run is not None and (place is None or 0 <= place < len(run.panes)):
            self._hub.stop(run, place)

    # --- reopening

    def open(self, run_id: str) -> Run:
        """The run, live or rebuilt from what is stored.

        Raises:
            NotFoundError: there is no such run.
        """
        run = self._hub.get(run_id)
        if run is None:
            comparison = self._comparison(run_id)
            run = self._builder.built(comparison, self._store.answers([slot.answer_id for slot in comparison.current]))
            run = self._hub.adopt(run)
        return run

    def earlier_version(self, run: Run, place: int, version: int) -> Pane | None:
        """A version of an answer from before it was regenerated, as a final pane; None where there is none."""
        return self._builder.earlier_version(self._comparison(run.id), run, place, version)

    def turns(self, run: Run) -> list[TurnRow]:
        """The conversation before a run's answers, turn by turn."""
        if run.turns is None:
            run.turns = self._builder.turns(self._comparison(run.id))
        return run.turns

    def _launch(self, comparison: Comparison) -> str:
        for slot in comparison.slots:
            self._store.save_candidate(slot.candidate, self._catalog().models.get(slot.candidate.model_id))
        self._store.save_comparison(comparison)
        stored = self._store.answers([slot.answer_id for slot in comparison.slots])
        self._hub.start(self._builder.built(comparison, stored, live=True), self._store.save_answer)
        return comparison.id

    def _comparison(self, run_id: str) -> Comparison:
        comparison = self._store.comparison(run_id)
        if comparison is None:
            raise NotFoundError("There is no run with this address in this database. Start a new comparison.")
        return comparison

    def _label(self, candidate: Candidate, earlier: Sequence[Candidate]) -> str:
        spec = self._catalog().models.get(candidate.model_id)
        name = candidate.label or (spec.name if spec else candidate.model_id)
        same = sum(c.id == candidate.id for c in earlier)
        return f"{name} ({same + 1})" if same else name


def _goes_on(before: Slot, after: Slot) -> bool:
    """Whether a place is the other's, one message later or back; also where another candidate took it over between."""
    if after.candidate.id == before.candidate.id:
        return after.label == before.label
    longer, shorter = sorted((before, after), key=lambda slot: len(slot.label), reverse=True)
    return longer.candidate.handover_from == shorter.candidate.id and longer.label.startswith(shorter.label + THEN)


def _said(text: str, files: Sequence[Attached]) -> Message:
    message = with_attachments(text, files)
    if not message.text.strip():
        raise CompareError("The message is empty. Write what the user says.")
    return message


def _check_number(n: int, n_candidates: int, repeats: int) -> None:
    if MIN_PANES <= n <= MAX_PANES:
        return
    if repeats > 1:
        raise CompareError(
            f"{n_candidates} candidates {repeats} times each are {n} panes; a comparison takes {MIN_PANES} to "
            f"{MAX_PANES}. Choose fewer; `weighbridge run --repeat` asks as often as you like."
        )
    raise CompareError(f"{n} candidates were chosen; a comparison takes {MIN_PANES} to {MAX_PANES}.")


def _new_id() -> str:
    return secrets.token_urlsafe(12)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
