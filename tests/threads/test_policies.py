"""Context policies: what each keeps, that every cut is named, and what a window would cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import CompareError, ConfigError
from compare.records import ChatMessage
from compare.threads.policies import (
    FORMS,
    Applied,
    FirstLast,
    Full,
    Last,
    LastTokens,
    Policy,
    Rule,
    Summary,
    cut_json,
    parse,
    window_cut,
)
from compare.tokens.count import count

SYSTEM = ChatMessage("system", "Be brief.")


def thread(n: int, *, system: bool = True) -> tuple[ChatMessage, ...]:
    """`n` messages that end with a user's, before them a system message; message k of the prompt says "word k"."""
    first = 2 if system else 1
    numbers = range(first, first + n)
    turns = [ChatMessage("user" if (numbers[-1] - k) % 2 == 0 else "assistant", f"word {k}") for k in numbers]
    return (SYSTEM, *turns) if system else tuple(turns)


def numbers(applied: Applied) -> list[int]:
    """Which numbered messages were sent."""
    return [int(m.content.split()[1]) for m in applied.messages if m.content.startswith("word ")]


def cut_numbers(applied: Applied) -> list[int]:
    return [cut.number for cut in applied.cut]


# --- what each kind keeps; the prompt is system message 1 and user and assistant messages 2 to 10 ---------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("full", [2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("last:9", [2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("last:5", [6, 7, 8, 9, 10]),
        ("last:4", [8, 9, 10]),
        ("last:1", [10]),
        ("first-last:2+5", [2, 3, 6, 7, 8, 9, 10]),
        ("first-last:2+4", [2, 3, 8, 9, 10]),
        ("first-last:1+3", [2, 3, 8, 9, 10]),
        ("first-last:5+5", [2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("pinned:4+last:1", [4, 5, 10]),
        ("pinned:5+last:1", [4, 5, 10]),
        ("pinned:1,4,99+last:3", [4, 5, 8, 9, 10]),
        ("pinned:6+last:4", [6, 7, 8, 9, 10]),
    ],
)
def test_what_each_policy_sends(text: str, kept: list[int]) -> None:
    applied = parse(text).apply(thread(9))
    assert applied.messages[0] == SYSTEM
    assert numbers(applied) == kept
    assert cut_numbers(applied) == [n for n in range(2, 11) if n not in kept]


def test_last_tokens_stops_at_the_first_message_that_does_not_fit() -> None:
    messages = (
        ChatMessage("user", "one"),
        ChatMessage("assistant", "two"),
        ChatMessage("user", "word " * 200),
        ChatMessage("assistant", "four"),
        ChatMessage("user", "five"),
    )
    assert count("four") == count("five") == 1
    applied = parse("last-tokens:100").apply(messages)
    assert [m.content for m in applied.messages] == ["five"]
    assert [(cut.number, cut.reason) for cut in applied.cut] == [
        (1, "beyond the last 100 tokens"),
        (2, "beyond the last 100 tokens"),
        (3, "beyond the last 100 tokens"),
        (4, "answer to a message that was cut"),
    ]
    assert len(parse("last-tokens:1000").apply(messages).messages) == 5


def test_a_question_longer_than_the_bound_is_sent_all_the_same() -> None:
    messages = (*thread(4)[:-1], ChatMessage("user", "word " * 500))
    assert parse("last-tokens:10").apply(messages).messages == (SYSTEM, messages[-1])


def test_a_cut_names_number_role_tokens_and_reason() -> None:
    (cut, *_) = parse("last:4").apply(thread(9)).cut
    assert cut._asdict() == {
        "number": 2,
        "role": "user",
        "tokens": count("word 2"),
        "reason": "older than the last 4 messages",
    }


def test_cuts_are_stored_as_json() -> None:
    applied = parse("last:1").apply(thread(3))
    assert json.loads(cut_json(applied.cut)) == [
        {"number": 2, "role": "user", "tokens": 3, "reason": "older than the last message"},
        {"number": 3, "role": "assistant", "tokens": 3, "reason": "older than the last message"},
    ]
    assert cut_json(()) == "[]"


def test_a_system_message_in_the_middle_stays_in_its_place() -> None:
    messages = (*thread(4), ChatMessage("system", "Now in French."), ChatMessage("assistant", "Oui."), *thread(1)[1:])
    applied = parse("last:1").apply(messages)
    assert [m.content for m in applied.messages] == ["Be brief.", "Now in French.", "word 2"]


def test_a_greeting_before_the_first_question_stays_where_nothing_is_cut_before_it() -> None:
    messages = (ChatMessage("assistant", "Welcome."), ChatMessage("user", "Hi."))
    assert parse("last:2").apply(messages).messages == messages
    assert parse("last:1").apply(messages).messages == messages[1:]


# --- summary ----------------------------------------------------------------------------------------------------------


def test_a_summary_is_asked_for_what_is_cut() -> None:
    request = parse("summary:sim-large:4").needs_summary(thread(9))
    assert request is not None
    assert request.model_id == "sim-large"
    assert request.messages == thread(9)[1:6]
    system, user = request.prompt
    assert system.content == request.instruction
    assert user.content.startswith("<conversation>\nUser: word 2\n\nAssistant: word 3\n\n")


def test_the_instruction_never_changes() -> None:
    """It is part of what every stored candidate with this policy means."""
    request = parse("summary:m:4").needs_summary(thread(9))
    assert request is not None
    assert request.instruction == (
        "Summarise the conversation below for an assistant that will continue it and cannot see it. Keep every fact, "
        "name, number, date, decision, promise, wish and open question, and any instruction that still holds, in the "
        "order in which they came up; where something was corrected, give only what holds now. Say who said what "
        "where it matters. Do not answer, comment or add anything. Write in the language of the conversation, in at "
        "most 400 words."
    )


def test_the_summary_stands_where_the_cut_was() -> None:
    applied = parse("summary:sim-large:4").apply(thread(9), "They spoke of words.\n")
    assert [m.role for m in applied.messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert applied.summary_at == 1
    assert applied.messages[1].content == "[summary of 5 earlier messages]\nThey spoke of words."
    assert numbers(applied) == [7, 8, 9, 10]
    assert {cut.reason for cut in applied.cut} == {"summarised by sim-large"}


def test_a_tail_that_would_begin_with_a_question_gives_it_to_the_summary() -> None:
    applied = parse("summary:m:5").apply(thread(9), "S")
    assert numbers(applied) == [7, 8, 9, 10]
    request = parse("summary:m:5").needs_summary(thread(9))
    assert request is not None
    assert request.messages == thread(9)[1:6]


def test_pins_stay_outside_the_summary() -> None:
    policy = parse("pinned:4+summary:m:3")
    applied = policy.apply(thread(9), "S")
    assert [m.content for m in applied.messages] == [
        "Be brief.", "word 4", "word 5", "[summary of 5 earlier messages]\nS", "word 9", "word 10",
    ]  # fmt: skip
    request = policy.needs_summary(thread(9))
    assert request is not None
    assert [m.content for m in request.messages] == ["word 2", "word 3", "word 6", "word 7", "word 8"]


def test_a_short_thread_needs_no_summary() -> None:
    policy = parse("summary:m:9")
    assert policy.needs_summary(thread(9)) is None
    assert policy.apply(thread(9)) == Applied(thread(9))
    assert parse("last:2").needs_summary(thread(9)) is None


@pytest.mark.parametrize(("summary", "why"), [(None, "none was given"), (" \n", "the one by m is empty")])
def test_a_missing_or_empty_summary_is_refused(summary: str | None, why: str) -> None:
    with pytest.raises(CompareError, match=f"'summary:m:4'.*in place of 5 messages, but {why}"):
        parse("summary:m:4").apply(thread(9), summary)


# --- the text form ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("full", Policy()),
        ("last:12", Policy(Last(12))),
        ("last-tokens:4000", Policy(LastTokens(4000))),
        ("first-last:2+8", Policy(FirstLast(2, 8))),
        ("summary:sim-large:8", Policy(Summary("sim-large", 8))),
        ("summary:qwen3:8b:8", Policy(Summary("qwen3:8b", 8))),
        ("pinned:3,7+last:8", Policy(Last(8), (3, 7))),
        ("pinned:3+first-last:2+8", Policy(FirstLast(2, 8), (3,))),
        ("pinned:3+summary:a+b:8", Policy(Summary("a+b", 8), (3,))),
        (" pinned: 7,3 ,3 + last: 8 ", Policy(Last(8), (3, 7))),
    ],
)
def test_the_forms_that_can_be_written(text: str, policy: Policy) -> None:
    assert parse(text) == policy
    assert parse(text).summary_model_id == getattr(policy.rule, "model_id", None)


def test_every_listed_form_can_be_read() -> None:
    for form in FORMS:
        assert str(parse(form.example)) == form.example


_n = st.integers(1, 30)
_model = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=10)
_rules: st.SearchStrategy[Rule] = st.one_of(
    st.just(Full()),
    st.builds(Last, _n),
    st.builds(LastTokens, st.integers(1, 60)),
    st.builds(FirstLast, _n, _n),
    st.builds(Summary, _model, st.integers(2, 30)),
)
_policies = st.builds(
    lambda rule, pins: Policy(rule, () if isinstance(rule, Full) else tuple(sorted(pins))),
    _rules,
    st.sets(st.integers(1, 30), max_size=4),
)


@given(_policies)
@settings(max_examples=300, deadline=None)
def test_the_text_of_a_policy_is_read_back_as_the_policy(policy: Policy) -> None:
    assert parse(str(policy)) == policy


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("", 1, "a kind of policy is missing"),
        ("all", 1, "'all' is not a kind of policy"),
        ("Last:3", 1, "'Last' is not a kind"),
        ("full:3", 1, "'full' is not a kind"),
        ("last", 5, "'last' needs a ':'"),
        ("last:", 6, "a number is missing"),
        ("last:0", 6, "'0' is not a whole number from 1"),
        ("last:012", 6, "'012' is not"),
        ("last:-3", 6, "'-3' is not"),
        ("last:\u0663", 6, "is not a whole number"),
        ("last:9999999999", 6, "to 999999999"),
        ("last:3+last:4", 6, r"'3\+last:4' is not"),
        ("last-tokens:4k", 13, "'4k' is not"),
        ("first-last:2", 12, "two numbers with a '\\+'"),
        ("first-last:2+x", 14, "'x' is not"),
        ("summary:8", 9, "a model's id"),
        ("summary::8", 9, "a model's id"),
        ("summary:m:x", 11, "'x' is not"),
        ("summary:m:1", 11, "keep 2 messages or more"),
        ("pinned:3,7", 1, "need a policy for all others"),
        ("pinned:+last:3", 8, "a number is missing"),
        ("pinned:3,,7+last:3", 10, "a number is missing"),
        ("pinned:3,x+last:3", 10, "'x' is not"),
        ("pinned:3+", 10, "a kind of policy is missing"),
        ("pinned:3+full", 10, "'full' cuts nothing"),
        ("pinned:3+pinned:4+last:3", 10, "'pinned' is not a kind"),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, place: int, why: str) -> None:
    with pytest.raises(ConfigError, match=rf"at character {place}: .*{why}.* Write one like: full, last:12,"):
        parse(text)


@given(st.text(st.sampled_from("lastfirpndumye:+,-0123 m"), max_size=20))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        policy = parse(text)
    except ConfigError:
        return
    assert parse(str(policy)) == policy


# --- what holds for all -----------------------------------------------------------------------------------------------

_roles = st.lists(st.sampled_from(("system", "user", "assistant")), max_size=24)


def _thread(roles: list[str]) -> tuple[ChatMessage, ...]:
    return tuple(ChatMessage(role, f"word {k}") for k, role in enumerate([*roles, "user"], 1))  # type: ignore[arg-type]


@given(_policies, _roles)
@settings(max_examples=500, deadline=None)
def test_every_message_is_sent_or_named_in_order_and_the_last_is_always_sent(policy: Policy, roles: list[str]) -> None:
    messages = _thread(roles)
    applied = policy.apply(messages, "S")
    sent = [m for i, m in enumerate(applied.messages) if i != applied.summary_at]
    cut = cut_numbers(applied)
    assert cut == sorted(set(cut))
    assert sent == [m for number, m in enumerate(messages, 1) if number not in cut]
    assert applied.messages[-1] == messages[-1]
    assert all(messages[number - 1].role != "system" for number in cut)
    assert not set(policy.pinned) & set(cut)
    assert all(
        cut.reason
        and cut.tokens == count(messages[cut.number - 1].content)
        and cut.role == messages[cut.number - 1].role
        for cut in applied.cut
    )
    request = policy.needs_summary(messages)
    assert (request is not None) == (applied.summary_at is not None)
    if request is not None:
        assert list(request.messages) == [messages[number - 1] for number in cut]


@given(_policies, st.integers(0, 12), st.booleans())
@settings(max_examples=500, deadline=None)
def test_a_thread_that_takes_turns_still_does_after_a_cut(policy: Policy, pairs: int, system: bool) -> None:
    if policy.summary_model_id:  # with pins there is one exception, below
        policy = Policy(policy.rule)
    applied = policy.apply(thread(2 * pairs + 1, system=system), "S")
    roles = [m.role for m in applied.messages if m.role != "system"]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]


def test_a_pin_at_the_start_of_the_tail_moves_the_summary_to_the_next_answer() -> None:
    applied = parse("pinned:6+summary:m:4").apply(thread(9), "S")
    assert (numbers(applied), applied.summary_at) == ([6, 7, 9, 10], 3)
    assert cut_numbers(applied) == [2, 3, 4, 5, 8]


def test_pins_on_every_answer_of_the_tail_let_summary_and_question_meet() -> None:
    applied = parse("pinned:8+summary:m:2").apply(thread(9), "S")
    assert [m.role for m in applied.messages] == ["system", "user", "user", "assistant", "user"]
    assert (numbers(applied), applied.summary_at) == ([8, 9, 10], 1)


@given(_roles, st.integers(1, 30))
@settings(max_examples=200, deadline=None)
def test_last_n_is_never_more_than_n(roles: list[str], n: int) -> None:
    applied = Policy(Last(n)).apply(_thread(roles))
    assert sum(m.role != "system" for m in applied.messages) <= n


# --- the window -------------------------------------------------------------------------------------------------------


def plain(counted: int, n_messages: int) -> float:
    return counted


def test_a_thread_that_fits_has_no_warning() -> None:
    found = window_cut(thread(9), 1000, 500)
    assert (found.cut, found.warning, found.fits_after_cut) == ((), None, True)


def test_an_unknown_window_says_nothing() -> None:
    assert window_cut(thread(9), None, 10**9).warning is None


def test_the_oldest_messages_would_go_and_no_answer_stays_without_its_question() -> None:
    tokens = sum(count(m.content) for m in thread(9))
    found = window_cut(thread(9), tokens + 100 - 7, 100, estimate=plain)
    assert [(cut.number, cut.reason) for cut in found.cut] == [
        (2, f"does not fit the window of {tokens + 93} tokens"),
        (3, f"does not fit the window of {tokens + 93} tokens"),
        (4, f"does not fit the window of {tokens + 93} tokens"),
        (5, "answer to a message that was cut"),
    ]
    assert found.warning == (
        f"This thread is longer than the window: about {tokens:,} tokens and 100 for the answer, where the model takes "
        f"{tokens + 93:,}. 4 messages would be cut. Choose a context policy, or a model with a longer window."
    )


def test_a_model_that_counts_more_fits_less() -> None:
    assert window_cut(thread(9), 60, 20, estimate=plain).cut == ()
    assert len(window_cut(thread(9), 60, 20, estimate=lambda counted, n: 1.5 * counted + 5 * n + 3).cut) > 0


def test_framing_is_reckoned_with_where_nothing_is_known() -> None:
    assert window_cut(thread(9), 1000, 0).tokens == sum(count(m.content) for m in thread(9)) + 4 * 10


def test_a_question_that_does_not_fit_alone_is_told() -> None:
    found = window_cut((*thread(3)[:-1], ChatMessage("user", "word " * 500)), 400, 100, estimate=plain)
    assert not found.fits_after_cut
    assert [cut.number for cut in found.cut] == [2, 3]
    assert found.warning is not None
    assert "Even the question with the system prompt would not fit" in found.warning


@given(_roles, st.integers(1, 60), st.integers(0, 20))
@settings(max_examples=300, deadline=None)
def test_what_is_left_fits_or_is_said_not_to(roles: list[str], window: int, answer: int) -> None:
    messages = _thread(roles)
    found = window_cut(messages, window, answer, estimate=plain)
    cut = {one.number for one in found.cut}
    left = [m for number, m in enumerate(messages, 1) if number not in cut]
    tokens = sum(count(m.content) for m in left)
    assert left[-1] == messages[-1]
    assert found.fits_after_cut == (tokens + answer <= window)
    assert (found.warning is None) == (found.tokens + answer <= window)
    if not found.fits_after_cut:
        assert all(m.role == "system" for m in left[:-1])
