from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compare import records
from compare.errors import StoreError
from compare.records import Answer

words = st.text(st.characters(codec="utf-8"), max_size=20)
counts = st.none() | st.integers(0, 2**53)
times = st.none() | st.floats(0, 1e9, allow_nan=False)
numbers = st.fixed_dictionaries(
    {
        **{name: counts for name in ("in_reported", "in_counted", "cached", "out_reported", "reasoning_tokens")},
        **{name: times for name in ("ttft_ms", "first_text_ms", "total_ms", "wall_ms", "loop_lag_ms")},
        "cost_usd": st.none() | st.decimals(0, 1000, places=9),
        "warnings": st.lists(words, max_size=3).map(tuple),
        "text": words,
        "reasoning": words,
        "price_json": st.none() | words,
        "error_kind": st.none() | st.sampled_from(get_args(records.FailureKind)),
        "usage_source": st.sampled_from(get_args(records.UsageSource)),
        "origin": st.sampled_from(get_args(records.Origin)),
        "history": st.sampled_from(get_args(records.History)),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(numbers)
def test_an_answer_comes_back_with_every_number(scene, values: dict[str, object]) -> None:
    scene.n_ballots += 1
    answer = scene.answer(f"a{scene.n_ballots}", **values)
    scene.store.save_answer(answer)
    assert scene.store.answer(answer.id) == answer


def test_every_field_of_an_answer_is_stored(scene) -> None:
    job_id = scene.store.start_job("run", "{}")
    full = scene.answer(
        "a2", finish_raw="eos", repeat=2, job_id=job_id, cell_key="cell", replaces_id="a1", sent_json='{"n": 1}',
        cut_json="[1]", started_at="2026-11-23T08:00:00.000+00:00", cache_write=3, out_counted=4, usage_raw_json="{}",
        attempts=3, model_served="m-2026", request_id="req-1", error="It stopped.", status="stopped",
        finish="cancelled",
    )  # fmt: skip
    scene.store.save_answer(full)
    assert scene.store.answer("a2") == full
    unset = [f.name for f in fields(Answer) if getattr(full, f.name) == f.default]
    others = {"reasoning", "warnings", "cost_usd", "price_json", "usage_source", "error_kind", "loop_lag_ms", "wall_ms"}
    counts = {"in_reported", "in_counted", "cached", "out_reported", "reasoning_tokens"}
    timed = {"ttft_ms", "first_text_ms", "total_ms"} | counts
    assert set(unset) == others | timed, "the property test above covers the rest"


def test_money_keeps_every_digit(scene) -> None:
    cost = Decimal("0.000000123456789012345678")
    scene.store.save_answer(scene.answer("a1", cost_usd=cost))
    assert scene.store.answer("a1").cost_usd == cost
    with scene.store._database.reading() as connection:
        assert connection.execute("SELECT typeof(cost_usd) FROM answers").fetchone()[0] == "text"


def test_saving_twice_is_saving_once(scene) -> None:
    for _ in range(2):
        scene.store.save_answer(scene.answer("a1", cell_key="cell"))
    assert list(scene.store.answers(["a1"])) == ["a1"]


def test_a_stored_answer_never_changes(scene) -> None:
    scene.store.save_answer(scene.answer("a1"))
    with pytest.raises(StoreError, match="Another answer is stored as 'a1'"):
        scene.store.save_answer(scene.answer("a1", text="43 dollars"))
    assert scene.store.answer("a1").text == "42 dollars"


def test_a_cell_is_answered_once(scene) -> None:
    scene.store.save_answer(scene.answer("a1", cell_key="cell"))
    with pytest.raises(StoreError, match="cell 'cell' is already answered by 'a1', so 'a2' was not stored"):
        scene.store.save_answer(scene.answer("a2", cell_key="cell"))
    scene.store.save_answer(scene.answer("a3"))
    scene.store.save_answer(scene.answer("a4"))
    assert list(scene.store.answers(["a1", "a2", "a3", "a4"])) == ["a1", "a3", "a4"]


def test_an_answer_of_an_unknown_candidate_is_refused(scene) -> None:
    with pytest.raises(StoreError, match="refers to a thread, candidate"):
        scene.store.save_answer(scene.answer("a1", candidate_id="unknown"))


def test_a_broken_character_costs_a_warning_and_not_the_answer(scene) -> None:
    """JSON may carry halves of characters, and a stream may cut one in two."""
    answer = scene.answer("a1", text="\ud83d" + "\ude00 fine, lone \ud83d", warnings=("one",))
    for _ in range(2):
        scene.store.save_answer(answer)
    stored = scene.store.answer("a1")
    assert stored.text == "\U0001f600 fine, lone \ufffd"
    assert stored.warnings[0] == "one"
    assert "halves of characters" in stored.warnings[1]


def test_many_answers_are_found_in_the_order_asked_for(scene) -> None:
    for i in range(5):
        scene.store.save_answer(scene.answer(f"a{i}"))
    wanted = ["a3", *(f"none-{i}" for i in range(1200)), "a0", "a3"]
    assert list(scene.store.answers(wanted)) == ["a3", "a0"]
    assert scene.store.answers([]) == {}
    assert scene.store.answer("none") is None


def test_a_job_s_answers_are_its_own(scene) -> None:
    mine, other = scene.store.start_job("run", "{}"), scene.store.start_job("run", "{}")
    for i, job_id in enumerate([mine, other, mine, None]):
        scene.store.save_answer(scene.answer(f"a{i}", job_id=job_id))
    assert [a.id for a in scene.store.job_answers(mine)] == ["a0", "a2"]


# --- timings ----------------------------------------------------------------------------------------------------------


def test_timings_are_those_of_finished_calls_and_say_which_were_disturbed(scene) -> None:
    answers = [
        scene.answer("live", ttft_ms=300.0, total_ms=900.0, wall_ms=950.0, cost_usd=Decimal("0.01"), out_counted=5),
        scene.answer("batch", origin="batch", ttft_ms=1.0),
        scene.answer("recorded", origin="recorded"),
        scene.answer("imported", origin="imported", ttft_ms=2.0),
        scene.answer("stopped", status="stopped", finish="cancelled", ttft_ms=3.0),
        scene.answer("failed", status="failed", finish="error"),
        *(scene.answer(f"lag {lag}", loop_lag_ms=lag, ttft_ms=4.0) for lag in (0.0, 20.0, 20.1, 500.0)),
    ]
    for answer in answers:
        scene.store.save_answer(answer)
    expected = [a for a in answers if a.origin in ("live", "batch") and a.status == "done"]
    timings = scene.store.answer_timings()
    told = sorted((str(t.ttft_ms), t.disturbed) for t in timings)
    assert told == sorted((str(a.ttft_ms), a.timing_disturbed) for a in expected)
    assert [t.disturbed for t in timings].count(True) == 2
    assert len(timings) == 6
    live = next(t for t in timings if t.ttft_ms == 300.0)
    assert live == (scene.first.id, 1, 300.0, 900.0, 950.0, Decimal("0.01"), None, None, None, 5, False)


def test_timings_read_their_index_alone(scene) -> None:
    scene.store.save_answer(scene.answer("a1"))
    statements: list[str] = []
    with scene.store._database.reading() as connection:
        connection.set_trace_callback(statements.append)
        scene.store.answer_timings()
        connection.set_trace_callback(None)
        plan = [row["detail"] for row in connection.execute("EXPLAIN QUERY PLAN " + statements[0])]
    assert plan[0] == "SCAN answers USING COVERING INDEX answers_timed"


def test_figures_of_a_blind_comparison_wait_for_a_vote(scene) -> None:
    """Else whoever asks for one of its answers again would see whose count rises."""
    scene.store.save_comparison(scene.comparison("blind", blind=True))
    scene.store.save_comparison(scene.comparison("open", blind=False))
    for name in ("blind-a", "blind-b", "open-a"):
        scene.store.save_answer(scene.answer(name, ttft_ms=5.0, in_counted=7, in_reported=8))
    assert [count.answer_id for count in scene.store.token_counts()] == ["open-a"]
    assert len(scene.store.answer_timings()) == 1
    assert scene.store.n_untold() == 2
    scene.vote(comparison_id="blind")
    assert len(scene.store.answer_timings()) == len(scene.store.token_counts()) == 3
    assert scene.store.n_untold() == 0


def test_stored_answers_can_be_changed_only_as_new_ones(scene) -> None:
    first = scene.answer("a1")
    scene.store.save_answer(first)
    scene.store.save_answer(replace(first, id="a2", text="again", replaces_id="a1"))
    assert [a.text for a in scene.store.answers(["a1", "a2"]).values()] == ["42 dollars", "again"]
