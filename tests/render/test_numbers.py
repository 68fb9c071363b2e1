"""The numbers line: every figure with its source, unknown said as unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from compare.records import Answer, Price
from compare.render.numbers import (
    LiveFigures,
    about_dollars,
    dollars,
    live_line,
    numbers_line,
    seconds,
    tokens,
    window_share,
)


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
    ("amount", "shown"),
    [(None, "cost unknown"), ("0", "$0"), ("0.000009", "<$0.00001"), ("0.000042", "about $0.00004"),
     ("0.00042", "about $0.0004"), ("0.0234", "about $0.023"), ("1.234", "about $1.23")],
)  # fmt: skip
def test_an_estimated_cost_says_so_and_claims_few_digits(amount: str | None, shown: str) -> None:
    assert about_dollars(None if amount is None else Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ((1302, "reported", 400, "reported"), "in 1,302, out 400 reported"),
        ((1024, "counted", 400, "reported"), "in 1,024 counted, out 400 reported"),
        ((1024, "counted", None, "counted"), "in 1,024 counted"),
        ((None, "counted", 0, "counted"), "out 0 counted"),
        ((None, "counted", None, "counted"), ""),
    ],
)
def test_tokens_name_their_source_once_where_it_is_the_same(
    told: tuple[int | None, str, int | None, str], shown: str
) -> None:
    assert tokens(*told) == shown


@pytest.mark.parametrize(
    ("used", "window", "shown"),
    [(1702, 14_000, "12 %"), (0, 100, "0 %"), (3, 1_000, "<1 %"), (999, 1_000, "100 %"), (1_040, 1_000, "104 %"),
     (None, 1_000, ""), (5, None, "")],
)  # fmt: skip
def test_the_share_of_the_window_is_left_out_where_it_is_not_known(
    used: int | None, window: int | None, shown: str
) -> None:
    assert window_share(used, window) == shown


# --- a finished answer -----------------------------------------------------------------------------------------------


def test_a_whole_line() -> None:
    assert numbers_line(answer(), window_tokens=14_000) == (
        "first 0.48 s \u00b7 total 4.48 s \u00b7 in 1,302, out 400 reported \u00b7 $0.00210 \u00b7 "
        "100 tok/s \u00b7 12 % of window"
    )


def test_attempts_and_disturbed_times_are_said() -> None:
    line = numbers_line(answer(attempts=2, wall_ms=6000.0, loop_lag_ms=35.0))
    assert line.endswith("$0.00210 \u00b7 100 tok/s \u00b7 2 attempts, 6.00 s in all \u00b7 timing disturbed")


def test_an_unknown_cost_is_said_to_be_unknown_and_an_unknown_window_not_mentioned() -> None:
    line = numbers_line(answer(cost_usd=None))
    assert line.endswith("cost unknown \u00b7 100 tok/s")
    assert "window" not in line


def test_a_free_answer_costs_nothing() -> None:
    assert "$0 " in numbers_line(answer(cost_usd=Decimal(0)), window_tokens=128_000)


def test_a_recorded_answer_has_no_times() -> None:
    line = numbers_line(answer(in_reported=None, out_reported=None, ttft_ms=None, total_ms=None, cost_usd=None))
    assert line == "in 1,024, out 380 counted"


def test_an_answer_without_a_first_piece_has_no_time_of_it() -> None:
    line = numbers_line(answer(ttft_ms=None))
    assert "first" not in line
    assert line.startswith("total 4.48 s")


def test_an_answer_that_nobody_was_asked_for_has_no_line() -> None:
    nothing = dict.fromkeys(("in_reported", "in_counted", "out_reported", "out_counted", "total_ms", "cost_usd"))
    assert numbers_line(answer(**nothing)) == ""


# --- an answer that is made ------------------------------------------------------------------------------------------

PRICE = Price(Decimal(3), Decimal(15))


def test_before_the_first_piece_there_are_time_input_and_its_cost() -> None:
    waiting = LiveFigures(elapsed_ms=1234.0, in_counted=1024, price=PRICE, window_tokens=128_000)
    assert live_line(waiting) == "1.2 s \u00b7 in 1,024 counted \u00b7 about $0.0031 \u00b7 <1 % of window"


def test_the_live_line_has_the_order_of_the_final_one() -> None:
    writing = LiveFigures(
        elapsed_ms=4480.0, ttft_ms=480.0, in_counted=1024, out_counted=380, price=PRICE, window_tokens=14_000
    )
    assert live_line(writing) == (
        "first 0.48 s \u00b7 4.5 s \u00b7 in 1,024, out 380 counted \u00b7 about $0.0088 \u00b7 "
        "95 tok/s \u00b7 10 % of window"
    )


def test_while_it_is_made_an_unknown_price_is_unknown_and_a_free_one_nothing() -> None:
    some = {"elapsed_ms": 1000.0, "in_counted": 10, "out_counted": 1}
    assert live_line(LiveFigures(**some)).endswith("cost unknown")
    assert live_line(LiveFigures(**some, price=Price(Decimal(0), Decimal(0)))).endswith("\u00b7 $0")


def test_a_summary_that_was_made_first_is_part_of_the_cost() -> None:
    with_summary = LiveFigures(elapsed_ms=1.0, in_counted=1000, price=PRICE, before_usd=Decimal("0.002"))
    assert with_summary.cost_usd == Decimal("0.005")
    assert LiveFigures(elapsed_ms=1.0, in_counted=1000, price=PRICE, before_usd=None).cost_usd is None


def test_before_anything_is_counted_no_cost_is_guessed() -> None:
    assert live_line(LiveFigures(elapsed_ms=300.0, price=PRICE, window_tokens=1000)) == "0.3 s"


def test_a_further_attempt_is_said_while_it_runs() -> None:
    assert live_line(LiveFigures(elapsed_ms=300.0, price=PRICE, attempt=2)) == "0.3 s \u00b7 attempt 2"
