"""One question to one candidate: attempts, times, tokens, cost, and in the end exactly one Answer.

This is the only way through the product to a model: panes, jobs and the command line all come here. Whatever happens,
an Answer comes back: failures and stops are outcomes, with the text that had arrived.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from compare.engine.attempts import Progress, Ready, Watched, Watcher, Way, attempt
from compare.engine.backend import Backend
from compare.engine.complete import complete
from compare.engine.measured import counted, timed
from compare.engine.outgoing import Outgoing, new_summary_id, outgoing
from compare.engine.question import Question
from compare.errors import CompareError
from compare.records import Answer, Candidate, ChatRequest, ChatResult, ModelSpec, ProviderFailure
from compare.threads.prompts import Prompt

__all__ = ["Question", "Watcher", "ask"]


def _unwatched(_: Watched) -> None:
    pass


async def ask(question: Question, backend: Backend, watch: Watcher = _unwatched) -> Answer:
    """Ask until an answer, a failure or a stop.

    Cancelling the task that runs this is how an answer is stopped: the socket is closed and the Answer returned has
    status "stopped" and the text so far. The cancellation goes no further, because a stop is an outcome. One that
    comes when the answer is already complete changes nothing and stays pending (complete.was_cancelled).
    """
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    progress = Progress(began=time.monotonic())
    out: Outgoing | None = None
    try:
        out = await _outgoing(question, backend, watch)
        watch(Ready(out.in_counted, out.before_ms, out.before_usd))
        # Shaping and counting here are no part of any time; a summary's own time is added again.
        progress.began = time.monotonic()
        request = ChatRequest(
            model=question.spec,
            messages=out.shaped.sent.messages,
            settings=question.candidate.settings,
            # Simulated models answer the same for the same seed; a real one varies by itself, and some refuse a seed.
            seed=question.repeat if question.spec.simulated else None,
        )
        way = Way(question.candidate.fallback, question.patience_s, question.traffic, out.in_counted)
        await attempt(request, backend, watch, progress, way)
    except CompareError as exc:
        progress.result = ChatResult("", "error", failure=ProviderFailure("bad_request", str(exc)))
    except asyncio.CancelledError:
        if progress.result is None or progress.result.failure is not None:
            _stop(progress)
    progress.ended = progress.ended or time.monotonic()
    lag_ms = backend.lag.worst_ms(progress.sent_at or progress.began)
    answer = timed(question, out, progress, started_at, lag_ms)
    return await complete(asyncio.to_thread(counted, question, out, progress, answer))


async def _outgoing(question: Question, backend: Backend, watch: Watcher) -> Outgoing:
    async def ask_model(candidate: Candidate, spec: ModelSpec, prompt: Prompt) -> Answer:
        asked = Question(
            new_summary_id(), candidate, spec, prompt, patience_s=question.patience_s, traffic=question.traffic
        )
        return await ask(asked, backend)

    return await outgoing(question.prompt, question.candidate, question.spec, backend, ask_model, watch)


_STOPPED = ProviderFailure("cancelled", "Stopped before it was complete.")


def _stop(progress: Progress) -> None:
    so_far, thinking = "".join(progress.text), "".join(progress.reasoning)
    progress.result = ChatResult(so_far, "cancelled", reasoning=thinking, failure=_STOPPED)
    progress.ended = time.monotonic()
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
