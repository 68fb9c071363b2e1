"""What a candidate is really sent: system prompt, then policy, then preparation, each step kept to look at."""

from __future__ import annotations

import pytest

from compare.errors import CompareError, ConfigError
from compare.records import Candidate, Message, ModelSpec, Settings
from compare.threads.difference import changed, visible
from compare.threads.prompts import fixed_prompt
from compare.threads.shaping import shape, summary_needed, too_long

PROMPT = fixed_prompt(
    [
        Message("user", "My name is Jo\u200bhn  Doe.", id="m1"),
        Message("assistant", "Hello.", id="m2"),
        Message("user", "Who am I?", id="m3"),
    ]
)


def test_a_plain_candidate_is_sent_the_prompt_as_it_is() -> None:
    shaped = shape(PROMPT, Candidate("m"))
    assert shaped.sent == shaped.whole == PROMPT
    assert (shaped.kept, shaped.cut, shaped.changes) == (PROMPT.messages, (), ())


def test_the_system_prompt_comes_first_then_the_policy_then_the_preparation() -> None:
    candidate = Candidate("m", Settings(system_prompt="Be\u00a0brief."), context_policy="last:1", preparation="clean@1")
    shaped = shape(PROMPT, candidate)
    assert shaped.whole.messages[0].content == "Be\u00a0brief."
    assert [(m.role, m.content) for m in shaped.kept] == [("system", "Be\u00a0brief."), ("user", "Who am I?")]
    assert [m.content for m in shaped.sent.messages] == ["Be brief.", "Who am I?"]
    assert [cut.number for cut in shaped.cut] == [2, 3]


def test_the_length_of_the_conversation_stays_what_it_is_whatever_is_cut() -> None:
    shaped = shape(PROMPT, Candidate("m", context_policy="last:1"))
    assert (shaped.whole.n_messages, shaped.sent.n_messages) == (3, 1)


def test_a_summary_is_needed_only_where_something_would_be_cut() -> None:
    assert summary_needed(PROMPT, Candidate("m", context_policy="summary:s:8")) is None
    needed = summary_needed(
        fixed_prompt([*[Message("user", "Hm.", id="x")] * 9, Message("user", "?", id="y")]),
        Candidate("m", context_policy="summary:s:2"),
    )
    assert needed is not None
    assert (needed.model_id, len(needed.messages)) == ("s", 8)


@pytest.mark.parametrize("candidate", [Candidate("m", context_policy="last:x"), Candidate("m", preparation="clean@99")])
def test_what_cannot_be_read_is_named(candidate: Candidate) -> None:
    with pytest.raises(ConfigError, match=r"'last:x'|'clean@99'"):
        shape(PROMPT, candidate)


def test_a_missing_summary_is_named() -> None:
    long = fixed_prompt([*[Message("user", "Hm.", id="x")] * 9, Message("user", "?", id="y")])
    with pytest.raises(CompareError, match="none was given"):
        shape(long, Candidate("m", context_policy="summary:s:2"))


def test_a_prompt_longer_than_the_window_is_said_before_it_is_sent() -> None:
    shaped = shape(PROMPT, Candidate("m"))
    assert too_long(shaped, Candidate("m"), ModelSpec("m", "openai-chat", "http://x", "m")) is None
    small = ModelSpec("m", "openai-chat", "http://x", "m", context_window_tokens=20)
    assert "where the model takes 20" in str(too_long(shaped, Candidate("m"), small))


# --- before and after ------------------------------------------------------------------------------------------------


def test_only_changed_messages_are_shown_with_hidden_characters_written_out() -> None:
    [one] = changed(shape(PROMPT, Candidate("m", preparation="clean@1")))
    assert (one.number, one.role) == (1, "user")
    assert one.before == "My name is Jo<U+200B>hn  Doe."
    assert one.after == "My name is John Doe."
    assert all(why.startswith("clean@1: ") for why in one.why)


def test_messages_that_were_joined_are_shown_as_one_difference() -> None:
    [one] = changed(shape(PROMPT, Candidate("m", preparation="transcript@1")))
    assert one.why[0] == "3 messages became 1"
    assert "assistant: Hello." in one.before
    assert "Who am I?" in one.after


@pytest.mark.parametrize(
    ("text", "seen"),
    [("a\u00a0b", "a<U+00A0>b"), ("a\tb\n c", "a<U+0009>b\n c"), ("\u202eabc", "<U+202E>abc"), ("\ud83d", "<U+D83D>")],
)
def test_what_cannot_be_seen_is_written_as_its_code_point(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_letters_of_any_language_and_emoji_stay() -> None:
    assert visible("Grüße \u4f60\u597d \U0001f600") == "Grüße \u4f60\u597d \U0001f600"
