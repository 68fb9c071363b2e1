"""Proposals into a routing.yaml: a route for every bucket that has weights, a comment for every one that has none."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from compare.errors import NotEnoughVotesError
from compare.ratings.votes import Votes
from compare.records import ModelSpec
from compare.routing.config import ModelRef, Route, RoutingConfig
from compare.routing.exports.yaml import to_yaml
from compare.routing.known_models import model_ref
from compare.routing.rules import parse
from compare.routing.weights import RULE, CandidateEvidence, Proposal


def routing_yaml(
    proposals: Sequence[Proposal],
    *,
    models: Mapping[str, ModelSpec] | None = None,
    provenance: Mapping[str, Any] | None = None,
    about: Sequence[str] = (),
) -> str:
    """Write the proposals that have weights.

    Args:
        proposals: one a bucket, in the order in which their routes are to be tried.
        models: the catalogue's entry of each candidate, by the name that the votes use; says where it is served.
        provenance: as from `provenance`.
        about: further lines for the top of the file, such as the limits.

    Raises:
        NotEnoughVotesError: no bucket has weights; the message gives each bucket's figures.
    """
    ready = [proposal for proposal in proposals if proposal.weights is not None]
    if not ready:
        reasons = "; ".join(f"{proposal.bucket.name}: {proposal.why}" for proposal in proposals)
        raise NotEnoughVotesError(f"There are no weights to export. {reasons}.")
    models = models or {}
    names = aliases([row.candidate for proposal in ready for row in proposal.evidence])
    routes = [_route(proposal, names) for proposal in ready]
    config = RoutingConfig(
        routes=tuple(routes),
        models={alias: _model(name, alias, models.get(name)) for name, alias in names.items()},
        provenance=provenance or {},
    )
    comments = {proposal.bucket.name: _comment(proposal, names) for proposal in ready}
    simulated = [name for name in names if name in models and models[name].simulated]
    return to_yaml(config, header=_header(proposals, simulated, about), comments=comments)


def aliases(names: Sequence[str]) -> dict[str, str]:
    """A legal and distinct route name for every candidate; a name that is legal stays as it is."""
    result: dict[str, str] = {}
    taken: set[str] = set()
    # Legal names are served first, so that no other candidate's alias can take one of them.
    for name in sorted(dict.fromkeys(names), key=lambda name: _slug(name) != name):
        alias = base = _slug(name)
        number = 2
        while alias in taken:
            alias = f"{base[:59]}-{number}"
            number += 1
        taken.add(alias)
        result[name] = alias
    return {name: result[name] for name in dict.fromkeys(names)}


def provenance(votes: Votes, *, generated_at: str, tool: str, parent_sha256: str = "") -> dict[str, Any]:
    """Which votes a file rests on: their number, span and a hash that does not depend on their order.

    Args:
        votes: all votes that the proposals were made from.
        generated_at: UTC, ISO 8601.
        tool: name and version of the writer.
        parent_sha256: of the file that this one replaces.
    """
    rows = sorted(
        json.dumps([row.model_a, row.model_b, row.winner, row.columns], sort_keys=True, default=str, ensure_ascii=True)
        for row in votes.rows()
    )
    values: dict[str, Any] = {
        "votes_sha256": hashlib.sha256("\n".join(rows).encode()).hexdigest(),
        "vote_count": len(rows),
    }
    times = sorted(str(at) for at in votes.column("created_at") if at) if votes.has_column("created_at") else []
    if times:
        values |= {"votes_from": times[0], "votes_to": times[-1]}
    values |= {"generated_at": generated_at, "tool": tool}
    return values | ({"parent_sha256": parent_sha256} if parent_sha256 else {})


def _slug(name: str) -> str:
    slug = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:63].strip("-_")
    return slug if slug[:1].isalpha() else f"m-{slug}"[:63].rstrip("-")


def _model(name: str, alias: str, spec: ModelSpec | None) -> ModelRef:
    candidate = "" if alias == name else name
    if spec is None:
        return ModelRef(model=name, candidate=candidate)
    return model_ref(spec, candidate)


def _route(proposal: Proposal, names: Mapping[str, str]) -> Route:
    win_rate = {
        names[row.candidate]: {
            "mean": round(row.win_share, 4),
            "ci95": [round(row.win_share_low, 4), round(row.win_share_high, 4)],
        }
        for row in proposal.evidence
    }
    evidence: dict[str, Any] = {"votes": proposal.n_votes}
    if proposal.n_raters:
        evidence["raters"] = proposal.n_raters
    if proposal.n_threads:
        evidence["threads"] = proposal.n_threads
    evidence |= {"both_bad": proposal.n_both_bad, "method": proposal.method, "win_rate": win_rate}
    # A route that is kept makes no claim about the votes: what runs now stays.
    evidence |= {"why": proposal.why} if proposal.is_kept else {"verdict": proposal.verdict}
    weights = {names[name]: weight for name, weight in (proposal.weights or {}).items()}
    match = parse(proposal.match) if proposal.match else None
    return Route(proposal.bucket.name, weights, match=match, evidence=evidence)


def _header(proposals: Sequence[Proposal], simulated: Sequence[str], about: Sequence[str]) -> list[str]:
    lines = [
        "Routing weights from side-by-side votes, written by Weighbridge.",
        f"Rule: {RULE}",
        *about,
        "thread_length counts the messages of all roles, the system message too.",
    ]
    if simulated:
        lines.append(f"Simulated, not real models: {', '.join(simulated)}.")
    lines += [
        f"No route for {proposal.bucket.name} ({proposal.match or 'all other threads'}): {proposal.why}."
        for proposal in proposals
        if proposal.weights is None
    ]
    return lines


def _comment(proposal: Proposal, names: Mapping[str, str]) -> list[str]:
    behind = f"{proposal.n_votes} votes"
    if proposal.n_raters:
        behind += f" by {proposal.n_raters} {'rater' if proposal.n_raters == 1 else 'raters'}"
    if proposal.n_threads:
        behind += f" on {proposal.n_threads} {'thread' if proposal.n_threads == 1 else 'threads'}"
    if proposal.n_both_bad:
        behind += f", and {proposal.n_both_bad} where both answers were bad"
    lines = [f"{behind}: {proposal.why}."]
    lines += [_evidence_line(row, names[row.candidate]) for row in proposal.evidence]
    if proposal.left_out:
        few = ", ".join(f"{name} ({n})" for name, n in proposal.left_out.items())
        lines.append(f"Left out for too few votes or threads: {few}.")
    return lines


def _evidence_line(row: CandidateEvidence, alias: str) -> str:
    return (
        f"{alias}: win share {row.win_share:.3f} (95 % {row.win_share_low:.3f} to {row.win_share_high:.3f}), "
        f"{row.n_votes} votes"
    )
