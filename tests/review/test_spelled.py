"""Names that an answer writes letter by letter are hidden; single letters that name nobody are left alone."""

from __future__ import annotations

import pytest

from compare.review.identity import IdentityWords, load_identity_words, mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I am C l a u d e.", "I am [hidden]."),
        ("I am C-l-a-u-d-e, an assistant.", "I am [hidden], an assistant."),
        ("c_l_a_u_d_e", "[hidden]"),
        ("This is G.P.T. speaking", "This is [hidden]. speaking"),
        ("G. P. T. wrote it", "[hidden]. wrote it"),
        ("G.P.T.-4o said so", "[hidden] said so"),
        ("G P T 4 and g-p-t-4", "[hidden] and [hidden]"),
        ("I, a C l a u d e model", "I, a [hidden] model"),
        ("C l a u d e 3.5 Sonnet", "[hidden]"),
        ("I  a m  C l a u d e  3 . 5  S o n n e t", "I  a m  [hidden]"),
        ("C\nl\na\nu\nd\ne", "[hidden]"),
        ("**G** **e** **m** **i** **n** **i**", "**[hidden]**"),
        ("\u0421 l \u0430 u d e", "[hidden]"),
        ("made by O p e n A I", "made by [hidden]"),
        ("L.l.a.m.a / M-i-s-t-r-a-l", "[hidden] / [hidden]"),
        ("C o m m a n d   R", "[hidden]"),
    ],
)
def test_a_name_is_hidden_letter_by_letter(text: str, shown: str) -> None:
    assert mask(text, load_identity_words()).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "a l l of it",
        "The U.S.A. and the U. K., e.g. by p. m.",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
        "x, a, i and g, p, t are variables",
        "1. 2. 3. 4. 5",
        "- a\n- b\n- c",
        "f(x) = a x + b y - c z",
        "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |",
        "A/B/C tests, Q & A, C-3-P-O",
        "c l a u d",
    ],
)
def test_single_letters_that_name_nobody_are_left_alone(text: str) -> None:
    assert mask(text, load_identity_words()).text == text


def test_the_study_s_own_models_are_found_too_but_no_enumeration_is_a_name() -> None:
    words = IdentityWords(("sim-lite", "a-b-c"))
    assert mask("S i m - L i t e or S.i.m.L.i.t.e", words).text == "[hidden] or [hidden]"
    assert mask("a.b.c", words).text == "a.b.c"


def test_a_span_of_a_spelled_name_is_the_whole_name() -> None:
    masked = mask("I am C l a u d e, yes", load_identity_words())
    assert masked.cuts == ((5, 16),)
    assert masked.to_stored(5, 13) == (5, 16)
    assert masked.to_shown(7, 9) == (5, 13)
