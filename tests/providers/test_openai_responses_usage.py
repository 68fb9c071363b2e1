"""Token counts of the Responses format mean what those of the others mean: input with cached, output with reasoning."""

from __future__ import annotations

from typing import Any

import pytest

from compare.providers.responsesusage import usage_of
from compare.records import Usage


def _of(raw: dict[str, Any], *, has_text: bool = True) -> tuple[Usage, list[str]]:
    usage, doubts = usage_of(raw, has_text=has_text)
    assert usage.raw is raw
    return usage, doubts


def test_cache_and_reasoning_are_parts_and_not_added() -> None:
    raw = {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30},
        "output_tokens": 50,
        "output_tokens_details": {"reasoning_tokens": 40},
        "total_tokens": 150,
    }
    usage, doubts = _of(raw)
    assert (usage.input, usage.cached, usage.cache_write) == (100, 60, 30)
    assert (usage.output, usage.reasoning) == (50, 40)
    assert usage.source == "reported"
    assert doubts == []


def test_details_that_are_not_there_are_not_known() -> None:
    usage, doubts = _of({"input_tokens": 5, "output_tokens": 2, "total_tokens": 7})
    assert (usage.input, usage.output) == (5, 2)
    assert (usage.cached, usage.cache_write, usage.reasoning) == (None, None, None)
    assert doubts == []


def test_details_may_be_null_or_full_of_nulls() -> None:
    raw = {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 0, "audio_tokens": None},
        "output_tokens": 2,
        "output_tokens_details": None,
        "cost": None,
    }
    usage, doubts = _of(raw)
    assert (usage.input, usage.cached, usage.output, usage.reasoning) == (5, 0, 2, None)
    assert doubts == []


def test_zeros_that_cannot_be_are_not_known() -> None:
    usage, doubts = _of({"input_tokens": 0, "output_tokens": 0, "total_tokens": 0})
    assert (usage.input, usage.output, usage.source) == (None, None, "missing")
    assert len(doubts) == 2
    assert _of({"input_tokens": 5, "output_tokens": 0}, has_text=False)[0].output == 0


def test_parts_larger_than_the_whole_are_set_aside_with_a_word() -> None:
    usage, doubts = _of({"input_tokens": 1, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 40}})
    assert (usage.input, usage.cached) == (1, None)
    assert "40 of 1 input tokens" in doubts[0]


@pytest.mark.parametrize("odd", ["12", None, True, -3, 1.5, [], {}])
def test_what_is_no_count_is_not_known(odd: object) -> None:
    usage, _ = _of({"input_tokens": odd, "output_tokens": 2.0})
    assert (usage.input, usage.output) == (None, 2)


def test_names_of_chat_completions_are_understood_where_a_server_mixes_them_up() -> None:
    assert _of({"prompt_tokens": 5, "completion_tokens": 2})[0].input == 5
    assert _of({"prompt_tokens": 5, "input_tokens": 6, "output_tokens": 2})[0].input == 6, "its own names first"


def test_usage_that_nests_too_deeply_is_read_and_not_kept() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    usage, doubts = usage_of({"input_tokens": 5, "output_tokens": 2, "more": deep}, has_text=True)
    assert (usage.input, usage.raw) == (5, {})
    assert "too deeply nested" in doubts[0]
