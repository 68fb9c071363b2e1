"""When each piece of an answer is due: time to first token, tokens per second, a little seeded jitter, stalls.

Times are seconds from the arrival of the request, against one clock, so that lateness of one piece is not added to the
next. At speed 0 nothing waits.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from compare.sim.faults import SLOW_FIRST_S, STALL_S, Fault
from compare.sim.models import SimModel
from compare.sim.reply import Reply

TTFT_JITTER = 0.12
GAP_JITTER = 0.3
LONGEST_SLEEP_S = 0.2
"""A server that is told to close is not held up by a longer wait."""


@dataclass(frozen=True, slots=True)
class TimedPiece:
    """A piece of text and when it is due."""

    due_s: float
    text: str
    is_thought: bool = False


def schedule(model: SimModel, reply: Reply, fault: Fault) -> list[TimedPiece]:
    """The pieces of a reply, thoughts first, with their due times at real pace; a reply that breaks off ends early."""
    thoughts, pieces = reply.thought_pieces, reply.pieces
    n_all = len(thoughts) + len(pieces)
    rng = random.Random(f"pace {reply.fingerprint}")
    due = (model.ttft_ms + model.prefill_ms_per_ktok * reply.prompt_tokens / 1000) / 1000
    due *= 1 + rng.uniform(-TTFT_JITTER, TTFT_JITTER)
    due += SLOW_FIRST_S if fault.kind == "slow_first" else 0.0
    gap = reply.completion_tokens / model.tokens_per_s / n_all if n_all else 0.0
    turns = fault.kind in ("stall", "cut", "error_in_200")
    turning = len(thoughts) + max(1, int(len(pieces) * fault.at)) if turns else -1
    timed = []
    for i, piece in enumerate([*thoughts, *pieces]):
        if i == turning:
            if fault.kind != "stall":
                break
            due += STALL_S
        timed.append(TimedPiece(due, piece, i < len(thoughts)))
        due += gap * (1 + rng.uniform(-GAP_JITTER, GAP_JITTER))
    return timed


async def wait_until(due: float, closing: Callable[[], bool]) -> bool:
    """Sleep until a loop time; False when the server closed meanwhile."""
    clock = asyncio.get_running_loop().time
    while (left := due - clock()) > 0:
        if closing():
            return False
        await asyncio.sleep(min(left, LONGEST_SLEEP_S))
    return not closing()


__all__ = ["TimedPiece", "schedule", "wait_until"]
