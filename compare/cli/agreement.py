"""`agreement`: how far raters agree."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli.output import emit_json
from compare.cli.votes_input import load_votes, votes_options
from compare.ratings.agreement import agreement as measure


@click.command(
    epilog="\b\nExample: weighbridge agreement --votes votes.csv --rater judge --item question_id,turn --json"
)
@votes_options
@click.option("--rater", default="rater", show_default=True, help="The column that says who voted.")
@click.option(
    "--item",
    default="thread_id,turn",
    show_default=True,
    help="The columns that, with the pair of candidates, say what was judged.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def agreement(
    file: Path | None, columns: str, winners: str, blind: bool | None, history: str | None, rater: str, item: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure how far raters agree (Krippendorff's alpha, and shares of agreeing pairs)."""
    votes = load_votes(file, columns, winners, blind, history)
    found = measure(votes, rater=rater, item=[name.strip() for name in item.split(",") if name.strip()]).to_json()
    if as_json:
        emit_json(found)
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")
