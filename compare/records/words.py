"""The closed lists of words that the records use: roles, states, kinds."""

from __future__ import annotations

from typing import Literal

Role = Literal["system", "user", "assistant", "tool"]
History = Literal["own", "fixed", "winner", "handover"]
"""What earlier turns a candidate is shown: its own branch, the thread as given, the winner's, or first A's then B's."""
Step = Literal["start", "next", "edit", "panes"]
"""How a comparison came about: from a thread, by the next message, by an edited one, by other panes beside the old."""
Origin = Literal["live", "batch", "recorded", "imported"]
Finish = Literal["stop", "length", "content_filter", "tool", "error", "cancelled"]
"""Why an answer ended; the provider's own word is kept beside it."""
Status = Literal["done", "stopped", "failed"]
UsageSource = Literal["reported", "counted", "estimated", "missing"]
Verdict = Literal["best", "rank", "tie", "all_bad", "skip"]
BallotState = Literal["counted", "undone", "set_aside"]
ProviderKind = Literal["openai-chat", "openai-responses", "anthropic", "gemini"]
FailureKind = Literal[
    "auth",
    "billing",
    "permission",
    "not_found",
    "bad_request",
    "unsupported_param",
    "context_length",
    "rate_limit",
    "overloaded",
    "server",
    "timeout",
    "connection",
    "protocol",
    "truncated",
    "content_filter",
    "cancelled",
]
