"""The line over all answers: fastest, cheapest, longest, and no claim that the figures do not carry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from compare.records import Answer
from compare.render.summary import summary_line
from tests.render.test_numbers import answer


def one(name: str, ms: float | None, usd: str | None = None, text: str = "", **changes: Any) -> tuple[str, Answer]:
    cost = None if usd is None else Decimal(usd)
    changes.setdefault("candidate_id", name)
    return name, answer(total_ms=ms, cost_usd=cost, text=text, **changes)


def test_fastest_cheapest_and_longest_are_named_with_their_figure() -> None:
    line = summary_line([one("Ann", 2000.0, "0.002", "x" * 1200), one("Bob", 1000.0, "0.003", "x" * 800)])
    assert line == "fastest Bob (1.00 s) \u00b7 cheapest Ann ($0.00200) \u00b7 longest Ann (1,200 characters)"


def test_nothing_is_said_of_one_answer_or_of_what_only_one_has() -> None:
    assert summary_line([one("Ann", 2000.0, "0.002", "text")]) == ""
    assert summary_line([one("Ann", 2000.0, "0.002"), one("Bob", None)]) == ""
    assert summary_line([]) == ""


def test_only_complete_answers_are_compared() -> None:
    whole = [one("Ann", 2000.0, "0.002", "long"), one("Bob", 3000.0, "0.003", "longer")]
    cut = one("Cut", 10.0, "0.00001", "x" * 9999, finish="length")
    failed = one("Failed", 10.0, "0", "", status="failed", finish="error")
    stopped = one("Stopped", 10.0, "0", "x" * 9999, status="stopped", finish="cancelled")
    assert summary_line([cut, *whole, failed, stopped]) == summary_line(whole)
    assert summary_line(whole).startswith("fastest Ann (2.00 s)")


def test_who_cannot_be_told_apart_is_named_together() -> None:
    told = [one("Ann", 1001.0, "0"), one("Bob", 1003.0, "0"), one("Cid", 1000.0, "0"), one("Dan", 1500.0, "0.1")]
    assert summary_line(told) == "fastest Ann, Bob and Cid (1.00 s) \u00b7 cheapest Ann, Bob and Cid ($0)"


def test_where_all_are_alike_nobody_wins() -> None:
    assert summary_line([one("Ann", 1001.0, "0", "ab"), one("Bob", 1002.0, "0", "cd")]) == (
        "equally fast (1.00 s) \u00b7 same cost ($0) \u00b7 equally long (2 characters)"
    )


def test_repeats_of_a_candidate_count_once_with_their_median() -> None:
    """One lucky answer out of three does not make a candidate the fastest."""
    ann = [one(f"Ann ({n})", ms, candidate_id="ann") for n, ms in ((1, 100.0), (2, 3000.0), (3, 3200.0))]
    bob = [one("Bob", 2000.0), one("Bob (2)", 2100.0, candidate_id="Bob")]
    assert summary_line([*ann, *bob]) == "fastest Bob (median 2.05 s of 2)"


def test_repeats_of_a_single_candidate_are_not_compared_with_themselves() -> None:
    assert (
        summary_line([one("Ann", 100.0, "0.1", "a", candidate_id="ann"), one("Ann (2)", 200.0, candidate_id="ann")])
        == ""
    )


def test_disturbed_times_are_said_with_the_claim_that_rests_on_them() -> None:
    held_up = one("Ann", 1000.0, "0.1", loop_lag_ms=400.0)
    assert summary_line([held_up, one("Bob", 2000.0, "0.2")]) == (
        "fastest Ann (1.00 s, timing disturbed) \u00b7 cheapest Ann ($0.1000)"
    )
    # The loser's may have been off too: then nobody knows who was faster.
    assert "timing disturbed" in summary_line([one("Ann", 1000.0), one("Bob", 2000.0, loop_lag_ms=400.0)])
