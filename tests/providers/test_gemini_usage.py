"""Gemini's token counts mean what everybody's mean: input with cached and tool tokens, output with thoughts."""

from __future__ import annotations

from typing import Any

import pytest

from compare.providers.geminiusage import usage_of
from compare.records import Usage


def _of(*, has_text: bool = True, **raw: Any) -> tuple[Usage, list[str]]:
    return usage_of(raw, has_text=has_text)


def test_plain_figures() -> None:
    usage, doubts = _of(promptTokenCount=13, candidatesTokenCount=8, totalTokenCount=21)
    assert (usage.input, usage.output, usage.cached, usage.reasoning) == (13, 8, None, None)
    assert (usage.source, doubts) == ("reported", [])
    assert usage.raw == {"promptTokenCount": 13, "candidatesTokenCount": 8, "totalTokenCount": 21}


def test_thoughts_stand_beside_the_answer_and_are_added_to_the_output() -> None:
    usage, doubts = _of(promptTokenCount=5, candidatesTokenCount=1, thoughtsTokenCount=100, totalTokenCount=106)
    assert (usage.input, usage.output, usage.reasoning, doubts) == (5, 101, 100, [])


def test_results_of_tools_are_input() -> None:
    usage, _ = _of(
        promptTokenCount=32,
        toolUsePromptTokenCount=4687,
        candidatesTokenCount=33,
        thoughtsTokenCount=45,
        totalTokenCount=4797,
    )
    assert (usage.input, usage.output, usage.reasoning) == (4719, 78, 45)


def test_cached_tokens_are_a_part_of_the_prompt() -> None:
    usage, doubts = _of(promptTokenCount=900, cachedContentTokenCount=800, candidatesTokenCount=4, totalTokenCount=904)
    assert (usage.input, usage.cached, usage.cache_write, doubts) == (900, 800, None, [])


def test_answer_that_reasoning_left_nothing_for_has_only_its_thoughts_as_output() -> None:
    usage, doubts = _of(has_text=False, promptTokenCount=9, thoughtsTokenCount=61, totalTokenCount=70)
    assert (usage.output, usage.reasoning, doubts) == (61, 61, [])


def test_prompt_that_was_blocked_has_no_output_by_the_total() -> None:
    usage, _ = _of(has_text=False, promptTokenCount=6, totalTokenCount=6)
    assert (usage.input, usage.output, usage.source) == (6, 0, "reported")


def test_output_that_is_left_out_of_a_chunk_with_text_is_not_known() -> None:
    usage, doubts = _of(promptTokenCount=15, totalTokenCount=15)
    assert (usage.input, usage.output, usage.source, doubts) == (15, None, "reported", [])


def test_output_that_stands_only_in_the_total_is_found() -> None:
    assert _of(promptTokenCount=15, totalTokenCount=40)[0].output == 25


def test_thoughts_that_stand_only_in_the_total_are_found() -> None:
    usage, _ = _of(promptTokenCount=10, candidatesTokenCount=4, totalTokenCount=34)
    assert (usage.output, usage.reasoning) == (24, 20)


def test_total_smaller_than_its_parts_changes_nothing() -> None:
    assert _of(promptTokenCount=10, candidatesTokenCount=4, totalTokenCount=9)[0].output == 4
    assert _of(promptTokenCount=10, thoughtsTokenCount=4, totalTokenCount=9)[0].output is None


def test_zero_that_cannot_be_is_not_known() -> None:
    usage, doubts = _of(promptTokenCount=0, candidatesTokenCount=0, totalTokenCount=0)
    assert (usage.input, usage.output, usage.source) == (None, None, "missing")
    assert len(doubts) == 2
    assert _of(has_text=False, promptTokenCount=5, candidatesTokenCount=0)[0].output == 0


def test_more_cached_than_given_is_set_aside_with_a_word() -> None:
    usage, doubts = _of(promptTokenCount=1, cachedContentTokenCount=40, candidatesTokenCount=2)
    assert (usage.input, usage.cached) == (1, None)
    assert doubts == ["The server reported 40 of 1 input tokens as cached; the former was set aside."]


def test_usage_that_names_only_the_traffic_is_missing() -> None:
    usage, doubts = _of(trafficType="ON_DEMAND")
    assert (usage.input, usage.output, usage.source, doubts) == (None, None, "missing", [])


@pytest.mark.parametrize("odd", ["12", None, True, -3, 1.5, [], {}])
def test_what_is_no_count_is_not_known(odd: object) -> None:
    usage, _ = _of(promptTokenCount=odd, candidatesTokenCount=2.0, thoughtsTokenCount=odd, totalTokenCount=odd)
    assert (usage.input, usage.output, usage.reasoning) == (None, 2, None)
