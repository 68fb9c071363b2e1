"""A proposal in words, for somebody who has to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compare.routing.measured import Measured
from compare.routing.recommend import distance
from compare.routing.stored_votes import EVERYTHING
from compare.routing.traffic import Monthly, Profile, monthly
from compare.routing.weights import Proposal


def called(proposal: Proposal, *, alone: bool = False) -> str:
    """What pages call the threads of a proposal; `alone` where no range has a route beside the default one."""
    if proposal.bucket == EVERYTHING:
        return "all lengths together" if alone else "all other threads"
    return f"threads of {proposal.bucket.label} messages"


def stands_alone(proposals: Sequence[Proposal]) -> bool:
    """True where no range of lengths has weights."""
    return all(each.weights is None for each in proposals if each.bucket != EVERYTHING)


def headline(proposals: Sequence[Proposal]) -> str:
    """The decision in one sentence."""
    alone = stands_alone(proposals)
    changed = [called(each, alone=alone) for each in proposals if not each.is_kept]
    kept = [called(each, alone=alone) for each in proposals if each.is_kept]
    if not changed:
        return "Keep what runs: nothing speaks for other weights yet."
    rest = "" if not kept else f"; keep what runs for {' and '.join(kept)}"
    return f"Change the weights for {' and '.join(changed)}{rest}."


def sentence(proposal: Proposal) -> str:
    """What to do with one bucket: who gets more, and from what."""
    found = proposal.found
    if proposal.is_kept or found is None:
        return f"{proposal.why[:1].upper()}{proposal.why[1:]}."
    moves = sorted(
        zip(found.bucket.models, found.current.tolist(), found.proposed.tolist(), strict=True),
        key=lambda move: move[1] - move[2],
    )
    name, now, then = moves[0]
    moved = distance(found.proposed, found.current)
    return (
        f"Give {name} {then:.0%} of the requests instead of {now:.0%}; {moved:.0%} go elsewhere than now. {found.why}"
    )


def weights_now(proposals: Sequence[Proposal]) -> dict[str, dict[str, float]]:
    """What runs, by bucket and candidate, as far as it is known or assumed."""
    return {
        each.bucket.name: dict(zip(each.found.bucket.models, each.found.current.tolist(), strict=True))
        for each in proposals
        if each.found is not None
    }


def weights_then(proposals: Sequence[Proposal]) -> dict[str, dict[str, float]]:
    """What would run."""
    return {
        each.bucket.name: dict(zip(each.found.bucket.models, each.found.proposed.tolist(), strict=True))
        for each in proposals
        if each.found is not None
    }


@dataclass(frozen=True, slots=True)
class Month:
    """What proposals make of a month of traffic."""

    profile: Profile
    before: Monthly
    after: Monthly
    win_rate_before: float | None
    win_rate_after: float | None

    def to_json(self) -> dict[str, Any]:
        """As printed; null is not known."""

        def side(found: Monthly, won: float | None) -> dict[str, Any]:
            return {
                "cost_usd": found.cost_usd,
                "p95_ms": found.p95_ms,
                "win_rate": won,
                "requests": found.requests,
                "unknown": list(found.unknown),
            }

        return {
            "traffic": self.profile.to_json(),
            "before": side(self.before, self.win_rate_before),
            "after": side(self.after, self.win_rate_after),
        }


def month(proposals: Sequence[Proposal], profile: Profile, measured: Measured) -> Month:
    """A month before and after; candidates of the proposals go by the votes' names."""
    now, then = weights_now(proposals), weights_then(proposals)
    return Month(
        profile=profile,
        before=monthly(profile, now, measured),
        after=monthly(profile, then, measured),
        win_rate_before=win_rate(proposals, now, profile),
        win_rate_after=win_rate(proposals, then, profile),
    )


def win_rate(
    proposals: Sequence[Proposal], weights: Mapping[str, Mapping[str, float]], profile: Profile
) -> float | None:
    """Expected win share of a request of this traffic; None where there is no traffic in any of these buckets."""
    requests: dict[str, float] = {}
    for line in profile.lines:
        requests[line.bucket] = requests.get(line.bucket, 0.0) + line.requests
    total, won = 0.0, 0.0
    for each in proposals:
        n = requests.get(each.bucket.name, 0.0)
        if each.found is None or not n:
            continue
        shares = dict(zip(each.found.bucket.models, each.found.utility.tolist(), strict=True))
        total += n
        won += n * sum(weight * shares[name] for name, weight in weights[each.bucket.name].items())
    return won / total if total else None
