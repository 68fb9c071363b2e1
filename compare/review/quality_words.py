"""A study's figures in words: what each says here, what would be good, what to do. Few ballots are said to be few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compare.review.quality import MARK_TARGET, SWAP_TARGET, VERDICT_TARGET, Agreed, Quality, Share
from compare.store.study_values import Study

Judgement = Literal["good", "poor", "few"]
FEW_ITEMS = 20
"""Items with two raters' word below which alpha still jumps with every ballot."""
FEW = 20
"""Ballots below which a share is not judged."""
GOLD_TARGET = 0.8
MOSTLY_ALIKE = 0.75
"""Share of agreeing pairs from which a low alpha speaks of one-sided items, not of raters who differ."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One figure with its sentence."""

    name: str
    value: str
    """As a page prints it; a dash where nothing is known."""
    judged: Judgement
    sentence: str


@dataclass(frozen=True, slots=True)
class ExplainedAgreement:
    """One row of the agreement table."""

    name: str
    agreed: Agreed
    judged: Judgement
    sentence: str


def explained_agreement(study: Study, found: Quality) -> list[ExplainedAgreement]:
    """The verdict, then scores per criterion, then marks per kind (as `forgot`), each with its sentence."""
    rows = [_agreement(f"Verdict: {study.criteria[0]}", found.verdict, VERDICT_TARGET, _DO_VERDICT)]
    rows += [_agreement(f"Score 1-4: {name}", one, VERDICT_TARGET, _DO_SCORE) for name, one in found.rubric.items()]
    rows += [
        _agreement(f"Mark: {kind.replace('_', ' ')}", one, MARK_TARGET, _DO_MARK) for kind, one in found.marks.items()
    ]
    return rows


def explained_conditions(found: Quality) -> list[Explained]:
    """Consistency, gold items, sides and leaks."""
    return [_swaps(found.swaps), _gold(found.gold), _left(found.left), _leaked(found.leaked)]


_DO_ONE_SIDED = (
    "Nearly everybody says the same thing on nearly every item, so chance alone would agree about as often and alpha "
    "can say little: add items on which the answers differ in other ways."
)
_DO_VERDICT = "Read the disagreements, make the question more concrete, say in the instructions how such cases count."
_DO_SCORE = "Say in the instructions what 1 and 4 look like, or drop the criterion: vague scales rarely agree."
_DO_MARK = "Show an example of this mark in the instructions or in a training item."


def _agreement(name: str, agreed: Agreed, target: float, advice: str) -> ExplainedAgreement:
    alpha, n = agreed.alpha_nominal, agreed.n_items
    if alpha is None:
        sentence = "No item has the word of two raters yet, so agreement cannot be told. Let more raters rate."
        return ExplainedAgreement(name, agreed, "few", sentence)
    said = f"Raters say the same in {agreed.pairs.words('pairs')}; alpha {alpha:.2f} takes off what chance would give"
    if n < FEW_ITEMS:
        items = "item" if n == 1 else "items"
        sentence = f"{said}. Only {n} {items} with two raters or more: too few to judge, the figure can still jump."
        return ExplainedAgreement(name, agreed, "few", sentence)
    if alpha >= target:
        return ExplainedAgreement(name, agreed, "good", f"{said}. {target} or more is enough to build on.")
    if (agreed.pairs.value or 0.0) >= MOSTLY_ALIKE:
        advice = _DO_ONE_SIDED
    return ExplainedAgreement(name, agreed, "poor", f"{said}. Aim for {target} or more. {advice}")


def _share(share: Share) -> str:
    return "\u2013" if share.value is None else f"{100 * share.value:.0f} %"


def _few(share: Share) -> str:
    return f" Only {share.n}: too few to judge." if share.n < FEW else ""


def _swaps(share: Share) -> Explained:
    name = "Swap consistency"
    if share.value is None:
        sentence = (
            "Nobody has seen an item twice with its sides swapped yet, so nothing is known about consistency. A study "
            "with a share of repeats shows it after a few items."
        )
        return Explained(name, _share(share), "few", sentence)
    sentence = (
        f"Seen again with sides swapped, raters name the same answer in {share.words()}. "
        f"{100 * SWAP_TARGET:.0f} % or more is good."
    )
    advice = "Less means guessing, or going by the side: allow ties, shorten the sessions, look at each rater."
    return _held_to(SWAP_TARGET, name, share, sentence, advice)


def _gold(share: Share) -> Explained:
    name = "Gold items right"
    if share.value is None:
        sentence = "No ballots on gold items. With a few, careless raters show before their ballots are used."
        return Explained(name, _share(share), "few", sentence)
    sentence = (
        f"Items whose right verdict you know are right in {share.words()}. {100 * GOLD_TARGET:.0f} % or more is good."
    )
    advice = "Look at each rater below; if most fail the same item, its expected verdict may be wrong."
    return _held_to(GOLD_TARGET, name, share, sentence, advice)


def _held_to(target: float, name: str, share: Share, sentence: str, advice: str) -> Explained:
    """A known share that should reach a target; the advice is given where it does not."""
    if share.n < FEW:
        return Explained(name, _share(share), "few", sentence + _few(share))
    if (share.value or 0.0) >= target:
        return Explained(name, _share(share), "good", sentence)
    return Explained(name, _share(share), "poor", f"{sentence} {advice}")


def _left(share: Share) -> Explained:
    name = "Left answer wins"
    if share.value is None:
        return Explained(name, _share(share), "few", "No ballot chooses between two answers yet.")
    low, high = share.interval
    sentence = f"The answer that stood left is chosen in {share.words('decisive ballots')}."
    if share.n < FEW:
        return Explained(name, _share(share), "few", sentence + _few(share))
    if low <= 0.5 <= high:
        return Explained(name, _share(share), "good", f"{sentence} One half lies inside, so no side is favoured.")
    return Explained(
        name, _share(share), "poor",
        f"{sentence} One half lies outside: raters favour a side. Sides are drawn at random, so no candidate gains by "
        "it, but the ballots hold more chance; more repeats with swapped sides show whose they are.",
    )  # fmt: skip


def _leaked(share: Share) -> Explained:
    name = "Answers naming their maker"
    if not share.n:
        return Explained(name, _share(share), "few", "No ballots yet.")
    sentence = f"{share.words('ballots')} are on answers that name a model or its maker. While a study is blind, the "
    sentence += "words are hidden and the ballot is flagged, so that it can be left out."
    return Explained(name, _share(share), "good" if share.k == 0 else "few" if share.n < FEW else "poor", sentence)
