"""The bar under a pane's header: three phases that add up to the whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.render.timeline import Phases, phases, phases_of
from tests.render.test_numbers import answer


def test_the_three_phases_of_a_model_that_thinks() -> None:
    stored = answer(ttft_ms=800.0, first_text_ms=2900.0, total_ms=5900.0)
    assert phases_of(stored) == Phases(waiting_ms=800, thinking_ms=2100, writing_ms=3000)


def test_a_model_that_does_not_think_has_no_phase_of_it() -> None:
    assert phases_of(answer(ttft_ms=800.0, first_text_ms=800.0, total_ms=1000.0)) == (800, 0, 200)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"ttft_ms": 480.0}, (480, 0, 4000)),
        ({"ttft_ms": 480.0, "text": "", "reasoning": "Hm.", "status": "stopped"}, (480, 4000, 0)),
        ({"ttft_ms": None, "text": "", "status": "failed"}, (4480, 0, 0)),
    ],
    ids=["stored before the first word was timed", "stopped while it thought", "failed before anything came"],
)
def test_a_piece_that_is_not_known_leaves_its_time_to_the_phase_before(
    changes: dict[str, Any], shown: tuple[int, int, int]
) -> None:
    assert phases_of(answer(**changes)) == shown


def test_where_no_time_was_taken_there_is_no_bar() -> None:
    assert phases_of(answer(ttft_ms=None, total_ms=None, origin="recorded")) is None


times = st.floats(-10, 10_000_000)


@given(st.none() | times, st.none() | times, times)
def test_phases_are_never_negative_and_add_up(ttft: float | None, text: float | None, total: float) -> None:
    found = phases(ttft_ms=ttft, first_text_ms=text, total_ms=total)
    assert min(found) >= 0
    assert sum(found) == round(max(total, 0.0))
