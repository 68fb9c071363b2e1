"""The interactive run, minus the page: one thread to several candidates, and everything that can happen to it after.

Every run is a stored comparison from its first moment, so its address works while it streams, after a reload and after
a restart. Answers are saved by the hub when they end; the order of the letters is drawn once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from compare.catalog import Catalog
from compare.engine.hub import Hub
from compare.engine.pane import Pane
from compare.engine.run import LETTERS, Run
from compare.errors import CompareError, NotFoundError
from compare.records import Candidate, Comparison, Message
from compare.render.frames import TurnRow
from compare.runs.branches import history_in_words
from compare.runs.building import Builder
from compare.runs.going_on import GoingOn
from compare.runs.left_out import LeftOut, left_out
from compare.runs.steps import Steps, new_id
from compare.store.store import Store
from compare.threads.attachments import Attached, with_attachments
from compare.threads.prompts import user_turns

OWN = GoingOn()


@dataclass(frozen=True, slots=True)
class Continued:
    """What became of a follow-up."""

    run_id: str
    left_out: tuple[str, ...]
    """Letters that could not go on, because they have no answer or no model behind them."""


@dataclass(frozen=True, slots=True)
class NextOfThread:
    """What the user of an imported thread says next."""

    turn: int
    """From 1."""
    n_turns: int
    text: str
    """All that the user says there before somebody answers."""


class Runs:
    """Needs a store, a hub and a way to the catalogue; holds no state of its own."""

    def __init__(self, store: Store, hub: Hub, catalog: Callable[[], Catalog]) -> None:
        self._store = store
        self._hub = hub
        self._catalog = catalog
        self._builder = Builder(store, catalog)
        self._steps = Steps(store, catalog, self._builder)

    # --- starting

    def start(
        self,
        thread_id: str,
        candidates: Sequence[Candidate],
        *,
        blind: bool = False,
        repeats: int = 1,
        recorded: Sequence[Candidate] = (),
        turn: int | None = None,
    ) -> str:
        """Send the thread, up to its last user message, to every candidate; returns the run's id at once.

        Args:
            thread_id: of a stored thread.
            candidates: who is asked.
            blind: whether names and numbers are hidden until a vote.
            repeats: how often each is asked, each time in a pane of its own; a recorded answer stands there once.
            recorded: whose recorded answers stand beside them, also where their model could be asked.
            turn: which turn of the user is the last that is sent; None for the thread's last.

        Raises:
            CompareError: fewer than two or more than eight panes, a model that is not in the catalogue, no recorded
                answer of somebody, or a thread without a user message or without so many turns.
        """
        return self._launch(
            self._steps.start(thread_id, candidates, blind=blind, repeats=repeats, recorded=recorded, turn=turn)
        )

    def next_of_thread(self, run_id: str) -> NextOfThread | None:
        """What the user says next in the thread as imported; None where the run has come to its end."""
        comparison = self._comparison(run_id)
        thread = self._store.thread(comparison.thread_id)
        before = len(user_turns(self._builder.branches(comparison)[0].path))
        ends = user_turns(thread.messages)
        if before >= len(ends):
            return None
        said = takewhile(lambda message: message.role == "user", reversed(thread.messages[: ends[before] + 1]))
        return NextOfThread(before + 1, len(ends), "\n\n".join(m.text for m in reversed(list(said))))

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
        before, message = self._ended(run_id), _said(text, files)
        winner_id, blind = self._winner(run_id, rater_id), before.blind and not names_seen
        after, gone = self._steps.follow_up(before, message, how, winner_id=winner_id, blind=blind)
        return Continued(self._launch(after), tuple(LETTERS[slot] for slot in gone))

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
        before, message = self._ended(run_id), _said(text, files)
        return self._launch(self._steps.edit(before, number, message, blind=before.blind and not names_seen))

    def change_panes(
        self, run_id: str, *, keep: Sequence[int], add: Sequence[Candidate] = (), names_seen: bool = False
    ) -> str:
        """Show other candidates beside the answers that are kept; returns the id of the new run.

        Kept answers are the same stored answers with all their versions; nobody is asked twice.

        Raises:
            CompareError: the run is still going or blind and not voted on, nothing would change, fewer than two or more
                than eight panes would stand there, or a candidate would be added where each sees its own history.
        """
        before = self._ended(run_id)
        if before.blind and not names_seen:
            raise CompareError("Vote first: a candidate that comes or goes now would show which is which.")
        return self._launch(self._steps.change_panes(before, keep=keep, add=add))

    def _ended(self, run_id: str) -> Comparison:
        comparison = self._comparison(run_id)
        if self.open(run_id).running:
            raise CompareError("Some answers are still being written. Wait for them or stop them, then continue.")
        return comparison

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
        return self._steps.recorded(self._comparison(run_id)) is not None

    def history_in_words(self, run_id: str, *, revealed: bool) -> str:
        """What the candidates of a run are shown of earlier turns."""
        comparison = self._comparison(run_id)
        branches = self._builder.branches(comparison)
        return history_in_words(branches, comparison.history, self._builder.names(branches) if revealed else None)

    def left_out(self, comparison: Comparison) -> list[LeftOut]:
        """Who stood in the run that this one goes on from and could not."""
        return left_out(self._store, self._catalog().models, comparison)

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
        slot = replace(old, version=old.version + 1, answer_id=new_id())
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


def _said(text: str, files: Sequence[Attached]) -> Message:
    message = with_attachments(text, files)
    if not message.text.strip():
        raise CompareError("The message is empty. Write what the user says.")
    return message
