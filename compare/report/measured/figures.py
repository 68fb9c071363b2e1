"""The figures of one set of answers: times, throughput, tokens, cost, errors and cuts, each with its n.

Times are those of finished, undisturbed answers; how many were left out as disturbed is said beside them. Shares come
with Wilson's interval. Money that is not known stays unknown and is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, get_args

from compare.ratings.percentiles import Percentile, percentile, wilson
from compare.store.measurements import Measurement

TimeName = Literal["ttft", "first_text", "total", "wall"]
TIMES: Mapping[str, str] = {
    "ttft": "time to the first token, thinking included",
    "first_text": "time to the first text of the answer itself",
    "total": "time to the complete answer",
    "wall": "time from the first attempt to the complete answer",
}
"""By name: what is measured. The first three are those of the attempt that succeeded."""
QUANTILES = (0.5, 0.95, 0.99)
MAX_REASONS = 20
"""Kinds of errors that are told apart; the rest is summed up."""

assert tuple(TIMES) == get_args(TimeName)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of n, with Wilson's 95 % interval."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.hits / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Times:
    """One time, in ms."""

    p50: Percentile
    p95: Percentile
    p99: Percentile


@dataclass(frozen=True, slots=True)
class Tokens:
    """Sums over answers, as reported by providers and as counted here; each over the answers that have it."""

    reported: int
    n_reported: int
    counted: int
    n_counted: int


@dataclass(frozen=True, slots=True)
class Money:
    """US dollars."""

    known: Decimal
    """Sum over the answers whose cost is known."""
    n_known: int
    n_unknown: int
    """Answers that were asked and whose cost is not known."""

    @property
    def mean(self) -> Decimal | None:
        """Per answer whose cost is known; None without any."""
        return self.known / self.n_known if self.n_known else None

    @property
    def total(self) -> Decimal | None:
        """The whole sum; None where a part of it is unknown, or nothing is known."""
        return self.known if self.n_known and not self.n_unknown else None


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was got out of the time in which at least one of these answers was under way."""

    busy_s: float
    answers_per_minute: float | None
    """Finished answers; None where no time is known."""
    tokens_per_s: float | None
    """Output tokens of finished answers, reported or else counted, all streams together."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything about one set of answers."""

    n: int
    """Answers with an outcome: finished or failed."""
    n_done: int
    n_failed: int
    n_not_asked: int
    """Of the failed: nothing went out for them, as the turn before had failed or the endpoint was left alone."""
    n_stopped: int
    """Stopped by somebody: neither finished nor failed, and in no share."""
    n_disturbed: int
    """Finished ones whose times are left out, because this machine was held up."""
    n_retried: int
    """Those with an outcome that took more than one attempt."""
    n_asked_again: int
    """Earlier answers of the same cells, which later ones replaced."""
    times: Mapping[str, Times]
    """By the names of TIMES."""
    stream_tokens_per_s: Percentile
    """Median over undisturbed answers of output tokens a second between first token and end."""
    throughput: Throughput
    tokens_in: Tokens
    tokens_out: Tokens
    cost: Money
    errors: Share
    """Failed, of those with an outcome."""
    cuts: Share
    """Finished ones that the length limit ended, or whose thread was cut by us before it was sent."""
    cut_by_length: Share
    cut_by_us: Share
    reasons: Mapping[str, int]
    """Failed ones by kind of error, most frequent first."""
    served: Mapping[str, int]
    """Finished ones by the model that said it answered, most frequent first; "" where none said."""


def figures(rows: Sequence[Measurement], n_asked_again: int = 0) -> Figures:
    """The figures of these answers; `n_asked_again` earlier ones were replaced by some of them."""
    done = [row for row in rows if row.status == "done"]
    failed = [row for row in rows if row.status == "failed"]
    undisturbed = [row for row in done if not row.timing_disturbed]
    asked = [row for row in rows if row.attempts > 0]
    known = [row.cost_usd for row in asked if row.cost_usd is not None]
    by_length = sum(row.finish == "length" for row in done)
    by_us = sum(row.is_cut_by_us for row in done)
    either = sum(row.finish == "length" or row.is_cut_by_us for row in done)
    return Figures(
        n=len(done) + len(failed),
        n_done=len(done),
        n_failed=len(failed),
        n_not_asked=sum(row.attempts == 0 for row in failed),
        n_stopped=len(rows) - len(done) - len(failed),
        n_disturbed=len(done) - len(undisturbed),
        n_retried=sum(row.attempts > 1 for row in rows if row.status != "stopped"),
        n_asked_again=n_asked_again,
        times={name: times(undisturbed, name) for name in TIMES},
        stream_tokens_per_s=percentile([s for row in undisturbed if (s := _stream_speed(row)) is not None], 0.5),
        throughput=throughput(rows),
        tokens_in=_tokens((row.in_reported for row in rows), (row.in_counted for row in rows)),
        tokens_out=_tokens((row.out_reported for row in rows), (row.out_counted for row in rows)),
        cost=Money(sum(known, Decimal(0)), len(known), len(asked) - len(known)),
        errors=share(len(failed), len(done) + len(failed)),
        cuts=share(either, len(done)),
        cut_by_length=share(by_length, len(done)),
        cut_by_us=share(by_us, len(done)),
        reasons=_most_frequent(row.error_kind or "unknown" for row in failed),
        served=_most_frequent(row.model_served or "" for row in done),
    )


def times(rows: Iterable[Measurement], name: str) -> Times:
    """The percentiles of one time over these answers, which must be undisturbed."""
    values = sorted(value for row in rows if (value := getattr(row, f"{name}_ms")) is not None)
    return Times(*(percentile(values, q) for q in QUANTILES))


def share(hits: int, n: int) -> Share:
    """A share with its interval."""
    return Share(hits, n, *wilson(hits, n))


def throughput(rows: Sequence[Measurement]) -> Throughput:
    """Answers and tokens over the time in which at least one call was under way; pauses of a job do not count."""
    spans = sorted(
        (row.started_s, row.started_s + row.wall_ms / 1000.0)
        for row in rows
        if row.started_s is not None and row.wall_ms is not None
    )
    busy_s, reached = 0.0, float("-inf")
    for start, end in spans:
        busy_s += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    done = [row for row in rows if row.status == "done" and row.started_s is not None and row.wall_ms is not None]
    if busy_s <= 0.0:
        return Throughput(0.0, None, None)
    tokens = sum(_out_tokens(row) or 0 for row in done)
    return Throughput(busy_s, 60.0 * len(done) / busy_s, tokens / busy_s)


def _tokens(reported: Iterable[int | None], counted: Iterable[int | None]) -> Tokens:
    told = [n for n in reported if n is not None]
    ours = [n for n in counted if n is not None]
    return Tokens(sum(told), len(told), sum(ours), len(ours))


def _out_tokens(row: Measurement) -> int | None:
    return row.out_counted if row.out_reported is None else row.out_reported


def _stream_speed(row: Measurement) -> float | None:
    """As records.Answer.tokens_per_s."""
    tokens = _out_tokens(row)
    if tokens is None or row.ttft_ms is None or row.total_ms is None or row.total_ms <= row.ttft_ms:
        return None
    return tokens / (row.total_ms - row.ttft_ms) * 1000.0


def _most_frequent(names: Iterable[str]) -> dict[str, int]:
    counted = Counter(names).most_common()
    found = dict(counted[:MAX_REASONS])
    if len(counted) > MAX_REASONS:
        found["other"] = found.get("other", 0) + sum(n for _, n in counted[MAX_REASONS:])
    return found


# --- as plain values -------------------------------------------------------------------------------------------------


def as_json(found: Figures) -> dict[str, Any]:
    """The figures as one nested document; money as text, so that no digit is lost."""
    return {
        "n": found.n,
        "done": found.n_done,
        "failed": found.n_failed,
        "not_asked": found.n_not_asked,
        "stopped": found.n_stopped,
        "disturbed": found.n_disturbed,
        "retried": found.n_retried,
        "asked_again": found.n_asked_again,
        "times_ms": {
            name: {f"p{p.q * 100:g}": percentile_json(p) for p in (each.p50, each.p95, each.p99)}
            for name, each in found.times.items()
        },
        "stream_tokens_per_s": percentile_json(found.stream_tokens_per_s),
        "throughput": {
            "busy_s": found.throughput.busy_s,
            "answers_per_minute": found.throughput.answers_per_minute,
            "tokens_per_s": found.throughput.tokens_per_s,
        },
        "tokens_in": _tokens_json(found.tokens_in),
        "tokens_out": _tokens_json(found.tokens_out),
        "cost_usd": {
            "total": _text(found.cost.total),
            "known": _text(found.cost.known),
            "mean": _text(found.cost.mean),
            "n_known": found.cost.n_known,
            "n_unknown": found.cost.n_unknown,
        },
        "error_rate": share_json(found.errors),
        "cut_rate": share_json(found.cuts),
        "cut_by_length": share_json(found.cut_by_length),
        "cut_by_us": share_json(found.cut_by_us),
        "reasons": dict(found.reasons),
        "served": dict(found.served),
    }


def percentile_json(p: Percentile) -> dict[str, Any]:
    """One percentile."""
    return {"value": p.value, "ci_low": p.ci_low, "ci_high": p.ci_high, "n": p.n, "n_needed": p.n_needed}


def share_json(found: Share) -> dict[str, Any]:
    """One share; without anything to share its interval is not known either."""
    known = found.n > 0
    return {
        "value": found.value,
        "ci_low": found.low if known else None,
        "ci_high": found.high if known else None,
        "hits": found.hits,
        "n": found.n,
    }


def _tokens_json(found: Tokens) -> dict[str, int]:
    return {
        "reported": found.reported,
        "n_reported": found.n_reported,
        "counted": found.counted,
        "n_counted": found.n_counted,
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
