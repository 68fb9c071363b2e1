"""`route recommend`: weights from an evidence file, or from the stored votes and what stored answers measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from compare.cli.files import json_file, text_file
from compare.cli.numbers import Number
from compare.cli.output import emit_json, say
from compare.cli.stored import the_catalog, the_store
from compare.cli.votes_input import BRING_THEM_IN, HISTORIES, load_votes
from compare.errors import ConfigError

if TYPE_CHECKING:
    from compare.ratings.buckets import Bucket
    from compare.ratings.votes import Votes
    from compare.report.decision import Month
    from compare.report.weights import Weighing
    from compare.routing.aim import Aim
    from compare.routing.measured import Measured
    from compare.routing.weights import Proposal


_OF_STORED_VOTES = {
    "current": "--current", "edges": "--edges", "max_cost": "--max-cost", "max_slow": "--max-slow",
    "slow_after": "--slow-after", "max_errors": "--max-errors", "max_cuts": "--max-cuts", "floor": "--floor",
    "forced": "--forced", "blind": "--blind/--open", "history": "--history", "per_month": "--per-month",
}  # fmt: skip
"""Options that mean nothing beside a file."""


def aim_options(command: Callable[..., None]) -> Callable[..., None]:
    """What weights from stored votes are to achieve; `aim_of` reads them."""
    share = Number(0, 1)
    for option in (
        click.option("--forced", is_flag=True, help="Go to the optimum in one step."),
        click.option("--floor", type=share, default=0.02, show_default=True, help="Least weight of a candidate."),
        click.option("--max-cuts", type=share, help="Share of answers that may be cut."),
        click.option("--max-errors", type=share, help="Share of requests that may fail."),
        click.option("--slow-after", type=Number(0, min_open=True), default=10.0, show_default=True,
                     help="Seconds after which an answer is slow."),
        click.option("--max-slow", type=share, help="Share of requests that may be slow; 0.05 bounds the p95."),
        click.option("--max-cost", type=Number(0), help="Mean cost of a request, in US dollars."),
        click.option("--edges", default="8", show_default=True, help="Lengths at which a bucket ends: 8,20."),
        click.option("--current", type=click.Path(path_type=Path), help="The routing.yaml that runs now."),
    ):  # fmt: skip
        command = option(command)
    return command


def aim_of(options: dict[str, Any]) -> Aim:
    """The aim that the options name."""
    from compare.routing.aim import Aim
    from compare.routing.evidence import Limits

    limits = Limits(
        options["max_cost"], options["max_slow"], options["max_errors"], options["max_cuts"], options["floor"]
    )
    return Aim(limits, slow_ms=options["slow_after"] * 1000.0, forced=options["forced"])


def refuse_beside(path: Path) -> None:
    """Refuse options for stored votes beside a file: a limit that nobody applies would be taken for one that holds.

    Raises:
        click.UsageError: any of the options was given; the message names them.
    """
    context = click.get_current_context()
    set_here = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    given = [said for name, said in _OF_STORED_VOTES.items() if context.get_parameter_source(name) in set_here]
    if given:
        raise click.UsageError(
            f"{', '.join(given)} cannot be applied to {path}: it says by itself which votes and limits it rests on. "
            "Leave the file out to weigh the stored votes so."
        )


def weighed_votes(votes: Votes, options: dict[str, Any]) -> tuple[Weighing, Aim, Measured]:
    """Stored votes weighed as the aim options say, with what stored answers measured."""
    from compare.report.weights import measured_of, weighing

    ranges, current = ranges_of(options["edges"]), options["current"]
    measured = measured_of(the_store(), ranges)
    found = weighing(
        votes,
        the_catalog(),
        ranges=ranges,
        measured=measured,
        current_text="" if current is None else text_file(current),
    )
    return found, aim_of(options), measured


def ranges_of(edges: str) -> tuple[Bucket, ...]:
    """The buckets between these edges."""
    from compare.ratings.buckets import buckets

    try:
        return buckets(tuple(int(part) for part in edges.split(",")))
    except (ValueError, ConfigError) as exc:
        raise click.UsageError(f"--edges {edges!r}: write whole numbers that rise, such as 8,20.") from exc


@click.command("recommend", epilog="Example: weighbridge route recommend --max-cost 0.01 --max-slow 0.05 --json")
@click.option("--evidence", type=click.Path(path_type=Path), help="Votes, costs and limits per bucket, as JSON.")
@click.option("--blind/--open", "blind", default=None, help="Only blind or only open votes.")
@click.option("--history", type=HISTORIES, help="Only votes under this history.")
@click.option("--per-month", type=Number(0), help="Threads a month; default: as logs recorded them.")
@aim_options
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def recommend(
    evidence: Path | None,
    blind: bool | None,
    history: str | None,
    per_month: float | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Recommend weights.

    From the stored votes within limits, or from an evidence file (which has limits of its own; the options are for
    stored votes).
    """
    if evidence is None:
        _from_votes(blind, history, per_month, as_json, options)
        return
    refuse_beside(evidence)
    from compare.routing.evidence import read_evidence
    from compare.routing.recommend import recommend as recommend_weights

    found = recommend_weights(read_evidence(json_file(evidence))).to_json()
    if as_json:
        emit_json(found)
        return
    for bucket in found["buckets"]:
        _tell(bucket["name"], bucket)
    for problem in found["problems"]:
        say(problem)


def _from_votes(
    blind: bool | None, history: str | None, per_month: float | None, as_json: bool, options: dict[str, Any]
) -> None:
    from compare.report.decision import month
    from compare.routing.traffic import profile_of

    without = f"{BRING_THEM_IN}, or weigh an evidence file: weighbridge route recommend --evidence FILE"
    votes = load_votes(None, "", "", blind, history, without=without)
    weighed, aim, measured = weighed_votes(votes, options)
    found = weighed.proposals(aim)
    store, ranges = the_store(), ranges_of(options["edges"])
    profile = profile_of(store.thread_shapes(), ranges, threads_per_month=per_month, span=store.recorded_span())
    a_month = month(found, profile, measured)
    if as_json:
        emit_json(
            {
                "buckets": [*map(_as_json, found.buckets)],
                "default": _as_json(found.default),
                "month": a_month.to_json(),
                "problems": list(found.problems),
            }
        )
        return
    for proposal in (*found.buckets, found.default):
        name = f"{proposal.bucket.name} ({proposal.match or 'all other threads'})"
        _tell(name, _as_json(proposal))
    _tell_month(a_month)
    for problem in found.problems:
        say(problem)


def _as_json(proposal: Proposal) -> dict[str, Any]:
    """As in an answer to an evidence file, with the counts of votes beside it."""
    beside = {
        "name": proposal.bucket.name,
        "match": proposal.match,
        "n_votes": proposal.n_votes,
        "n_both_bad": proposal.n_both_bad,
        "n_raters": proposal.n_raters,
        "n_threads": proposal.n_threads,
        "left_out": dict(proposal.left_out),
        "weights": None if proposal.weights is None else dict(proposal.weights),
    }
    if proposal.found is None:
        return {"models": [], "verdict": "keep", "why": f"{proposal.why}.", "votes_needed": None, **beside}
    return {**proposal.found.to_json(), **beside}


def _tell_month(found: Month) -> None:
    sides = (("now", found.before, found.win_rate_before), ("proposed", found.after, found.win_rate_after))
    click.echo(f"a month ({found.profile.source}):")
    for name, side, won in sides:
        cost = "cost unknown" if side.cost_usd is None else f"{side.cost_usd:,.2f} USD"
        p95 = "p95 unknown" if side.p95_ms is None else f"p95 {side.p95_ms / 1000:.2f} s"
        win = "win share unknown" if won is None else f"win share {won:.1%}"
        click.echo(f"  {name}: {cost}, {p95}, {win}")


def _tell(name: str, bucket: dict[str, Any]) -> None:
    verdict = "" if bucket["why"].startswith("keep: ") else f"{bucket['verdict']}. "
    click.echo(f"{name}: {verdict}{bucket['why']}")
    if bucket["models"]:
        for model, now, then in zip(bucket["models"], bucket["current"], bucket["proposed"], strict=True):
            click.echo(f"  {model}: {now:.2f} -> {then:.2f}")
