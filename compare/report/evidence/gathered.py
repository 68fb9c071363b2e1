"""The evidence pack as one document of plain values; the page shows nothing that is not in it.

format, format_version    "weighbridge.evidence", 1; a key that is here stays, new ones may be added
product, made_at          {name, version}; UTC, ISO 8601
votes                     {kind, sentence, n_votes, n_all_bad, n_raters, sha256}
decision                  {headline, sentences, rule, limits, aim}
buckets                   as in `route recommend --json`, with counts of votes and win shares with intervals
routing_yaml, losses      the file (null where there is none); by gateway: [{field, reason}]
ratings                   [{candidate, rating, ci_low, ci_high, n_votes, rank, both_bad}]
scorecard                 as `scorecard --json`; null without criteria
candidates                [{name, label, model_id, settings, context_policy, preparation, simulated, price}]
measured                  [{candidate, bucket, n_done, n_failed, n_cut, cost_usd, n_cost, p50_ms, p95_ms}]
pairs                     every counted pair: {a, b, winner, rater, thread_id, n_messages}
marks                     what raters marked: [{candidate, kind, words, n, n_breaks, n_raters, n_rated}]
recall                    {probes: [{candidate, job_id, sentence, n_failed, and as `probe --json` gives curves}],
                          raters: [{candidate, bins}], of answers without a mark `forgot` by how far back it lay}
threads                   those voted on: {id, title, workload, n_messages, messages, comparisons}; votes with marks
exports                   files that were taken along: who made and approved them

Raters are numbered in the order of their first vote; their names are nowhere. null always means "not known".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import compare
from compare.catalog import Catalog
from compare.errors import ConfigError
from compare.ratings.buckets import Bucket, buckets
from compare.ratings.percentiles import percentile
from compare.ratings.votes import Votes
from compare.records import Candidate
from compare.report.criteria import Criteria, scorecard
from compare.report.decision import called, headline, sentence, shown
from compare.report.evidence.marks import mark_counts
from compare.report.evidence.recall import recall
from compare.report.evidence.voted import voted_threads
from compare.report.targets import exported, losses_of, target_name, targets
from compare.report.votes import VoteKind, leaderboard, votes_of
from compare.report.weights import Weighing, measured_of, weighing
from compare.report.words import labels
from compare.routing.aim import Aim
from compare.routing.measured import ALL, Measured
from compare.routing.weights import RULE, Proposal, labelled
from compare.store.store import Store
from compare.store.votes import vote_name

FORMAT, FORMAT_VERSION = "weighbridge.evidence", 1
_FEWEST = 2
"""Below two candidates there is nothing to rate."""


def gathered(
    store: Store,
    catalog: Catalog,
    kind: VoteKind,
    *,
    aim: Aim | None = None,
    ranges: Sequence[Bucket] = (),
    current_text: str = "",
    criteria: Criteria | None = None,
    texts: bool = True,
) -> dict[str, Any]:
    """The whole document.

    Args:
        store: everything that is kept.
        catalog: models and prices.
        kind: of the votes.
        aim: limits and guard.
        ranges: of thread lengths.
        current_text: the routing.yaml that runs now.
        criteria: for the scorecard.
        texts: whether the words of threads and answers are in it.

    Raises:
        ConfigError: something is wrong with the current file.
    """
    aim, ranges = aim or Aim(), tuple(ranges) or buckets()
    votes, names = votes_of(store, kind), labels(store, catalog)
    measured = measured_of(store, ranges)
    found = weighing(votes, catalog, aim=aim, ranges=ranges, measured=measured, current_text=current_text)
    named = found.proposals(aim, names)
    proposals = labelled(named, names)
    among = shown(proposals)
    text = found.file(aim, named)
    raters = _numbered(votes)
    threads = voted_threads(store, kind, raters, names, texts=texts)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "product": {"name": "Weighbridge", "version": compare.__version__},
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "votes": _votes(found, kind, len(raters)),
        "decision": {
            "headline": headline(among),
            "sentences": [sentence(each) for each in among],
            "rule": RULE,
            "limits": aim.sentence,
            "aim": aim.to_json(),
        },
        "buckets": [_bucket(each, called(each, among)) for each in among],
        "routing_yaml": text,
        "losses": {} if text is None else _losses(text, catalog),
        "ratings": _ratings(votes, names) if len({*votes.model_a, *votes.model_b}) >= _FEWEST else [],
        "scorecard": None if criteria is None else scorecard(store, criteria).to_json(),
        "candidates": _candidates(store, catalog, votes, names),
        "measured": _measured(measured, votes, ranges, names),
        "pairs": _pairs(votes, raters, names),
        "marks": mark_counts(threads),
        "recall": recall(store, names),
        "threads": threads,
        "exports": _exports(store),
    }


def _numbered(votes: Votes) -> dict[str, str]:
    seen = votes.column("rater") if votes.has_column("rater") else []
    return {str(rater): f"Rater {n}" for n, rater in enumerate(dict.fromkeys(seen), 1)}


def _votes(found: Weighing, kind: VoteKind, n_raters: int) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "sentence": found.tally.sentence,
        "n_votes": found.tally.n_votes,
        "n_all_bad": found.tally.n_all_bad,
        "n_raters": n_raters,
        "sha256": found.provenance["votes_sha256"],
    }


def _bucket(proposal: Proposal, threads: str) -> dict[str, Any]:
    more = {} if proposal.found is None else proposal.found.to_json()
    return {
        **more,
        "name": proposal.bucket.name,
        "label": proposal.bucket.label,
        "threads": threads,
        "match": proposal.match,
        "why": proposal.why,
        "verdict": "keep" if proposal.is_kept else "change",
        "weights": None if proposal.weights is None else dict(proposal.weights),
        "n_votes": proposal.n_votes,
        "n_both_bad": proposal.n_both_bad,
        "n_raters": proposal.n_raters,
        "n_threads": proposal.n_threads,
        "left_out": dict(proposal.left_out),
        "win_shares": [
            {
                "candidate": each.candidate,
                "mean": each.win_share,
                "ci_low": each.win_share_low,
                "ci_high": each.win_share_high,
                "n_votes": each.n_votes,
            }
            for each in proposal.evidence
        ],
    }


def _losses(text: str, catalog: Catalog) -> dict[str, list[dict[str, str]]]:
    """What each gateway cannot do as the file says, or why there is no export for it at all."""
    found = {}
    for target in targets():
        try:
            lost = [{"field": loss.field, "reason": loss.reason} for loss in losses_of(exported(text, target, catalog))]
        except ConfigError as exc:
            lost = [{"field": "routes", "reason": str(exc)}]
        found[target_name(target)] = lost
    return found


def _ratings(votes: Votes, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "candidate": names.get(model.model, model.model),
            "rating": model.rating,
            "ci_low": model.ci_low,
            "ci_high": model.ci_high,
            "n_votes": model.n_votes,
            "rank": model.rank,
            "both_bad": model.both_bad,
        }
        for model in leaderboard(votes).models
    ]


def _candidates(store: Store, catalog: Catalog, votes: Votes, names: dict[str, str]) -> list[dict[str, Any]]:
    voted = {*votes.model_a, *votes.model_b}
    return [
        _candidate(candidate, names[vote_name(candidate)], catalog)
        for candidate in store.candidates().values()
        if vote_name(candidate) in voted
    ]


def _candidate(candidate: Candidate, label: str, catalog: Catalog) -> dict[str, Any]:
    spec = catalog.models.get(candidate.model_id)
    price = None if spec is None or spec.price is None else spec.price
    settings = candidate.settings
    return {
        "name": vote_name(candidate),
        "label": label,
        "model_id": candidate.model_id,
        "settings": {name: getattr(settings, name) for name in settings.__slots__},
        "context_policy": candidate.context_policy,
        "preparation": candidate.preparation,
        "simulated": candidate.simulated or (spec is not None and spec.simulated),
        "price": None
        if price is None
        else {
            "input_usd_per_mtok": str(price.input_usd_per_mtok),
            "output_usd_per_mtok": str(price.output_usd_per_mtok),
            "as_of": price.as_of,
            "source": price.source,
        },
    }


def _measured(
    measured: Measured, votes: Votes, ranges: Sequence[Bucket], names: dict[str, str]
) -> list[dict[str, Any]]:
    rows = []
    for name in sorted({*votes.model_a, *votes.model_b}):
        for bucket, label in [*((each.name, each.label) for each in ranges), (ALL, "all")]:
            found = measured.of(name, bucket)
            if found.n_done + found.n_failed == 0:
                continue
            rows.append(
                {
                    "candidate": names.get(name, name),
                    "bucket": label,
                    "n_done": found.n_done,
                    "n_failed": found.n_failed,
                    "n_cut": found.n_cut,
                    "cost_usd": found.cost_usd,
                    "n_cost": found.n_cost,
                    "p50_ms": percentile(found.times_ms, 0.5).value,
                    "p95_ms": percentile(found.times_ms, 0.95).value,
                }
            )
    return rows


def _pairs(votes: Votes, raters: dict[str, str], names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "a": names.get(row.model_a, row.model_a),
            "b": names.get(row.model_b, row.model_b),
            "winner": row.winner,
            "rater": raters.get(str(row.columns.get("rater"))),
            "thread_id": row.columns.get("thread_id"),
            "n_messages": row.columns.get("n_messages"),
        }
        for row in votes.rows()
    ]


def _exports(store: Store) -> list[dict[str, Any]]:
    return [
        {
            "made_at": each.made_at,
            "made_by": each.made_by,
            "target": each.target,
            "n_votes": each.n_votes,
            "votes_sha256": each.evidence_sha256,
            "summary": each.summary,
            "approved_by": each.approved_by,
            "approved_at": each.approved_at,
        }
        for each in store.exports()
    ]
