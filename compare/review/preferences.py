"""From a ballot to pairwise preferences. Pure: a ballot and what it was about go in, rows come out.

`best` says only that the chosen answer beats each of the others; it says nothing about the others among themselves.
`rank` orders all. `tie` and `all_bad` give every pair 0.5, and the verdict goes along, because "all bad" is no tie:
ratings leave it out and report it apart. `skip` gives nothing, and neither does a ballot that checks its rater
(a planned repeat, a training or a gold item of a study) or decides where raters disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from compare.records import Answer, Ballot, History, Preference

_LEAST_SHARED: tuple[History, ...] = ("fixed", "own", "winner", "handover")
"""Two answers of unlike histories are counted under the later one: nobody takes them for a plain comparison."""


CHECKS = frozenset({"study-repeat", "study-training", "study-gold", "study-adjudicated"})
"""Sources of ballots that check raters or decide between them: no evidence of their own about candidates."""


def derive(ballot: Ballot, answers: Mapping[str, Answer], *, thread_id: str, workload: str) -> list[Preference]:
    """The rows of one ballot.

    Args:
        ballot: its `shown_order` names the answers as they stood, left to right; failed ones are not in it.
        answers: at least the answers that were shown, by id.
        thread_id: where they belong.
        workload: of that thread.

    Returns:
        One row for each pair about which the ballot says something. Two answers of one candidate make no row: they
        say how much it varies, not who is better.
    """
    pairs = [] if ballot.source in CHECKS else scored_pairs(ballot)
    rows = []
    for left, right, score in pairs:
        a, b = answers[left], answers[right]
        if a.candidate_id == b.candidate_id:
            continue
        rows.append(
            Preference(
                ballot_id=ballot.id,
                candidate_a=a.candidate_id,
                candidate_b=b.candidate_id,
                score=score,
                verdict=ballot.verdict,
                pos_a=ballot.shown_order.index(left),
                pos_b=ballot.shown_order.index(right),
                n_messages=max(a.n_messages, b.n_messages),
                workload=workload,
                history=max(a.history, b.history, key=_LEAST_SHARED.index),
                blind=ballot.blind,
                rater_id=ballot.rater_id,
                thread_id=thread_id,
            )
        )
    return rows


def scored_pairs(ballot: Ballot) -> Sequence[tuple[str, str, float]]:
    """(answer, answer, score of the first) of each pair about which the ballot says something."""
    match ballot.verdict:
        case "best":
            best = ballot.ranking[0]
            return [(best, other, 1.0) for other in ballot.shown_order if other != best]
        case "rank":
            return [(higher, lower, 1.0) for higher, lower in combinations(ballot.ranking, 2)]
        case "tie" | "all_bad":
            return [(a, b, 0.5) for a, b in combinations(ballot.shown_order, 2)]
        case "skip":
            return []
