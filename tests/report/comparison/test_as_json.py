"""The JSON document: what its module says stands in it, exactly and in full."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from compare.report.comparison import as_json
from compare.report.comparison.as_json import to_json
from compare.report.comparison.gathered import Gathered
from tests.report.comparison.conftest import HOSTILE, Shelf
from tests.report.comparison.test_gathered import follow_up


def read(found: Gathered) -> dict[str, Any]:
    return dict(json.loads(to_json(found)))


def every_key(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(every_key, value), set())
    if isinstance(value, dict):
        return set(value).union(*map(every_key, value.values()), set())
    return set()


def test_the_head_says_what_it_is(full: Callable[[], Gathered]) -> None:
    found = read(full())
    assert (found["format"], found["format_version"]) == ("weighbridge.comparison", 1)
    assert found["exported_at"] == "2026-11-23T15:04:05.000+00:00"
    assert found["comparison"] == {
        "id": "run-1", "created_at": "2026-11-23T15:00:00.000+00:00", "blind": False, "history": "fixed",
        "history_in_words": "Earlier turns as given", "step": "start", "continues_id": None,
    }  # fmt: skip
    assert found["thread"]["title"] == "Order <b>4417</b> # | *x*"


def test_texts_are_exact_and_figures_are_numbers(full: Callable[[], Gathered]) -> None:
    answer = read(full())["places"][0]["answers"][0]
    assert answer["text"] == HOSTILE
    assert answer["reasoning"] == "Thinking ``` and <script>x</script>"
    assert answer["tokens"] == {
        "in_reported": 1302, "in_counted": 1024, "out_reported": 90, "out_counted": 80, "cached": None,
        "cache_write": None, "reasoning": 40, "source": "reported",
    }  # fmt: skip
    assert answer["times_ms"]["first_text"] == 900.0
    assert answer["cost_usd"] == 0.0021
    assert answer["price"]["input_usd_per_mtok"] == "0.10"
    assert answer["usage_raw"] == {"prompt_tokens": 1302}
    assert answer["cut"][0]["number"] == 2
    assert answer["sent"]["params"] == {"temperature": 0.2}


def test_what_is_not_known_is_null_and_never_zero(full: Callable[[], Gathered]) -> None:
    places = read(full())["places"]
    lost = places[3]["answers"][0]
    assert lost == {"id": "run-1-3", "version": 1} | {
        name: None for name in as_json._ANSWER_FIELDS
    } | {"status": "not_stored"}  # fmt: skip
    recorded = places[4]["answers"][0]
    assert (recorded["cost_usd"], recorded["attempts"], recorded["price"]) == (None, None, None)
    assert set(recorded["times_ms"].values()) == {None}
    assert places[2]["answers"][0]["error"] == "429 <b>slow down</b>"
    assert [a["version"] for a in places[1]["answers"]] == [1, 2]


def test_every_answer_has_the_same_keys(full: Callable[[], Gathered]) -> None:
    answers = [answer for place in read(full())["places"] for answer in place["answers"]]
    assert len({tuple(answer) for answer in answers}) == 1


def test_every_key_is_described_by_the_module(full: Callable[[], Gathered], shelf: Shelf) -> None:
    follow_up_of = read(full())
    keys = every_key({k: v for k, v in follow_up_of.items() if k not in ("places",)})
    for place in follow_up_of["places"]:
        for answer in place["answers"]:
            keys |= set(answer) | set(answer["tokens"] or ()) | set(answer["times_ms"] or ())
        keys |= set(place) | every_key(place["candidate"])
    described = set(re.findall(r"[a-z_]+", as_json.__doc__ or ""))
    assert keys <= described, keys - described


def test_a_follow_up_names_the_run_before_and_repeats_no_text(shelf: Shelf) -> None:
    follow_up(shelf)
    found = read(shelf.gathered("run-2"))
    assert found["comparison"]["continues_id"] == "run-1"
    assert [m["text"] for m in found["places"][1]["own_messages"]] == ["In Paris.", "Since when?"]
    assert found["places"][1]["own_messages"][0]["speaker_id"] == found["places"][1]["candidate"]["id"]
    (before,) = found["earlier"]
    assert before["question"]["text"] == "Where is it?"
    assert [(a["letter"], a["text"], a["in_conversation"]) for a in before["answers"]] == [
        ("A", None, True),
        ("B", None, True),
    ]


def test_votes_carry_rater_and_what_was_shown(full: Callable[[], Gathered]) -> None:
    found = read(full())
    (vote,) = found["votes"]
    assert (vote["rater"], vote["verdict"], vote["ranking"]) == ("=Ann|", "best", ["run-1-0"])
    assert (vote["blind"], vote["speed_visible"], found["n_votes_not_counted"]) == (False, True, 1)
