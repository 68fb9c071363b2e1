"""`canary`: the sequential test on counts of harms."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli.files import json_file
from compare.cli.output import emit_json


@click.command(epilog="Example: weighbridge canary --counts counts.json --json")
@click.option(
    "--counts",
    type=click.Path(path_type=Path),
    required=True,
    help='JSON: {"canary": {"requests", "harms"}, "control": {...}, "tau", "alpha": 0.05}.',
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def canary(counts: Path, as_json: bool) -> None:  # fmt: skip
    """Roll back, hold or promote, by counts that may be looked at as often as one likes."""
    from compare.routing.sequential import read_counts

    found = read_counts(json_file(counts)).to_json()
    if as_json:
        emit_json(found)
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")
