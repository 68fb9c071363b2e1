"""`votes`: take the votes along."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import IO

import click

from compare.cli.output import json_line, say, standard_output
from compare.cli.stored import the_store
from compare.errors import CompareError


@click.group(epilog="Example: weighbridge votes export --out votes.csv")
def votes() -> None:
    """Export the votes."""


@votes.command("export", epilog="Example: weighbridge votes export --format csv --out votes.csv")
@click.option("--format", "file_format", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
def export(file_format: str, out: Path | None) -> None:
    """Write every counted vote.

    One pairwise row a line, in the shape that `rate --votes` reads.
    """
    rows = list(the_store().iter_votes())
    if not rows:
        raise CompareError("There are no votes yet. Vote in the app first: weighbridge serve")
    try:
        with out.open("w", encoding="utf-8", newline="") if out else _standard_output() as sink:
            if file_format == "csv":
                writer = csv.DictWriter(sink, fieldnames=list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            else:
                sink.writelines(json_line(row).decode() for row in rows)
    except OSError as exc:
        if out is None:
            raise
        raise CompareError(f"{out} cannot be written: {exc.strerror}. Name another file with --out.") from exc
    say(f"{len(rows)} pairwise rows from {len({row['ballot_id'] for row in rows})} ballots.")


class _standard_output:  # noqa: N801 - reads as a function where it is used
    """Standard output as a file that is not closed at the end."""

    def __enter__(self) -> IO[str]:
        standard_output()
        return sys.stdout

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()
