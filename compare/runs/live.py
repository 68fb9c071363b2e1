"""The interactive run, minus the page: one thread to several candidates, and everything that can happen to it after.

Every run is a stored comparison from its first moment, so its address works while it streams, after a reload and after
a restart. Answers are saved by the hub when they end; the order of the letters is drawn once and kept.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from compare.catalog import Catalog
from compare.engine.ask import Question
from compare.engine.hub import Hub
from compare.engine.pane import Face, Pane
from compare.engine.run import LETTERS, Run
from compare.errors import CompareError, NotFoundError
from compare.records import Answer, Candidate, Comparison, Message, Slot
from compare.render.frames import ThreadMessage
from compare.render.markdown import to_html, turn_html
from compare.store.recorded import PRODUCTION
from compare.store.store import Store
from compare.threads.attachments import Attached, with_attachments
from compare.threads.prompts import Prompt, fixed_prompt
from compare.tokens.count import count

MIN_PANES, MAX_PANES = 2, len(LETTERS)

__all__ = [
    "MAX_PANES",
    "MIN_PANES",
    "PRODUCTION",
    "Continued",
    "LeftOut",
    "RecordedPane",
    "Runs",
    "branch_prompt",
    "thread_messages",
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

    # --- starting

    def start(self, thread_id: str, candidates: Sequence[Candidate], *, blind: bool = False) -> str:
        """Send the thread, up to its last user message, to every candidate; returns the run's id at once.

        Raises:
            CompareError: fewer than two or more than eight candidates, a model that is not in the catalogue, or a
                thread without a user message.
        """
        if not MIN_PANES <= len(candidates) <= MAX_PANES:
            raise CompareError(
                f"{len(candidates)} candidates were chosen; a comparison takes {MIN_PANES} to {MAX_PANES}."
            )
        prompt = fixed_prompt(self._store.thread(thread_id).messages)
        recorded = {a.candidate_id: a for a in self._store.recorded_answers(prompt.leaf_id)}
        models = self._catalog()
        order = list(candidates)
        if blind:
            random.SystemRandom().shuffle(order)
        slots = []
        for place, candidate in enumerate(order):
            # Who can be asked is asked; a recorded answer stands for those who cannot.
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
        self, run_id: str, text: str, files: Sequence[Attached] = (), *, names_seen: bool = False
    ) -> Continued:
        """Send one more user message to every candidate, each on its own branch; a new run, linked to the old one.

        Args:
            run_id: the run that goes on.
            text: what the user says next.
            files: text files and pictures that go with it.
            names_seen: whether who sends it knows which candidate is which: the new run is open then, since the same
                candidates stand in the same order.

        Raises:
            CompareError: the run is still going, the message is empty, fewer than two candidates can go on, or a file
                cannot be attached.
        """
        before = self._comparison(run_id)
        message = with_attachments(text, files)
        if not message.text.strip():
            raise CompareError("The message is empty. Write what the user says next.")
        run = self.open(run_id)
        if run.running:
            raise CompareError("Some answers are still being written. Wait for them or stop them, then continue.")
        answers = self._store.answers([slot.answer_id for slot in before.current])
        if before.blind and not names_seen and any(a.origin == "recorded" for a in answers.values()):
            raise CompareError("Vote first: a recorded answer cannot go on, and the gap would show which it is.")
        going_on = [(old, answers[old.answer_id]) for old in before.current if self._can_go_on(old, answers)]
        if len(going_on) < MIN_PANES:
            raise CompareError(f"{len(going_on)} of {len(before.current)} answers can go on; at least 2 are needed.")
        left_out = {old.slot for old in before.current} - {old.slot for old, _ in going_on}
        slots: list[Slot] = []
        for old, answer in going_on:
            leaf = self._store.append_messages(
                before.thread_id,
                old.prompt_leaf_id,
                [Message("assistant", answer.text, answer_id=answer.id), message],
            )
            slots.append(replace(old, slot=len(slots), version=0, answer_id=_new_id(), prompt_leaf_id=leaf))
        comparison = Comparison(
            id=_new_id(),
            thread_id=before.thread_id,
            prompt_leaf_id=None,
            slots=tuple(slots),
            history="own",
            blind=before.blind and not names_seen,
            created_at=_now(),
            continues_id=before.id,
        )
        return Continued(self._launch(comparison), tuple(LETTERS[slot] for slot in sorted(left_out)))

    def _can_go_on(self, slot: Slot, answers: Mapping[str, Answer]) -> bool:
        answer = answers.get(slot.answer_id)
        if answer is None or answer.status == "failed" or answer.origin == "recorded":
            return False
        return slot.candidate.model_id in self._catalog().models

    def left_out(self, comparison: Comparison) -> list[LeftOut]:
        """Who stood in the run that this one continues and could not go on."""
        before = self._store.comparison(comparison.continues_id) if comparison.continues_id else None
        if before is None:
            return []
        going_on = {(slot.candidate.id, slot.label) for slot in comparison.current}
        gone = [slot for slot in before.current if (slot.candidate.id, slot.label) not in going_on]
        answers = self._store.answers([slot.answer_id for slot in gone])
        return [LeftOut(LETTERS[s.slot], s.label, self._why_left_out(s, answers.get(s.answer_id))) for s in gone]

    def _why_left_out(self, slot: Slot, answer: Answer | None) -> str:
        if answer is not None and answer.origin == "recorded":
            return "a recorded answer cannot go on"
        if slot.candidate.model_id not in self._catalog().models:
            return "its model is not in the catalogue"
        return "it had no answer to go on from"

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
        prompt = self._prompts(comparison)[place]
        question = self._question(slot, prompt, replaces_id=old.answer_id if was_stored else None)
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
            run = self._built(comparison, self._store.answers([slot.answer_id for slot in comparison.current]))
            run = self._hub.adopt(run)
        return run

    def _launch(self, comparison: Comparison) -> str:
        for slot in comparison.slots:
            self._store.save_candidate(slot.candidate, self._catalog().models.get(slot.candidate.model_id))
        self._store.save_comparison(comparison)
        stored = self._store.answers([slot.answer_id for slot in comparison.slots])
        self._hub.start(self._built(comparison, stored, live=True), self._store.save_answer)
        return comparison.id

    def _built(self, comparison: Comparison, answers: dict[str, Answer], *, live: bool = False) -> Run:
        thread = self._store.thread(comparison.thread_id)
        paths = [self._store.path(slot.prompt_leaf_id) for slot in comparison.current]
        n_shared = _shared(paths)
        panes = []
        for slot, path, prompt in zip(comparison.current, paths, self._prompts(comparison), strict=True):
            face = Face(slot.label, _badge(slot, answers.get(slot.answer_id)), _earlier_html(path, n_shared))
            answer = answers.get(slot.answer_id)
            if answer is None and not live:
                answer = _lost(slot, prompt)
            question = None if answer is not None and answer.origin == "recorded" else self._question(slot, prompt)
            made = RecordedPane if answer is not None and answer.origin == "recorded" else Pane
            pane = made(face, question=question, answer=answer)
            pane.version = slot.version
            panes.append(pane)
        return Run(
            comparison.id,
            panes,
            title=thread.title,
            thread=thread_messages(paths[0][:n_shared]),
            blind=comparison.blind,
        )

    def _question(self, slot: Slot, prompt: Prompt, *, replaces_id: str | None = None) -> Question | None:
        spec = self._catalog().models.get(slot.candidate.model_id)
        if spec is None:
            return None
        # The version makes a simulated model, which repeats itself for the same seed, say something new.
        return Question(slot.answer_id, slot.candidate, spec, prompt, repeat=slot.version, replaces_id=replaces_id)

    def _prompts(self, comparison: Comparison) -> list[Prompt]:
        imported = {m.id for m in self._store.thread(comparison.thread_id).messages}
        return [branch_prompt(self._store.path(slot.prompt_leaf_id), imported) for slot in comparison.current]

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


class RecordedPane(Pane):
    """An answer that was given before anybody was asked here: it has a length, and neither time nor cost."""

    def numbers(self) -> str:
        """Only what can be counted."""
        return f"out {count(self.text):,} counted"


def branch_prompt(path: Sequence[Message], imported: set[str]) -> Prompt:
    """What is sent for the end of a branch; its history is "own" once the branch has left the imported thread."""
    prompt = fixed_prompt(path)
    own = tuple(m.answer_id for m in path if m.id not in imported and m.role == "assistant" and m.answer_id)
    return replace(prompt, history="own", own_answer_ids=own) if own else prompt


def thread_messages(messages: Sequence[Message]) -> list[ThreadMessage]:
    """A thread as the reading pane shows it."""
    return [ThreadMessage(n=n, role=m.role, html=to_html(m.text), note="") for n, m in enumerate(messages, start=1)]


def _earlier_html(path: Sequence[Message], n_shared: int) -> str:
    """A pane's own turns after the thread that all share and before its answer."""
    own = enumerate(path[n_shared:], start=n_shared + 1)
    return "".join(turn_html(n, m.role, to_html(m.text), _TURN_NOTES.get(m.role, "")) for n, m in own)


_TURN_NOTES = {"assistant": "its own answer"}


def _shared(paths: Sequence[Sequence[Message]]) -> int:
    """How many messages all branches have in common."""
    n = 0
    for together in zip(*paths, strict=False):
        if len({m.id for m in together}) > 1:
            break
        n += 1
    return n


def _badge(slot: Slot, answer: Answer | None) -> str:
    if answer is not None and answer.origin == "recorded":
        return "recorded"
    return "simulated" if slot.candidate.simulated else ""


def _lost(slot: Slot, prompt: Prompt) -> Answer:
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
        error="The app ended before this answer was complete. Retry asks for it again.",
    )


def _new_id() -> str:
    return secrets.token_urlsafe(12)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
