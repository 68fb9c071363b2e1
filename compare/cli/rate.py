"""`rate`: ratings with intervals, from the database or from a votes file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from compare.cli.output import emit_json, say, table
from compare.cli.votes_input import load_votes, votes_options
from compare.ratings.estimate import Ties
from compare.ratings.leaderboard import Leaderboard
from compare.ratings.leaderboard import rate as rate_votes


@click.command(
    epilog="\b\nExample: weighbridge rate --votes votes.csv --rater judge --cluster question_id --by turn --json"
)
@votes_options
@click.option("--by", default=None, help="A column: one more leaderboard for each of its values.")
@click.option("--rater", default=None, help="The column that says who voted; 'rater' then names it in --cluster.")
@click.option("--cluster", default=None, help="none, or one or two columns whose equal values lean the same way.")
@click.option(
    "--prior",
    type=click.FloatRange(min=0),
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
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def rate(
    file: Path | None, columns: str, winners: str, blind: bool | None, history: str | None, by: str | None,
    rater: str | None, cluster: str | None, prior: float, ties: Ties,
    as_json: bool,
) -> None:  # fmt: skip
    """Rate candidates by their votes (Bradley-Terry)."""
    votes = load_votes(file, columns, winners, blind, history)
    board = rate_votes(votes, cluster=_clusters(cluster, rater, stored=file is None), by=by, prior=prior, ties=ties)
    if as_json:
        emit_json(board.to_json())
        return
    _show(board)
    for value, group in board.groups.items():
        click.echo(f"\n{by} = {value}")
        _show(group)


def _clusters(chosen: str | None, rater: str | None, *, stored: bool) -> tuple[str, ...]:
    """Columns to cluster by; votes of the database are clustered by ballot unless told otherwise."""
    if chosen is None:
        return ("ballot_id",) if stored else ()
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
