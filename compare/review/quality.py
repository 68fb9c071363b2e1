"""How far a study's ballots can be trusted: agreement, consistency, gold items, sides, speed. Each with its sentence.

Evidence is every counted ballot on a rated item; planned repeats, training and gold items only check raters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import numpy as np

from compare.ratings.agreement import Level, krippendorff_alpha
from compare.ratings.percentiles import wilson
from compare.review.disagreement import divided, verdict_of
from compare.review.preferences import scored_pairs
from compare.review.rating import is_as_expected
from compare.store.study_values import MarkKind, StudyBallot

SPEEDER_SHARE = 1 / 3
"""A rater whose median time is below this share of the median over all raters is a speeder."""
FEWEST_TIMED = 5
"""Timed ballots before a rater can be called a speeder."""
FEWEST_PAIRS = 10
"""Pairs with others' ballots before a rater can be called an outlier."""
SWAP_TARGET = 0.85
VERDICT_TARGET = 0.45
MARK_TARGET = 0.6


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval (Wilson); the interval is (0, 1) where n is 0."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        """None where there is nothing to count."""
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between 0 and 1."""
        return wilson(self.k, self.n)

    def words(self, noun: str = "") -> str:
        """Such as "12 of 40 (30 %, interval 18 to 45 %)", or "12 of 40 pairs (...)"."""
        of = f"{self.k} of {self.n}{noun and f' {noun}'}"
        if not self.n:
            return of
        low, high = self.interval
        return f"{of} ({100 * self.k / self.n:.0f} %, interval {100 * low:.0f} to {100 * high:.0f} %)"


@dataclass(frozen=True, slots=True)
class Agreed:
    """Agreement of raters on one question."""

    alpha_nominal: float | None
    """Krippendorff's alpha; None where no item has the word of two raters."""
    alpha_ordinal: float | None
    """None where the answers have no order, too."""
    pairs: Share
    """Pairs of raters on one item that say the same."""
    pairs_decisive: Share
    """The same without ties, where there are ties."""
    n_items: int
    """Items with the word of two raters or more."""
    sentence: str


@dataclass(frozen=True, slots=True)
class RaterFigures:
    """One rater of a study."""

    rater_id: str
    rater: str
    n_ballots: int
    n_set_aside: int
    with_others: Share
    """Pairs with other raters' ballots on the same item that say the same: low means an outlier."""
    swaps: Share
    gold: Share
    left: Share
    median_active_ms: float | None
    is_speeder: bool
    is_outlier: bool
    """Agrees with the others clearly less than the others do among themselves."""
    sentence: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The figures of a study."""

    n_ballots: int
    verdict: Agreed
    marks: Mapping[MarkKind, Agreed]
    """Whether a rater set such a mark on an answer; only kinds that were set."""
    rubric: Mapping[str, Agreed]
    swaps: Share
    """Repeats that name the same answer as the first time."""
    gold: Share
    left: Share
    """Decisive ballots for the answer that stood left; of two answers only."""
    leaked: Share
    raters: tuple[RaterFigures, ...]
    disagreements: tuple[str, ...]
    """Comparisons whose raters do not agree, the most divided first."""
    sentences: tuple[str, ...]


def quality(ballots: Sequence[StudyBallot]) -> Quality:
    """All figures of a study, from `Store.study_ballots`."""
    evidence = [one for one in ballots if one.is_counted_verdict]
    verdict = _verdict_agreement(evidence)
    swaps, gold, left = _swaps(ballots), _gold(ballots), _left(evidence)
    leaked = Share(sum(one.ballot.leaked for one in evidence), len(evidence))
    return Quality(
        n_ballots=len(evidence),
        verdict=verdict,
        marks=_mark_agreement(evidence),
        rubric=_rubric_agreement(evidence),
        swaps=swaps,
        gold=gold,
        left=left,
        leaked=leaked,
        raters=_raters(ballots, evidence),
        disagreements=tuple(one.item.comparison_id for one in divided(evidence)),
        sentences=(
            verdict.sentence,
            f"Repeats with sides swapped name the same answer in {swaps.words()}; aim for {100 * SWAP_TARGET:.0f} % "
            "or more. Less means that raters guess, or go by the side."
            if swaps.n
            else "No item was repeated with sides swapped, so nothing is known about consistency.",
            f"Gold items are right in {gold.words()}." if gold.n else "The study has no ballots on gold items.",
            _left_sentence(left),
            f"Answers named their model or its maker in {leaked.words('ballots')}; the words were hidden.",
        ),
    )


def _verdict_agreement(evidence: Sequence[StudyBallot]) -> Agreed:
    """Over the pairs of answers that ballots speak of: first, second, tie, neither any good."""
    items: list[tuple[str, str, str]] = []
    values: list[int] = []
    for one in evidence:
        slots = {answer_id: place for place, answer_id in enumerate(one.item.answer_ids)}
        for a, b, score in scored_pairs(one.ballot):
            first, second = sorted((a, b), key=slots.__getitem__)
            items.append((one.item.comparison_id, first, second))
            verdict = 1 if score == 0.5 else (0 if a == first else 2)
            values.append(3 if one.ballot.verdict == "all_bad" else verdict)
    ordinal = [1 if value == 3 else value for value in values]
    agreed = _agreed(items, values, ordinal, undecided=(1, 3))
    return _with_sentence(agreed, "Verdicts", VERDICT_TARGET)


def _mark_agreement(evidence: Sequence[StudyBallot]) -> dict[MarkKind, Agreed]:
    kinds = sorted({mark.kind for one in evidence for mark in one.details.marks})
    found = {}
    for kind in kinds:
        items, values = [], []
        for one in evidence:
            marked = {mark.answer_id for mark in one.details.marks if mark.kind == kind}
            for answer_id in one.item.answer_ids:
                items.append((one.item.comparison_id, answer_id))
                values.append(int(answer_id in marked))
        found[kind] = _with_sentence(_agreed(items, values), f"Marks {kind!r}", MARK_TARGET)
    return found


def _rubric_agreement(evidence: Sequence[StudyBallot]) -> dict[str, Agreed]:
    by_criterion: dict[str, tuple[list[object], list[int]]] = defaultdict(lambda: ([], []))
    for one in evidence:
        for (answer_id, criterion), score in one.details.rubric.items():
            by_criterion[criterion][0].append((one.item.comparison_id, answer_id))
            by_criterion[criterion][1].append(score)
    return {
        criterion: _with_sentence(_agreed(items, scores, scores), f"Scores for {criterion!r}", VERDICT_TARGET)
        for criterion, (items, scores) in sorted(by_criterion.items())
    }


def _agreed(
    items: Sequence[object], values: Sequence[int], ordered: Sequence[int] | None = None, undecided: Sequence[int] = ()
) -> Agreed:
    numbers = {item: number for number, item in enumerate(dict.fromkeys(items))}
    units = np.array([numbers[item] for item in items], dtype=np.int64)

    def alpha(said: Sequence[int], level: Level) -> float | None:
        return krippendorff_alpha(units, np.array(said, dtype=np.int64), level=level) if len(said) else None

    decisive = [(unit, value) for unit, value in zip(units, values, strict=True) if value not in undecided]
    return Agreed(
        alpha_nominal=alpha(values, "nominal"),
        alpha_ordinal=None if ordered is None else alpha(ordered, "ordinal"),
        pairs=_pairs(list(zip(units, values, strict=True))),
        pairs_decisive=_pairs(decisive),
        n_items=int((np.bincount(units) > 1).sum()) if len(units) else 0,
        sentence="",
    )


def _pairs(said: Sequence[tuple[int, int]]) -> Share:
    by_item: dict[int, list[int]] = defaultdict(list)
    for item, value in said:
        by_item[item].append(value)
    pairs = [a == b for values in by_item.values() for a, b in combinations(values, 2)]
    return Share(sum(pairs), len(pairs))


def _with_sentence(agreed: Agreed, what: str, target: float) -> Agreed:
    if agreed.alpha_nominal is None:
        sentence = f"{what}: no item has the word of two raters yet, so agreement cannot be told."
    else:
        judged = "enough to build on" if agreed.alpha_nominal >= target else f"below the aim of {target}"
        sentence = (
            f"{what}: raters say the same in {agreed.pairs.words('pairs')}; Krippendorff's alpha, which allows for "
            f"chance, is {agreed.alpha_nominal:.2f} over {agreed.n_items} items, {judged}."
        )
    return Agreed(
        agreed.alpha_nominal, agreed.alpha_ordinal, agreed.pairs, agreed.pairs_decisive, agreed.n_items, sentence
    )


def _swaps(ballots: Sequence[StudyBallot]) -> Share:
    first = {(one.ballot.rater_id, one.item.comparison_id): one.ballot for one in ballots if one.is_counted_verdict}
    same = [
        verdict_of(one.ballot) == verdict_of(first[one.ballot.rater_id, one.item.comparison_id])
        for one in ballots
        if one.is_repeat and one.state == "counted" and (one.ballot.rater_id, one.item.comparison_id) in first
    ]
    return Share(sum(same), len(same))


def _gold(ballots: Sequence[StudyBallot]) -> Share:
    right = [
        is_as_expected(one.ballot, one.item.expected)
        for one in ballots
        if one.ballot.source == "study-gold" and one.item.expected is not None and one.state == "counted"
    ]
    return Share(sum(right), len(right))


def _left(evidence: Sequence[StudyBallot]) -> Share:
    decisive = [one.ballot for one in evidence if one.ballot.ranking and len(one.ballot.shown_order) == 2]
    return Share(sum(ballot.ranking[0] == ballot.shown_order[0] for ballot in decisive), len(decisive))


def _left_sentence(left: Share) -> str:
    if not left.n:
        return "No ballot chooses between two answers yet, so nothing is known about sides."
    low, high = left.interval
    judged = "one half lies inside, so no side is favoured" if low <= 0.5 <= high else "raters favour one side"
    return f"The left answer wins in {left.words('decisive ballots')}: {judged}."


def _raters(ballots: Sequence[StudyBallot], evidence: Sequence[StudyBallot]) -> tuple[RaterFigures, ...]:
    by_rater: dict[str, list[StudyBallot]] = defaultdict(list)
    for one in ballots:
        if one.ballot.source != "study-adjudicated":
            by_rater[one.ballot.rater_id].append(one)
    times = {rater: _times(own) for rater, own in by_rater.items()}
    medians = {rater: median(own) for rater, own in times.items() if own}
    usual = median(medians.values()) if medians else None
    found = []
    for rater_id, own in by_rater.items():
        mine = [one for one in evidence if one.ballot.rater_id == rater_id]
        fast = usual is not None and len(times[rater_id]) >= FEWEST_TIMED
        is_speeder = fast and len(medians) > 1 and medians[rater_id] < SPEEDER_SHARE * (usual or 0.0)
        with_others, gold, swaps = _with_others(mine, evidence), _gold(own), _swaps(own)
        sentence = f"{own[0].rater}: {len(mine)} ballots, the same as others in {with_others.words('pairs')}"
        if is_speeder:
            sentence += (
                f"; takes {medians[rater_id] / 1000:.0f} s where raters usually take {(usual or 0.0) / 1000:.0f} s"
            )
        among_others = _among(evidence, without=rater_id)
        is_outlier = _is_outlier(with_others, among_others)
        if is_outlier:
            sentence += f"; the others agree among themselves in {among_others.words('pairs')}"
        found.append(
            RaterFigures(
                rater_id=rater_id,
                rater=own[0].rater,
                n_ballots=len(mine),
                n_set_aside=sum(one.state == "set_aside" for one in own),
                with_others=with_others,
                swaps=swaps,
                gold=gold,
                left=_left(mine),
                median_active_ms=medians.get(rater_id),
                is_speeder=is_speeder,
                is_outlier=is_outlier,
                sentence=sentence + ".",
            )
        )
    return tuple(sorted(found, key=lambda figures: figures.rater))


def _among(evidence: Sequence[StudyBallot], *, without: str) -> Share:
    """Pairs of ballots of the other raters on one item that say the same."""
    said: dict[str, list[str]] = defaultdict(list)
    for one in evidence:
        if one.ballot.rater_id != without:
            said[one.item.comparison_id].append(verdict_of(one.ballot))
    pairs = [a == b for verdicts in said.values() for a, b in combinations(verdicts, 2)]
    return Share(sum(pairs), len(pairs))


def _is_outlier(with_others: Share, among_others: Share) -> bool:
    """Whether even the upper limit of the rater's share lies below the lower limit of the others' own."""
    if with_others.n < FEWEST_PAIRS or among_others.n < FEWEST_PAIRS:
        return False
    return with_others.interval[1] < among_others.interval[0]


def _times(own: Sequence[StudyBallot]) -> list[float]:
    """Active times of what the rater decided; times of 0 were never measured."""
    return [
        one.ballot.active_ms
        for one in own
        if one.ballot.active_ms and one.state != "undone" and one.ballot.verdict != "skip"
    ]


def _with_others(mine: Sequence[StudyBallot], evidence: Sequence[StudyBallot]) -> Share:
    others: dict[str, list[StudyBallot]] = defaultdict(list)
    for one in evidence:
        others[one.item.comparison_id].append(one)
    same = [
        verdict_of(one.ballot) == verdict_of(other.ballot)
        for one in mine
        for other in others[one.item.comparison_id]
        if other.ballot.rater_id != one.ballot.rater_id
    ]
    return Share(sum(same), len(same))
