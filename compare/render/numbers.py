"""The numbers line of a pane, short enough for four panes side by side; details.py has every figure with its source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from compare.records import Answer, Price, Usage
from compare.tokens.cost import cost_usd

_BETWEEN = " \u00b7 "


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """What is known of an answer while it is made. Every time is measured as the finished answer's will be."""

    elapsed_ms: float
    """Since the call was sent; before that, since the candidate was asked."""
    ttft_ms: float | None = None
    first_text_ms: float | None = None
    in_counted: int | None = None
    """Tokens of what was sent; None where they are not counted (yet)."""
    out_counted: int | None = None
    """Tokens that have come, thinking included."""
    price: Price | None = None
    before_usd: Decimal | None = Decimal(0)
    """Cost of a summary that had to be made first; None where it is unknown."""
    window_tokens: int | None = None
    """Context window of the model that is asked; None where it is not known."""
    attempt: int = 1

    @property
    def tokens_per_s(self) -> float | None:
        """Counted output tokens per second since the first piece; None until there is some of both."""
        if not self.out_counted or self.ttft_ms is None or self.elapsed_ms <= self.ttft_ms:
            return None
        return self.out_counted / (self.elapsed_ms - self.ttft_ms) * 1000.0

    @property
    def cost_usd(self) -> Decimal | None:
        """What the counted tokens cost so far; None where price or tokens are unknown."""
        own = cost_usd(self.price, Usage(input=self.in_counted, output=self.out_counted or 0))
        return None if own is None or self.before_usd is None else own + self.before_usd

    @property
    def used_tokens(self) -> int | None:
        """Input and output together; None while the input is not counted."""
        return None if self.in_counted is None else self.in_counted + (self.out_counted or 0)


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


def about_dollars(amount: Decimal | None) -> str:
    """An estimate of a cost, said to be one and with no more digits than it deserves: "about $0.0004"."""
    if amount is None or amount == 0 or amount < Decimal("0.00001"):
        return dollars(amount)
    digits = 2 if amount >= 1 else 3 if amount >= Decimal("0.01") else 4 if amount >= Decimal("0.0001") else 5
    return f"about ${amount:.{digits}f}"


def tokens(n_in: int | None, in_source: str, n_out: int | None, out_source: str) -> str:
    """Input and output tokens with their source, said once where it is the same: "in 1,302, out 400 reported"."""
    if n_in is not None and n_out is not None and in_source == out_source:
        return f"in {n_in:,}, out {n_out:,} {out_source}"
    parts = (("in", n_in, in_source), ("out", n_out, out_source))
    return ", ".join(f"{word} {n:,} {source}" for word, n, source in parts if n is not None)


def window_share(n_tokens: int | None, window_tokens: int | None) -> str:
    """How much of a model's context window is in use: "12 %"; empty where tokens or window are not known."""
    if n_tokens is None or not window_tokens:
        return ""
    percent = 100 * n_tokens / window_tokens
    return "<1 %" if 0 < percent < 1 else f"{percent:.0f} %"


def used_tokens(answer: Answer) -> int | None:
    """Input and output together, each as reported or else as counted; None where one of them is not known."""
    n_in = answer.in_counted if answer.in_reported is None else answer.in_reported
    n_out = answer.out_counted if answer.out_reported is None else answer.out_reported
    return None if n_in is None or n_out is None else n_in + n_out


def numbers_line(answer: Answer, *, window_tokens: int | None = None) -> str:
    """One quiet line about a finished answer, what matters most first: a phone shows its beginning.

    Args:
        answer: any, also one that failed, was stopped or was recorded elsewhere.
        window_tokens: context window of the model that answered; None where it is not known.
    """
    n_in, in_source = _one(answer.in_reported, answer.in_counted)
    n_out, out_source = _one(answer.out_reported, answer.out_counted)
    said = tokens(n_in, in_source, n_out, out_source)
    if answer.total_ms is None:
        return said
    share = window_share(used_tokens(answer), window_tokens)
    return _line(
        f"first {seconds(answer.ttft_ms)}" if answer.ttft_ms is not None else "",
        f"total {seconds(answer.total_ms)}",
        said,
        dollars(answer.cost_usd),
        f"{answer.tokens_per_s:,.0f} tok/s" if answer.tokens_per_s is not None else "",
        f"{share} of window" if share else "",
        f"{answer.attempts} attempts, {seconds(answer.wall_ms)} in all" if answer.attempts > 1 else "",
        "timing disturbed" if answer.timing_disturbed else "",
    )


def live_line(live: LiveFigures) -> str:
    """The same while the answer is made, in the same order, so that nothing jumps at its end."""
    no_cost_yet = live.price is not None and live.in_counted is None
    share = window_share(live.used_tokens, live.window_tokens)
    return _line(
        f"first {seconds(live.ttft_ms)}" if live.ttft_ms is not None else "",
        f"{live.elapsed_ms / 1000:.1f} s",
        tokens(live.in_counted, "counted", live.out_counted, "counted"),
        "" if no_cost_yet else about_dollars(live.cost_usd),
        f"{live.tokens_per_s:,.0f} tok/s" if live.tokens_per_s is not None else "",
        f"{share} of window" if share else "",
        f"attempt {live.attempt}" if live.attempt > 1 else "",
    )


def _line(*parts: str) -> str:
    return _BETWEEN.join(part for part in parts if part)


def _one(reported: int | None, counted: int | None) -> tuple[int | None, str]:
    return (counted, "counted") if reported is None else (reported, "reported")
