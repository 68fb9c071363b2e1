"""What each way to begin a run or to go on from one makes of it: the comparison that is to be asked.

Messages that a step needs are stored here, since a comparison names them; nobody is asked yet.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from compare.catalog import Catalog
from compare.engine.run import LETTERS
from compare.errors import CompareError
from compare.records import Answer, Candidate, Comparison, History, Message, Slot, Step
from compare.runs.building import Builder
from compare.runs.going_on import THEN, GoingOn, asked_next, history_of_next
from compare.store.recorded import PRODUCTION
from compare.store.store import Store
from compare.threads.prompts import fixed_prompt, user_turns

MIN_PANES, MAX_PANES = 2, len(LETTERS)


class Steps:
    """Needs a store and a way to the catalogue; holds no state of its own."""

    def __init__(self, store: Store, catalog: Callable[[], Catalog], builder: Builder) -> None:
        self._store = store
        self._catalog = catalog
        self._builder = builder

    def start(
        self,
        thread_id: str,
        candidates: Sequence[Candidate],
        *,
        blind: bool,
        repeats: int,
        recorded: Sequence[Candidate] = (),
        turn: int | None = None,
    ) -> Comparison:
        """A thread, up to a message of the user, to every candidate; arguments and errors as Runs.start."""
        prompt = fixed_prompt(self._store.thread(thread_id).messages, turn)
        said = {a.candidate_id: a for a in self._store.recorded_answers(prompt.leaf_id)}
        recorded_ids = {answer.id for answer in said.values()}
        models = self._catalog()
        # Who can be asked is asked; a recorded answer stands for those who cannot, and where it is wanted.
        asked = [c for c in candidates for _ in range(repeats if c.model_id in models.models else 1)]
        order = [*((candidate, False) for candidate in asked), *((candidate, True) for candidate in recorded)]
        _check_number(len(order), len(candidates) + len(recorded), repeats)
        if blind:
            random.SystemRandom().shuffle(order)
        slots: list[Slot] = []
        for candidate, wanted in order:
            answer = said.get(candidate.id) if wanted or candidate.model_id not in models.models else None
            if answer is None and wanted:
                raise CompareError(f"No answer of {candidate.name} to this message is recorded. Choose others.")
            if answer is None:
                models.get(candidate.model_id)
            label = self._label(candidate, [slot.candidate for slot in slots if slot.answer_id not in recorded_ids])
            slots.append(
                Slot(
                    slot=len(slots),
                    candidate=candidate,
                    answer_id=answer.id if answer else new_id(),
                    prompt_leaf_id=prompt.leaf_id,
                    label=f"{candidate.name} (recorded)" if answer and candidate.model_id in models.models else label,
                )
            )
        return Comparison(
            id=new_id(),
            thread_id=thread_id,
            prompt_leaf_id=prompt.leaf_id,
            slots=tuple(slots),
            history="fixed",
            blind=blind,
            created_at=_now(),
        )

    def follow_up(
        self, before: Comparison, message: Message, how: GoingOn, *, winner_id: str | None, blind: bool
    ) -> tuple[Comparison, list[int]]:
        """One more user message under a history; also the places of those that cannot go on.

        Args:
            before: the run that goes on; it has ended.
            message: what the user says next.
            how: who goes on, and after whose words.
            winner_id: the answer that won the vote, for the history "winner".
            blind: whether names are still hidden from who sends it.

        Raises:
            CompareError: fewer than two candidates can go on, or the history cannot be given.
        """
        answers = self._store.answers([slot.answer_id for slot in before.current])
        if blind and any(a.origin == "recorded" for a in answers.values()):
            raise CompareError("Vote first: a recorded answer cannot go on, and the gap would show which it is.")
        if blind and how.history == "handover":
            raise CompareError("Vote first: a handover names candidates, and names are hidden here.")
        going_on = asked_next(
            before, answers, how,
            models=self._catalog().models,
            recorded=self.recorded(before),
            winner_id=winner_id,
            turn=self._builder.prompts(before)[0].turn + 1,
        )  # fmt: skip
        if len(going_on) < MIN_PANES:
            raise CompareError(f"{len(going_on)} of {len(before.current)} answers can go on; at least 2 are needed.")
        slots = [
            replace(one.before, slot=place, version=0, answer_id=new_id(), candidate=one.candidate, label=one.label,
                    prompt_leaf_id=self._store.append_messages(before.thread_id, one.parent_id, [one.reply, message]))
            for place, one in enumerate(going_on)
        ]  # fmt: skip
        gone = {old.slot for old in before.current} - {one.before.slot for one in going_on}
        history = history_of_next(before, how.history)
        return _after(before, slots, history=history, step="next", blind=blind), sorted(gone)

    def edit(self, before: Comparison, number: int, message: Message, *, blind: bool) -> Comparison:
        """An earlier message of the user in other words.

        The branch ends with the edited message: what came after the old one is not part of it, and stays stored.

        Args:
            before: the run that shows the message; it has ended.
            number: the message's number there, from 1.
            message: what the user says instead.
            blind: whether names are still hidden from who edits.

        Raises:
            CompareError: there is no such message of the user, or fewer than two candidates can be asked.
        """
        branches = self._builder.branches(before)
        if not all(len(b.path) >= number >= 1 and b.path[number - 1].role == "user" for b in branches):
            raise CompareError(f"Message {number} is not a message of the user in every branch; choose another.")
        kept = [replace(branch, path=branch.path[: number - 1]) for branch in branches]
        models = self._catalog().models
        turn = len(user_turns((*kept[0].path, message)))
        spoke = [self._speaker_at(slot, turn) for slot in before.current]
        asked = [(slot, b) for slot, b in zip(spoke, kept, strict=True) if slot.candidate.model_id in models]
        if blind and len(asked) < len(kept):
            raise CompareError("Vote first: a recorded answer cannot go on, and the gap would show which it is.")
        if len(asked) < MIN_PANES:
            raise CompareError(f"{len(asked)} of {len(kept)} candidates can be asked again; at least 2 are needed.")
        slots: list[Slot] = []
        for slot, branch in asked:
            parent_id = branch.path[-1].id if branch.path else None
            leaf = self._store.append_messages(before.thread_id, parent_id, [message])
            slots.append(replace(slot, slot=len(slots), version=0, answer_id=new_id(), prompt_leaf_id=leaf))
        history = before.history if any(branch.spoken for branch in kept) else "fixed"
        return _after(before, slots, history=history, step="edit", blind=blind)

    def _speaker_at(self, slot: Slot, turn: int) -> Slot:
        """The place with the candidate that it had at a turn: before a handover, the one that spoke until then."""
        while slot.candidate.handover_turn > turn:
            earlier = self._store.candidate(slot.candidate.handover_from)
            slot = replace(slot, candidate=earlier, label=slot.label.rpartition(THEN)[0] or earlier.name)
        return slot

    def change_panes(self, before: Comparison, *, keep: Sequence[int], add: Sequence[Candidate]) -> Comparison:
        """Other candidates beside the answers that are kept, which are the same stored answers with all their versions.

        Raises:
            CompareError: nothing would change, fewer than two or more than eight panes would stand there, or a
                candidate would be added where each sees its own history.
        """
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
            slots.append(Slot(len(standing), candidate, new_id(), before.current[0].prompt_leaf_id, label=label))
            standing.append(candidate)
        return _after(before, slots, history=before.history, step="panes", blind=False)

    def recorded(self, comparison: Comparison) -> Answer | None:
        """What was really answered to the question that all panes share."""
        leaves = {slot.prompt_leaf_id for slot in comparison.current}
        found = self._store.recorded_answers(leaves.pop()) if len(leaves) == 1 else []
        return next((a for a in found if a.candidate_id == PRODUCTION.id), found[0] if found else None)

    def _label(self, candidate: Candidate, earlier: Sequence[Candidate]) -> str:
        spec = self._catalog().models.get(candidate.model_id)
        name = candidate.label or (spec.name if spec else candidate.model_id)
        same = sum(c.id == candidate.id for c in earlier)
        return f"{name} ({same + 1})" if same else name


def _after(before: Comparison, slots: Sequence[Slot], *, history: History, step: Step, blind: bool) -> Comparison:
    leaves = {slot.prompt_leaf_id for slot in slots}
    return Comparison(
        id=new_id(),
        thread_id=before.thread_id,
        prompt_leaf_id=leaves.pop() if len(leaves) == 1 else None,
        slots=tuple(slots),
        history=history,
        blind=blind,
        created_at=_now(),
        continues_id=before.id,
        step=step,
    )


def _check_number(n: int, n_candidates: int, repeats: int) -> None:
    if MIN_PANES <= n <= MAX_PANES:
        return
    if repeats > 1:
        raise CompareError(
            f"{n_candidates} candidates {repeats} times each are {n} panes; a comparison takes {MIN_PANES} to "
            f"{MAX_PANES}. Choose fewer; `weighbridge run --repeat` asks as often as you like."
        )
    raise CompareError(f"{n} candidates were chosen; a comparison takes {MIN_PANES} to {MAX_PANES}.")


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_urlsafe(12)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
