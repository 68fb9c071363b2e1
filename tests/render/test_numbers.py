"""The numbers line: every figure with its source, unknown said as unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from compare.records import Answer
from compare.render.numbers import dollars, live_line, numbers_line, seconds, tokens


def answer(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "id": "a", "candidate_id": "c", "prompt_leaf_id": "m", "turn": 1, "n_messages": 1, "history": "fixed",
        "origin": "live", "status": "done", "finish": "stop", "text": "42", "in_reported": 1302, "in_counted": 1024,
        "out_reported": 400, "out_counted": 380, "ttft_ms": 480.0, "total_ms": 4480.0, "wall_ms": 4480.0,
        "cost_usd": Decimal("0.0021"),
    }  # fmt: skip
    return Answer(**(values | changes))


@pytest.mark.parametrize(
    ("ms", "shown"), [(None, "?"), (0.0, "0.00 s"), (481.2, "0.48 s"), (9_994.0, "9.99 s"), (12_340.0, "12.3 s")]
)
def test_seconds(ms: float | None, shown: str) -> None:
    assert seconds(ms) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(None, "cost unknown"), ("0", "$0"), ("0.000009", "<$0.00001"), ("0.00001", "$0.00001"), ("0.0021", "$0.00210"),
     ("0.0234", "$0.0234"), ("0.5", "$0.5000"), ("1", "$1.00"), ("1234.5", "$1234.50")],
)  # fmt: skip
def test_money_is_never_zero_unless_it_is_free(amount: str | None, shown: str) -> None:
    assert dollars(None if amount is None else Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("reported", "counted", "shown"),
    [
        (None, None, "?"),
        (1302, None, "1,302 reported"),
        (None, 9, "9 counted"),
        (0, 3, "0 reported (3 counted)"),
    ],
)
def test_tokens_name_their_source(reported: int | None, counted: int | None, shown: str) -> None:
    assert tokens(reported, counted) == shown


def test_a_whole_line() -> None:
    assert numbers_line(answer()) == (
        "in 1,302 reported (1,024 counted) \u00b7 out 400 (380) \u00b7 first 0.48 s \u00b7 "
        "total 4.48 s \u00b7 100 tok/s \u00b7 $0.00210"
    )


def test_attempts_and_disturbed_times_are_said() -> None:
    line = numbers_line(answer(attempts=2, wall_ms=6000.0, loop_lag_ms=35.0))
    assert line.endswith("$0.00210 \u00b7 2 attempts, 6.00 s in all \u00b7 timing disturbed")


def test_an_unknown_cost_is_said_to_be_unknown() -> None:
    assert "cost unknown" in numbers_line(answer(cost_usd=None))


def test_a_recorded_answer_has_no_times() -> None:
    line = numbers_line(answer(in_reported=None, out_reported=None, ttft_ms=None, total_ms=None, cost_usd=None))
    assert line == "in 1,024 counted \u00b7 out 380 counted"


def test_an_answer_without_a_first_piece_has_no_time_of_it() -> None:
    line = numbers_line(answer(ttft_ms=None))
    assert "first" not in line
    assert "total 4.48 s \u00b7 $0.00210" in line


def test_the_live_line() -> None:
    assert live_line(elapsed_ms=2345.0, ttft_ms=480.0, out_counted=12) == (
        "out 12 counted \u00b7 first 0.48 s \u00b7 2.3 s"
    )
    assert live_line(elapsed_ms=2345.0, ttft_ms=480.0, out_counted=None) == "first 0.48 s \u00b7 2.3 s"
