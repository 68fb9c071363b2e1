"""The numbers line of a pane: every figure with its source, unknown said as unknown."""

from __future__ import annotations

from decimal import Decimal

from compare.records import Answer


def seconds(ms: float | None) -> str:
    """A time in seconds with sensible digits; "?" where it is not known."""
    if ms is None:
        return "?"
    return f"{ms / 1000:.2f} s" if ms < 10_000 else f"{ms / 1000:.1f} s"


def dollars(amount: Decimal | None) -> str:
    """Money as a reader wants it: "$0.00210", "$0" where it is free, "cost unknown" where it is not known."""
    if amount is None:
        return "cost unknown"
    if amount == 0:
        return "$0"
    if amount < Decimal("0.00001"):
        return "<$0.00001"
    digits = 2 if amount >= 1 else 4 if amount >= Decimal("0.01") else 5
    return f"${amount:.{digits}f}"


def tokens(reported: int | None, counted: int | None) -> str:
    """Tokens with both sources side by side: "1,302 reported (1,024 counted)"."""
    if reported is None and counted is None:
        return "?"
    if reported is None:
        return f"{counted:,} counted"
    if counted is None:
        return f"{reported:,} reported"
    return f"{reported:,} reported ({counted:,} counted)"


def numbers_line(answer: Answer) -> str:
    """One quiet line about a finished answer."""
    parts = [f"in {tokens(answer.in_reported, answer.in_counted)}", f"out {_out(answer)}"]
    if answer.total_ms is None:
        return " \u00b7 ".join(parts)
    if answer.ttft_ms is not None:
        parts.append(f"first {seconds(answer.ttft_ms)}")
    parts.append(f"total {seconds(answer.total_ms)}")
    if answer.tokens_per_s is not None:
        parts.append(f"{answer.tokens_per_s:,.0f} tok/s")
    parts.append(dollars(answer.cost_usd))
    if answer.attempts > 1:
        parts.append(f"{answer.attempts} attempts, {seconds(answer.wall_ms)} in all")
    if answer.timing_disturbed:
        parts.append("timing disturbed")
    return " \u00b7 ".join(parts)


def _out(answer: Answer) -> str:
    """Output tokens; without the words where the input, just before, has named the same two sources."""
    if None in (answer.in_reported, answer.in_counted, answer.out_reported, answer.out_counted):
        return tokens(answer.out_reported, answer.out_counted)
    return f"{answer.out_reported:,} ({answer.out_counted:,})"


def live_line(*, elapsed_ms: float, ttft_ms: float, out_counted: int | None) -> str:
    """The same while the answer is being written."""
    parts = [] if out_counted is None else [f"out {out_counted:,} counted"]
    return " \u00b7 ".join([*parts, f"first {seconds(ttft_ms)}", f"{elapsed_ms / 1000:.1f} s"])
