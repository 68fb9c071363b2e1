"""Which stored votes are looked at, and what they say. Blind and open ones, and those of different histories, are never
mixed unasked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from compare.ratings.leaderboard import FEW_VOTES, Leaderboard, ModelRating, rate
from compare.ratings.votes import BoolArray, Votes, cluster_numbers, vote_arrays
from compare.records import History
from compare.report.words import counted
from compare.routing.weights import PRIOR_PRECISION
from compare.store.store import Store
from compare.store.votes import vote_name

CLUSTER = ("ballot_id",)
"""One ballot over several answers gives several rows; they lean the same way by construction."""


@dataclass(frozen=True, slots=True)
class VoteKind:
    """Votes that were given under the same conditions."""

    blind: bool
    history: History

    @property
    def name(self) -> str:
        """In words."""
        seen = "blind" if self.blind else "names shown"
        turns = {"fixed": "thread as given", "own": "own answers"}.get(self.history, self.history)
        return f"{seen}, {turns}"


KINDS: tuple[VoteKind, ...] = tuple(
    VoteKind(blind, history) for blind in (True, False) for history in ("fixed", "own", "winner", "handover")
)


def kinds(store: Store) -> dict[VoteKind, int]:
    """How many votes there are of each kind; kinds without any are left out, and so is who skipped."""
    found = {}
    for kind in KINDS:
        totals = store.ballot_totals(blind=kind.blind, history=kind.history)
        found[kind] = sum(n for verdict, n in totals.items() if verdict != "skip")
    return {kind: n for kind, n in found.items() if n}


def votes_of(store: Store, kind: VoteKind) -> Votes:
    """The counted votes of one kind, candidates under the names that a votes file gives them."""
    names = {candidate_id: vote_name(candidate) for candidate_id, candidate in store.candidates().items()}
    return Votes.from_preferences(store.preferences(blind=kind.blind, history=kind.history), names)


def n_of_earlier_versions(store: Store, kind: VoteKind) -> int:
    """Counted votes of one kind that are about an answer which was asked for again since."""
    return store.n_ballots_of_earlier_versions(blind=kind.blind, history=kind.history)


# --- how many --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many votes there are, and how many pairs of candidates they compare."""

    n_votes: int
    """Ballots, those that found all answers bad too."""
    n_all_bad: int
    """Ballots that found all answers bad: they say nothing about which is better."""
    n_pairs: int
    """Pairs from the other ballots: what ratings are fitted to."""
    votes_each: Mapping[str, int]
    """Ballots that say which is better, by candidate."""
    all_bad_each: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """In words: "77 pairs from 36 votes, 1 of them all bad"."""
        bad = f", {self.n_all_bad:,} of them all bad" if self.n_all_bad else ""
        return f"{counted(self.n_pairs, 'pair')} from {counted(self.n_votes, 'vote')}{bad}"


def tally(votes: Votes) -> Tally:
    """Count ballots and pairs; a row without a ballot's id is a ballot of its own."""
    known = votes.column("ballot_id") if votes.has_column("ballot_id") else [None] * len(votes)
    ballots, _ = cluster_numbers(known)
    arrays = vote_arrays(votes)
    n_ballots = int(ballots.max(initial=-1)) + 1

    def of_each(at: BoolArray) -> tuple[int, dict[str, int]]:
        """Ballots among these rows: in all, and by candidate."""
        pairs = np.concatenate([index[at] * n_ballots + ballots[at] for index in (arrays.index_a, arrays.index_b)])
        seen = np.bincount(pairs, minlength=n_ballots * len(arrays.names)).reshape(len(arrays.names), n_ballots) > 0
        each = {name: int(n) for name, n in zip(arrays.names, seen.sum(axis=1), strict=True) if n}
        return int(seen.any(axis=0).sum()), each

    (n_voted, votes_each), (n_all_bad, all_bad_each) = of_each(~arrays.both_bad), of_each(arrays.both_bad)
    return Tally(
        n_votes=n_voted + n_all_bad,
        n_all_bad=n_all_bad,
        n_pairs=int((~arrays.both_bad).sum()),
        votes_each=votes_each,
        all_bad_each=all_bad_each,
    )


# --- what they say ---------------------------------------------------------------------------------------------------


def leaderboard(votes: Votes, *, by: str | None = None, cluster: Sequence[str] = CLUSTER) -> Leaderboard:
    """Ratings of stored votes, clustered by ballot unless told otherwise.

    Plain maximum likelihood has no figure for a candidate that won or lost every pair. A board with such a one is
    fitted with the prior that weights are fitted with, and its `method` names it.
    """
    plain = rate(votes, cluster=cluster, by=by)
    boards = (plain, *plain.groups.values())
    if not any(map(_lacks_a_rating, boards)):
        return plain
    with_prior = rate(votes, cluster=cluster, by=by, prior=PRIOR_PRECISION)
    groups = {
        name: with_prior.groups[name] if _lacks_a_rating(board) else board for name, board in plain.groups.items()
    }
    return replace(with_prior if _lacks_a_rating(plain) else plain, groups=groups)


def _lacks_a_rating(board: Leaderboard) -> bool:
    return any(model.rating is None and model.n_votes for model in board.models)


def board_problems(board: Leaderboard) -> list[str]:
    """What is wrong with a board as a whole; what is wrong with one candidate stands beside it (`note`)."""
    of_rows = {f"{model.model}: {model.problem}." for model in board.models if model.problem}
    return [problem for problem in dict.fromkeys(board.problems) if problem not in of_rows]


def note(model: ModelRating) -> str:
    """What to know about one candidate's rating, in the words of `words.py`."""
    if model.n_votes == 0:
        return "only votes that found all bad" if model.both_bad else "no votes yet"
    if model.wins + model.ties == 0:
        return f"lost every pair ({model.losses:,})"
    if model.losses + model.ties == 0:
        return f"won every pair ({model.wins:,})"
    if model.rating is None:
        return "not compared with the others by enough pairs"
    return f"fewer than {FEW_VOTES} pairs: too few to trust" if model.n_votes < FEW_VOTES else ""
