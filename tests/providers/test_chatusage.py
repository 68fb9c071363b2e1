"""Token counts of all servers mean the same afterwards: input with cached tokens, output with reasoning."""

from __future__ import annotations

from typing import Any

import pytest

from compare.providers.chatusage import usage_of
from compare.records import Usage


def _of(raw: dict[str, Any], *, has_text: bool = True) -> tuple[Usage, list[str]]:
    usage, doubts = usage_of(raw, has_text=has_text)
    assert usage.raw is raw
    return usage, doubts


def _plain(prompt: int, completion: int, total: int | None = None, **more: Any) -> dict[str, Any]:
    raw = {"prompt_tokens": prompt, "completion_tokens": completion, **more}
    return raw if total is None else {**raw, "total_tokens": total}


def test_plain_figures() -> None:
    usage, doubts = _of(_plain(5, 2, 7))
    assert (usage.input, usage.output, usage.cached, usage.reasoning) == (5, 2, None, None)
    assert usage.source == "reported"
    assert doubts == []


def test_cache_and_reasoning_are_parts_and_not_added() -> None:
    raw = _plain(
        100,
        50,
        150,
        prompt_tokens_details={"cached_tokens": 60, "cache_write_tokens": 30},
        completion_tokens_details={"reasoning_tokens": 40},
    )
    usage, doubts = _of(raw)
    assert (usage.input, usage.cached, usage.cache_write) == (100, 60, 30)
    assert (usage.output, usage.reasoning) == (50, 40)
    assert doubts == []


def test_deepseek_names_its_cache_hits_otherwise() -> None:
    assert _of(_plain(100, 5, prompt_cache_hit_tokens=64, prompt_cache_miss_tokens=36))[0].cached == 64


def test_thinking_that_stands_only_in_the_total_is_found() -> None:
    usage, doubts = _of(_plain(35, 12, 109))
    assert (usage.input, usage.output, usage.reasoning) == (35, 74, 62)
    assert doubts == []


def test_reasoning_that_is_counted_beside_the_output_is_added_once() -> None:
    usage, _ = _of(_plain(10, 4, 34, completion_tokens_details={"reasoning_tokens": 20}))
    assert (usage.output, usage.reasoning) == (24, 20)


def test_total_smaller_than_its_parts_changes_nothing() -> None:
    assert _of(_plain(10, 4, 12))[0].output == 4


def test_zero_that_cannot_be_is_not_known() -> None:
    usage, doubts = _of(_plain(0, 0, 0))
    assert (usage.input, usage.output, usage.source) == (None, None, "missing")
    assert len(doubts) == 2
    assert _of(_plain(5, 0), has_text=False)[0].output == 0, "an answer without text has 0 tokens"


def test_parts_larger_than_the_whole_are_set_aside_with_a_word() -> None:
    usage, doubts = _of(_plain(1, 4, prompt_tokens_details={"cached_tokens": 40}))
    assert (usage.input, usage.cached) == (1, None)
    assert doubts == ["The server reported 40 of 1 input tokens as cached; the former was set aside."]
    usage, doubts = _of(_plain(9, 4, completion_tokens_details={"reasoning_tokens": 5}))
    assert (usage.output, usage.reasoning) == (4, None)
    assert "5 of 4" in doubts[0]


@pytest.mark.parametrize("odd", ["12", None, True, -3, 1.5, [], {}])
def test_what_is_no_count_is_not_known(odd: object) -> None:
    assert _of({"prompt_tokens": odd, "completion_tokens": 2.0})[0].input is None
    assert _of({"prompt_tokens": odd, "completion_tokens": 2.0})[0].output == 2


def test_details_of_another_shape_do_no_harm() -> None:
    assert _of(_plain(5, 2, prompt_tokens_details=None, completion_tokens_details=[1]))[0].input == 5


@pytest.mark.parametrize("huge", [1e30, 2**64 - 1, 10**12 + 1])
def test_a_count_that_cannot_be_is_none(huge: float) -> None:
    usage, _ = usage_of({"prompt_tokens": huge, "completion_tokens": 5}, has_text=True)
    assert (usage.input, usage.output) == (None, 5)
