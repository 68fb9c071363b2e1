"""`route`: votes to weights, weights to a routing.yaml, and checks of such files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from compare.cli.files import json_file
from compare.cli.output import emit_json, say
from compare.cli.route_check import check, diff, schema
from compare.cli.route_export import drain, export
from compare.cli.route_verify import verify
from compare.cli.votes_input import HISTORIES, load_votes


@click.group(epilog="Example: weighbridge route export --to yaml --out routing/")
def route() -> None:
    """Turn votes into routing weights."""


@route.command("recommend", epilog="Example: weighbridge route recommend --evidence evidence.json --json")
@click.option("--evidence", type=click.Path(path_type=Path), help="Votes, costs and limits per bucket, as JSON.")
@click.option("--blind/--open", "blind", default=None, help="Without --evidence: only blind or only open votes.")
@click.option("--history", type=HISTORIES, help="Without --evidence: only votes under this history.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def recommend(evidence: Path | None, blind: bool | None, history: str | None, as_json: bool) -> None:
    """Recommend weights.

    From an evidence file under cost and latency limits, else from the stored votes.
    """
    if evidence is None:
        _recommend_from_votes(blind, history, as_json)
        return
    from compare.routing.evidence import read_evidence
    from compare.routing.recommend import recommend as recommend_weights

    found = recommend_weights(read_evidence(json_file(evidence))).to_json()
    if as_json:
        emit_json(found)
        return
    for bucket in found["buckets"]:
        click.echo(f"{bucket['name']}: {bucket['verdict']}. {bucket['why']}")
        for model, now, then in zip(bucket["models"], bucket["current"], bucket["proposed"], strict=True):
            click.echo(f"  {model}: {now:.2f} -> {then:.2f}")
    for problem in found["problems"]:
        say(problem)


def _recommend_from_votes(blind: bool | None, history: str | None, as_json: bool) -> None:
    from compare.routing.weights import propose

    found = propose(load_votes(None, "", "", blind, history))
    if as_json:
        proposals = [_proposal(p) for p in found.buckets]
        emit_json({"buckets": proposals, "default": _proposal(found.default), "problems": list(found.problems)})
        return
    for proposal in (*found.buckets, found.default):
        click.echo(f"{proposal.bucket.name} ({proposal.match or 'all other threads'}): {proposal.why}")
        for name, weight in (proposal.weights or {}).items():
            click.echo(f"  {name}: {weight:.2f}")
    for problem in found.problems:
        say(problem)


def _proposal(proposal: Any) -> dict[str, Any]:
    return {
        "name": proposal.bucket.name,
        "match": proposal.match,
        "weights": None if proposal.weights is None else dict(proposal.weights),
        "why": proposal.why,
        "verdict": proposal.verdict,
        "n_votes": proposal.n_votes,
        "votes_needed": proposal.votes_needed,
    }


for command in (check, diff, drain, export, schema, verify):
    route.add_command(command)
