"""Input tokens reported against counted, per model, and one answer beside what its model leads to expect."""

from __future__ import annotations

import json
from typing import Any

from compare.records import Candidate, Slot
from compare.report.tokens import account, calibrations, observations
from compare.store import Store
from tests.review.conftest import Table


def answer(table: Table, answer_id: str, candidate: Candidate = Candidate("p"), **changes: Any) -> None:  # noqa: B008
    table.store.save_candidate(candidate)
    slot = Slot(0, candidate, answer_id, table.thread.messages[-1].id)
    table.answer(slot, "done", **changes)  # type: ignore[arg-type]


def sent(**said: Any) -> str:
    return json.dumps(said)


def test_an_empty_database_has_nothing_to_learn_from(store: Store) -> None:
    assert observations(store) == ([], 0)
    assert calibrations(store) == {}


def test_answers_count_with_what_was_really_sent_and_those_without_both_numbers_are_counted_apart(table: Table) -> None:
    answer(table, "a", in_reported=130, in_counted=100, sent_json=sent(n_messages=4))
    answer(table, "b", in_counted=100)
    answer(
        table, "c", Candidate("p", context_policy="last:2"), in_reported=60, in_counted=50, sent_json=sent(n_messages=2)
    )
    seen, without = observations(table.store)
    assert [(o.answer_id, o.model_id, o.n_messages, o.reported) for o in seen] == [
        ("a", "p", 4, 130),
        ("c", "p", 2, 60),
    ]
    assert without == 1


def test_an_answer_by_a_fallback_says_nothing_of_the_model_that_failed(table: Table) -> None:
    answer(table, "a", in_reported=130, in_counted=100, sent_json=sent(n_messages=4, fallback={"model_id": "q"}))
    assert observations(table.store) == ([], 0)


def test_disturbed_timing_does_not_disturb_tokens(table: Table) -> None:
    answer(table, "a", in_reported=130, in_counted=100, loop_lag_ms=500.0)
    assert len(observations(table.store)[0]) == 1


def test_an_answer_stands_beside_what_its_model_leads_to_expect(table: Table) -> None:
    for n in range(12):
        answer(table, f"a{n}", in_reported=1302 + n, in_counted=1024 + n, sent_json=sent(n_messages=10))
    answer(table, "odd", in_reported=2900, in_counted=1030, sent_json=sent(n_messages=10))
    known, store = calibrations(table.store), table.store
    usual, odd = store.answer("a3"), store.answer("odd")
    assert usual is not None
    assert odd is not None
    good = account(usual, "p", known, n_sent=10)
    assert (good.counted, good.reported, good.judgement) == (1027, 1305, "expected")
    assert good.expected is not None
    assert good.expected.low <= 1305 <= good.expected.high
    assert good.gap_percent is not None
    assert round(good.gap_percent, 1) == 27.1
    assert account(odd, "p", known, n_sent=10).judgement == "outside"


def test_without_earlier_answers_nothing_is_expected(table: Table) -> None:
    answer(table, "a", in_reported=130, in_counted=100)
    found = table.store.answer("a")
    assert found is not None
    assert account(found, "p", {}, n_sent=4).judgement is None
    assert account(found, "p", {}, n_sent=4).expected is None
