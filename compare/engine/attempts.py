"""The calls behind one answer: asked again while that can help, of a fallback where the model cannot answer.

Nothing is asked again after its first piece of text: the reader has seen it, and the provider has been paid for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from compare.engine.backend import Backend, Endpoint
from compare.engine.breaker import Breaker
from compare.engine.retry import Retry, decide
from compare.engine.traffic import Traffic
from compare.records import (
    ChatRequest,
    ChatResult,
    Done,
    Event,
    ModelSpec,
    ProviderFailure,
    ReasoningDelta,
    Started,
    TextDelta,
)


class Meanwhile(NamedTuple):
    """What a reader should know while no text comes."""

    note: str


class Ready(NamedTuple):
    """What goes out is known, and what had to be done for it."""

    in_counted: int
    """Its tokens, counted here."""
    before_ms: float
    """Time of a summary that had to be made first."""
    before_usd: Decimal | None
    """Cost of that summary: 0 without one, None where it is unknown."""


class Sent(NamedTuple):
    """A call begins; the times of the answer are measured from here."""

    at: float
    """time.monotonic(), as in every event."""
    model: ModelSpec
    attempt: int


Watched = Event | Retry | Meanwhile | Ready | Sent
Watcher = Callable[[Watched], None]
"""Sees every event as it comes, every call and decision to ask again, and what else is going on. Must not block."""


class Way(NamedTuple):
    """How a request is to be made."""

    fallback_id: str = ""
    """A model to ask in its place when it fails before any text; empty for none."""
    patience_s: float = 0.0
    """So long after an endpoint went down it is still waited for, and so long a server may ask to be left alone."""
    traffic: Traffic | None = None
    """The gate that every call goes through."""
    n_tokens: int = 0
    """Of the prompt, counted here; for the gate."""


_PLAINLY = Way()


class Fallback(NamedTuple):
    """Who answered in place of whom, and why."""

    model_id: str
    instead_of: str
    why: str


@dataclass(slots=True)
class Progress:
    """What is known so far, so that a stop at any moment still makes a whole Answer."""

    began: float
    attempt: int = 0
    sent_at: float = 0.0
    first_at: float | None = None
    first_text_at: float | None = None
    ended: float = 0.0
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    result: ChatResult | None = None
    spec: ModelSpec | None = None
    """The model that is being asked: the candidate's own, or its fallback."""
    fallback: Fallback | None = None
    warnings: list[str] = field(default_factory=list)
    """What had to be changed about the request before it was sent to `spec`."""

    @property
    def failure(self) -> ProviderFailure | None:
        """How the last call failed, if it did."""
        return self.result.failure if self.result else None

    def note(self, event: Event) -> None:
        """Take in one event of a call."""
        match event:
            case TextDelta():
                self.first_at = self.first_at or event.at
                self.first_text_at = self.first_text_at or event.at
                self.text.append(event.text)
            case ReasoningDelta():
                self.first_at = self.first_at or event.at
                self.reasoning.append(event.text)
            case Done():
                self.ended = event.at
                self.result = event.result


async def attempt(
    request: ChatRequest, backend: Backend, watch: Watcher, progress: Progress, way: Way = _PLAINLY
) -> None:
    """Ask until an answer or a failure stands in `progress`.

    Args:
        request: to the candidate's own model.
        backend: the running loop's.
        watch: sees what happens.
        progress: filled in; also where this is cancelled.
        way: how it is to be made.

    Raises:
        CompareError: the fallback is not in the catalogue, or no adapter speaks a model's wire format.
    """
    await _attempts(request, backend, watch, progress, way)
    failure = progress.failure
    if failure is None or not way.fallback_id or progress.first_at is not None:
        return
    instead = backend.catalog().get(way.fallback_id)
    progress.fallback = Fallback(instead.id, request.model.id, failure.message)
    watch(Meanwhile(f"{failure.message} Asking {instead.name} instead."))
    other = ChatRequest(
        instead, request.messages, request.settings, request.total_timeout_s, 0 if instead.simulated else None
    )
    await _attempts(other, backend, watch, progress, way)


async def _attempts(request: ChatRequest, backend: Backend, watch: Watcher, progress: Progress, way: Way) -> None:
    progress.spec, progress.result, progress.warnings = request.model, None, []
    request = _without_what_it_cannot_see(request, progress.warnings)
    endpoint = await backend.endpoint(request.model)
    breaker = backend.breakers.of(request.model.id, f"{request.model.model} at {endpoint.base_url}")
    n_tried = 0
    while True:
        if not await _admitted(breaker, way.patience_s, watch):
            # A failure that stands says more than that nobody asked again.
            progress.result = progress.result or _left_alone(breaker)
            return
        progress.attempt += 1
        n_tried += 1
        await _gated(request, endpoint, breaker, watch, progress, way)
        if progress.failure is None:
            return
        text_seen = progress.first_at is not None
        retry = decide(progress.failure, n_tried, text_seen=text_seen, patience_s=way.patience_s)
        if retry is None:
            return
        watch(retry)
        await asyncio.sleep(retry.wait_s)


def _without_what_it_cannot_see(request: ChatRequest, warnings: list[str]) -> ChatRequest:
    n_images = sum(len(message.images) for message in request.messages)
    if request.model.takes_images or not n_images:
        return request
    pictures = "1 picture was" if n_images == 1 else f"{n_images} pictures were"
    warnings.append(f"{request.model.name} takes no pictures: {pictures} not sent.")
    return replace(request, messages=tuple(replace(message, images=()) for message in request.messages))


async def _gated(
    request: ChatRequest, endpoint: Endpoint, breaker: Breaker, watch: Watcher, progress: Progress, way: Way
) -> None:
    """One call, when the gate lets it through."""
    if way.traffic is None:
        await _call(request, endpoint, breaker, watch, progress)
        return
    try:
        await way.traffic.enter(request.model, way.n_tokens)
    except asyncio.CancelledError:
        progress.attempt -= 1
        breaker.left()
        raise
    try:
        await _call(request, endpoint, breaker, watch, progress, way.traffic)
    finally:
        way.traffic.leave(request.model, progress.result)


async def _call(
    request: ChatRequest,
    endpoint: Endpoint,
    breaker: Breaker,
    watch: Watcher,
    progress: Progress,
    traffic: Traffic | None = None,
) -> None:
    """One call; the breaker learns of its outcome, whatever it is."""
    progress.sent_at, progress.ended, progress.result = time.monotonic(), 0.0, None
    watch(Sent(progress.sent_at, request.model, progress.attempt))
    stream = endpoint.provider.stream(request, base_url=endpoint.base_url, api_key=endpoint.api_key)
    try:
        async with aclosing(stream) as events:  # type: ignore[type-var]
            async for event in events:
                progress.note(event)
                watch(event)
                if traffic is not None and isinstance(event, Started) and event.rate_limits is not None:
                    traffic.hear(request.model, event.rate_limits)
        assert progress.result is not None, "a provider must end its stream with Done"
    finally:
        if progress.first_at is not None or (progress.result is not None and progress.failure is None):
            breaker.answered()
        elif progress.failure is not None:
            breaker.failed(progress.failure)
        else:
            breaker.left()


async def _admitted(breaker: Breaker, patience_s: float, watch: Watcher) -> bool:
    while wait_s := breaker.admit():
        if breaker.down_s + wait_s > patience_s:
            return False
        watch(Meanwhile(f"{breaker.endpoint} is {breaker.status().sentence}"))
        await asyncio.sleep(wait_s)
    return True


def _left_alone(breaker: Breaker) -> ChatResult:
    status = breaker.status()
    # Under half-open one request is on its way at this moment; a second is the usual time it takes.
    message = (
        f"Not asked: {status.endpoint} failed {status.failures} times in a row and is left alone for another "
        f"{max(1.0, status.wait_s):.0f} s. The last failure: {status.last_failure}"
    )
    return ChatResult("", "error", failure=ProviderFailure("overloaded", message))
