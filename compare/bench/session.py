"""The sessions themselves: all at once, each turn after turn, each with its own answers as its history.

A turn that fails leaves the history as it was, and the next is asked: nothing is repeated and nothing counted as good
that was not. A session that fails three times in a row is given up.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from compare.bench.asked import Reached, ask_once
from compare.bench.plan import Plan, opening
from compare.bench.results import Results
from compare.engine.backend import Backend
from compare.records import ChatMessage
from compare.threads.prompts import EMPTY_MESSAGE

GIVE_UP_AFTER = 3
"""Failures in a row."""


async def run(plan: Plan, api_key: str | None, results: Results, on_turn: Callable[[], None]) -> None:
    """Run every session to its end.

    Args:
        plan: what to ask.
        api_key: the key itself, or None.
        results: takes every turn as it ends, so that a stop loses nothing.
        on_turn: called on the running loop after every turn that was asked.
    """
    mark = secrets.token_hex(4)
    async with Backend() as backend:

        async def one(number: int) -> None:
            await _session(number, f"weighbridge-{mark}-{number + 1}", plan, api_key, backend, results, on_turn)

        async with asyncio.TaskGroup() as tasks:
            for number in range(plan.sessions):
                tasks.create_task(one(number))


async def _session(
    number: int,
    session_id: str,
    plan: Plan,
    api_key: str | None,
    backend: Backend,
    results: Results,
    on_turn: Callable[[], None],
) -> None:
    script = plan.script(number)
    history = opening(script)
    failures = 0
    for said in script.says:
        messages = [*history, ChatMessage("user", said)]
        headers = _headers(plan, session_id, len(messages))
        reached = await ask_once(backend.client, plan, api_key, messages, headers)
        results.take(number, len(messages), reached, disturbed=_disturbed(reached, backend))
        on_turn()
        if reached.result.failure is None:
            text = reached.result.text
            history = [*messages, ChatMessage("assistant", text if text.strip() else EMPTY_MESSAGE)]
            failures = 0
            continue
        failures += 1
        if failures == GIVE_UP_AFTER:
            return


def _headers(plan: Plan, session_id: str, n_messages: int) -> dict[str, str]:
    headers = {**plan.headers, **plan.secret_headers}
    if plan.session_header:
        headers[plan.session_header] = session_id
    if plan.length_header:
        headers[plan.length_header] = str(n_messages)
    return headers


def _disturbed(reached: Reached, backend: Backend) -> bool:
    """As records.Answer.timing_disturbed."""
    return backend.lag.worst_ms(reached.sent_at) > max(20.0, 0.05 * (reached.ttft_ms or 0.0))
