"""The leak filter: what is hidden, what is left alone, and places in a hidden text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.records import Candidate, ModelSpec
from compare.review.identity import HIDDEN, IdentityWords, load_identity_words, mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I am ChatGPT.", "I am [hidden]."),
        ("As GPT-4o-mini, I cannot.", "As [hidden], I cannot."),
        ("I'm Claude 3.5 Sonnet, made by Anthropic.", "I'm [hidden], made by [hidden]."),
        ("(gpt4)", "([hidden])"),
        ("Gemini 2.0 Flash's view", "[hidden]'s view"),
        ("Google DeepMind and google  deepmind", "[hidden] and google  [hidden]"),
        ("Meta AI trained me, not the meta AI field.", "[hidden] trained me, not the meta AI field."),
        ("ask Bard, the bard of Avon", "ask [hidden], the bard of Avon"),
        ("Command R+ obeys; the command runs.", "[hidden]+ obeys; the command runs."),
        ("Egypt, claudette and a large flash", "Egypt, claudette and a large flash"),
        ("a haiku, an opus and a sonnet", "a haiku, an opus and a sonnet"),
        ("**Llama-3.1-70B-Instruct**!", "**[hidden]**!"),
        ("Open AI made Chat GPT; GPTs and ClaudeAI", "[hidden] made [hidden]; [hidden] and [hidden]"),
        # Scripts without spaces put their words right beside a name.
        ("\u6211\u662fClaude\uff0c\u7531Anthropic\u8bad\u7ec3", "\u6211\u662f[hidden]\uff0c\u7531[hidden]\u8bad\u7ec3"),
        ("\u79c1\u306fGPT-4\u3067\u3059", "\u79c1\u306f[hidden]\u3067\u3059"),
        ("\u6211\u662f\u901a\u4e49\u5343\u95ee\u3002", "\u6211\u662f[hidden]\u3002"),
    ],
)
def test_what_is_hidden(text: str, shown: str) -> None:
    masked = mask(text, load_identity_words())
    assert masked.text == shown
    assert masked.leaks is (HIDDEN in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I am **Clau**de.", "I am **[hidden]."),
        ("I am `Cl`au`de`", "I am `[hidden]`"),
        ("Cl\u200baude, Chat\u00adGPT", "[hidden], [hidden]"),
        (
            "\uff27\uff30\uff34-4 and \U0001d402\U0001d425\U0001d41a\U0001d42e\U0001d41d\U0001d41e",
            "[hidden] and [hidden]",
        ),
        ("\u0421laude, \u039fpenAI", "[hidden], [hidden]"),
        ("Cla\u0301ude; &#71;PT&#x2011;4 &amp; more", "[hidden]; [hidden] &amp; more"),
        ("command\\-r; C<i>laude</i>; Gem<!-- -->ini", "[hidden]; [hidden]</i>; [hidden]"),
        ("GPT\u20114o", "[hidden]"),
        ("caf\u00e9 *good* 2 < 3 & 4", "caf\u00e9 *good* 2 < 3 & 4"),
        ("a<br>Claude, x*GPT*y", "a<br>[hidden], x*[hidden]*y"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, shown: str) -> None:
    masked = mask(text, load_identity_words())
    assert masked.text == shown
    assert masked.leaks is (HIDDEN in shown)


def test_the_study_s_own_models_are_added_however_they_are_joined() -> None:
    spec = ModelSpec("house-7", "openai-chat", "", "org/house-7b", label="House Seven", maker="Hausmann")
    words = IdentityWords().naming([Candidate("house-7", label="A")], [spec])
    shown = mask("I am House 7, house_seven, org/house-7b by Hausmann; A house has 7 doors.", words).text
    assert shown == "I am [hidden], [hidden], [hidden] by [hidden]; A house has 7 doors."


def test_without_words_nothing_is_hidden() -> None:
    assert mask("I am ChatGPT.", IdentityWords()).text == "I am ChatGPT."


def test_a_list_of_the_user_s_own_is_read_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "identity_words.toml").write_text('words = ["zorg"]\n', encoding="utf-8")
    assert load_identity_words() == IdentityWords(("zorg",))
    (tmp_path / "identity_words.toml").write_text("words = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="words must be a list of words in quotes"):
        load_identity_words()
    (tmp_path / "identity_words.toml").write_text("words = [", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cannot be read.*Mend it, or remove it"):
        load_identity_words()


@given(st.text(alphabet="ab X.", min_size=1, max_size=30), st.data())
def test_a_span_of_the_shown_text_means_the_same_words_of_the_stored_one(text: str, data: st.DataObject) -> None:
    masked = mask(text, IdentityWords(("X", "XX")))
    start = data.draw(st.integers(0, len(masked.text) - 1))
    end = data.draw(st.integers(start + 1, len(masked.text)))
    a, b = masked.to_stored(start, end)
    assert 0 <= a < b <= len(text)
    inside = masked.text[start:end]
    if not set(inside) & set(HIDDEN):
        assert text[a:b] == inside


def test_a_hidden_word_is_marked_as_a_whole() -> None:
    masked = mask("I am GPT-4, yes", IdentityWords(("gpt",)))
    assert masked.text == "I am [hidden], yes"
    assert masked.to_stored(7, 9) == (5, 10)
    assert masked.to_stored(15, 18) == (12, 15)


@given(st.text(alphabet="ab X.", min_size=1, max_size=30), st.data())
def test_a_span_of_the_shown_text_survives_the_way_there_and_back(text: str, data: st.DataObject) -> None:
    masked = mask(text, IdentityWords(("X", "XX")))
    start = data.draw(st.integers(0, len(masked.text) - 1))
    end = data.draw(st.integers(start + 1, len(masked.text)))
    again = masked.to_shown(*masked.to_stored(start, end))
    assert again[0] <= start < end <= again[1]
    if HIDDEN not in masked.text[again[0] : again[1]]:
        assert again == (start, end)
