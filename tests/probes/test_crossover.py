"""From which thread length on a memory is worse than another, as a route would say it."""

from __future__ import annotations

import pytest

from compare.errors import ConfigError
from compare.probes.crossover import crossover, crossovers
from compare.probes.plant import PlantPlan, plant
from tests.probes.memories import ask, everything, last, logistic

PLANTING = plant(PlantPlan(lengths=(4, 6, 8, 12, 16, 24, 30, 50), depths=(0.0,), sets=3, controls=False))


def test_a_short_memory_crosses_a_whole_one_between_two_tested_lengths() -> None:
    found = [*ask(PLANTING, last(12), name="short"), *ask(PLANTING, everything, name="whole")]
    ((name, one),) = crossovers(found, "whole").items()
    assert (name, one.verdict, one.reference) == ("short", "crosses", "whole")
    assert one.at is not None
    assert 10 <= one.at < 24
    assert one.rule == f"thread_length > {one.at}"
    assert one.rule in one.sentence
    assert f" in threads of up to {one.at} messages" in one.sentence


def test_equal_memories_are_good_enough_at_every_length() -> None:
    found = [*ask(PLANTING, everything, name="a"), *ask(PLANTING, everything, name="b")]
    one = crossover(found, "a", "b")
    assert one is not None
    assert (one.verdict, one.rule) == ("good_enough", "")
    assert "in threads of every length tested, up to 50 messages" in one.sentence


def test_no_memory_at_all_is_never_good_enough() -> None:
    found = [*ask(PLANTING, last(1), name="a"), *ask(PLANTING, everything, name="b")]
    one = crossover(found, "a", "b")
    assert one is not None
    assert (one.verdict, one.rule) == ("not_good_enough", "")


def test_a_fading_memory_gets_a_line_with_an_interval() -> None:
    planting = plant(PlantPlan(types=("recall",), depths=(0.0,), sets=30, controls=False,
                               lengths=(4, 8, 16, 30, 50)))  # fmt: skip
    found = [*ask(planting, logistic(8.0, 2.0, seed=3), name="fading"), *ask(planting, everything, name="whole")]
    one = crossover(found, "fading", "whole")
    assert one is not None
    assert (one.verdict, one.is_step) == ("crosses", False)
    assert one.at is not None
    assert one.ci_low is not None
    assert one.ci_low <= one.at
    # P = 0.9 where log2(d) = (8 - ln 9) / 2, so at a distance of 7.5: threads of about 9 messages.
    assert 6 <= one.at <= 13


def test_a_reference_that_was_asked_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="'c' was asked no probes"):
        crossovers(ask(PLANTING, everything, name="a"), "c")
