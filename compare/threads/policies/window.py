"""What would not fit a model's context window: known and told before sending, never cut in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compare.records import ChatMessage
from compare.threads.policies.cut import Cut, cuts
from compare.threads.policies.exchanges import ORPHAN, last_user, orphans, talk
from compare.tokens.count import count

Estimate = Callable[[int, int], float]
"""From tokens counted here and the number of messages to the tokens that the model will report."""


def as_counted(counted: int, n_messages: int) -> float:
    """The estimate for a model of which nothing is known: what we count, and 4 tokens of framing a message."""
    return counted + 4 * n_messages


@dataclass(frozen=True, slots=True)
class WindowCut:
    """Whether a prompt fits, and what would have to go."""

    cut: tuple[Cut, ...]
    """The oldest messages that would have to go; none where it fits."""
    tokens: int
    """Expected tokens of the whole prompt."""
    context_window_tokens: int | None
    """None: not known, so nothing is said."""
    max_output_tokens: int
    fits_after_cut: bool
    """False where even the system messages and the question are too long."""

    @property
    def warning(self) -> str | None:
        """What to say before sending; None where the prompt fits or the window is not known."""
        if self.context_window_tokens is None or (not self.cut and self.fits_after_cut):
            return None
        too_long = (
            f"This thread is longer than the window: about {self.tokens:,} tokens and {self.max_output_tokens:,} for "
            f"the answer, where the model takes {self.context_window_tokens:,}."
        )
        if not self.fits_after_cut:
            return (
                f"{too_long} Even the question with the system prompt would not fit. Allow a shorter answer, shorten "
                "the message, or choose a model with a longer window."
            )
        messages = "1 message" if len(self.cut) == 1 else f"{len(self.cut)} messages"
        return f"{too_long} {messages} would be cut. Choose a context policy, or a model with a longer window."


def window_cut(
    messages: Sequence[ChatMessage],
    context_window_tokens: int | None,
    max_output_tokens: int | None,
    *,
    estimate: Estimate = as_counted,
) -> WindowCut:
    """What would have to go so that prompt and answer fit the window together: the oldest messages first.

    System messages and everything from the last user message on are never among it, and no answer is left without
    its question.

    Args:
        messages: what would be sent.
        context_window_tokens: of the model; None where it is not known.
        max_output_tokens: what the request allows for the answer; None sets nothing aside.
        estimate: tokens that the model will report; its calibration, where there is one.
    """
    sizes = [count(message.content) for message in messages]
    total, answer = _ceil(estimate(sum(sizes), len(sizes))), max_output_tokens or 0
    if context_window_tokens is None or total + answer <= context_window_tokens:
        return WindowCut((), total, context_window_tokens, answer, fits_after_cut=True)
    room = context_window_tokens - answer
    question = last_user(messages)
    movable = [i for i in talk(messages) if question is not None and i < question]
    reasons: dict[int, str] = {}
    counted, n_messages = sum(sizes), len(sizes)
    for i in movable:
        if estimate(counted, n_messages) <= room:
            break
        reasons[i] = f"does not fit the window of {context_window_tokens} tokens"
        counted, n_messages = counted - sizes[i], n_messages - 1
    fits = estimate(counted, n_messages) <= room
    kept = set(range(len(messages))) - reasons.keys()
    reasons |= {i: ORPHAN for i in orphans(messages, kept, movable[len(reasons) :])}
    return WindowCut(cuts(messages, reasons), total, context_window_tokens, answer, fits_after_cut=fits)


def _ceil(value: float) -> int:
    return -int(-value // 1)
