"""Measured figures as cells of a table for people, the same on pages and on the command line."""

from __future__ import annotations

from compare.ratings.percentiles import Percentile
from compare.render.numbers import dollars, seconds
from compare.report.measured.figures import Figures, Money, Share, Tokens
from compare.report.measured.table import ALL, TableRow

UNKNOWN = "\u2013"
HEADER = (
    "candidate", "length", "workload", "answers", "errors", "cut", "timed", "first p50", "first p95", "first p99",
    "complete p50", "complete p95", "complete p99", "cost each", "cost", "a minute", "tokens/s",
    "tokens in", "tokens out",
)  # fmt: skip
"""What `cells` gives, column by column."""


def cells(row: TableRow) -> tuple[str, ...]:
    """One row of the table."""
    found = row.figures
    first, complete = found.times["ttft"], found.times["total"]
    return (
        row.candidate,
        ALL if row.bucket is None else row.bucket.label,
        ALL if row.workload is None else row.workload,
        f"{found.n_done:,}",
        _share(found.errors),
        _share(found.cuts),
        f"{complete.p50.n:,}",
        _time(first.p50),
        _time(first.p95),
        _time(first.p99),
        _time(complete.p50),
        _time(complete.p95),
        _time(complete.p99),
        dollars(found.cost.mean) if found.cost.n_known else "unknown",
        _total(found.cost),
        _number(found.throughput.answers_per_minute),
        _number(found.throughput.tokens_per_s),
        _tokens(found.tokens_in),
        _tokens(found.tokens_out),
    )


def left_out(found: Figures) -> str:
    """What a reader of the row should know of, as a sentence; empty where there is nothing."""
    parts = [
        (found.n_not_asked, f"of {found.n_failed:,} failed never asked"),
        (found.n_disturbed, "disturbed timings left out"),
        (found.n_stopped, "answers stopped"),
        (found.n_asked_again, "earlier answers replaced"),
    ]
    return ", ".join(f"{n:,} {what}" for n, what in parts if n)


def _time(p: Percentile) -> str:
    if p.value is None:
        return UNKNOWN
    if p.ci_low is None or p.ci_high is None:
        return seconds(p.value)
    return f"{seconds(p.value)} ({seconds(p.ci_low).removesuffix(' s')} to {seconds(p.ci_high).removesuffix(' s')})"


def _share(found: Share) -> str:
    if found.value is None:
        return UNKNOWN
    return f"{found.value:.1%} ({found.low * 100:.1f} to {found.high * 100:.1f})"


def _total(money: Money) -> str:
    """The sum; where a part is unknown it says of how many, and what is known is the least it can be."""
    if not money.n_unknown:
        return dollars(money.total) if money.n_known else UNKNOWN
    if not money.n_known:
        return f"unknown ({money.n_unknown:,})"
    return f"at least {dollars(money.known)} (unknown for {money.n_unknown:,})"


def _tokens(found: Tokens) -> str:
    """As reported, where every answer with a count has a report; else as counted here."""
    if found.n_reported and found.n_reported >= found.n_counted:
        return f"{found.reported:,}"
    return f"{found.counted:,} counted" if found.n_counted else UNKNOWN


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.1f}"
