"""Whether a model answers at all: one short question, with its time and first words."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from compare.engine.ask import Question, ask
from compare.engine.backend import Backend
from compare.records import Candidate, ChatMessage, ModelSpec, Settings
from compare.render.numbers import seconds
from compare.threads.prompts import Prompt

_QUESTION = "Reply with the single word: ready"
_TOKENS = 512
"""Enough for a model that thinks before it says one word."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of the question."""

    model_id: str
    ok: bool
    sentence: str
    """ "answered in 0.84 s: ready", or what went wrong and what to do."""


async def check(specs: Sequence[ModelSpec], *, backend: Backend | None = None) -> list[Checked]:
    """Ask every model, all at once; results in the given order."""
    if backend is not None:
        return list(await asyncio.gather(*(_check(spec, backend) for spec in specs)))
    async with Backend() as own:
        return list(await asyncio.gather(*(_check(spec, own) for spec in specs)))


async def _check(spec: ModelSpec, backend: Backend) -> Checked:
    prompt = Prompt("", 1, "fixed", (ChatMessage("user", _QUESTION),))
    candidate = Candidate(spec.id, Settings(max_output_tokens=_TOKENS))
    answer = await ask(Question(secrets.token_urlsafe(8), candidate, spec, prompt), backend)
    if answer.status != "done":
        return Checked(spec.id, False, answer.error or "It did not answer.")
    words = " ".join(answer.text.split())
    shown = words if len(words) <= 60 else words[:57] + "..."
    return Checked(spec.id, True, f"answered in {seconds(answer.total_ms)}: {shown}")
