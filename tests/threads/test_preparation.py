"""Input preparation: names that always mean the same, what each step changes, and what it must leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.records import ChatMessage
from compare.threads.preparation import (
    Change,
    Prepared,
    canonical,
    preparations,
    prepare,
    system_step,
    template_step,
)
from compare.threads.prompts import EMPTY_MESSAGE

ZWSP, ZWNJ, ZWJ, VS16, LRM, RLO = "\u200b", "\u200c", "\u200d", "\ufe0f", "\u200e", "\u202e"
THREAD = (
    ChatMessage("system", "Be brief."),
    ChatMessage("user", "The fare is 417 dollars."),
    ChatMessage("assistant", "Noted."),
    ChatMessage("user", "What is the fare?"),
)


def cleaned(text: str) -> str:
    return prepare("clean@1", (ChatMessage("user", text),)).messages[0].content


def changes(name: str, text: str) -> list[tuple[int, str, int]]:
    prepared = prepare(name, (ChatMessage("user", text),))
    return [(c.index, c.what, c.n) for c in prepared.changes]


# --- clean@1: golden pairs. A released version never changes; if one of these fails, write clean@2 instead.


@pytest.mark.parametrize(
    ("given_text", "sent"),
    [
        ("plain text, nothing to do", "plain text, nothing to do"),
        ("cafe\u0301 \u212b \u2126", "caf\u00e9 \u00c5 \u03a9"),
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0cg", "a\nb\nc\nd\ne\nf\ng"),
        ("a\x00b\x1b[31mc\x7fd\x9be", "ab[31mcde"),
        (f"in{ZWSP}voice \ufeffhi\u2060 co\u00adop f\u2061x", "invoice hi coop fx"),
        (f"{RLO}abc{LRM} \u2066x\u2069", "abc x"),
        ("one  two \t three\u00a0four\u3000five", "one two\tthree four five"),
        ("a   \nb \t\n\n\n\nc\n\n", "a\nb\n\nc"),
        ("\n\n  - item   one\n    - item   two", "  - item one\n    - item   two"),
        ("see `a   b`   now", "see `a   b` now"),
        ("\u00a0\u00a0- nested   item", "  - nested item"),
    ],
)
def test_clean_1_never_changes(given_text: str, sent: str) -> None:
    assert cleaned(given_text) == sent


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"\U0001f469{ZWJ}\U0001f52c", id="woman scientist"),
        pytest.param(f"\U0001f3f3{VS16}{ZWJ}\U0001f308", id="rainbow flag"),
        pytest.param(f"\U0001f469\U0001f3fd{ZWJ}\u2764{VS16}{ZWJ}\U0001f468", id="couple, skin tone and selector"),
        pytest.param(f"1{VS16}\u20e3", id="keycap"),
        pytest.param("\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", id="flag of Scotland"),
        pytest.param(f"\u0645\u06cc{ZWNJ}\u062e\u0648\u0627\u0647\u0645", id="Persian verb with its non-joiner"),
        pytest.param(f"\u0915\u094d{ZWJ} \u0937", id="Hindi half form before a space"),
        pytest.param(f"\u0d28\u0d4d{ZWJ}", id="Malayalam chillu"),
        pytest.param(f"\u1781\u17d2{ZWSP}\u1789\u17bb\u17c6", id="Khmer words parted by a zero-width space"),
        pytest.param(f"\u05e9\u05dc\u05d5\u05dd{LRM} 12:30", id="direction mark in Hebrew"),
        pytest.param("\u845b\U000e0100", id="variant of an ideograph"),
    ],
)
def test_characters_that_a_script_needs_stay(text: str) -> None:
    assert cleaned(text) == text


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        pytest.param(f"re{ZWJ}fund{ZWNJ}", "refund", id="joiners in Latin text"),
        pytest.param(f"\U0001f469{ZWJ} hello", "\U0001f469 hello", id="emoji joiner that joins nothing"),
        pytest.param(f"\u0645{ZWNJ}{ZWNJ}{ZWNJ}\u062e", f"\u0645{ZWNJ}\u062e", id="several non-joiners become one"),
        pytest.param("ok\U000e0068\U000e0069", "ok", id="text hidden in tag characters"),
        pytest.param("\u2764" + "\ufe01\ufe02\ufe0f" * 9, "\u2764\ufe01", id="bytes hidden in variation selectors"),
        pytest.param(f"\u0323{RLO}\u094d{ZWNJ}x", "\u094d\u0323x", id="joiner that loses its letter to reordering"),
        pytest.param(f"{VS16}a{VS16}", "a", id="selector without a glyph to select"),
    ],
)
def test_characters_that_hide_something_go(text: str, sent: str) -> None:
    assert cleaned(text) == sent


@pytest.mark.parametrize(
    "text",
    [
        "```python\nif x:\n\n\n    y  =  1   \n```",
        "~~~~\na  b\n~~~\nstill  code\n~~~~",
        "> ```\n> a  b\n> ```",
        "```\nnever closed  \n\n\nend  ",
        "    indented  code   is code",
    ],
)
def test_white_space_in_code_stays(text: str) -> None:
    assert cleaned(text) == text


def test_white_space_after_a_closed_fence_is_folded_again() -> None:
    assert cleaned("```\na  b\n```\nc  d") == "```\na  b\n```\nc d"


def test_line_ends_are_newlines_in_code_too() -> None:
    assert cleaned("```\r\na  b\r\n```") == "```\na  b\n```"


def test_a_message_of_nothing_but_hidden_characters_is_sent_as_an_empty_one() -> None:
    assert cleaned(f"{ZWSP} \ufeff\n") == EMPTY_MESSAGE == "(empty message)"
    assert changes("clean@1", ZWSP)[-1] == (0, "nothing was left: sent as an empty message", len(EMPTY_MESSAGE))


def test_each_change_is_told_with_its_number_of_characters() -> None:
    assert changes("clean@1", f"a\r\nb{ZWSP}{ZWSP}c  d\x07") == [
        (0, "line ends made newlines", 1),
        (0, "control characters removed", 1),
        (0, "zero-width characters removed", 2),
        (0, "white space folded", 1),
    ]


def test_marks_that_only_change_places_are_counted() -> None:
    assert changes("clean@1", "q\u0307\u0323") == [(0, "characters composed (NFC)", 2)]


def test_a_clean_message_has_no_changes() -> None:
    assert prepare("clean@1", THREAD) == Prepared(THREAD, ())


_awkward = st.text(
    st.sampled_from(
        f"ab1`~ \t\n\r>-\x00\x85\u00a0\u00ad\u0301\u0338\u05d0\u061c\u0645\u0915\u094d\u1780\u1fef\u212a\u2329\u3000"
        f"{ZWSP}{ZWNJ}{ZWJ}{VS16}{LRM}{RLO}\ufeff\u2060\ufe00\U000e0100\U000e0041\U000e007f\u845b\u2764\U0001f469\U0001f3f4"
    ),
    max_size=40,
)


@given(st.one_of(_awkward, st.text(max_size=60)))
@settings(max_examples=600, deadline=None)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert changes("clean@1", once) == []


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_what_a_reader_sees_in_plain_text_stays(text: str) -> None:
    assert cleaned(text) == text


# --- framed@1 ---------------------------------------------------------------------------------------------------------


def test_framed_1_never_changes() -> None:
    assert prepare("framed@1", THREAD).messages == (
        ChatMessage("system", "Be brief."),
        ChatMessage("user", "[earlier message from the user]\nThe fare is 417 dollars."),
        ChatMessage("assistant", "[earlier answer from the assistant]\nNoted."),
        ChatMessage("user", "What is the fare?"),
    )


def test_framing_tells_what_it_added() -> None:
    assert prepare("framed@1", THREAD).changes == (
        Change(1, "role label added", 32, "framed@1"),
        Change(2, "role label added", 36, "framed@1"),
    )


# --- templates --------------------------------------------------------------------------------------------------------


def test_transcript_1_never_changes() -> None:
    assert prepare("transcript@1", THREAD).messages == (
        ChatMessage("system", "Be brief."),
        ChatMessage(
            "user",
            "This is the conversation so far.\n\n"
            "User: The fare is 417 dollars.\n\nAssistant: Noted.\n\n"
            "Continue it as the assistant: answer the user's next message.\n\n"
            "What is the fare?",
        ),
    )


def test_a_template_around_the_question_leaves_earlier_messages() -> None:
    prepared = prepare(template_step("Answer in one line.\n{question} + nothing else, 100%"), THREAD)
    assert prepared.messages[:-1] == THREAD[:-1]
    assert prepared.messages[-1].content == "Answer in one line.\nWhat is the fare? + nothing else, 100%"
    assert [(c.index, c.what, c.n) for c in prepared.changes] == [(3, "template added", 41)]


def test_placeholders_in_the_thread_itself_are_plain_text() -> None:
    thread = (ChatMessage("user", "{question}"), ChatMessage("assistant", "ok"), ChatMessage("user", "{messages}"))
    filled = prepare(template_step("{messages} | {question} | {other}"), thread).messages
    assert [m.content for m in filled] == ["User: {question}\n\nAssistant: ok | {messages} | {other}"]


def test_a_first_question_has_no_earlier_messages() -> None:
    (only,) = prepare(template_step("{messages} / {question}"), (ChatMessage("user", "hi"),)).messages
    assert only.content == "(no earlier messages) / hi"


def test_a_template_without_the_question_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"'Hello' has no \{question\}.*Put \{question\}"):
        template_step("Hello")
    with pytest.raises(ConfigError, match=r"has no \{question\}"):
        prepare("template:Hello", THREAD)


def test_a_system_prefix_comes_before_the_system_prompt_or_makes_one() -> None:
    step = system_step("You are a clerk.")
    assert prepare(step, THREAD).messages[0] == ChatMessage("system", "You are a clerk.\n\nBe brief.")
    made = prepare(step, THREAD[1:])
    assert made.messages == (ChatMessage("system", "You are a clerk."), *THREAD[1:])
    assert [c.what for c in made.changes] == ["system message added"]


def test_a_blank_system_prefix_is_refused() -> None:
    with pytest.raises(ConfigError, match="needs some text"):
        system_step(" \n")


def test_a_broken_escape_is_named() -> None:
    with pytest.raises(ConfigError, match=r"no UTF-8.*%25"):
        prepare("system:100%ff", THREAD)


@given(st.text(min_size=1, max_size=60).filter(str.strip), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_a_template_of_ones_own_stands_whole_in_the_name(text: str, end: str) -> None:
    template = text.replace("{", "(") + "{question}" + end.replace("{", "(")
    name = f"{system_step(text)}+clean@1+{template_step(template)}"
    assert canonical(name) == name
    sent = prepare(name, (ChatMessage("user", "Q"),)).messages
    assert sent[-1].content == template.replace("{question}", "Q")
    assert prepare(system_step(text), (ChatMessage("user", "Q"),)).messages[0].content == text


# --- names ------------------------------------------------------------------------------------------------------------


def test_none_leaves_everything() -> None:
    assert prepare("none", THREAD) == Prepared(THREAD, ())


def test_steps_run_from_left_to_right() -> None:
    thread = (ChatMessage("user", "a  b"), ChatMessage("assistant", "c"), ChatMessage("user", "d"))
    prepared = prepare("clean@1+framed@1+transcript@1", thread)
    assert "User: [earlier message from the user]\na b\n\nAssistant: [earlier" in prepared.messages[0].content
    assert [c.step for c in prepared.changes] == ["clean@1", "framed@1", "framed@1", *["transcript@1"] * 3]


def test_every_listed_name_can_be_used() -> None:
    for name, description in preparations():
        usable = name.replace("template:TEXT", "template:Now {question}")
        assert prepare(usable, THREAD).messages[-1].role == "user"
        assert description.endswith(".")


@pytest.mark.parametrize("name", ["clean", "clean@2", "", "framed", "clean@1+", "clean@1+polish@1", "CLEAN@1"])
def test_an_unknown_name_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(ConfigError, match=r"is not known\. Known are: none, clean@1, framed@1, transcript@1,"):
        prepare(name, THREAD)


def test_none_is_not_joined_and_no_step_stands_twice() -> None:
    with pytest.raises(ConfigError, match="joins 'none'"):
        canonical("none+clean@1")
    with pytest.raises(ConfigError, match="'clean@1' twice"):
        canonical("clean@1+clean@1")


def test_equal_preparations_have_one_name() -> None:
    assert canonical(" clean@1 + framed@1 ") == "clean@1+framed@1"
    assert canonical("none") == "none"
    assert canonical("system:a%20b") == system_step("a b") == "system:a b"


_messages = st.lists(
    st.builds(ChatMessage, st.sampled_from(("system", "user", "assistant")), _awkward), min_size=1, max_size=6
).map(tuple)


@given(st.sampled_from(("none", "clean@1", "framed@1", "clean@1+framed@1", system_step("You are a clerk."))), _messages)
@settings(max_examples=300, deadline=None)
def test_preparing_twice_is_preparing_once(name: str, messages: tuple[ChatMessage, ...]) -> None:
    once = prepare(name, messages)
    assert prepare(name, once.messages) == Prepared(once.messages, ())
    if name != system_step("You are a clerk."):
        assert [m.role for m in once.messages] == [m.role for m in messages]


@given(_messages)
@settings(max_examples=100, deadline=None)
def test_no_change_is_told_where_nothing_changed_and_none_is_silent(messages: tuple[ChatMessage, ...]) -> None:
    prepared = prepare("clean@1+framed@1", messages)
    changed = {i for i, (a, b) in enumerate(zip(messages, prepared.messages, strict=True)) if a != b}
    assert changed <= {c.index for c in prepared.changes}
    assert bool(prepared.changes) == (prepared.messages != messages)
