"""A proposal in words, for somebody who has to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from compare.routing.measured import Measured
from compare.routing.recommend import ASSUMED, distance
from compare.routing.stored_votes import EVERYTHING
from compare.routing.traffic import Monthly, Profile, monthly
from compare.routing.weights import Proposal, Proposals


def shown(found: Proposals) -> tuple[Proposal, ...]:
    """The proposals that a reader needs: the ranges, and the default route where something comes to it."""
    return (*found.buckets, found.default) if any(each.weights is None for each in found.buckets) else found.buckets


def called(proposal: Proposal, among: Sequence[Proposal]) -> str:
    """What pages call the threads of a proposal; the default route is named for what comes to it."""
    if proposal.bucket != EVERYTHING:
        return f"threads of {proposal.bucket.label} messages"
    without = [each.bucket.label for each in _ranges(among) if each.weights is None]
    if len(without) == len(_ranges(among)):
        return "all lengths together"
    return f"threads of {' or '.join(without)} messages for now"


def headline(among: Sequence[Proposal]) -> str:
    """The decision in one sentence; `among` as from `shown`."""
    default = next((each for each in among if each.bucket == EVERYTHING), None)
    changed = [called(each, among) for each in _ranges(among) if not each.is_kept]
    kept = [called(each, among) for each in _ranges(among) if each.is_kept and each.weights is not None]
    if default is not None and not default.is_kept:
        if not changed:
            return "Change the weights by the votes of all lengths together; no length has enough of its own yet."
        kept.append(f"send {called(default, among)} by the votes of all lengths")
    elif default is not None:
        kept += [called(each, among) for each in _ranges(among) if each.weights is None]
    if not changed:
        return "Keep what runs: nothing speaks for other weights yet."
    stays = [each for each in kept if not each.startswith("send ")]
    sent = [each for each in kept if each.startswith("send ")]
    rest = [*([f"keep what runs for {' and '.join(stays)}"] if stays else []), *sent]
    return "; ".join([f"Change the weights for {' and '.join(changed)}", *rest]) + "."


def _ranges(among: Sequence[Proposal]) -> list[Proposal]:
    return [each for each in among if each.bucket != EVERYTHING]


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


def sentences(among: Sequence[Proposal]) -> list[str]:
    """What to do with each bucket, by `sentence`; what holds for several of them is said at the first alone."""
    said: set[str] = set()
    told = []
    for proposal in among:
        whole = sentence(proposal)
        told.append("Keep, for the reason above." if whole in said else _without(whole, proposal, said))
        said |= {whole, *(() if proposal.found is None else proposal.found.doubts)}
        said |= {ASSUMED} if whole.endswith(ASSUMED) else set()
    return told


def _without(text: str, proposal: Proposal, said: Set[str]) -> str:
    """The sentence without what was said above."""
    doubts = () if proposal.found is None or not proposal.is_kept else proposal.found.doubts
    new = [each for each in doubts if each not in said]
    if len(new) < len(doubts):
        rest = "; ".join([*new, "the rest as above" if new else "for the reasons above"])
        text = text.replace("; ".join(doubts), rest)
    return text.removesuffix(f" {ASSUMED}") if ASSUMED in said else text


def weights_now(proposals: Sequence[Proposal]) -> dict[str, dict[str, float]]:
    """What runs, by bucket and candidate, as far as it is known or assumed."""
    return {
        each.bucket.name: dict(zip(each.found.bucket.models, each.found.current.tolist(), strict=True))
        for each in proposals
        if each.found is not None
    }


def weights_then(found: Proposals) -> dict[str, dict[str, float]]:
    """What would run; threads of a length without weights of its own go by the default route's."""
    default = found.default if found.default.weights is not None else None
    then: dict[str, dict[str, float]] = {}
    for each in found.buckets:
        taken = default if each.weights is None and default is not None else each
        if taken.found is not None:
            then[each.bucket.name] = dict(zip(taken.found.bucket.models, taken.found.proposed.tolist(), strict=True))
    return then


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


def month(found: Proposals, profile: Profile, measured: Measured) -> Month:
    """A month before and after; candidates of the proposals go by the votes' names."""
    proposals, now, then = found.buckets, weights_now(found.buckets), weights_then(found)
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
    """Expected win share of a request of this traffic; None where that is not known of all."""
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
        weighed = weights.get(each.bucket.name, {})
        if set(weighed) - set(shares):
            return None
        won += n * sum(weight * shares[name] for name, weight in weighed.items())
    return won / total if total else None
