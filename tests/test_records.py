"""What the values promise: identities, names and the figures that follow from their fields."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

import compare
from compare import records
from compare.records import Answer, Candidate, Comparison, Message, ModelSpec, Price, PriceTier, Settings, Slot, Thread


def answer(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "id": "a", "candidate_id": "c", "prompt_leaf_id": "m", "turn": 1, "n_messages": 1, "history": "fixed",
        "origin": "live", "status": "done", "finish": "stop", "text": "42",
    }  # fmt: skip
    return Answer(**(values | changes))


def slot(place: int, version: int = 0) -> Slot:
    return Slot(place, Candidate("m"), f"answer-{place}-{version}", "leaf", version)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Message("user", "hi").text = "other"  # type: ignore[misc]


def test_equal_conversations_are_one_thread_whatever_file_they_came_in() -> None:
    one = Thread((Message("user", "hi"), Message("assistant", "hello")), title="One", source="a.json")
    other = Thread((Message("user", "hi", parts_json="{}"), Message("assistant", "hello", id="x")), source="b.json")
    assert one.content_sha256 == other.content_sha256


@pytest.mark.parametrize(
    "messages",
    [
        (Message("user", "hi "), Message("assistant", "hello")),
        (Message("assistant", "hi"), Message("user", "hello")),
        (Message("user", "hi"),),
        (Message("user", "hi"), Message("assistant", "hello"), Message("user", "")),
    ],
    ids=["another text", "other roles", "shorter", "longer"],
)
def test_another_conversation_is_another_thread(messages: tuple[Message, ...]) -> None:
    first = Thread((Message("user", "hi"), Message("assistant", "hello")))
    assert Thread(messages).content_sha256 != first.content_sha256


@pytest.mark.parametrize(
    "other",
    [
        Candidate("n"),
        Candidate("m", Settings(temperature=0.0)),
        Candidate("m", Settings(system_prompt="Be brief.")),
        Candidate("m", Settings(stop=("END",))),
        Candidate("m", context_policy="last-6"),
        Candidate("m", preparation="nfc"),
    ],
)
def test_whatever_can_change_an_answer_makes_another_candidate(other: Candidate) -> None:
    assert other.id != Candidate("m").id


def test_a_label_makes_no_other_candidate() -> None:
    assert Candidate("m", label="Mine", simulated=True).id == Candidate("m").id
    assert (Candidate("m").name, Candidate("m", label="Mine").name) == ("m", "Mine")


def test_a_price_is_kept_with_everything_that_it_says() -> None:
    price = Price(Decimal("0"), Decimal("2.50"), as_of="2026-11-23", tiers=(PriceTier(1000, Decimal("1")),))
    kept = json.loads(price.to_json())
    assert kept["input_usd_per_mtok"] == "0"
    assert kept["output_usd_per_mtok"] == "2.50"
    assert kept["as_of"] == "2026-11-23"
    assert kept["tiers"][0]["above_input_tokens"] == 1000
    assert "source" not in kept
    assert "cached_usd_per_mtok" not in kept


def test_a_model_is_called_by_its_label_or_id() -> None:
    spec = ModelSpec("m-1", "openai-chat", "http://x", "m")
    assert spec.name == "m-1"
    assert replace(spec, label="M One").name == "M One"


def test_speed_counts_from_the_first_piece_to_the_end() -> None:
    assert answer(out_reported=300, ttft_ms=500.0, total_ms=2000.0).tokens_per_s == 200.0
    assert answer(out_counted=150, ttft_ms=500.0, total_ms=2000.0).tokens_per_s == 100.0
    assert answer(out_reported=300, out_counted=150, ttft_ms=500.0, total_ms=2000.0).tokens_per_s == 200.0


@pytest.mark.parametrize(
    "changes",
    [{"ttft_ms": 1.0, "total_ms": 2.0}, {"out_reported": 5, "total_ms": 2.0}, {"out_reported": 5, "ttft_ms": 1.0},
     {"out_reported": 5, "ttft_ms": 2.0, "total_ms": 2.0}],
    ids=["no tokens", "no first piece", "no end", "no time between"],
)  # fmt: skip
def test_speed_is_not_known_where_a_part_is_missing(changes: dict[str, Any]) -> None:
    assert answer(**changes).tokens_per_s is None


def test_timing_is_disturbed_above_20_ms_of_lag() -> None:
    assert not answer().timing_disturbed
    assert not answer(loop_lag_ms=20.0).timing_disturbed
    assert answer(loop_lag_ms=20.1).timing_disturbed
    assert answer(loop_lag_ms=20.1, ttft_ms=300.0).timing_disturbed
    assert not answer(loop_lag_ms=45.0, ttft_ms=900.0).timing_disturbed
    assert answer(loop_lag_ms=45.1, ttft_ms=900.0).timing_disturbed


def test_the_newest_version_of_each_slot_is_the_current_one() -> None:
    comparison = Comparison("c", "t", None, (slot(1, 1), slot(0), slot(1), slot(1, 2)))
    assert [s.answer_id for s in comparison.current] == ["answer-0-0", "answer-1-2"]


def value_class(value: object, module: str) -> bool:
    return isinstance(value, type) and value.__module__ == module


def test_all_names_are_there_and_no_value_class_is_forgotten() -> None:
    assert all(hasattr(records, name) for name in records.__all__)
    files = [import_module(f"{records.__name__}.{found.name}") for found in iter_modules(records.__path__)]
    classes = {name for file in files for name, value in vars(file).items() if value_class(value, file.__name__)}
    assert len(classes) > 25
    assert classes <= set(records.__all__)


def test_the_public_names_of_the_package_are_there() -> None:
    assert all(hasattr(compare, name) for name in compare.__all__)
    assert list(compare.__all__) == sorted(compare.__all__)
