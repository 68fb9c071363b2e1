"""The results in plain sentences: who leads, what is tied, what is not known yet. Names stand in them as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compare.ratings.enough import Evidence, PairEvidence
from compare.ratings.leaderboard import Leaderboard, ModelRating
from compare.ratings.shares import Share
from compare.ratings.votes import Votes
from compare.report.results.figures import Clusters, Direct, between, is_production, islands_of
from compare.report.votes import Tally
from compare.report.words import counted

Names = Mapping[str, str]
"""What pages call candidates."""

_WORTH_CASTING = 2000
"""Votes that can be asked for, however few there are; of as many as there are already, more can be."""


def verdict(board: Leaderboard, found: Tally, names: Names, islands: Sequence[frozenset[str]] = ()) -> str:
    """Who leads, in one sentence; tied is said of differences.

    Args:
        board: the ratings.
        found: how many votes there are.
        names: what candidates are called.
        islands: as figures.islands_of; of several, the first is what is spoken of.
    """
    rated, apart = _connected(board, islands)
    if len(rated) < 2:
        return f"Not enough votes for a ranking yet: {found.sentence}."
    first = rated[0]
    tied = [row for row in rated[1:] if row.model in first.tied_with]
    others = _unconnected(apart, names)
    if not tied:
        whom = "every candidate that they compare it with" if others else "every other candidate"
        return f"{_name(first.model, names)} leads: the votes separate it from {whom}.{others}"
    listed = _listed([_name(row.model, names) for row in (first, *tied)])
    if len(tied) == len(rated) - 1:
        return (
            f"{listed} are tied: the votes do not separate {'them' if len(tied) == 1 else 'any of them'} yet.{others}"
        )
    rest = "all others that votes connect with them" if others else "all others"
    return f"{listed} are tied at the top; {rest} are behind.{others}"


def by_length(votes: Votes, board: Leaderboard, clusters: Clusters, names: Names) -> list[str]:
    """For each range of thread lengths, the best against the next: "For threads over 8 messages, A beats B in ..."."""
    buckets = votes.column("bucket")
    found = []
    for label, group in board.groups.items():
        inside = votes.take([i for i, each in enumerate(buckets) if each == label])
        rated, apart = _connected(group, islands_of(inside))
        if len(rated) < 2:
            if any(row.n_votes or row.both_bad for row in group.models):
                found.append(f"For {threads_of(label)}, there are not enough votes for a ranking yet.")
            continue
        first, second = rated[0], rated[1]
        said = against(between(inside, first.model, second.model, clusters), second.model in first.tied_with, names)
        found.append(f"For {threads_of(label)}, {said}{_unconnected(apart, names)}")
    return found


def against(direct: Direct, tied: bool, names: Names) -> str:
    """Two candidates and the votes between them."""
    first, second = _name(direct.first, names), _name(direct.second, names)
    if not direct.share.n:
        relation = "is tied with" if tied else "is rated above"
        return f"{first} {relation} {second} by their votes against others; nobody compared the two directly."
    of = f"{counted(direct.share.n, 'vote')} by {counted(direct.n_raters, 'rater')}"
    if tied:
        return f"{first} and {second} are tied: {first} is preferred in {percent(direct.share)} of {of}."
    if direct.share.ci_low is None or direct.share.ci_low <= 0.5:
        return f"{first} beats {second}: {percent(direct.share)} of {of}, and their votes against others settle it."
    return f"{first} beats {second} in {percent(direct.share)} of {of}."


def beside_production(votes: Votes, board: Leaderboard, clusters: Clusters, names: Names) -> list[str]:
    """Would a change be better than what you have?"""
    rated = {row.model: row for row in _with_intervals(board)}
    production = next((row for name, row in rated.items() if is_production(name)), None)
    if production is None:
        return []
    islands = islands_of(votes)
    with_it = next((island for island in islands if production.model in island), frozenset())
    rated = {name: row for name, row in rated.items() if name in with_it}
    if len(rated) < 2:
        return []
    better = [row for row in rated.values() if _beats(row, production)]
    have = _name(production.model, names)
    if not better:
        tied = [row.model for row in rated.values() if row.model in production.tied_with]
        if tied:
            return [f"Nothing is shown to be better than what you have ({have}): {_tied_words(tied, names)} with it."]
        that = " that votes connect it with" if len(islands) > 1 else ""
        return [f"What you have ({have}) is better than every other candidate{that}."]
    best = better[0]
    said = against(between(votes, best.model, production.model, clusters), False, names)
    others = f" So are {_listed([_name(row.model, names) for row in better[1:]])}." if len(better) > 1 else ""
    return [f"A change would be better than what you have: {said}{others}"]


def missing(evidence: Evidence | str, board: Leaderboard, names: Names) -> list[str]:
    """What is not known yet, and how many votes would tell."""
    if isinstance(evidence, str):
        return [evidence]
    rated = _with_intervals(board)
    top = rated[0].model if rated else ""
    open_pairs = [pair for pair in evidence.pairs if not pair.separated]
    if not open_pairs:
        return []
    wanted = sorted(open_pairs, key=lambda pair: (top not in (pair.first, pair.second), -abs(pair.difference)))
    found = [_still_open(pair, names) for pair in wanted[:2]]
    if len(open_pairs) > 2:
        found.append(f"{counted(len(open_pairs) - 2, 'further pair')} cannot be told apart yet.")
    return found


def is_about_equal(pair: PairEvidence) -> bool:
    """Whether more votes would be needed to tell the two apart than anybody would cast."""
    return pair.votes_needed is None or pair.votes_needed > max(_WORTH_CASTING, pair.direct.n)


def _still_open(pair: PairEvidence, names: Names) -> str:
    first, second = _name(pair.first, names), _name(pair.second, names)
    chance = f"the order may be the other way round with a chance of {per_cent(pair.flip_chance)}"
    if is_about_equal(pair):
        return (
            f"{first} and {second} are about equal: to tell them apart would take far more votes than are worth "
            f"casting; today {chance}."
        )
    if not pair.votes_needed:
        return f"{first} and {second} are not told apart yet, though as many votes usually would: {chance}."
    return (
        f"About {counted(pair.votes_needed, 'more vote')} between {first} and {second} would tell them apart, if they "
        f"differ as estimated; today {chance}."
    )


def quality(bad: Share, left: Share) -> list[str]:
    """How often nothing was good enough, and whether the side mattered."""
    found = []
    if bad.value:
        found.append(f"In {percent(bad)} of all pairs neither answer was good enough.")
    if left.value is not None and left.ci_low is not None and left.ci_high is not None:
        side = "left" if left.ci_low > 0.5 else "right" if left.ci_high < 0.5 else ""
        if side:
            value = left if side == "left" else turned(left)
            found.append(f"Raters lean to the {side}: it wins {percent(value)} of the decided votes.")
    return found


def turned(found: Share) -> Share:
    """The share of the other side."""
    value, low, high = (None if each is None else 1 - each for each in (found.value, found.ci_high, found.ci_low))
    return Share(value, low, high, found.n, found.n_clusters, found.design_effect)


def per_cent(share: float) -> str:
    """Such as "68 %"."""
    return f"{share:.0%}".replace("%", " %")


def percent(found: Share) -> str:
    """Such as "68 % [61-75]"."""
    if found.value is None:
        return "-"
    interval = "" if found.ci_low is None or found.ci_high is None else f" [{found.ci_low:.0%}-{found.ci_high:.0%}]"
    return f"{found.value:.0%}{interval}".replace("%-", "-").replace("%]", "]").replace("%", " %")


def threads_of(label: str) -> str:
    """A range of thread lengths in words."""
    if label.endswith("+"):
        return f"threads over {int(label[:-1]) - 1} messages"
    low, _, high = label.partition("-")
    return f"threads of {low} to {high} messages"


def _with_intervals(board: Leaderboard) -> list[ModelRating]:
    return [row for row in board.models if row.rating is not None and row.ci_low is not None]


def _connected(board: Leaderboard, islands: Sequence[frozenset[str]]) -> tuple[list[ModelRating], list[str]]:
    """The rated candidates that votes connect, best first, and those that no vote connects with them."""
    rated = _with_intervals(board)
    if len(islands) < 2:
        return rated, []
    apart = sorted(name for island in islands[1:] for name in island)
    return [row for row in rated if row.model in islands[0]], apart


def _unconnected(apart: Sequence[str], names: Names) -> str:
    if not apart:
        return ""
    whom = _listed([_name(each, names) for each in apart]) if len(apart) <= 4 else f"{len(apart)} other candidates"
    return f" No vote connects {whom} with them, so how they stand to each other is not known."


def _beats(row: ModelRating, other: ModelRating) -> bool:
    above = row.rating is not None and other.rating is not None and row.rating > other.rating
    return above and row.model not in other.tied_with


def _tied_words(tied: Sequence[str], names: Names) -> str:
    return f"{_listed([_name(each, names) for each in tied])} {'is' if len(tied) == 1 else 'are'} tied"


def _name(name: str, names: Names) -> str:
    return names.get(name, name)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
