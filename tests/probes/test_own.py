"""Threads for replies of the candidate's own: every place is where it will be once the replies are there."""

from __future__ import annotations

import pytest

from compare.errors import ConfigError
from compare.probes.carrier import Real
from compare.probes.handover import n_answers, read_switch, taking_over, too_short, turn_at
from compare.probes.own import as_it_went, in_turns, measured_again
from compare.probes.plant import DEPTHS, OWN_DEPTHS, PlantPlan, plant
from compare.probes.tokens import occurs, tokens
from compare.records import Candidate, Message, Thread
from compare.threads.prompts import OwnAnswer, own_prompt, user_turns

OWN = plant(PlantPlan(history="own"))
TALK = (
    Message("system", "Be kind."),
    Message("assistant", "Welcome."),
    *(
        Message(role, text)
        for n in range(12)
        for role, text in (
            ("user", f"One more thing, number {n}."), ("user", "And another."),
            ("assistant", "Let me look that up."), ("tool", "found: 7"), ("assistant", "I see."),
        )
    ),
)  # fmt: skip


def test_fewer_depths_are_asked_where_every_turn_costs_an_answer_unless_they_are_named() -> None:
    assert PlantPlan(history="own").asked_depths == OWN_DEPTHS
    assert PlantPlan().asked_depths == DEPTHS
    assert PlantPlan(depths=(0.5,), history="own").asked_depths == (0.5,)


def test_facts_stand_where_the_prompt_will_have_them() -> None:
    real = plant(PlantPlan(lengths=(16,), history="own"), [Real(Thread(TALK, title="Talk"))])
    assert real.planted
    for probe, thread in (*OWN.planted, *real.planted):
        n = len(user_turns(thread.messages))
        sent = own_prompt(thread.messages, n, [OwnAnswer(str(i), "A reply.") for i in range(n - 1)]).messages
        assert len(sent) == probe.asked + 1
        assert [message.role for message in sent] == [message.role for message in thread.messages]
        for place in probe.planted:
            assert sent[place].role == "user"
            assert sent[place].content == thread.messages[place].text


def test_a_control_is_said_again_by_the_user() -> None:
    controls = [(probe, thread) for probe, thread in OWN.planted if probe.type == "control"]
    assert {probe.of for probe, _ in controls} == {"recall", "update", "instruction", "multi"}
    for probe, thread in controls:
        assert (probe.distance_messages, probe.planted) == (2, (probe.asked - 2,))
        said = thread.messages[probe.planted[0]]
        assert said.role == "user"
        assert "Once more: " in said.text
        assert all(occurs(value, tokens(said.text)) for value in probe.expected.values)
        if probe.expected.rule is not None:
            assert probe.expected.rule.text in said.text


def test_a_fact_two_messages_back_is_its_own_control() -> None:
    near = [probe for probe, _ in OWN.planted if probe.type == "recall" and probe.distance_messages == 2]
    questions = [probe.question for probe, _ in OWN.planted if probe.type == "control"]
    assert near
    assert not any(probe.question in questions for probe in near)


def test_the_same_plan_over_replies_as_given_is_stored_as_before() -> None:
    assert "history" not in PlantPlan().to_dict()
    assert PlantPlan(history="own").to_dict()["history"] == "own"
    assert "coherence" not in PlantPlan(history="own").to_dict()["types"]


def test_a_thread_of_ones_own_gets_one_place_for_each_reply() -> None:
    roles = [message.role for message in in_turns(TALK)]
    assert roles == ["system", *["user", "user", "assistant"] * 12]


def test_tokens_between_are_those_of_the_replies_that_were_given() -> None:
    probe, thread = next(p for p in OWN.planted if p.probe.type == "recall" and p.probe.length == 8)
    n = sum(message.role == "assistant" for message in thread.messages)
    short = as_it_went(thread.messages, ["Yes."] * n)
    long = as_it_went(thread.messages, ["Yes, " * 200] * n)
    assert [message.text for message in short if message.role == "assistant"] == ["Yes."] * n
    told = [measured_again(probe, went).distance_tokens or 0 for went in (short, long)]
    assert told[1] > told[0] + 300


def test_a_handover_is_read_whatever_colons_the_ids_have() -> None:
    known = {"a", "b:7b", "b", "7b:c", "c"}.__contains__
    assert read_switch("a:c@12", known) == ("a", "c", 12)
    assert read_switch("a:b:7b@8", known) == ("a", "b:7b", 8)
    with pytest.raises(ConfigError, match="can be read in two ways"):
        read_switch("b:7b:c@8", known)  # "b" then "7b:c", or "b:7b" then "c"


@pytest.mark.parametrize("text", ["", "@6", "a:c", "a:c@", "a:c@-6", "a:c@six", "a:c@" + 5000 * "9"])
def test_what_is_no_handover_is_one_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read\. Write it as sim-lite:sim-large@12"):
        read_switch(text, {"a", "c"}.__contains__)


def test_a_candidate_that_takes_over_is_itself_but_for_who_was_before() -> None:
    before, after = Candidate("a"), Candidate("b", context_policy="last:8")
    made = taking_over(before, after, 12, ("A", "B (last:8)"))
    assert (made.handover_from, made.handover_turn, made.context_policy) == (before.id, 6, "last:8")
    assert made.name == "A, then B (last:8) from message 12"
    assert len({made.id, after.id, taking_over(before, after, 14, ("A", "B")).id}) == 3
    assert taking_over(before, after, 13, ("A", "B")).id == made.id
    with pytest.raises(ConfigError, match="earliest is message 4"):
        turn_at(3)


def test_answers_are_counted_by_turns_and_what_is_too_short_is_told() -> None:
    plan = PlantPlan((8, 16), ("recall",), (0.0, 0.2, 0.4, 0.6, 0.95), controls=False, history="own")
    planted = plant(plan).planted
    plain, handed = Candidate("b"), taking_over(Candidate("a"), Candidate("b"), 12, ("A", "B"))
    assert n_answers(planted, [plain, handed], 2, "own") == 2 * (3 * 4 + 2 * 5 * 8)
    assert n_answers(planted, [plain], 2, "fixed") == 16
    assert too_short(planted, [plain, handed]) == [
        "3 of 8 threads end before the switch and are not asked of A, then B from message 12."
    ]
