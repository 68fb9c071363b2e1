"""What the page says first, where votes connect only some of the candidates, and what would take too many."""

from __future__ import annotations

import pytest

from compare.ratings.enough import Evidence, PairEvidence
from compare.ratings.shares import Share
from compare.ratings.votes import VoteRow, Votes
from compare.report.results.figures import board_of, clusters_of, islands_of
from compare.report.results.sentences import beside_production, by_length, missing, verdict
from compare.report.votes import tally


def votes_of(*pairs: tuple[str, str, str], n: int = 12) -> Votes:
    """Each pair so often, by as many raters on as many threads of four messages."""
    rows = []
    for a, b, winner in pairs:
        for k in range(n):
            where = {"rater": f"r{k}", "thread_id": f"t{k}", "n_messages": 4, "bucket": "1-8"}
            rows.append(VoteRow(a, b, winner, {**where, "ballot_id": f"{a} {b} {k} {winner}"}))
    return Votes.from_rows(rows)


def test_two_islands_are_not_called_tied() -> None:
    votes = votes_of(("a", "b", "model_a"), ("a", "b", "model_b"), ("a", "e", "model_a"), ("e", "b", "model_a"),
                     ("c", "d", "model_a"), ("d", "c", "model_a"))  # fmt: skip
    assert [sorted(island) for island in islands_of(votes)] == [["a", "b", "e"], ["c", "d"]]
    board, clusters = board_of(votes, clusters_of(votes)), clusters_of(votes)
    said = verdict(board, tally(votes), {}, islands_of(votes))
    assert said.endswith("No vote connects c and d with them, so how they stand to each other is not known.")
    assert "c" not in said.split("No vote")[0].replace("candidate", "").split()
    (line,) = by_length(votes, board, clusters, {"c": "C"})
    assert "by their votes against others" not in line
    assert "No vote connects C and d with them" in line


def test_production_is_held_against_those_only_that_votes_connect_with_it() -> None:
    votes = votes_of(
        ("production", "b", "model_a"), ("production", "b", "tie"), ("c", "d", "model_a"), ("c", "d", "tie")
    )
    board, clusters = board_of(votes, clusters_of(votes)), clusters_of(votes)
    (said,) = beside_production(votes, board, clusters, {})
    assert said == "What you have (production) is better than every other candidate that votes connect it with."


def test_candidates_that_votes_connect_through_others_are_one_island() -> None:
    votes = votes_of(("a", "b", "model_a"), ("b", "c", "tie"), ("x", "y", "both_bad"))
    assert islands_of(votes) == [frozenset("abc")]
    assert "No vote connects" not in verdict(board_of(votes, clusters_of(votes)), tally(votes), {}, islands_of(votes))


def test_without_votes_there_are_no_islands() -> None:
    assert islands_of(votes_of(("a", "b", "tie")).take([])) == []


def pair_that_needs(votes_needed: int | None, *, n_direct: int) -> PairEvidence:
    direct = Share(0.5, 0.4, 0.6, n_direct)
    return PairEvidence("a", "b", 5.0, -9.0, 19.0, False, 0.3, 1.0, direct, votes_needed, 0.1)


@pytest.mark.parametrize(("votes_needed", "n_direct"), [(12_778, 90), (None, 90), (2_001, 2_000), (None, 200_000)])
def test_a_pair_is_about_equal_where_nobody_would_cast_the_votes_that_tell_it_apart(
    votes_needed: int | None, n_direct: int
) -> None:
    votes = votes_of(("a", "b", "model_a"), ("b", "a", "model_a"))
    board = board_of(votes, clusters_of(votes))
    evidence = Evidence((pair_that_needs(votes_needed, n_direct=n_direct),))
    (said,) = missing(evidence, board, {"a": "Alpha", "b": "Beta"})
    assert said == (
        "Alpha and Beta are about equal: to tell them apart would take far more votes than are worth casting; today "
        "the order may be the other way round with a chance of 30 %."
    )


@pytest.mark.parametrize(("votes_needed", "n_direct"), [(2_000, 10), (12_778, 12_778)])
def test_votes_that_can_be_cast_are_told_by_their_number(votes_needed: int, n_direct: int) -> None:
    votes = votes_of(("a", "b", "model_a"), ("b", "a", "model_a"))
    board = board_of(votes, clusters_of(votes))
    evidence = Evidence((pair_that_needs(votes_needed, n_direct=n_direct),))
    (said,) = missing(evidence, board, {})
    assert said.startswith(f"About {votes_needed:,} more votes between a and b would tell them apart")
