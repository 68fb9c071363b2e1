"""Which stored votes are looked at. Blind and open ones, and those of different histories, are never mixed unasked."""

from __future__ import annotations

from dataclasses import dataclass

from compare.ratings.leaderboard import Leaderboard, rate
from compare.ratings.votes import Votes
from compare.records import History
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
    """How many counted ballots there are of each kind; kinds without any are left out."""
    counted = {kind: sum(store.ballot_totals(blind=kind.blind, history=kind.history).values()) for kind in KINDS}
    return {kind: n for kind, n in counted.items() if n}


def votes_of(store: Store, kind: VoteKind) -> Votes:
    """The counted votes of one kind, candidates under the names that a votes file gives them."""
    names = {candidate_id: vote_name(candidate) for candidate_id, candidate in store.candidates().items()}
    return Votes.from_preferences(store.preferences(blind=kind.blind, history=kind.history), names)


def leaderboard(votes: Votes, *, by: str | None = None) -> Leaderboard:
    """Ratings of stored votes, clustered by ballot."""
    return rate(votes, cluster=CLUSTER, by=by)
