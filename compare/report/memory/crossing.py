"""What blind votes say to the question that probes answer: from which thread length on one is no longer good enough."""

from __future__ import annotations

from compare.errors import CompareError
from compare.ratings.crossover import Crossover, crossover
from compare.report.votes import VoteKind, votes_of
from compare.store.store import Store
from compare.store.votes import vote_name


def votes_say(store: Store, cheap: str, reference: str) -> str:
    """In a sentence; empty where there are no blind votes between the two.

    Args:
        store: where the votes are.
        cheap: the candidate, by its name in votes.
        reference: the one that it is held against.
    """
    names = {candidate_id: vote_name(candidate) for candidate_id, candidate in store.candidates().items()}
    rows = store.preferences(blind=True, history="fixed")
    if not any({names[row.candidate_a], names[row.candidate_b]} == {cheap, reference} for row in rows):
        return ""
    try:
        found = crossover(
            votes_of(store, VoteKind(blind=True, history="fixed")), cheap, reference, cluster=("thread_id",)
        )
    except CompareError as exc:
        return f"Blind votes: {exc}"
    return f"Blind votes: {in_words(found)}"


def in_words(found: Crossover) -> str:
    """A crossover of votes, with the share of votes that is good enough."""
    votes = f"{found.n_votes:,} votes"
    enough = f"good enough ({found.floor:.0%} of votes or more, a tie counting half)".replace("%", " %")
    if found.verdict == "crosses" and found.at is not None:
        rule = f"thread_length > {found.at - 1}"
        between = f" (between {found.ci_low} and {found.ci_high})" if found.ci_low and found.ci_high else ""
        return f"{enough} in threads of up to {found.at - 1} messages{between}, by {votes}: {rule}."
    return {
        "good_enough": f"{enough} in threads of every length voted on, up to {found.longest} messages, by {votes}.",
        "not_good_enough": f"not {enough} in threads of any length voted on, {found.shortest} messages or more, "
        f"by {votes}.",
    }.get(found.verdict, f"{votes} do not tell from which length on it is worse.")
