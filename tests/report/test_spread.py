"""How much a candidate varies, from its complete answers in one run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from compare.records import Answer
from compare.report.spread import spreads


def answer(candidate_id: str, text: str = "yes", **changes: Any) -> Answer:
    values: dict[str, Any] = {"status": "done", "finish": "stop", "out_reported": 10, "total_ms": 100.0}
    return Answer("id", candidate_id, "leaf", 1, 3, "fixed", "live", text=text, **(values | changes))


def test_a_candidate_that_was_asked_once_has_no_spread() -> None:
    assert spreads([answer("a"), answer("b")]) == []


def test_ranges_run_from_the_least_to_the_most() -> None:
    [spread] = spreads([
        answer("a", out_reported=30, total_ms=300.0, cost_usd=Decimal("0.3")),
        answer("b"),
        answer("a", out_reported=10, total_ms=900.0, cost_usd=Decimal("0.1")),
        answer("a", out_reported=20, total_ms=100.0, cost_usd=Decimal("0.2")),
    ])  # fmt: skip
    assert (spread.candidate_id, spread.n) == ("a", 3)
    assert spread.out_tokens == (10, 30)
    assert spread.total_ms == (100.0, 900.0)
    assert spread.cost_usd == (Decimal("0.1"), Decimal("0.3"))


def test_a_range_with_an_unknown_end_is_unknown() -> None:
    [spread] = spreads([answer("a", cost_usd=Decimal("0.3")), answer("a", cost_usd=None)])
    assert spread.cost_usd is None
    assert spread.out_tokens == (10, 10)


def test_counted_tokens_stand_where_none_were_reported() -> None:
    [spread] = spreads([answer("a"), answer("a", out_reported=None, out_counted=7)])
    assert spread.out_tokens == (7, 10)


def test_stopped_and_failed_answers_say_nothing_about_spread() -> None:
    assert spreads([answer("a"), answer("a", status="stopped", finish="cancelled")]) == []


@pytest.mark.parametrize(("texts", "alike"), [
    (("one two three", "one two three"), 1.0),
    (("one two", "three four"), 0.0),
    (("one two three four", "one two"), 4 / 6),
    (("", ""), 1.0),
    (("a b", "a b", "c d"), 1 / 3),
])  # fmt: skip
def test_texts_are_as_alike_as_the_words_they_share(texts: tuple[str, ...], alike: float) -> None:
    [spread] = spreads([answer("a", text) for text in texts])
    assert spread.alike == pytest.approx(alike)
