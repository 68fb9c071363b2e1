"""What a bench measured: mean, p50 and p95 of both times per served model and route, and per thread length, with n.

Only numbers are kept of an answer, so memory grows by some 40 bytes each. Times of a moment in which this process was
held up are left out and counted; failures are counted by their reason and are in no time.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compare.bench.asked import Reached
from compare.bench.plan import Plan
from compare.bench.routed import Routed
from compare.ratings.buckets import Bucket, buckets
from compare.ratings.means import Mean, clustered_mean
from compare.ratings.percentiles import Percentile, percentile, wilson
from compare.records import ProviderFailure

ALL = "all"
MAX_GROUPS = 400
"""Served models and routes that are told apart; more are summed up as "other"."""
MAX_REASONS = 50

_NUMBER = re.compile(r"\d+")
DEFINITIONS = {
    "first-token": "from just before the request is sent to the first piece of text that arrives, thinking included",
    "complete": "from just before the request is sent to the end of the answer",
}
"""The two times, by the names of the option --time."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One time of one group, in ms."""

    mean: Mean
    """Sessions as clusters."""
    p50: Percentile
    p95: Percentile


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What one served model answered by one route; both "all" for everything."""

    served: str
    route: str
    n_answers: int
    n_disturbed: int
    n_cut: int
    """Ended by the length limit."""
    first_token: Timed
    complete: Timed
    tokens_out: int | None
    """As reported; None where nobody did."""

    def time(self, name: str) -> Timed:
        """By the names of DEFINITIONS."""
        return self.first_token if name == "first-token" else self.complete


@dataclass(frozen=True, slots=True)
class BenchResult:
    """The whole."""

    n_requests: int
    """Turns that were asked."""
    n_answers: int
    n_failed: int
    n_not_asked: int
    """Turns of sessions that were given up, or that a stop left over."""
    n_asked_again: int
    """Requests that went out a second time because a parameter was refused; their answers' times hold both."""
    wall_s: float
    reasons: dict[str, int]
    """Failures by their sentence, most frequent first; those that differ only in numbers stand under the first."""
    groups: tuple[GroupResult, ...]
    """Everything first, then by served model and route."""
    lengths: tuple[GroupResult, ...]
    """Everything by thread length: `route` is the bucket, `served` is "all"."""


@dataclass(slots=True)
class _Group:
    ttft_ms: array[float] = field(default_factory=lambda: array("d"))
    """NaN where no text came."""
    total_ms: array[float] = field(default_factory=lambda: array("d"))
    session: array[int] = field(default_factory=lambda: array("l"))
    n_answers: int = 0
    n_disturbed: int = 0
    n_cut: int = 0
    tokens_out: int = 0
    n_tokens: int = 0


class Results:
    """Gathers answers as they come; `result` may be asked at any time."""

    def __init__(self, plan: Plan) -> None:
        self._n_planned = plan.n_requests
        self._groups: dict[tuple[Routed, Bucket], _Group] = {}
        self._buckets = buckets()
        self._reasons: Counter[str] = Counter()
        self._called: dict[str, str] = {}
        """By a reason without its numbers: the first that was met, under which all of them are counted."""
        self._n_failed = 0
        self._n_asked_again = 0

    @property
    def n_asked(self) -> int:
        """Turns with an outcome."""
        return self._n_failed + sum(group.n_answers for group in self._groups.values())

    def take(self, session: int, n_messages: int, reached: Reached, *, disturbed: bool) -> None:
        """Take in what one turn came to, which was asked with so many messages."""
        self._n_asked_again += reached.n_asked - 1
        if reached.result.failure is not None:
            self._fail(reached.result.failure)
            return
        group = self._group(reached.routed, n_messages)
        group.n_answers += 1
        group.n_cut += reached.result.finish == "length"
        usage = reached.result.usage
        if usage.source == "reported" and usage.output is not None:
            group.tokens_out += usage.output
            group.n_tokens += 1
        if disturbed:
            group.n_disturbed += 1
            return
        group.ttft_ms.append(float("nan") if reached.ttft_ms is None else reached.ttft_ms)
        group.total_ms.append(reached.total_ms)
        group.session.append(session)

    def result(self, wall_s: float) -> BenchResult:
        """Everything so far."""
        routes = sorted({routed for routed, _ in self._groups})
        groups = [_result(*each, [g for (routed, _), g in self._groups.items() if routed == each]) for each in routes]
        lengths = [
            _result(ALL, each.label, [g for (_, bucket), g in self._groups.items() if bucket == each])
            for each in self._buckets
        ]
        whole = _result(ALL, ALL, list(self._groups.values()))
        return BenchResult(
            n_requests=self.n_asked,
            n_answers=whole.n_answers,
            n_failed=self._n_failed,
            n_not_asked=self._n_planned - self.n_asked,
            n_asked_again=self._n_asked_again,
            wall_s=wall_s,
            reasons=dict(self._reasons.most_common()),
            groups=(whole, *groups),
            lengths=tuple(length for length in lengths if length.n_answers),
        )

    def _group(self, routed: Routed, n_messages: int) -> _Group:
        bucket = next(each for each in self._buckets if each.holds(n_messages))
        if (routed, bucket) not in self._groups and len(self._groups) >= MAX_GROUPS:
            routed = Routed("other", "other")
        return self._groups.setdefault((routed, bucket), _Group())

    def _fail(self, failure: ProviderFailure) -> None:
        self._n_failed += 1
        reason = f"{failure.kind}: {failure.message}"
        alike = _NUMBER.sub("#", reason)
        if alike not in self._called and len(self._called) >= MAX_REASONS:
            alike = reason = "other reasons"
        self._reasons[self._called.setdefault(alike, reason)] += 1


def _result(served: str, route: str, groups: Sequence[_Group]) -> GroupResult:
    session = _joined([group.session for group in groups])
    n_tokens = sum(group.n_tokens for group in groups)
    return GroupResult(
        served=served,
        route=route,
        n_answers=sum(group.n_answers for group in groups),
        n_disturbed=sum(group.n_disturbed for group in groups),
        n_cut=sum(group.n_cut for group in groups),
        first_token=_timed(_joined([group.ttft_ms for group in groups]), session),
        complete=_timed(_joined([group.total_ms for group in groups]), session),
        tokens_out=sum(group.tokens_out for group in groups) if n_tokens else None,
    )


def _joined(parts: Sequence[array[Any]]) -> Any:
    # Copies: an array that lends its memory cannot grow, and answers may still be coming.
    return np.concatenate([np.array(part) for part in parts]) if parts else np.array([])


def _timed(values: Any, session: Any) -> Timed:
    known = ~np.isnan(values)
    values, session = values[known], session[known]
    mean = clustered_mean(values.tolist(), session.tolist())
    return Timed(mean, percentile(values, 0.5), percentile(values, 0.95))


# --- as plain values -------------------------------------------------------------------------------------------------


def as_json(result: BenchResult, plan: Plan, time_name: str) -> dict[str, Any]:
    """One document; times in ms."""
    low, high = wilson(result.n_failed, result.n_requests)
    return {
        "url": plan.base_url,
        "model": plan.model,
        "sessions": plan.sessions,
        "turns": plan.turns,
        "time": time_name,
        "definitions": DEFINITIONS,
        "session_header": plan.session_header or None,
        "thread_length_header": plan.length_header or None,
        "requests": result.n_requests,
        "answers": result.n_answers,
        "failed": result.n_failed,
        "not_asked": result.n_not_asked,
        "asked_again": result.n_asked_again,
        "error_rate": {
            "value": result.n_failed / result.n_requests if result.n_requests else None,
            "ci_low": low if result.n_requests else None,
            "ci_high": high if result.n_requests else None,
            "n": result.n_requests,
        },
        "reasons": result.reasons,
        "wall_s": result.wall_s,
        "answers_per_minute": 60.0 * result.n_answers / result.wall_s if result.wall_s > 0 else None,
        "groups": [_group_json(group) for group in result.groups],
        "lengths": [
            {"messages": group.route} | {name: value for name, value in _group_json(group).items() if name != "route"}
            for group in result.lengths
        ],
    }


def _group_json(group: GroupResult) -> dict[str, Any]:
    return {
        "served": group.served,
        "route": group.route,
        "answers": group.n_answers,
        "disturbed": group.n_disturbed,
        "cut": group.n_cut,
        "tokens_out_reported": group.tokens_out,
        "first_token_ms": _timed_json(group.first_token),
        "complete_ms": _timed_json(group.complete),
    }


def _timed_json(timed: Timed) -> dict[str, Any]:
    return {
        "avg": {"value": timed.mean.value, "ci_low": timed.mean.ci_low, "ci_high": timed.mean.ci_high},
        "p50": _percentile_json(timed.p50),
        "p95": _percentile_json(timed.p95),
        "n": timed.p50.n,
    }


def _percentile_json(p: Percentile) -> dict[str, Any]:
    return {"value": p.value, "ci_low": p.ci_low, "ci_high": p.ci_high, "n_needed": p.n_needed}
