"""`rate`: ratings with intervals, from the database or from a votes file, and what else votes can say."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import click

from compare.cli.numbers import Number
from compare.cli.output import emit_json, say, table
from compare.cli.votes_input import load_votes, votes_options
from compare.ratings.controls import ControlReport, control
from compare.ratings.crossover import FLOOR, Crossover, crossover
from compare.ratings.enough import Evidence, enough_votes
from compare.ratings.estimate import Ties
from compare.ratings.leaderboard import Leaderboard
from compare.ratings.leaderboard import rate as rate_votes
from compare.ratings.votes import Votes, cluster_numbers

_BALLOT = "ballot_id"


@click.command(
    epilog="\b\nExample: weighbridge rate --votes votes.csv --rater judge --cluster question_id --by turn --json"
)
@votes_options
@click.option("--by", default=None, help="A column: one more leaderboard for each of its values.")
@click.option(
    "--shrink",
    type=Number(min=0, min_open=True),
    default=None,
    help="With --by: draw each group towards all votes together, with this spread (logits; 0.3 is usual).",
)
@click.option("--rater", default=None, help="The column that says who voted; 'rater' then names it in --cluster.")
@click.option(
    "--cluster",
    default=None,
    help="none, or one or two columns whose equal values lean the same way; default: ballot_id if there.",
)
@click.option(
    "--prior",
    type=Number(min=0),
    default=0.0,
    show_default=True,
    help="Precision of a normal prior on every strength; 0 for plain maximum likelihood.",
)
@click.option(
    "--ties",
    type=click.Choice(get_args(Ties)),
    default="half",
    show_default=True,
    help="half: a tie is half a win for each; davidson: with a tie parameter.",
)
@click.option(
    "--control",
    "controls",
    multiple=True,
    help="Does it change the order? position (column position_a), or NAME with the columns NAME_a and NAME_b.",
)
@click.option("--pairs", is_flag=True, help="For each pair: chance that the order flips, votes still needed.")
@click.option(
    "--crossover",
    "crossing",
    default=None,
    help="CHEAP,REFERENCE: the thread length from which CHEAP is no longer good enough.",
)
@click.option(
    "--floor",
    type=Number(0, 1, min_open=True, max_open=True),
    default=FLOOR,
    show_default=True,
    help="With --crossover: the share of votes against REFERENCE that is good enough.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def rate(
    file: Path | None, columns: str, winners: str, blind: bool | None, history: str | None,
    where: tuple[str, ...], by: str | None, shrink: float | None, rater: str | None, cluster: str | None,
    prior: float, ties: Ties, controls: tuple[str, ...], pairs: bool, crossing: str | None, floor: float, as_json: bool,
) -> None:  # fmt: skip
    """Rate candidates by their votes (Bradley-Terry)."""
    if shrink is not None and by is None:
        raise click.UsageError("--shrink draws the groups of --by together; name its column with --by.")
    names = crossing.split(",") if crossing else []
    if crossing and len(names) != 2:
        raise click.UsageError(f"--crossover takes two candidates, CHEAP,REFERENCE, not {crossing!r}.")
    votes = load_votes(file, columns, winners, blind, history, where)
    named = _named(cluster, rater)
    clusters = _by_ballot(votes, told=file is not None) if named is None else named
    board = rate_votes(votes, cluster=clusters, by=by, prior=prior, ties=ties, shrink=shrink)
    controlled = control(votes, controls, cluster=clusters) if controls else None
    evidence = enough_votes(votes, cluster=clusters) if pairs else None
    crossed = _crossover(votes, names, named or (), floor) if names else None
    if as_json:
        emit_json(board.to_json() | _more(controlled, evidence, crossed))
        return
    _show(board)
    for value, group in board.groups.items():
        click.echo(f"\n{by} = {value}")
        _show(group)
    if controlled:
        _show_controls(controlled)
    if evidence:
        _show_pairs(evidence)
    if crossed:
        _show_crossover(crossed, *names)


def _crossover(votes: Votes, names: list[str], clusters: tuple[str, ...], floor: float) -> Crossover:
    # The length belongs to the thread: votes on one thread are no independent witnesses of it.
    by_thread = clusters or (("thread_id",) if votes.has_column("thread_id") else ())
    return crossover(votes, names[0].strip(), names[1].strip(), cluster=by_thread, floor=floor)


def _more(
    controlled: ControlReport | None, evidence: Evidence | None, crossed: Crossover | None
) -> dict[str, dict[str, Any]]:
    parts = {"controls": controlled, "evidence": evidence, "crossover": crossed}
    return {name: part.to_json() for name, part in parts.items() if part is not None}


def _by_ballot(votes: Votes, *, told: bool) -> tuple[str, ...]:
    """What votes are clustered by where nothing is said: rows of one ballot were one decision, stored or in a file."""
    if not votes.has_column(_BALLOT):
        return ()
    numbers, n_missing = cluster_numbers(votes.column(_BALLOT))
    if n_missing == len(votes):
        return ()
    n_ballots = len(set(numbers.tolist()))
    if told and n_ballots < len(votes):
        say(f"{len(votes):,} rows of {n_ballots:,} ballots: the intervals count rows of one {_BALLOT} as one decision.")
    return (_BALLOT,)


def _named(chosen: str | None, rater: str | None) -> tuple[str, ...] | None:
    """The columns that --cluster names; None where it was not given."""
    if chosen is None:
        return None
    if chosen == "none":
        return ()
    names = [name.strip() for name in chosen.split(",") if name.strip()]
    return tuple(rater if name == "rater" and rater else name for name in names)


def _show(board: Leaderboard) -> None:
    rows = [
        [
            "-" if model.rank is None else str(model.rank),
            model.model,
            "-" if model.rating is None else f"{model.rating:.0f}",
            "-" if model.ci_low is None or model.ci_high is None else f"{model.ci_low:.0f} to {model.ci_high:.0f}",
            str(model.n_votes),
            str(model.both_bad),
            model.problem,
        ]
        for model in board.models
    ]
    table(["rank", "candidate", "rating", "95 % interval", "votes", "both bad", "note"], rows)
    for problem in board.problems:
        say(problem)


def _show_controls(report: ControlReport) -> None:
    click.echo("\nControls, in log odds of being preferred:")
    for effect in report.effects:
        interval = f"{effect.ci_low:+.3f} to {effect.ci_high:+.3f}"
        click.echo(f"{effect.name}: {effect.coefficient:+.3f} ({interval}, {effect.n_votes} votes)")
    if not report.changes:
        click.echo("They do not change the order, nor who is separated from whom.")
    for change in report.changes:
        click.echo(
            f"{change.first} over {change.second}: {_lead(change.plain, change.plain_separated)} without, "
            f"{_lead(change.controlled, change.controlled_separated)} with them."
        )
    for problem in report.problems:
        say(problem)


def _lead(points: float, separated: bool) -> str:
    return f"{points:+.0f} points" + ("" if separated else " (tied)")


def _show_pairs(evidence: Evidence) -> None:
    click.echo("")
    rows = [
        [
            f"{pair.first} over {pair.second}",
            f"{pair.difference:.0f} ({pair.ci_low:.0f} to {pair.ci_high:.0f})",
            f"{pair.flip_chance:.1%}",
            f"{pair.design_effect:.1f}",
            str(pair.direct.n),
            "too close to plan" if pair.votes_needed is None else str(pair.votes_needed),
        ]
        for pair in evidence.pairs
    ]
    table(["pair", "difference", "order flips", "design effect", "direct votes", "still needed"], rows)
    for problem in evidence.problems:
        say(problem)


def _show_crossover(found: Crossover, cheap: str, reference: str) -> None:
    lengths = f"{found.n_votes} votes on threads of {found.shortest} to {found.longest} messages"
    floor = f"{found.floor:.0%} of votes against {reference.strip()}"
    name = cheap.strip()
    said = {
        "crosses": f"{name} is no longer good enough from {found.at} messages on ({found.ci_low} to "
        f"{'beyond ' + str(found.longest) if found.ci_high is None else found.ci_high})",
        "good_enough": f"{name} is good enough at every length voted on",
        "not_good_enough": f"{name} is good enough at no length voted on",
        "unclear": f"The votes do not say from which length on {name} is no longer good enough",
    }[found.verdict]
    click.echo(f"\n{said}: {lengths}; good enough is {floor}.")
    for problem in found.problems:
        say(problem)
