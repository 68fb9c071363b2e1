"""What came of a probe: cut by us or forgotten, and whether a summary still held the fact."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from compare.probes.curves import curve_of
from compare.probes.plant import Planted, PlantPlan, plant
from compare.probes.results import Result, result_of
from compare.records import Answer, Candidate, Settings
from compare.threads.policies.cut import cut_json
from compare.threads.prompts import fixed_prompt
from compare.threads.shaping import shape

(FACT, CONTROL) = plant(PlantPlan(lengths=(30,), types=("recall",), depths=(0.0,))).planted
(VALUE,) = FACT.probe.expected.values


def answered(
    planted: Planted, candidate: Candidate, text: str, *, summary: str | None = None, status: str = "done"
) -> Result:
    """An answer as the engine stores it: shaped by the candidate's policy, with what was cut."""
    shaped = shape(fixed_prompt(planted.thread.messages), candidate, summary=summary)
    sent = {"left_out": dict(shaped.whole.left_out), "summary": {"model_id": "s", "text": summary} if summary else None}
    answer = Answer(
        id="a", candidate_id=candidate.id, prompt_leaf_id="m", turn=1, n_messages=30, history="fixed", origin="batch",
        status="failed" if status == "failed" else "done", finish="stop", text=text, sent_json=json.dumps(sent),
        cut_json=cut_json(shaped.cut), error="too long" if status == "failed" else None,
    )  # fmt: skip
    return result_of(planted.probe, answer, candidate, "c")


def test_a_fact_outside_of_what_was_sent_was_cut_by_us_and_not_forgotten() -> None:
    found = answered(FACT, Candidate("m", context_policy="last-tokens:200"), "I do not know.")
    assert (found.passed, found.cut_by_us, found.reach) == (False, True, "cut")
    assert found.why.endswith("Message 2 was not sent: our context policy (last-tokens:200) left it out.")


def test_a_fact_that_was_sent_and_is_not_in_the_answer_was_forgotten() -> None:
    found = answered(FACT, Candidate("m"), "I do not know.")
    assert (found.passed, found.cut_by_us, found.verdict) == (False, False, "forgot")


def test_a_control_is_sent_where_the_fact_itself_is_cut() -> None:
    assert answered(CONTROL, Candidate("m", context_policy="last:8"), VALUE.text).reach == "sent"


def test_a_summary_in_place_of_the_middle_is_told_apart_by_what_it_holds() -> None:
    policy = Candidate("m", context_policy="summary:s:8")
    held = answered(FACT, policy, "I do not know.", summary=f"They agreed on {VALUE.text}.")
    assert (held.reach, held.cut_by_us) == ("summarised", False)
    assert "as part of a summary that holds it" in held.why
    lost = answered(FACT, policy, "I do not know.", summary="They talked about cooking.")
    assert (lost.reach, lost.cut_by_us) == ("cut", True)


@pytest.mark.parametrize("system_prompt", [None, "Be kind."])
def test_a_system_prompt_of_the_candidates_own_moves_no_number(system_prompt: str | None) -> None:
    # The first 2 messages are kept: in a thread with a system prompt the fact is message 2, whoever wrote message 1.
    policy = Candidate("m", Settings(system_prompt=system_prompt), context_policy="first-last:1+4")
    assert answered(FACT, policy, VALUE.text).reach == "sent"
    bare = FACT._replace(
        probe=replace(FACT.probe, planted=(0,), asked=28),
        thread=replace(FACT.thread, messages=FACT.thread.messages[1:]),
    )
    assert answered(bare, policy, VALUE.text).reach == "sent"
    assert answered(bare, replace(policy, context_policy="last:4"), VALUE.text).reach == "cut"


def test_an_answer_that_failed_is_in_no_figure() -> None:
    found = answered(FACT, Candidate("m"), "", status="failed")
    assert (found.passed, found.verdict, found.why) == (None, "unanswered", "The call failed: too long")
    assert found.to_json()["passed"] is None


def test_the_curve_counts_cut_apart_from_forgotten() -> None:
    policy = Candidate("m", context_policy="last:8")
    results = [answered(FACT, policy, "I do not know."), answered(FACT, Candidate("m"), "I do not know.")]
    (only,) = curve_of(results).messages.bins
    told = only.to_json()
    assert (told["n"], told["passed"], told["cut_by_us"], told["forgotten"]) == (2, 0, 1, 1)
    assert (told["recall"], told["of_sent"]) == (0.0, 0.0)


def test_a_result_says_all_that_is_needed_to_open_it_again() -> None:
    told = answered(FACT, Candidate("m"), f"It is {VALUE.text}.").to_json()
    assert told["passed"] is True
    assert (told["type"], told["distance_messages"], told["planted_messages"]) == ("recall", 28, [2])
    assert (told["asked_message"], told["expected"]) == (30, VALUE.text)
    assert told["question"] == FACT.thread.messages[-1].text
