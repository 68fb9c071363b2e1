"""The run hub: one per process, one daemon thread, one event loop, one HTTP client; it owns every live run.

It lives on the interpreter (`sys`), not in this module: Streamlit re-imports modules whenever a file is saved, and a
module-level hub would be forgotten with all its runs. Close it in the app's lifespan.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from compare.engine.ask import ask
from compare.engine.backend import Backend
from compare.engine.breaker import BreakerStatus
from compare.engine.complete import complete
from compare.engine.pane import Pane
from compare.engine.question import unanswered
from compare.engine.run import Run
from compare.errors import CompareError
from compare.providers.quirks import Learned
from compare.records import Answer

log = logging.getLogger(__name__)

TICK_S = 0.05
_KEPT_RUNS = 200
_READY_S = 20.0
_CLOSE_S = 5.0

Keep = Callable[[Answer], None]
"""Called from a worker thread with every finished answer before its pane becomes final; may raise CompareError."""


class Hub:
    """Thread-safe: any thread may call any public method."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._tickers: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._trouble: BaseException | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._main, name="run-hub", daemon=True)
        self._thread.start()
        if not self._ready.wait(_READY_S):
            raise CompareError(f"The run hub did not start within {_READY_S:.0f} s. Start the app again.")
        if self._trouble is not None:
            raise self._trouble
        atexit.register(self.close)

    # --- runs

    def start(self, run: Run, keep: Keep) -> None:
        """Take a run over and ask every pane that has a question and no answer.

        Raises:
            CompareError: the hub is closed.
        """
        self._check_open()
        self.adopt(run)
        self._loop.call_soon_threadsafe(self._ask_panes, run, list(run.panes), keep)

    def adopt(self, run: Run) -> Run:
        """Keep a run (for instance a stored one) so that viewers find it; the oldest finished ones make room.

        Returns:
            The run that is kept: the one of that id that is there already, where two threads open it at once.
        """
        with self._lock:
            kept = self._runs.setdefault(run.id, run)
            self._runs.move_to_end(run.id)
            finished = [r.id for r in self._runs.values() if not r.running]
            for old in finished[: max(len(self._runs) - _KEPT_RUNS, 0)]:
                del self._runs[old]
            return kept

    def get(self, run_id: str) -> Run | None:
        """A run that is kept here, live or not."""
        with self._lock:
            return self._runs.get(run_id)

    def again(self, run: Run, place: int, pane: Pane, keep: Keep) -> None:
        """Replace a pane by a new version, at once, and ask it.

        Raises:
            CompareError: the hub is closed.
        """
        self._check_open()
        old = run.panes[place]
        run.replace(place, pane)
        self._loop.call_soon_threadsafe(self._stop_pane, old)
        self._loop.call_soon_threadsafe(self._ask_panes, run, [pane], keep)

    def stop(self, run: Run, place: int | None = None) -> None:
        """Stop one pane, or all. What has arrived is kept; the socket is closed."""
        if self._closing:
            return
        panes = run.panes if place is None else [run.panes[place]]
        for pane in list(panes):
            self._loop.call_soon_threadsafe(self._stop_pane, pane)

    @property
    def n_live(self) -> int:
        """Panes that are being asked now."""
        return len(self._tasks)

    def breakers(self) -> dict[str, BreakerStatus]:
        """How the endpoints that were asked here stand, by model id."""
        return self._backend.breakers.statuses()

    def found_there(self, model_id: str) -> None:
        """A model that was tried apart from all runs has answered: its endpoint is left alone no longer."""
        self._loop.call_soon_threadsafe(self._backend.breakers.found_there, model_id)

    def learned(self) -> Learned:
        """Which parameters the servers that were asked here have refused."""
        return self._backend.client.learned

    def close(self) -> None:
        """Stop everything, save what has arrived, end the thread. Harmless a second time."""
        if self._closing or not self._thread.is_alive():
            return
        self._closing = True
        atexit.unregister(self.close)
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_CLOSE_S)
        if self._thread.is_alive():
            log.warning("the run hub did not end within %.0f s", _CLOSE_S)

    def _check_open(self) -> None:
        if self._closing:
            raise CompareError("Weighbridge is closing, so nothing more can be asked. Start it again.")

    # --- the hub's own thread

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as exc:
            # Whoever waits for the hub must learn why it is not there.
            self._trouble = exc
            self._ready.set()
            raise

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        async with Backend() as self._backend:
            self._ready.set()
            await self._stopping.wait()
            await self._end_all()

    async def _end_all(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_S / 2)
        for run_id, ticker in self._tickers.items():
            ticker.cancel()
            if run := self.get(run_id):
                run.tick()  # the last frames, so that viewers learn that it is over

    def _ask_panes(self, run: Run, panes: list[Pane], keep: Keep) -> None:
        for pane in panes:
            if pane.question is None or pane.final:
                continue
            pane.task = asyncio.create_task(self._ask(pane, keep), name=f"ask {pane.question.answer_id}")
            self._tasks.add(pane.task)
            pane.task.add_done_callback(self._tasks.discard)
            pane.task.add_done_callback(partial(_settle, pane, keep))
        ticker = self._tickers.get(run.id)
        if ticker is None or ticker.done():
            self._tickers[run.id] = ticker = asyncio.create_task(_tick(run), name=f"tick {run.id}")
            ticker.add_done_callback(partial(self._forget_ticker, run.id))

    def _forget_ticker(self, run_id: str, ticker: asyncio.Task[None]) -> None:
        if self._tickers.get(run_id) is ticker:  # else the run was taken up again meanwhile
            del self._tickers[run_id]

    async def _ask(self, pane: Pane, keep: Keep) -> None:
        assert pane.question is not None
        pane.asked()
        answer = await ask(pane.question, self._backend, pane.see)
        pane.finish(answer, trouble=await complete(asyncio.to_thread(_kept, keep, answer)))

    @staticmethod
    def _stop_pane(pane: Pane) -> None:
        if pane.task is not None and not pane.final:
            pane.task.cancel()


def _kept(keep: Keep, answer: Answer) -> str:
    """Hand a finished answer on; the trouble in words where that failed."""
    try:
        keep(answer)
    except CompareError as exc:
        log.error("answer %s was not saved: %s", answer.id, exc)
        return f"This answer could not be saved: {exc}"
    except Exception as exc:
        # The caller's code: whatever it does, the pane must reach its final state.
        log.exception("answer %s was not saved", answer.id)
        return f"This answer could not be saved ({type(exc).__name__}; the log has the details)."
    return ""


def _settle(pane: Pane, keep: Keep, task: asyncio.Task[None]) -> None:
    """Give a pane its final state whatever became of its task: stopped before its first step, or broken by a defect."""
    if pane.final:
        return
    assert pane.question is not None
    defect = None if task.cancelled() else task.exception()
    if defect is None:
        answer = unanswered(pane.question, "cancelled", "Stopped before it was asked.", text=pane.text)
    else:
        log.error("asking %s broke", pane.question.spec.id, exc_info=defect)
        why = f"Something in Weighbridge broke ({type(defect).__name__}); the log has the details."
        answer = unanswered(pane.question, "protocol", why, text=pane.text, attempts=1)
    # Rare, so the loop can wait until it is saved.
    pane.finish(answer, trouble=_kept(keep, answer))


async def _tick(run: Run) -> None:
    while True:
        taken = run.take()
        worth_a_thread = any(news.piece or news.counts for _, news in taken)
        try:
            going_on = await asyncio.to_thread(run.publish, taken) if worth_a_thread else run.publish(taken)
        except Exception:
            # A defect in rendering. The text is safe in its pane; a run that never ended could never be voted on.
            log.exception("run %s could not be drawn", run.id)
            going_on = run.publish_end(taken)
        # A pane may have been replaced since the last frame was made; this ticker stands, so no other is started.
        if not going_on and not run.running:
            return
        await asyncio.sleep(TICK_S)


_making = threading.Lock()


def get_hub() -> Hub:
    """The process's hub, made when first asked for."""
    with _making:
        hub: Hub | None = getattr(sys, "_weighbridge_hub", None)
        if hub is None:
            # Streaming and a busy page share one interpreter: a shorter switch interval keeps measured times true.
            sys.setswitchinterval(0.0005)
            hub = sys._weighbridge_hub = Hub()  # type: ignore[attr-defined]
        return hub


def close_hub() -> None:
    """Close the process's hub if there is one; the next get_hub makes a new one."""
    with _making:
        hub = getattr(sys, "_weighbridge_hub", None)
        if hub is not None:
            del sys._weighbridge_hub  # type: ignore[attr-defined]
            hub.close()
