"""A routing.yaml simulated on what is stored, beside the one that runs now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compare.catalog import Catalog
from compare.ratings.buckets import Bucket, buckets
from compare.ratings.votes import Votes
from compare.report.handover import handovers
from compare.report.weights import measured_of, weighing
from compare.routing.config import RoutingConfig
from compare.routing.measured import ALL, Measured
from compare.routing.simulate import Known, Simulated, session_of, simulate
from compare.routing.stored_votes import EVERYTHING
from compare.routing.traffic import profile_of
from compare.store.store import Store
from compare.store.votes import vote_name

_TOKENS = "prompt_tokens"


@dataclass(frozen=True, slots=True)
class Simulation:
    """One file, and the one beside it."""

    file: Simulated
    against: Simulated | None
    threads_per_month: float
    source: str
    """Where the number of threads a month comes from."""

    def monthly_usd(self, found: Simulated) -> float | None:
        """What a file costs a month."""
        each = found.cost_per_session_usd
        return None if each is None else each * self.threads_per_month

    def to_json(self) -> dict[str, Any]:
        """The document of `route simulate --json`."""

        def side(found: Simulated | None) -> dict[str, Any] | None:
            return None if found is None else {**found.to_json(), "monthly_cost_usd": self.monthly_usd(found)}

        return {
            "file": side(self.file),
            "against": side(self.against),
            "threads_per_month": self.threads_per_month,
            "traffic_source": self.source,
        }


def simulation(
    store: Store,
    catalog: Catalog,
    votes: Votes | None,
    config: RoutingConfig,
    *,
    against: RoutingConfig | None = None,
    ranges: Sequence[Bucket] = (),
    threads_per_month: float | None = None,
    measured: Measured | None = None,
) -> Simulation:
    """Simulate a file on all stored threads that are not archived.

    Args:
        store: its threads, answers and votes on handovers.
        catalog: of the models.
        votes: of one kind; None where there are none.
        config: the file.
        against: what runs now.
        ranges: of thread lengths, by which votes and times are sorted.
        threads_per_month: for the cost of a month; where it is None, as logs recorded them.
        measured: as from `measured_of`, where it was read already.
    """
    ranges = tuple(ranges) or buckets()
    shapes = store.thread_shapes()
    known = known_of(store, catalog, votes, ranges, measured)
    asks = [config, *([against] if against is not None else [])]
    wanted = any(_TOKENS in route.match.facts for each in asks for route in each.routes if route.match is not None)
    tokens = _tokens(store, [shape.thread_id for shape in shapes]) if wanted else {}
    sessions = [session_of(shape.roles, shape.workload, tokens.get(shape.thread_id)) for shape in shapes]
    profile = profile_of(shapes, ranges, threads_per_month=threads_per_month, span=store.recorded_span())
    return Simulation(
        file=simulate(config, sessions, known, ranges),
        against=None if against is None else simulate(against, sessions, known, ranges),
        threads_per_month=profile.threads,
        source=profile.source,
    )


def known_of(
    store: Store, catalog: Catalog, votes: Votes | None, ranges: Sequence[Bucket], measured: Measured | None = None
) -> Known:
    """What is known of the candidates: votes, times, costs, and what handovers lose."""
    utility: dict[tuple[str, str], float] = {}
    for bucket, gathered, belief in weighing(votes, catalog, ranges=ranges).weighed.ranges if votes is not None else ():
        if belief is not None:
            name = ALL if bucket == EVERYTHING else bucket.name
            shares = zip(gathered.evidence.models, belief.utility.tolist(), strict=True)
            utility |= {(candidate, name): share for candidate, share in shares}
    return Known(measured or measured_of(store, ranges), utility, _losses(store))


def _losses(store: Store) -> dict[tuple[str, str], float]:
    """What being handed over costs, by (before, after): blind votes, or open ones where there are no blind ones."""
    names = {key: vote_name(candidate) for key, candidate in store.candidates().items()}
    found: dict[tuple[str, str], float] = {}
    for blind in (False, True):
        for one in handovers(store, blind=blind):
            if one.share is not None:
                found[names.get(one.before_id, one.before_id), names.get(one.after_id, one.after_id)] = 0.5 - one.share
    return found


def _tokens(store: Store, thread_ids: Sequence[str]) -> dict[str, list[int]]:
    """Tokens of every message by the local count; only a rule that asks for them is worth the time."""
    from compare.tokens.count import count

    texts = store.texts_of(thread_ids)
    return {thread_id: [count(said.text) for said in messages] for thread_id, messages in texts.items()}
