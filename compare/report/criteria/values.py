"""One criterion: which figure of whom must keep which limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from compare.records import History
from compare.report.criteria.limits import Limit, Quantity
from compare.report.measured.figures import TimeName
from compare.routing.rules import Rule

MetricName = Literal[
    "p50",
    "p95",
    "p99",
    "error_rate",
    "cut_rate",
    "cost_per_query",
    "cost_per_resolved_session",
    "win_share",
    "good_enough_rate",
    "recall",
]
METRICS: Mapping[MetricName, Quantity] = {
    "p50": "time",
    "p95": "time",
    "p99": "time",
    "error_rate": "share",
    "cut_rate": "share",
    "cost_per_query": "money",
    "cost_per_resolved_session": "money",
    "win_share": "share",
    "good_enough_rate": "share",
    "recall": "share",
}
"""What each metric is measured in."""
NEEDS: Mapping[str, tuple[str, tuple[MetricName, ...]]] = {
    "time": ("which time is meant", ("p50", "p95", "p99")),
    "against": ("which candidate it is compared with", ("win_share",)),
    "at_messages": ("at how many messages", ("recall",)),
}
"""Fields that some metrics need and no other takes: what they say, and which metrics."""
FROM_VOTES: tuple[MetricName, ...] = ("win_share", "good_enough_rate")

assert tuple(METRICS) == get_args(MetricName)

_TIMES: Mapping[TimeName, str] = {
    "ttft": "the first token",
    "first_text": "the first text",
    "total": "the complete answer",
    "wall": "the complete answer with all attempts",
}
_WORDS: Mapping[MetricName, str] = {
    "error_rate": "the error rate",
    "cut_rate": "the share of cut answers",
    "cost_per_query": "the cost per query",
    "cost_per_resolved_session": "the cost per resolved session",
    "good_enough_rate": "the good-enough rate",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One entry of a criteria file."""

    name: str
    metric: MetricName
    limit: Limit
    time: TimeName | None = None
    """Of p50, p95 and p99."""
    against: str = ""
    """Of win_share: the other candidate."""
    at_messages: int | None = None
    """Of recall."""
    bucket: str = ""
    """As written; empty for every thread length."""
    length: Rule | None = None
    """The same as a rule over thread_length."""
    workloads: tuple[str, ...] = ()
    """Empty for all."""
    candidates: tuple[str, ...] = ()
    """By name; empty for all that were measured."""
    history: History | None = None
    min_n: int = 1
    """With fewer answers, sessions or votes nothing is said."""
    sure: bool = False
    """True where the whole interval must keep the limit, not only the value."""
    line: int | None = None

    @property
    def figure_name(self) -> str:
        """What is measured, in words: "p95 of the complete answer"."""
        if self.time is not None:
            return f"{self.metric} of {_TIMES[self.time]}"
        if self.metric == "win_share":
            return f"the win share against {self.against}"
        if self.metric == "recall":
            return f"recall at {self.at_messages} messages"
        return _WORDS[self.metric]

    @property
    def place(self) -> str:
        """Where, in words, with a space before; empty for everywhere."""
        parts = []
        if self.bucket:
            parts.append(f" on threads with {self.bucket}")
        if self.workloads:
            parts.append(f" of workload {' or '.join(self.workloads)}")
        if self.history is not None:
            parts.append(f" under {self.history} history")
        return "".join(parts)

    def takes_length(self, n_messages: int) -> bool:
        """True where a thread of so many messages belongs to the criterion."""
        return self.length is None or self.length.matches({"thread_length": n_messages})

    def takes(self, n_messages: int, workload: str, history: str) -> bool:
        """True where an answer to such a prompt belongs to the criterion."""
        return (
            self.takes_length(n_messages)
            and (not self.workloads or workload in self.workloads)
            and (self.history is None or history == self.history)
        )
