"""Taking cells in order to ask them: which, with what prompt, answered from the cache, or left alone by the cost cap.

Runs in the ledger's thread, inside its transaction.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from compare.errors import CompareError
from compare.jobs.estimate import Output, Specs, cell_usd, output_of
from compare.jobs.plan import Asked
from compare.jobs.request_key import request_key
from compare.jobs.speakers import conversation_prompt, speaker_at
from compare.jobs.terms import Terms
from compare.records import Answer, Candidate, Message, ModelSpec
from compare.store.cells import Cell, TokenMeans, Working
from compare.store.jobs import JobState
from compare.store.store import Store
from compare.threads.prompts import OwnAnswer, Prompt, fixed_prompt

_KEPT_THREADS = 16


@dataclass(frozen=True, slots=True)
class Taken:
    """A cell that is now this worker's to ask."""

    cell: Cell
    messages: tuple[Message, ...]
    """Of the whole thread."""
    candidate: Candidate
    """Who is asked: of a conversation that is handed over, who speaks at this turn."""
    spec: ModelSpec
    prompt: Prompt
    own: tuple[OwnAnswer, ...]
    request_key: str
    estimate_usd: float
    later: tuple[Cell, ...]
    """The cells of its chain that come after it."""
    refused: str = ""
    """Why its model cannot be asked at all."""


class Turn(NamedTuple):
    """What came of an attempt to take cells."""

    state: JobState
    """How the job stands."""
    taken: list[Taken]
    reused: list[tuple[Cell, Answer]]
    """Cells that were answered from the cache."""
    exhausted: set[str]
    """Models of which no more cells can be taken now."""
    over: bool = False
    """Nothing waits, and nobody asks anything."""
    capped: str = ""
    """Why nothing more may be asked, where the cost cap forbids it."""


class Taker:
    """Takes cells of one job for one worker."""

    def __init__(self, store: Store, asked: Asked, terms: Terms, specs: Specs) -> None:
        self._store = store
        self._asked = asked
        self._terms = terms
        self._specs = specs
        self._threads: OrderedDict[str, tuple[Message, ...]] = OrderedDict()
        self._candidates: dict[str, Candidate] = {}
        self._outputs: dict[str, TokenMeans] | None = None

    def take(self, wanted: Mapping[str, int], working: Working) -> Turn:
        """Lease so many cells of each model, fewer where there are fewer."""
        turn = Turn(working.state(), [], [], set())
        if turn.state != "running":
            return turn
        left_usd = self._left_usd(working)
        for lane, n in wanted.items():
            left_usd, capped = self._take_lane(lane, n, working, turn, left_usd)
            if capped:
                return turn._replace(capped=capped)
        if not turn.taken and not turn.reused:
            return turn._replace(over=working.is_over())
        return turn

    def _take_lane(
        self, lane: str, n: int, working: Working, turn: Turn, left_usd: float | None
    ) -> tuple[float | None, str]:
        cells = working.to_take(lane, n)
        if len(cells) < n:
            turn.exhausted.add(lane)
        for cell in cells:
            taken = self._prepared(cell, working)
            if self._terms.use_cache and not taken.refused:
                answer = working.use_again(cell, taken.request_key)
                if answer is not None:
                    turn.reused.append((cell._replace(state="done", answer_id=answer.id, cached=True), answer))
                    turn.exhausted.discard(lane)  # the next of its chain may be asked now
                    continue
            if left_usd is not None:
                if taken.estimate_usd > left_usd:
                    return left_usd, self._why_capped(taken, working)
                left_usd -= taken.estimate_usd
            working.lease(cell.place, taken.estimate_usd if left_usd is not None else None)
            turn.taken.append(taken)
        return left_usd, ""

    def _prepared(self, cell: Cell, working: Working) -> Taken:
        messages = self._messages(cell.thread_id, working)
        candidate = self.speaker(cell)
        own: tuple[OwnAnswer, ...] = ()
        later: tuple[Cell, ...] = ()
        if self._asked.history == "own":
            own = tuple(OwnAnswer(*earlier) for earlier in working.earlier(cell))
            later = tuple(working.later(cell))
            prompt = self.own_prompt(messages, cell, own)
        else:
            prompt = fixed_prompt(messages, cell.turn)
        refused = ""
        try:
            spec = self._specs(candidate.model_id)
            key = request_key(prompt, candidate, spec, cell.repeat, self._specs)
        except CompareError as exc:
            spec, key, refused = ModelSpec(cell.lane, "openai-chat", "", cell.lane), "", str(exc)
        usd = 0.0
        if self._terms.cost_cap_usd is not None and not refused:
            usd = cell_usd(prompt, spec, self._output(candidate))
        return Taken(cell, messages, candidate, spec, prompt, own, key, usd, later, refused)

    def candidate(self, candidate_id: str) -> Candidate:
        """A candidate of the job; they are few."""
        if candidate_id not in self._candidates:
            self._candidates[candidate_id] = self._store.candidate(candidate_id)
        return self._candidates[candidate_id]

    def speaker(self, cell: Cell) -> Candidate:
        """Who is asked a cell."""
        candidate = self.candidate(cell.candidate_id)
        return speaker_at(candidate, cell.turn, self.candidate) if self._asked.history == "own" else candidate

    def own_prompt(self, messages: Sequence[Message], cell: Cell, said: Sequence[OwnAnswer]) -> Prompt:
        """What a cell is sent after the answers to the cells before it in its chain."""
        return conversation_prompt(messages, cell.turn, said, self.candidate(cell.candidate_id), self.candidate)

    def _output(self, candidate: Candidate) -> Output:
        if self._outputs is None:
            self._outputs = self._store.token_means()
        return output_of(candidate, self._outputs)

    def _messages(self, thread_id: str, working: Working) -> tuple[Message, ...]:
        found = self._threads.get(thread_id)
        if found is None:
            found = self._threads[thread_id] = working.messages(thread_id)
            if len(self._threads) > _KEPT_THREADS:
                self._threads.popitem(last=False)
        else:
            self._threads.move_to_end(thread_id)
        return found

    def _left_usd(self, working: Working) -> float | None:
        if self._terms.cost_cap_usd is None:
            return None
        spent, in_flight = working.committed_usd()
        return float(self._terms.cost_cap_usd) - spent - in_flight

    def _why_capped(self, taken: Taken, working: Working) -> str:
        spent, in_flight = working.committed_usd()
        return (
            f"Stopped at the cost cap of ${self._terms.cost_cap_usd}: ${spent:.4f} spent, ${in_flight:.4f} estimated "
            f"for what is being asked, and the next answer of {taken.candidate.name} (about ${taken.estimate_usd:.4f}) "
            "would pass it. Raise the cap and resume, or leave it."
        )
