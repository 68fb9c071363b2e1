"""What a candidate is really sent of a prompt: its own system prompt, then its context policy, then its preparation.

Pure, so that the page's view of before and after, the command line and the engine show and send the same. A policy
that summarises needs a model's words first: ask `summary_needed`, and give them to `shape`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from compare.records import Candidate, ChatMessage, ModelSpec
from compare.threads.policies import Cut, SummaryRequest, parse, window_cut
from compare.threads.preparation import Change, prepare
from compare.threads.prompts import Prompt, with_settings


@dataclass(frozen=True, slots=True)
class Shaped:
    """A prompt on its way out, as it was before each step."""

    whole: Prompt
    """With the candidate's system prompt; its `n_messages` is the length of the conversation."""
    kept: tuple[ChatMessage, ...]
    """After the context policy."""
    sent: Prompt
    """After the preparation: exactly what goes out."""
    cut: tuple[Cut, ...] = ()
    """What the policy left out, by its number in `whole`."""
    summary_at: int | None = None
    """Place in `kept` of a summary that stands for what was cut."""
    changes: tuple[Change, ...] = ()
    """What the preparation did to `kept`."""


def summary_needed(prompt: Prompt, candidate: Candidate) -> SummaryRequest | None:
    """What must be summarised before this candidate can be asked; None for most.

    Raises:
        ConfigError: the candidate's context policy cannot be read.
    """
    return parse(candidate.context_policy).needs_summary(with_settings(prompt, candidate).messages)


def shape(prompt: Prompt, candidate: Candidate, *, summary: str | None = None) -> Shaped:
    """The prompt as this candidate is sent it.

    Args:
        prompt: the conversation up to the question.
        candidate: whose settings, context policy and preparation apply.
        summary: the text that came of `summary_needed`, where that was not None.

    Raises:
        ConfigError: the policy or the preparation cannot be read.
        CompareError: a summary is needed and none was given, or an empty one.
    """
    whole = with_settings(prompt, candidate)
    applied = parse(candidate.context_policy).apply(whole.messages, summary)
    prepared = prepare(candidate.preparation, applied.messages)
    return Shaped(
        whole=whole,
        kept=applied.messages,
        sent=replace(whole, messages=prepared.messages),
        cut=applied.cut,
        summary_at=applied.summary_at,
        changes=prepared.changes,
    )


def too_long(shaped: Shaped, candidate: Candidate, spec: ModelSpec) -> str | None:
    """A sentence where what is sent is longer than the model's window; None where it fits or the window is unknown."""
    allowed = candidate.settings.max_output_tokens
    return window_cut(shaped.sent.messages, spec.context_window_tokens, allowed).warning
