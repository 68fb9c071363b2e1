"""Verdicts on answers, set by hand: what passes, what does not, in awkward spellings and several languages."""

from __future__ import annotations

import pytest

from compare.probes.probe import Expected, FormRule, ProbeType, Value, ValueKind
from compare.probes.score import Verdict, score_text

CODE = Value("code", "KR-7305")
NAME = Value("name", "Torvella")
EUROS = Value("number", "2,846 euros")
KG = Value("number", "473 kg")

RECALL: list[tuple[Value, str, Verdict]] = [
    # case and punctuation
    (CODE, "The gate code is KR-7305.", "passed"),
    (CODE, "the gate code is kr-7305", "passed"),
    (CODE, "It is **KR-7305**.", "passed"),
    (CODE, "It is `KR-7305`!", "passed"),
    (CODE, "KR7305", "passed"),
    (CODE, "KR 7305", "passed"),
    (CODE, "KR\u20117305", "passed"),  # a hyphen that does not break
    (CODE, "K R - 7 3 0 5", "forgot"),
    (CODE, '("KR-7305")', "passed"),
    (CODE, "Code:KR-7305,valid", "passed"),
    (CODE, "KR-7035", "forgot"),
    (CODE, "KR", "forgot"),
    (CODE, "7305", "forgot"),
    (CODE, "KR. There are 7305 of them.", "forgot"),
    # the value inside something longer
    (CODE, "KR-73051", "forgot"),
    (CODE, "XKR-7305", "forgot"),
    (CODE, "KR-7305b", "forgot"),
    (CODE, "KR-7305-2", "forgot"),
    (CODE, "9-KR-7305", "forgot"),
    (CODE, "AKR7305", "forgot"),
    (KG, "1473 kg", "forgot"),
    (KG, "4730 kg", "forgot"),
    (KG, "473.5 kg", "forgot"),
    (KG, "0.473 kg", "forgot"),
    (KG, "-473 kg", "forgot"),
    (KG, "\u2212473 kg", "forgot"),
    (KG, "It is A473 kg", "forgot"),
    (EUROS, "12,846 euros", "forgot"),
    (EUROS, "2,846,000 euros", "forgot"),
    (EUROS, "2,8461 euros", "forgot"),
    # digit grouping and decimals
    (EUROS, "It is 2846 euros.", "passed"),
    (EUROS, "It is 2.846 euros.", "passed"),
    (EUROS, "It is 2 846 euros.", "passed"),
    (EUROS, "It is 2\u202f846 euros.", "passed"),
    (EUROS, "It is 2\u00a0846 euros.", "passed"),
    (EUROS, "It is 2'846 euros.", "passed"),
    (EUROS, "It is 2,846.00 euros.", "passed"),
    (EUROS, "It is 2.846,00 euros.", "passed"),
    (EUROS, "It is 2,846.50 euros.", "forgot"),
    (EUROS, "It is 2.846,-- euros.", "passed"),
    # units
    (EUROS, "\u20ac2,846", "passed"),
    (EUROS, "EUR 2,846", "passed"),
    (EUROS, "2,846 EUR", "passed"),
    (EUROS, "2,846\u20ac", "passed"),
    (EUROS, "2,846", "passed"),
    (EUROS, "$2,846", "forgot"),
    (EUROS, "2,846 dollars", "forgot"),
    (EUROS, "\u00a32,846", "forgot"),
    (KG, "473kg", "passed"),
    (KG, "473 kilograms", "passed"),
    (KG, "473 Kilogramm", "passed"),
    (KG, "473 pounds", "forgot"),
    (KG, "473 g", "forgot"),
    (KG, "about 473 or so", "passed"),
    (KG, "0.473 t", "forgot"),
    (KG, "four hundred and seventy-three kg", "forgot"),  # numbers in words do not count: a stated limit
    # unicode
    (CODE, "\uff2b\uff32\uff0d\uff17\uff13\uff10\uff15", "passed"),  # full-width forms
    (CODE, "KR-\u0667\u0663\u0660\u0665", "passed"),  # Arabic-Indic digits
    (CODE, "KR\u200b-73\u200b05", "passed"),  # invisible spaces
    (CODE, "KR\u00ad-7305", "passed"),  # a soft hyphen
    (CODE, "\u041aR-7305", "forgot"),  # a Cyrillic letter that looks like K
    (KG, "\U0001d7d2\U0001d7d5\U0001d7d1 kg", "passed"),  # bold digits
    # names
    (NAME, "Our contact is Torvella.", "passed"),
    (NAME, "TORVELLA", "passed"),
    (NAME, "Torvella's number is not here.", "passed"),
    (NAME, "Torvellas", "forgot"),
    (NAME, "Torvela", "forgot"),
    (NAME, "_Torvella_", "passed"),
    # other languages
    (CODE, "Der Code lautet KR-7305.", "passed"),
    (KG, "Le poids maximal est de 473 kilogrammes.", "passed"),
    (CODE, "\u30b3\u30fc\u30c9\u306fKR-7305\u3067\u3059\u3002", "passed"),
    (KG, "\u91cd\u91cf\u662f473\u516c\u65a4\u3002", "passed"),
    (EUROS, "\u042d\u0442\u043e 2 846 \u0435\u0432\u0440\u043e.", "passed"),
    (NAME, "\u8054\u7cfb\u4eba\u662fTorvella\u3002", "passed"),
    # refusals: the rule looks for the value alone
    (CODE, "I do not have that information.", "forgot"),
    (CODE, "I am not sure, but it may be KR-7305.", "passed"),
    (CODE, "", "forgot"),
]


@pytest.mark.parametrize(("value", "answer", "verdict"), RECALL)
def test_recall_passes_where_the_value_stands_whole(value: Value, answer: str, verdict: Verdict) -> None:
    found = score_text("recall", Expected((value,)), answer)
    assert found.verdict == verdict, found.why


OLD, NEW = Value("code", "KR-7305"), Value("code", "PX-2281")
UPDATE: list[tuple[str, Verdict]] = [
    ("It is PX-2281.", "passed"),
    ("It is KR-7305.", "stale"),
    ("It was KR-7305 and is now PX-2281.", "both"),
    ("It is px 2281, as corrected.", "passed"),
    ("I do not know.", "forgot"),
    ("It is PX-22810.", "forgot"),
    ("It is KR-73051.", "forgot"),
]


@pytest.mark.parametrize(("answer", "verdict"), UPDATE)
def test_an_update_passes_with_the_new_value_and_without_the_old(answer: str, verdict: Verdict) -> None:
    assert score_text("update", Expected((NEW,), (OLD,)), answer).verdict == verdict


ABSTENTION: list[tuple[ValueKind, str, Verdict]] = [
    ("code", "That code was never mentioned.", "passed"),
    ("code", "I don\u2019t have that information.", "passed"),
    ("code", "It is KR-7305.", "invented"),
    ("code", "It was not given; perhaps QQ-1234?", "invented"),
    ("code", "The depot is large and friendly.", "no_refusal"),
    ("code", "Der Code wurde in diesem Gespr\u00e4ch nicht genannt.", "passed"),
    ("code", "Das wei\u00df ich leider nicht.", "passed"),
    ("code", "Je ne dispose pas de cette information.", "passed"),
    ("code", "No tengo ese dato.", "passed"),
    ("code", "Non ho questa informazione.", "passed"),
    (
        "code",
        "\u7533\u3057\u8a33\u3042\u308a\u307e\u305b\u3093\u304c\u3001\u308f\u304b\u308a\u307e\u305b\u3093\u3002",
        "passed",
    ),
    ("code", "\u5bf9\u8bdd\u4e2d\u6ca1\u6709\u63d0\u5230\u3002", "passed"),
    ("number", "It has not been stated. There are 2 ways to find out.", "passed"),
    ("number", "I do not know exactly, about 500 kg.", "invented"),
    ("number", "Unknown, but usually 90 kg.", "invented"),
    ("number", "", "no_refusal"),
]


@pytest.mark.parametrize(("kind", "answer", "verdict"), ABSTENTION)
def test_an_abstention_passes_without_a_value_and_with_a_refusal(
    kind: ValueKind, answer: str, verdict: Verdict
) -> None:
    assert score_text("abstention", Expected(rivals=(CODE,), absent=kind), answer).verdict == verdict


def test_what_the_question_names_itself_is_no_invented_value() -> None:
    expected = Expected(absent="number")
    found = score_text("abstention", expected, "I do not know the rent of room 204.", "What is the rent of room 204?")
    assert found.verdict == "passed"


def test_two_facts_pass_together_only() -> None:
    both = Expected((CODE, KG))
    assert score_text("multi", both, "KR-7305 and 473 kg").verdict == "passed"
    assert score_text("multi", both, "KR-7305, and I do not know the weight").verdict == "partial"
    assert score_text("multi", both, "I do not know").verdict == "forgot"


def test_another_planted_value_beside_the_right_one_does_not_pass() -> None:
    assert score_text("recall", Expected((CODE,), (NEW,)), "KR-7305 or PX-2281").verdict == "rival"


RULES: list[tuple[FormRule, str, Verdict]] = [
    (FormRule("end", "Torvella"), "Look at the roof first. Torvella", "passed"),
    (FormRule("end", "Torvella"), "Look at the roof first.\n\n**torvella**.", "passed"),
    (FormRule("end", "Torvella"), "Torvella: look at the roof first.", "broke"),
    (FormRule("end", "Torvella"), "", "broke"),
    (FormRule("begin", "Torvella"), "*Torvella*! Look at the roof.", "passed"),
    (FormRule("begin", "Torvella"), "Well, Torvella.", "broke"),
    (FormRule("never", "red budget"), "The green budget.", "passed"),
    (FormRule("never", "red budget"), "The RED-budget.", "broke"),
    (FormRule("max_words", n=4), "Look at the roof!", "passed"),
    (FormRule("max_words", n=4), "Look at the - old - roof!", "broke"),
]


@pytest.mark.parametrize(("rule", "answer", "verdict"), RULES)
def test_instructions_are_checked_by_the_form(rule: FormRule, answer: str, verdict: Verdict) -> None:
    assert score_text("instruction", Expected(rule=rule), answer).verdict == verdict


def test_every_verdict_says_why_in_a_sentence() -> None:
    types: list[tuple[ProbeType, Expected]] = [
        ("recall", Expected((CODE,))), ("update", Expected((NEW,), (OLD,))),
        ("instruction", Expected(rule=FormRule("end", "x"))), ("abstention", Expected(absent="code")),
    ]  # fmt: skip
    for probe_type, expected in types:
        for answer in ("KR-7305", "PX-2281", "I do not know.", "x"):
            assert score_text(probe_type, expected, answer).why.endswith(".")
