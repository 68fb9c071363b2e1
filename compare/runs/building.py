"""From a stored comparison to the run that is shown: panes, thread, and what each pane still has to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from compare.catalog import Catalog
from compare.engine.ask import Question
from compare.engine.pane import Face, Pane
from compare.engine.run import Run
from compare.records import Answer, Comparison, Slot
from compare.render.details import Details, details
from compare.render.frames import TurnRow
from compare.runs.branches import Branch, n_shared, own_turns_html, shared_messages
from compare.runs.turns import turn_rows
from compare.store.store import Store
from compare.threads.prompts import Prompt
from compare.tokens.count import count


class Builder:
    """Needs a store and a way to the catalogue; holds no state of its own."""

    def __init__(self, store: Store, catalog: Callable[[], Catalog]) -> None:
        self._store = store
        self._catalog = catalog

    def built(self, comparison: Comparison, answers: dict[str, Answer], *, live: bool = False) -> Run:
        """The run of a comparison: panes that are final, and, where it is live, panes that are still to be asked."""
        thread = self._store.thread(comparison.thread_id)
        branches = self.branches(comparison)
        shared = n_shared(branches)
        names = None if comparison.blind else self.names(branches)
        panes = []
        for slot, branch in zip(comparison.current, branches, strict=True):
            answer = answers.get(slot.answer_id)
            prompt = branch.prompt(comparison.history)
            face = Face(slot.label, _badge(slot, answer), own_turns_html(branch, shared, names))
            if answer is None and not live:
                answer = _lost(slot, prompt)
            is_recorded = answer is not None and answer.origin == "recorded"
            question = None if is_recorded else self.question(comparison, slot, prompt)
            pane = (RecordedPane if is_recorded else Pane)(face, question=question, answer=answer)
            pane.version = slot.version
            panes.append(pane)
        return Run(
            comparison.id,
            panes,
            title=thread.title,
            thread=shared_messages(branches[0], shared, names),
            blind=comparison.blind,
        )

    def earlier_version(self, comparison: Comparison, run: Run, place: int, version: int) -> Pane | None:
        """A version of a place's answer that is not the newest any more, final; None where there is no such version."""
        current = comparison.current
        if not 0 <= place < len(current) or version == current[place].version:
            return None
        slot = next((s for s in comparison.slots if (s.slot, s.version) == (current[place].slot, version)), None)
        if slot is None:
            return None
        answer = self._store.answer(slot.answer_id)
        if answer is None:
            answer = _lost(slot, self.prompts(comparison)[place], _LOST_VERSION)
        pane = Pane(run.panes[place].face, answer=answer)
        pane.version = version
        return pane

    def turns(self, comparison: Comparison) -> list[TurnRow]:
        """The conversation before the answers, turn by turn."""
        branches = self.branches(comparison)
        return turn_rows(branches, None if comparison.blind else self.names(branches))

    def question(
        self, comparison: Comparison, slot: Slot, prompt: Prompt, *, replaces_id: str | None = None
    ) -> Question | None:
        """What is asked for a slot; None where its model is not in the catalogue."""
        spec = self._catalog().models.get(slot.candidate.model_id)
        if spec is None:
            return None
        # Which of this candidate's answers it is makes a simulated model, which repeats itself for the same seed, say
        # something new.
        same = [s.slot for s in comparison.current if s.candidate.id == slot.candidate.id]
        repeat = slot.version * len(same) + same.index(slot.slot)
        return Question(slot.answer_id, slot.candidate, spec, prompt, repeat=repeat, replaces_id=replaces_id)

    def prompts(self, comparison: Comparison) -> list[Prompt]:
        """What is sent to each place."""
        return [branch.prompt(comparison.history) for branch in self.branches(comparison)]

    def branches(self, comparison: Comparison) -> list[Branch]:
        """What stands before each answer, by place."""
        imported = frozenset(m.id for m in self._store.thread(comparison.thread_id).messages)
        paths = [self._store.path(slot.prompt_leaf_id) for slot in comparison.current]
        said = {m.answer_id for path in paths for m in path if m.answer_id and m.id not in imported}
        speakers = {answer.id: answer.candidate_id for answer in self._store.answers(said).values()}
        return [
            Branch(path, imported, slot.candidate.id, speakers)
            for slot, path in zip(comparison.current, paths, strict=True)
        ]

    def names(self, branches: Sequence[Branch]) -> dict[str, str]:
        """What pages call the candidates that have spoken, by id."""
        models = self._catalog().models
        found = {}
        for candidate_id in {speaker for branch in branches for _, _, speaker in branch.spoken if speaker}:
            candidate = self._store.candidate(candidate_id)
            spec = models.get(candidate.model_id)
            found[candidate_id] = candidate.label or (spec.name if spec else candidate.model_id)
        return found


class RecordedPane(Pane):
    """An answer that was given before anybody was asked here: it has a length, and neither time nor cost."""

    def numbers(self) -> str:
        """Only what can be counted."""
        return f"out {count(self.text):,} counted"

    def details(self) -> Details:
        """The same, and where it comes from."""
        assert self.answer is not None
        return details(replace(self.answer, out_counted=count(self.text)))


def _badge(slot: Slot, answer: Answer | None) -> str:
    if answer is not None and answer.origin == "recorded":
        return "recorded"
    return "simulated" if slot.candidate.simulated else ""


_LOST = "The app ended before this answer was complete. Retry asks for it again."
_LOST_VERSION = "The app ended before this version was complete, so nothing of it is stored."


def _lost(slot: Slot, prompt: Prompt, why: str = _LOST) -> Answer:
    return Answer(
        id=slot.answer_id,
        candidate_id=slot.candidate.id,
        prompt_leaf_id=slot.prompt_leaf_id,
        turn=prompt.turn,
        n_messages=prompt.n_messages,
        history=prompt.history,
        origin="live",
        status="failed",
        finish="error",
        text="",
        error_kind="cancelled",
        error=why,
    )
