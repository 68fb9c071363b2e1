"""What goes out for a question: the prompt in its final shape, with a summary made first where one is due."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from compare.engine.attempts import Meanwhile, Watcher
from compare.engine.backend import Backend
from compare.errors import CompareError
from compare.records import Answer, Candidate, ModelSpec, Settings
from compare.threads.policies import SummaryRequest
from compare.threads.prompts import Prompt
from compare.threads.shaping import Shaped, shape, summary_needed, too_long
from compare.tokens.count import count_messages

AskModel = Callable[[Candidate, ModelSpec, Prompt], Awaitable[Answer]]
"""Asks a model like any other question, and gives its answer, whatever became of it."""

_PLAIN = ("full", "none")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A prompt ready to be sent."""

    shaped: Shaped
    in_counted: int
    """Tokens of what is sent, counted here."""
    summary: Answer | None = None
    """The summariser's answer, whose tokens, time and cost belong to this candidate."""
    warning: str | None = None
    """Said where the prompt is longer than the model's window."""

    @property
    def before_ms(self) -> float:
        """Time of the summary; 0 without one."""
        return (self.summary.wall_ms or 0.0) if self.summary else 0.0

    @property
    def before_usd(self) -> Decimal | None:
        """Cost of the summary: 0 without one, None where it is unknown."""
        return self.summary.cost_usd if self.summary else Decimal(0)


async def outgoing(
    prompt: Prompt, candidate: Candidate, spec: ModelSpec, backend: Backend, ask_model: AskModel, watch: Watcher
) -> Outgoing:
    """The prompt as it is sent.

    Raises:
        CompareError: the policy or the preparation cannot be read, or no summary could be made.
        asyncio.CancelledError: stopped while the summary was being made.
    """
    if (candidate.context_policy, candidate.preparation) == _PLAIN:
        return await asyncio.to_thread(_shaped, prompt, candidate, spec, None)
    needed = await asyncio.to_thread(summary_needed, prompt, candidate)
    summary = await _summary(needed, backend, ask_model, watch) if needed else None
    return await asyncio.to_thread(_shaped, prompt, candidate, spec, summary)


def _shaped(prompt: Prompt, candidate: Candidate, spec: ModelSpec, summary: Answer | None) -> Outgoing:
    shaped = shape(prompt, candidate, summary=summary.text if summary else None)
    # Here, on a worker thread and once: the pane shows it while it waits, the answer is stored with it.
    in_counted = count_messages(tuple(message.content for message in shaped.sent.messages))
    return Outgoing(shaped, in_counted, summary, too_long(shaped, candidate, spec))


async def _summary(needed: SummaryRequest, backend: Backend, ask_model: AskModel, watch: Watcher) -> Answer:
    spec = backend.catalog().get(needed.model_id)
    watch(Meanwhile(f"waiting for a summary of {len(needed.messages)} messages by {spec.name}"))
    candidate = Candidate(spec.id, Settings(), simulated=spec.simulated)
    summary = await ask_model(candidate, spec, Prompt("", 1, "fixed", needed.prompt))
    if summary.status == "stopped":
        raise asyncio.CancelledError
    if summary.status == "failed":
        raise CompareError(f"The summary of {len(needed.messages)} messages could not be made. {summary.error}")
    return summary


def new_summary_id() -> str:
    """The id under which a summary is asked for; it is kept inside the answer that it served."""
    return f"summary-{secrets.token_urlsafe(8)}"
