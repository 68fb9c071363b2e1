"""Anthropic counts plain, cached and newly cached input apart, and reports a stream's totals at its end."""

from __future__ import annotations

from typing import Any

import pytest

from compare.providers.anthropicusage import usage_of
from compare.records import Usage


def _of(begun: dict[str, Any], closing: dict[str, Any], *, has_text: bool = True) -> tuple[Usage, list[str]]:
    return usage_of(begun, closing, has_text=has_text)


def _counted(given: object, answered: object, **more: object) -> dict[str, Any]:
    return {"input_tokens": given, "output_tokens": answered, **more}


def test_a_whole_answer_reports_once() -> None:
    usage, doubts = _of({}, _counted(41, 8))
    assert (usage.input, usage.output, usage.cached, usage.reasoning) == (41, 8, None, None)
    assert (usage.source, doubts) == ("reported", [])


def test_cached_input_is_added_since_anthropic_leaves_it_out() -> None:
    usage, doubts = _of({}, _counted(1, 8, cache_read_input_tokens=40, cache_creation_input_tokens=100))
    assert (usage.input, usage.cached, usage.cache_write) == (141, 40, 100)
    assert doubts == []


def test_the_last_figures_replace_the_first_and_are_never_added() -> None:
    begun = _counted(690, 8, cache_read_input_tokens=5, service_tier="standard")
    usage, _ = _of(begun, _counted(3042, 354, cache_read_input_tokens=0))
    assert (usage.input, usage.cached, usage.output) == (3042, 0, 354)
    assert usage.raw == {**begun, **_counted(3042, 354, cache_read_input_tokens=0)}


def test_a_figure_that_the_end_leaves_out_or_nulls_stays_as_it_began() -> None:
    usage, _ = _of(_counted(12, 1, cache_read_input_tokens=30), {"output_tokens": 7, "cache_read_input_tokens": None})
    assert (usage.input, usage.cached, usage.output) == (42, 30, 7)


def test_output_of_a_stream_that_broke_off_is_not_known() -> None:
    usage, doubts = _of(_counted(12, 8), {})
    assert (usage.input, usage.output, usage.source) == (12, None, "reported")
    assert doubts == []


def test_thinking_is_a_part_of_the_output() -> None:
    usage, doubts = _of({}, _counted(9, 50, output_tokens_details={"thinking_tokens": 40}))
    assert (usage.output, usage.reasoning, doubts) == (50, 40, [])


def test_more_thinking_than_output_is_set_aside_with_a_word() -> None:
    usage, doubts = _of({}, _counted(9, 4, output_tokens_details={"thinking_tokens": 5}))
    assert (usage.output, usage.reasoning) == (4, None)
    assert doubts == ["The server reported 5 of 4 output tokens as reasoning; the former was set aside."]


def test_zero_that_cannot_be_is_not_known() -> None:
    usage, doubts = _of(_counted(0, 0, cache_read_input_tokens=0), {"output_tokens": 0})
    assert (usage.input, usage.cached, usage.output, usage.source) == (None, None, None, "missing")
    assert len(doubts) == 2
    assert _of({}, _counted(5, 0), has_text=False)[0].output == 0, "a refusal before any text has 0 tokens"


def test_zero_plain_tokens_are_possible_where_all_was_cached() -> None:
    usage, doubts = _of({}, _counted(0, 3, cache_read_input_tokens=64))
    assert (usage.input, usage.cached, doubts) == (64, 64, [])


@pytest.mark.parametrize("odd", ["12", None, True, -3, 1.5, [], {}])
def test_what_is_no_count_is_not_known(odd: object) -> None:
    usage, _ = _of({}, _counted(odd, 2.0, cache_read_input_tokens=7))
    assert (usage.input, usage.output, usage.cached) == (None, 2, 7)
    usage, _ = _of({}, _counted(5, odd, cache_read_input_tokens=odd, output_tokens_details=odd))
    assert (usage.input, usage.output, usage.cached, usage.reasoning) == (5, None, None, None)


def test_depth_does_not_keep_the_figures_from_being_read() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    usage, doubts = _of({}, _counted(5, 2, server_tool_use=deep))
    assert (usage.input, usage.output, usage.raw) == (5, 2, {})
    assert "too deeply nested" in doubts[0]
