"""The owner's own list of identity words: kept, read again, put back, and what it would hide."""

from __future__ import annotations

import pytest

from compare.errors import ConfigError
from compare.review.identity import IdentityWords, load_identity_words
from compare.review.identity_list import (
    has_own_list,
    reset_identity_words,
    save_identity_words,
    shipped_identity_words,
    would_hide,
)


def test_a_saved_list_is_the_one_that_counts_until_it_is_put_back(tmp_path) -> None:
    assert not has_own_list()
    assert load_identity_words() == shipped_identity_words()
    odd = IdentityWords((' Zorro "the fox"', "b\\ack", "M\u00fcller", 'Zorro "the fox"'), ("Bard",), ())
    save_identity_words(odd)
    assert has_own_list()
    assert load_identity_words() == IdentityWords(('Zorro "the fox"', "b\\ack", "M\u00fcller"), ("Bard",), ())
    assert [path.name for path in tmp_path.iterdir()] == ["identity_words.toml"]
    reset_identity_words()
    reset_identity_words()
    assert load_identity_words() == shipped_identity_words()


def test_a_text_is_no_name() -> None:
    with pytest.raises(ConfigError, match="has 101 characters; names have at most 100"):
        save_identity_words(IdentityWords(("x" * 101,)))
    assert not has_own_list()


def test_what_a_list_hides_is_counted_per_answer_and_word(scene) -> None:
    items = [scene.item("Claude and CLAUDE again.", "First of all: 7714."), scene.item("Zorro.", "No name.")]
    study = scene.study(0, *items)
    found = would_hide(scene.store, study.id, IdentityWords(("claude",)))
    # "first" is the model of each item's first answer, so the name is hidden wherever it stands.
    assert (found.n_answers, found.n_hidden) == (4, 2)
    assert found.by_word == (("claude", 1), ("first", 1))
    assert would_hide(scene.store, study.id, IdentityWords(("zorro",))).by_word == (("first", 1), ("zorro", 1))
