"""Working on a job: take cells, ask them, keep the answers; many processes may do it at once.

One loop takes cells of whom lanes.py names next and asks them, every call through its endpoint's gate (traffic.py).
What is written goes through the ledger; nothing of a cell is held here once it has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from dataclasses import asdict
from functools import partial

from compare.engine.ask import ask
from compare.engine.attempts import Meanwhile, Sent, Watched
from compare.engine.backend import Backend
from compare.engine.complete import complete, was_cancelled
from compare.engine.question import Question, unanswered
from compare.engine.retry import Retry
from compare.jobs.estimate import Specs
from compare.jobs.lanes import Lanes
from compare.jobs.ledger import Ledger
from compare.jobs.owner import is_gone, new_owner
from compare.jobs.plan import read_asked
from compare.jobs.progress import JobProgress, Pace, progress_of
from compare.jobs.taking import Taken, Taker, Turn
from compare.jobs.terms import Terms
from compare.jobs.told import Ended, Listener, Pulse, Tally
from compare.jobs.traffic import Roads
from compare.records import Answer
from compare.store.cells import Cell, CellState, Working
from compare.store.jobs import JobState
from compare.store.store import Store
from compare.threads.prompts import OwnAnswer, own_prompt

PATIENCE_S = 300.0
"""So long after an endpoint went down, a job still waits for it: going on would fail one cell after the other."""
LEASE_S = 30.0
"""A worker that has not been heard of for so long has lost its cells."""
PULSE_S = 1.0
"""How often the lease is renewed, and a pause by somebody else is noticed."""


async def work(
    store: Store, job_id: str, backend: Backend, terms: Terms, specs: Specs, listener: Listener | None = None
) -> Ended:
    """Work on a job until no cell is left, or somebody pauses or cancels it, or its cost cap is reached.

    Args:
        store: where it is stored, with its cells (plan.make_cells).
        job_id: the job; it is set running by who calls.
        backend: the running loop's.
        terms: how to work.
        specs: finds the model of an id.
        listener: is told what happens.

    Raises:
        asyncio.CancelledError: stopped from outside. What had arrived is kept, the job stays running for whoever
            resumes it.
    """
    worker = _Worker(store, job_id, backend, terms, specs, listener or Listener())
    return await worker.run()


class _Worker:
    def __init__(
        self, store: Store, job_id: str, backend: Backend, terms: Terms, specs: Specs, listener: Listener
    ) -> None:
        self._job_id = job_id
        self._backend = backend
        self._terms = terms
        self._specs = specs
        self._tell = listener
        self._asked = read_asked(store.job(job_id).spec_json)
        self._taker = Taker(store, self._asked, terms, specs)
        self._ledger = Ledger(store, job_id, new_owner())
        self._changed = asyncio.Event()
        self._roads = Roads(terms.concurrency, terms.limits, self._changed.set)
        self._lanes = Lanes(
            terms, specs, self._roads, backend.breakers, patience_s=PATIENCE_S, on_note=self._tell.on_note
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._trouble: BaseException | None = None
        self._tally = Tally()
        self._pace = Pace()
        self._progress = JobProgress(())
        self._state: JobState = "running"
        self._pulse_due = 0.0

    async def run(self) -> Ended:
        try:
            state, note = await self._loop()
            return Ended(state, note, self._tally)
        finally:
            await complete(self._close())

    async def _loop(self) -> tuple[JobState, str]:
        await self._pulse()
        capped = ""
        while True:
            if self._trouble is not None:
                raise self._trouble
            if time.monotonic() >= self._pulse_due:
                await self._pulse()
            if self._state != "running":
                return await self._let_go(self._state)
            self._changed.clear()
            wanted = {} if capped and self._tasks else self._lanes.wanted()
            if wanted:
                turn = await self._ledger.do(partial(self._taker.take, wanted))
                capped = turn.capped
                self._begin(turn)
                if turn.state != "running":
                    return await self._let_go(turn.state)
                if turn.over and not self._tasks:
                    return await self._ledger.do(Working.end), ""
                if capped and not self._tasks:
                    return await self._ledger.do(partial(Working.set_state, state="paused", note=capped)), capped
                if turn.taken or turn.reused:
                    continue
            elif not self._tasks and await self._ledger.do(Working.is_over):
                return await self._ledger.do(Working.end), ""
            await self._wait()

    async def _wait(self) -> None:
        """Until something may have changed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.01, self._next_s())):
                await self._changed.wait()

    def _next_s(self) -> float:
        now = time.monotonic()
        return min((at - now for at in (self._pulse_due, *self._lanes.moments()) if at > now), default=0.01)

    async def _let_go(self, state: JobState) -> tuple[JobState, str]:
        """Somebody has paused the job: what is being asked may end. Or cancelled it: it is stopped."""
        if state == "cancelled":
            for task in self._tasks:
                task.cancel()
        while self._tasks:
            await asyncio.wait(self._tasks, timeout=PULSE_S)
            await self._pulse()
            if self._trouble is not None:
                raise self._trouble
            if self._state == "cancelled":
                for task in self._tasks:
                    task.cancel()
        return state, ""

    async def _close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self._ledger.do(Working.leave)
        finally:
            self._ledger.close()

    def _begin(self, turn: Turn) -> None:
        until = time.monotonic() + PULSE_S / 2
        for name in turn.exhausted:
            self._lanes[name].exhausted_until = until
        for cell, answer in turn.reused:
            self._tally.cached += 1
            self._pace.note(cell.lane)
            self._tell.on_cell(cell, answer)
        for taken in turn.taken:
            task = asyncio.create_task(self._ask(taken), name=f"cell {taken.cell.place}")
            self._lanes[taken.cell.lane].calling += 1
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (exc := task.exception()) is not None:
            self._trouble = self._trouble or exc
        self._changed.set()

    # --- one cell

    async def _ask(self, taken: Taken) -> None:
        cell, lane = taken.cell, self._lanes[taken.cell.lane]
        resting = False

        def watch(event: Watched) -> None:
            nonlocal resting
            if isinstance(event, Sent):
                rests = False
            elif isinstance(event, Meanwhile | Retry):
                rests = True
                self._tell.on_note(event.note if isinstance(event, Meanwhile) else f"Asked again: {event.why}")
            else:
                return
            if rests != resting:
                resting = rests
                if rests:
                    lane.rest()
                else:
                    lane.wake()
                self._changed.set()

        try:
            question = self._question(taken)
            if taken.refused:
                answer = unanswered(question, "not_found", taken.refused)
            else:
                answer = await ask(question, self._backend, watch)
            await complete(self._keep(taken, answer))
        finally:
            if resting:
                lane.resting -= 1
            else:
                lane.calling -= 1
            if cell.place != cell.chain or taken.later:
                lane.exhausted_until = 0.0  # the next of its chain may be asked now
        if was_cancelled():
            raise asyncio.CancelledError

    async def _keep(self, taken: Taken, answer: Answer) -> None:
        cell = taken.cell
        spent_usd = self._spent_usd(taken, answer)
        if answer.status == "stopped":
            await self._ledger.do(lambda working: working.give_back(cell, answer, spent_usd=spent_usd))
            return
        after = self._not_asked(taken, answer) if answer.status == "failed" else []

        def finish(working: Working) -> bool:
            kept = working.finish(cell, answer, spent_usd=spent_usd, request_key=taken.request_key or None)
            for later, why in after:
                working.finish(later, why)
            return kept

        if not await self._ledger.do(finish):
            return
        for ended, its_answer in [(cell, answer), *after]:
            state: CellState = "done" if its_answer.status == "done" else "failed"
            self._tally.asked += 1
            self._tally.failed += state == "failed"
            self._pace.note(cell.lane)
            self._tell.on_cell(ended._replace(state=state, answer_id=its_answer.id), its_answer)

    def _question(self, taken: Taken) -> Question:
        return Question(
            answer_id=secrets.token_urlsafe(12),
            candidate=taken.candidate,
            spec=taken.spec,
            prompt=taken.prompt,
            origin="batch",
            repeat=taken.cell.repeat,
            job_id=self._job_id,
            cell_key=taken.cell.cell_key,
            patience_s=PATIENCE_S,
            traffic=self._roads,
        )

    def _not_asked(self, taken: Taken, broken: Answer) -> list[tuple[Cell, Answer]]:
        """Turns whose own history has a hole: asking them would measure the hole. A retry asks from the hole on."""
        why = f"Not asked: the answer to turn {broken.turn}, which its history needs, failed ({broken.error})."
        own = [*taken.own, OwnAnswer(broken.id, broken.text)]
        found = []
        for cell in taken.later:
            prompt = own_prompt(taken.messages, cell.turn, [*own, *[OwnAnswer("", "")] * (cell.turn - 1 - len(own))])
            question = Question(
                secrets.token_urlsafe(12), taken.candidate, taken.spec, prompt, "batch", cell.repeat, self._job_id
            )
            found.append((cell, unanswered(question, broken.error_kind, why)))
        return found

    @staticmethod
    def _spent_usd(taken: Taken, answer: Answer) -> float:
        """The cost, or its estimate where text came and nobody knows what it cost."""
        if answer.cost_usd is not None:
            return float(answer.cost_usd)
        return taken.estimate_usd if answer.text or answer.reasoning else 0.0

    # --- the lease

    async def _pulse(self) -> None:
        """Hold the lease, take what the dead have left, look how all stands, and tell."""
        endpoints = tuple(self._roads.statuses())
        left_s = self._pace.left_s(self._progress) if self._progress.lanes else None
        status = json.dumps({"endpoints": [asdict(one) for one in endpoints], "left_s": left_s})

        def hold(working: Working) -> tuple[JobState, JobProgress]:
            working.hold(LEASE_S, status)
            working.free_lost(is_gone)
            return working.state(), progress_of(working.counts())

        self._state, self._progress = await self._ledger.do(hold)
        self._lanes.look(self._progress)
        self._pulse_due = time.monotonic() + PULSE_S
        self._tell.on_pulse(Pulse(self._progress, self._pace.left_s(self._progress), endpoints))
