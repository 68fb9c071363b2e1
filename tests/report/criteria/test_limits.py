"""Limits: a direction, a number and a unit."""

from __future__ import annotations

import pytest

from compare.errors import ConfigError
from compare.report.criteria.limits import Quantity, parse_limit


@pytest.mark.parametrize(
    ("text", "quantity", "operator", "value", "shown"),
    [
        ("<= 3.0 s", "time", "<=", 3000.0, "3.0 s"),
        ("\u2264 3.0 s", "time", "<=", 3000.0, "3.0 s"),
        ("at most 250ms", "time", "<=", 250.0, "250 ms"),
        ("< 0.01 USD", "money", "<", 0.01, "$0.01"),
        ("<= $0.01", "money", "<=", 0.01, "$0.01"),
        ("below 5 usd", "money", "<", 5.0, "$5"),
        (">= 95 %", "share", ">=", 0.95, "95 %"),
        ("at least 95%", "share", ">=", 0.95, "95 %"),
        ("> .5", "share", ">", 0.5, ".5"),
        ("above 0.4", "share", ">", 0.4, "0.4"),
    ],
)
def test_limits_that_can_be_read(text: str, quantity: Quantity, operator: str, value: float, shown: str) -> None:
    limit = parse_limit(text, quantity)
    assert (limit.operator, limit.value, limit.shown) == (operator, pytest.approx(value), shown)


@pytest.mark.parametrize(
    ("text", "quantity", "told"),
    [
        ("3 s", "time", "'3 s' is no limit: write a direction, a number and a unit, such as \"<= 3.0 s\""),
        ("<= 3", "time", "'<= 3' has no unit; this metric is measured in 'ms' or 's'"),
        ("<= 3 USD", "time", "has the unit 'USD'; this metric is measured in 'ms' or 's'"),
        ("<= 3 EUR", "money", "has the unit 'eur'; this metric is measured in 'USD'"),
        ("<= 2", "share", "is a share of 2; it must lie between 0 and 1, or between 0 % and 100 %"),
        ("<= 150 %", "share", "is a share of 1.5"),
        ("<= 3 min", "time", "has the unit 'min'"),
        ("<= -1 s", "time", "is no limit"),
        ("<= 1e3 s", "time", "is no limit"),
        ("= 3 s", "time", "is no limit"),
    ],
)
def test_what_is_no_limit_says_what_would_be(text: str, quantity: Quantity, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_limit(text, quantity)
    assert told in str(caught.value)


def test_the_edge_itself_keeps_a_limit_unless_it_is_strict() -> None:
    assert parse_limit("<= 3 s", "time").holds(3000.0)
    assert not parse_limit("< 3 s", "time").holds(3000.0)
    assert parse_limit(">= 50 %", "share").holds(0.5)
    assert not parse_limit("> 50 %", "share").holds(0.5)


def test_a_figure_beside_its_limit_reads_as_it_is_judged() -> None:
    limit = parse_limit("<= 3.0 s", "time")
    assert limit.figure(4214.0) == "4.21 s"
    assert limit.figure(3000.4) == "3.0004 s"
    assert limit.figure(3000.0) == "3.00 s"
    assert limit.figure(12_345.0) == "12.3 s"
    assert parse_limit("< 1 %", "share").figure(0.009_999) == "0.9999 %"
    assert parse_limit("<= $0.01", "money").figure(0.002_1) == "$0.002100"
