"""Numbers on the command line that no range holds back: "nan" is smaller than nothing and larger than nothing."""

from __future__ import annotations

import pytest

from tests.cli.command import weighbridge


@pytest.mark.parametrize(
    "command",
    [
        "canary --share",
        "canary --share 0.1 --tau",
        "route recommend --max-cost",
        "route recommend --floor",
        "route recommend --slow-after",
        "route recommend --per-month",
        "rate --prior",
    ],
)
@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_what_is_no_finite_number_is_refused(command: str, number: str) -> None:
    told = weighbridge(*command.split(), number)
    assert (told.status, told.out) == (2, "")
    assert f"Invalid value for '{command.split()[-1]}'" in told.err


def test_a_limit_that_is_no_number_is_not_taken_for_a_limit_that_holds() -> None:
    told = weighbridge("route", "recommend", "--max-cost", "nan").err
    assert "'nan' is no number that can be reckoned with." in told


def test_a_reference_that_is_not_asked_is_refused_before_anything_is_asked() -> None:
    told = weighbridge("probe", "--models", "sim-lite", "--lengths", "4", "--reference", "sim-large").complaint
    assert told == "--reference 'sim-large' is none of the candidates that are asked: sim-lite."


@pytest.mark.parametrize("command", ["jobs list", "comparison list", "threads list"])
def test_lists_of_more_rows_than_a_database_counts_are_refused(command: str) -> None:
    told = weighbridge(*command.split(), "--limit", 2**70)
    assert (told.status, told.out) == (2, "")
    assert "is not in the range" in told.err


def test_a_limit_of_thousands_of_digits_is_one_sentence() -> None:
    told = weighbridge("probe", "--models", "sim-lite", "--limit", "sim-lite=" + 5000 * "9").complaint
    assert "cannot be read. Write NAME=4" in told
