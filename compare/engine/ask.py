"""One question to one candidate: attempts, times, tokens, cost, and in the end exactly one Answer.

This is the only way through the product to a model: panes, jobs and the command line all come here. Whatever happens,
an Answer comes back: failures and stops are outcomes, with the text that had arrived.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from compare.engine.backend import Backend
from compare.engine.complete import complete
from compare.engine.retry import Retry, decide, in_words
from compare.errors import CompareError
from compare.records import (
    Answer,
    Candidate,
    ChatRequest,
    ChatResult,
    Done,
    Event,
    ModelSpec,
    Origin,
    ProviderFailure,
    ReasoningDelta,
    Status,
    TextDelta,
    Usage,
)
from compare.threads.prompts import Prompt, with_settings
from compare.tokens.cost import cost_usd


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, and under which id the answer will be kept."""

    answer_id: str
    candidate: Candidate
    spec: ModelSpec
    prompt: Prompt
    origin: Origin = "live"
    repeat: int = 0
    job_id: str | None = None
    cell_key: str | None = None
    """Kept with the answer only when it succeeds."""
    replaces_id: str | None = None


Watcher = Callable[[Event | Retry], None]
"""Sees every event as it comes, and every decision to ask again. Must not block."""


def _unwatched(_: Event | Retry) -> None:
    pass


@dataclass(slots=True)
class _Progress:
    """What is known so far, so that a stop at any moment still makes a whole Answer."""

    began: float
    attempt: int = 0
    sent_at: float = 0.0
    first_at: float | None = None
    ended: float = 0.0
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    result: ChatResult | None = None


async def ask(question: Question, backend: Backend, watch: Watcher = _unwatched) -> Answer:
    """Ask until an answer, a failure or a stop.

    Cancelling the task that runs this is how an answer is stopped: the socket is closed and the Answer returned has
    status "stopped" and the text so far. The cancellation goes no further, because a stop is an outcome. One that
    comes when the answer is already complete changes nothing and stays pending (complete.was_cancelled).
    """
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    progress = _Progress(began=time.monotonic())
    question = replace(question, prompt=with_settings(question.prompt, question.candidate))
    try:
        await _attempts(question, backend, watch, progress)
    except CompareError as exc:
        progress.result = ChatResult("", "error", failure=ProviderFailure("bad_request", str(exc)))
    except asyncio.CancelledError:
        if progress.result is None or progress.result.failure is not None:
            _stop(progress)
    progress.ended = progress.ended or time.monotonic()
    lag_ms = backend.lag.worst_ms(progress.sent_at or progress.began)
    answer = _timed(question, progress, started_at, lag_ms)
    return await complete(asyncio.to_thread(_counted, question, answer))


_STOPPED = ProviderFailure("cancelled", "Stopped before it was complete.")


def _stop(progress: _Progress) -> None:
    so_far, thinking = "".join(progress.text), "".join(progress.reasoning)
    progress.result = ChatResult(so_far, "cancelled", reasoning=thinking, failure=_STOPPED)
    progress.ended = time.monotonic()
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()


async def _attempts(question: Question, backend: Backend, watch: Watcher, progress: _Progress) -> None:
    endpoint = await backend.endpoint(question.spec)
    request = ChatRequest(
        model=question.spec,
        messages=question.prompt.messages,
        settings=question.candidate.settings,
        # Simulated models answer the same for the same seed; a real one varies by itself, and some refuse a seed.
        seed=question.repeat if question.spec.simulated else None,
    )
    while True:
        progress.attempt += 1
        progress.sent_at, progress.ended = time.monotonic(), 0.0
        stream = endpoint.provider.stream(request, base_url=endpoint.base_url, api_key=endpoint.api_key)
        async with aclosing(stream) as events:  # type: ignore[type-var]
            async for event in events:
                _note(event, progress)
                watch(event)
        result = progress.result
        assert result is not None, "a provider must end its stream with Done"
        if result.failure is None:
            return
        retry = decide(result.failure, progress.attempt, text_seen=progress.first_at is not None)
        if retry is None:
            return
        watch(retry)
        await asyncio.sleep(retry.wait_s)


def _note(event: Event, progress: _Progress) -> None:
    match event:
        case TextDelta():
            progress.first_at = progress.first_at or event.at
            progress.text.append(event.text)
        case ReasoningDelta():
            progress.first_at = progress.first_at or event.at
            progress.reasoning.append(event.text)
        case Done():
            progress.ended = event.at
            progress.result = event.result


def _timed(question: Question, progress: _Progress, started_at: str, lag_ms: float) -> Answer:
    result = progress.result
    assert result is not None
    prompt, usage, failure = question.prompt, result.usage, result.failure
    status: Status = "done" if failure is None else "stopped" if failure.kind == "cancelled" else "failed"
    reported = usage.source == "reported"
    return Answer(
        id=question.answer_id,
        candidate_id=question.candidate.id,
        prompt_leaf_id=prompt.leaf_id,
        turn=prompt.turn,
        n_messages=prompt.n_messages,
        history=prompt.history,
        origin=question.origin,
        status=status,
        finish=result.finish,
        finish_raw=result.finish_raw,
        text=result.text,
        reasoning=result.reasoning,
        repeat=question.repeat,
        job_id=question.job_id,
        cell_key=question.cell_key if status == "done" else None,
        replaces_id=question.replaces_id,
        sent_json=_sent(prompt, result),
        started_at=started_at,
        in_reported=usage.input if reported else None,
        cached=usage.cached,
        cache_write=usage.cache_write,
        out_reported=usage.output if reported else None,
        reasoning_tokens=usage.reasoning,
        usage_raw_json=json.dumps(usage.raw) if usage.raw is not None else None,
        ttft_ms=_ms(progress.sent_at, progress.first_at),
        total_ms=_ms(progress.sent_at, progress.ended) if progress.sent_at else None,
        wall_ms=_ms(progress.began, progress.ended),
        loop_lag_ms=lag_ms,
        attempts=progress.attempt,
        model_served=result.model_served,
        request_id=result.request_id,
        warnings=result.warnings,
        error_kind=failure.kind if failure else None,
        error=in_words(failure) if failure else None,
    )


def _counted(question: Question, answer: Answer) -> Answer:
    """The answer with local counts, and its cost: from reported tokens, or from counted ones where there are none."""
    from compare.tokens.count import count, count_messages

    in_counted = out_counted = None
    try:
        in_counted = count_messages(tuple(m.content for m in question.prompt.messages))
        out_counted = count(answer.text) + count(answer.reasoning)
    except CompareError as exc:
        # The answer is worth more than our yardstick.
        answer = replace(answer, warnings=(*answer.warnings, f"Its tokens were not counted. {exc}"))
    reported = answer.in_reported is not None and answer.out_reported is not None
    usage = Usage(
        input=answer.in_reported if reported else in_counted,
        output=answer.out_reported if reported else out_counted,
        cached=answer.cached,
        cache_write=answer.cache_write,
    )
    # A call that failed without reporting usage may or may not be charged: its cost is not known.
    known = reported or answer.status == "done"
    price = question.spec.price
    return replace(
        answer,
        in_counted=in_counted,
        out_counted=out_counted,
        usage_source="reported" if reported else "missing" if out_counted is None else "counted",
        cost_usd=cost_usd(price, usage) if known else None,
        price_json=price.to_json() if price else None,
    )


def _sent(prompt: Prompt, result: ChatResult) -> str:
    body: dict[str, Any] = {
        "n_messages": prompt.n_messages,
        "sha256": prompt.sha256,
        "params": dict(result.params_sent),
        "own_answer_ids": list(prompt.own_answer_ids),
        "left_out": dict(prompt.left_out),
    }
    return json.dumps(body, ensure_ascii=False)


def _ms(start: float, end: float | None) -> float | None:
    return None if end is None else (end - start) * 1000.0
