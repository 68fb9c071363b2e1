"""`votes`: take the votes along, and bring votes from elsewhere in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from compare.cli.output import emit_json, say, write_bytes
from compare.cli.stored import the_store
from compare.cli.votes_input import SHOWN_REJECTS, read_votes_file
from compare.errors import CompareError
from compare.report.words import counted
from compare.review.study_export import FileFormat, encode, vote_rows
from compare.review.votes_import import import_votes


@click.group(epilog="Example: weighbridge votes export --out votes.csv")
def votes() -> None:
    """Import and export votes."""


@votes.command("import", epilog="Example: weighbridge votes import votes.csv --winners model_a=left")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--columns", default="", help="Other names of columns: model_a=model_left,model_b=model_right.")
@click.option("--winners", default="", help="Other words for winners: model_a=left,model_b=right,tie=tie.")
@click.option("--rater", default="Imported", show_default=True, help="Who voted, in rows that do not say it.")
@click.option("--blind/--open", "blind", default=False, help="What rows are that do not say it; default: open.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_(file: Path, columns: str, winners: str, rater: str, blind: bool, as_json: bool) -> None:
    """Keep the votes of a CSV, JSONL or Parquet file in the database.

    The same file again adds nothing. A row that cannot be used is told with its line and the reason.
    """
    found = import_votes(the_store(), read_votes_file(file, columns, winners), blind=blind, rater=rater)
    for reject in found.rejects[:SHOWN_REJECTS]:
        say(f"{file.name}, line {reject.line}: {reject.reason}")
    if len(found.rejects) > SHOWN_REJECTS:
        say(f"... and {len(found.rejects) - SHOWN_REJECTS} more.")
    n_rows = found.n_new + found.n_known + len(found.rejects)
    say(f"{n_rows} rows read = {found.n_new} new + {found.n_known} known + {len(found.rejects)} refused.")
    if as_json:
        emit_json(
            {
                "new": found.n_new,
                "known": found.n_known,
                "refused": [{"line": reject.line, "reason": reject.reason} for reject in found.rejects],
            }
        )
    if not found.n_new and not found.n_known:
        raise CompareError(f"{file} holds no vote that can be used.")


@votes.command("export", epilog="Example: weighbridge votes export --format csv --out votes.csv")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "jsonl", "parquet", "battles", "dpo"]),
    default="csv",
    show_default=True,
)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
def export(file_format: Literal[FileFormat, "battles", "dpo"], out: Path | None) -> None:
    """Write every counted vote.

    One pairwise row a line, in the shape that `rate --votes` reads. battles (the shape of LMSYS) and dpo (pairs for
    preference training, with the conversation) are JSONL.
    """
    if file_format == "battles" or file_format == "dpo":
        made = vote_rows(store := the_store(), file_format)
        write_bytes(encode(made, "jsonl"), out)
        voted = {answer_id for ballot, _ in store.iter_ballots() for answer_id in ballot.shown_order}
        store.mark_answers_filed(voted, "votes export")
        say(f"{counted(len(made), 'row')} written.")
        return
    rows = list(the_store().iter_votes())
    if not rows:
        raise CompareError("There are no votes yet. Vote in the app first: weighbridge serve")
    write_bytes(encode(rows, file_format), out)
    say(f"{len(rows)} pairwise rows from {len({row['ballot_id'] for row in rows})} ballots.")
