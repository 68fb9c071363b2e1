"""`agreement`: how far raters agree."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli.output import emit_json
from compare.cli.votes_input import load_votes, votes_options
from compare.ratings.agreement import agreement as measure
from compare.ratings.agreement import agreement_between

_WORDS = {
    "alpha_nominal": "Krippendorff's alpha, nominal",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "pairs_with_ties": "pairs of votes that agree, ties counted",
    "pairs_without_ties": "pairs of votes that agree, ties left out",
    "n_raters": "raters",
    "n_items": "items",
    "n_items_multi": "items with two raters or more",
    "n_votes": "votes",
    "n_repeats": "repeated votes of one rater on one item",
}


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
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    default=None,
    help="A second votes file with the same names: how far the votes of the first agree with these.",
)
@click.option("--against-where", multiple=True, help="Only votes of the second file with COLUMN=VALUE.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def agreement(
    file: Path | None, columns: str, winners: str, blind: bool | None, history: str | None,
    where: tuple[str, ...], rater: str, item: str,
    against: Path | None, against_where: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Measure how far raters agree (Krippendorff's alpha, and shares of agreeing pairs)."""
    votes = load_votes(file, columns, winners, blind, history, where)
    items = [name.strip() for name in item.split(",") if name.strip()]
    if against is None:
        if against_where:
            raise click.UsageError("--against-where chooses votes of a second file; name it with --against.")
        found = measure(votes, rater=rater, item=items).to_json()
    else:
        others = load_votes(against, columns, winners, blind, history, against_where)
        found = agreement_between(votes, others, item=items).to_json()
    if as_json:
        emit_json(found)
        return
    for name, value in found.items():
        click.echo(f"{_WORDS.get(name, name)}: {_said(value)}")


def _said(value: object) -> str:
    match value:
        case None:
            return "not defined (too few items with two raters)"
        case {"agree": agree, "total": total, "share": share}:
            return f"{agree} of {total}" + (f" ({share:.1%})" if isinstance(share, float) else "")
        case float():
            return f"{value:.3f}"
    return str(value)
