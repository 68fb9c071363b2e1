"""What of a thread is sent to a candidate."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import CompareError
from compare.records import Candidate, ChatMessage, Message, Role, Settings
from compare.threads.prompts import (
    EMPTY_MESSAGE,
    OwnAnswer,
    Prompt,
    fixed_prompt,
    own_prompt,
    user_turns,
    wire_message,
    with_settings,
)

CALL = json.dumps({"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "look"}}]})


def thread(*pairs: tuple[Role, str]) -> list[Message]:
    return [Message(role, text, id=f"m{i}") for i, (role, text) in enumerate(pairs)]


SUPPORT = [
    Message("system", "Be kind.", id="m0"),
    Message("user", "Where is my order?", id="m1"),
    Message("user", "It is 4417.", id="m2"),
    Message("assistant", "[tool call] look({})", parts_json=CALL, id="m3"),
    Message("tool", "[tool result: look] shipped", id="m4"),
    Message("assistant", "It was shipped.", id="m5"),
    Message("user", "When?", id="m6"),
    Message("assistant", "On Monday.", id="m7"),
]


def sent(prompt: Prompt) -> list[tuple[str, str]]:
    return [(m.role, m.content) for m in prompt.messages]


# --- turns -----------------------------------------------------------------------------------------------------------


def test_user_messages_in_a_row_are_one_turn() -> None:
    assert user_turns(SUPPORT) == [2, 6]


def test_a_thread_that_ends_with_the_user_ends_with_a_turn() -> None:
    assert user_turns(thread(("user", "a"), ("assistant", "b"), ("user", "c"), ("user", "d"))) == [0, 3]
    assert user_turns([]) == []


# --- fixed history ---------------------------------------------------------------------------------------------------


def test_the_last_turn_is_sent_as_the_thread_has_it() -> None:
    prompt = fixed_prompt(SUPPORT)
    assert sent(prompt) == [
        ("system", "Be kind."),
        ("user", "Where is my order?"),
        ("user", "It is 4417."),
        ("assistant", "[tool call] look({})"),
        ("user", "[tool result: look] shipped"),
        ("assistant", "It was shipped."),
        ("user", "When?"),
    ]
    assert (prompt.leaf_id, prompt.turn, prompt.history, prompt.n_messages) == ("m6", 2, "fixed", 7)
    assert (prompt.own_answer_ids, dict(prompt.left_out)) == ((), {})


def test_an_earlier_turn_ends_with_its_last_user_message() -> None:
    prompt = fixed_prompt(SUPPORT, 1)
    assert (prompt.leaf_id, prompt.turn, prompt.n_messages) == ("m2", 1, 3)


@pytest.mark.parametrize("turn", [0, -1, 3])
def test_a_turn_that_is_not_there_is_named(turn: int) -> None:
    with pytest.raises(CompareError, match=f"Turn {turn} was asked for; this thread has 2"):
        fixed_prompt(SUPPORT, turn)


def test_a_thread_without_a_user_cannot_be_answered() -> None:
    with pytest.raises(CompareError, match="no user message, so there is nothing to answer"):
        fixed_prompt(thread(("system", "Be kind."), ("assistant", "Hello.")))


# --- own history -----------------------------------------------------------------------------------------------------


def test_own_answers_stand_in_place_of_recorded_ones_and_tool_results_stay() -> None:
    prompt = own_prompt(SUPPORT, 2, [OwnAnswer("a1", "Mine.")])
    assert sent(prompt) == [
        ("system", "Be kind."),
        ("user", "Where is my order?"),
        ("user", "It is 4417."),
        ("assistant", "Mine."),
        ("user", "[tool result: look] shipped"),
        ("user", "When?"),
    ]
    assert prompt.own_answer_ids == ("a1",)
    assert dict(prompt.left_out) == {"recorded tool call": 1, "recorded answer": 1}
    assert (prompt.leaf_id, prompt.turn, prompt.history) == ("m6", 2, "own")


def test_the_first_turn_is_the_same_under_both_histories() -> None:
    assert own_prompt(SUPPORT, 1, []).messages == fixed_prompt(SUPPORT, 1).messages


@pytest.mark.parametrize("n_own", [0, 2])
def test_an_own_history_needs_exactly_one_answer_for_each_earlier_turn(n_own: int) -> None:
    with pytest.raises(CompareError, match=f"Turn 2 under own history needs 1 earlier answers; {n_own} were given"):
        own_prompt(SUPPORT, 2, [OwnAnswer("a", "x")] * n_own)


def test_only_real_tool_calls_are_counted_as_such() -> None:
    """Logs often carry "tool_calls": null beside a plain answer, and an answer may speak of tool_calls."""
    plain = json.dumps({"role": "assistant", "content": "x", "tool_calls": None})
    spoken = json.dumps({"role": "assistant", "content": 'the field "tool_calls"', "name": "bot"})
    legacy = json.dumps({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}})
    messages = [
        Message("user", "a"),
        *(Message("assistant", "x", parts_json=parts) for parts in (plain, spoken, legacy)),
        Message("user", "b"),
    ]
    assert dict(own_prompt(messages, 2, [OwnAnswer("a1", "Mine.")]).left_out) == {
        "recorded answer": 2,
        "recorded tool call": 1,
    }


roles = st.sampled_from(["user", "assistant", "tool"])


@given(st.booleans(), st.lists(roles, max_size=25), st.data())
def test_nobody_elses_words_stand_in_an_own_history(system: bool, rest: list[Role], data: st.DataObject) -> None:
    """Over any thread and turn: of the assistant's side exactly the candidate's own answers, in order; else nothing."""
    all_roles: list[Role] = [*(["system"] if system else []), *rest, "user"]
    messages = [Message(role, f"{role} {i}", id=f"m{i}") for i, role in enumerate(all_roles)]
    turn = data.draw(st.integers(1, len(user_turns(messages))))
    own = [OwnAnswer(f"a{k}", f"own {k}") for k in range(1, turn)]
    prompt = own_prompt(messages, turn, own)

    end = user_turns(messages)[turn - 1]
    before = messages[: end + 1]
    assert [m.content for m in prompt.messages if m.role == "assistant"] == [answer.text for answer in own]
    assert [m.content for m in prompt.messages if m.role != "assistant"] == [
        m.text for m in before if m.role != "assistant"
    ]
    assert prompt.messages[-1] == ChatMessage("user", before[-1].text)
    assert prompt.own_answer_ids == tuple(answer.answer_id for answer in own)
    assert sum(prompt.left_out.values()) == sum(m.role == "assistant" for m in before)
    # Each own answer follows the last message of its own turn directly.
    for k, answer in enumerate(own):
        place = [m.content for m in prompt.messages].index(answer.text)
        assert prompt.messages[place - 1].content == messages[user_turns(messages)[k]].text


@given(st.lists(roles, max_size=25))
def test_a_fixed_history_leaves_out_nothing(rest: list[Role]) -> None:
    messages = [Message(role, f"{role} {i}") for i, role in enumerate([*rest, "user"])]
    for turn, end in enumerate(user_turns(messages), start=1):
        assert [m.content for m in fixed_prompt(messages, turn).messages] == [m.text for m in messages[: end + 1]]


# --- how a message goes over the wire --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
@pytest.mark.parametrize("role", ["user", "assistant", "system"])
def test_an_empty_message_is_named_as_such(role: Role, text: str) -> None:
    assert wire_message(Message(role, text)).content == EMPTY_MESSAGE


def test_an_own_answer_without_words_is_named_as_such() -> None:
    assert ("assistant", EMPTY_MESSAGE) in sent(own_prompt(SUPPORT, 2, [OwnAnswer("a1", " ")]))


def test_spaces_around_words_are_kept() -> None:
    assert wire_message(Message("user", "  hi\n")).content == "  hi\n"


def test_a_tool_result_goes_as_the_users_side() -> None:
    assert wire_message(SUPPORT[4]) == ChatMessage("user", "[tool result: look] shipped")


# --- settings and identity -------------------------------------------------------------------------------------------


def test_a_candidates_system_prompt_stands_in_place_of_the_threads_and_that_is_counted() -> None:
    candidate = Candidate("m", Settings(system_prompt="Be brief."))
    prompt = with_settings(fixed_prompt(SUPPORT, 1), candidate)
    assert sent(prompt)[0] == ("system", "Be brief.")
    assert [role for role, _ in sent(prompt)].count("system") == 1
    assert dict(prompt.left_out) == {"system prompt of the thread": 1}


def test_it_is_put_before_a_thread_without_one() -> None:
    candidate = Candidate("m", Settings(system_prompt="Be brief."))
    prompt = with_settings(fixed_prompt(thread(("user", "hi"))), candidate)
    assert sent(prompt) == [("system", "Be brief."), ("user", "hi")]
    assert dict(prompt.left_out) == {}


def test_without_one_the_prompt_stays_as_it_is() -> None:
    prompt = fixed_prompt(SUPPORT)
    assert with_settings(prompt, Candidate("m")) is prompt


def test_the_hash_is_of_exactly_what_is_sent() -> None:
    prompt = fixed_prompt(SUPPORT)
    assert prompt.sha256 == replace(prompt, leaf_id="other", turn=7).sha256
    assert prompt.sha256 != replace(prompt, messages=prompt.messages[1:]).sha256
    assert fixed_prompt(thread(("user", "a"), ("user", "b"))).sha256 != fixed_prompt(thread(("user", "ab"))).sha256
