"""`report`: the evidence pack, one page that can be mailed and archived."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from compare.cli.files import text_file
from compare.cli.output import emit_json, say, write_bytes
from compare.cli.route_recommend import aim_of, aim_options, ranges_of
from compare.cli.stored import the_catalog, the_store
from compare.cli.votes_input import BRING_THEM_IN, HISTORIES, load_votes
from compare.records import History


@click.command(epilog="Example: weighbridge report --out evidence.html --max-cost 0.01")
@click.option("--out", type=click.Path(path_type=Path), help="The page to write.")
@click.option("--criteria", type=click.Path(path_type=Path), help="Default: criteria.toml of the data folder.")
@click.option("--no-texts", is_flag=True, help="Leave out the words of threads, answers and comments.")
@click.option("--blind/--open", "blind", default=None, help="Only blind or only open votes.")
@click.option("--history", type=HISTORIES, help="Only votes under this history.")
@aim_options
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON document on standard output.")
def report(
    out: Path | None,
    criteria: Path | None,
    no_texts: bool,
    blind: bool | None,
    history: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Write the evidence pack: weights, votes, threads, prices, plots, in one page that needs nothing else."""
    if out is None and not as_json:
        raise click.UsageError("Name a page to write with --out, or ask for --json.")
    from compare.report.criteria import load
    from compare.report.evidence import gathered, to_page
    from compare.report.votes import VoteKind
    from compare.settings import criteria_path

    votes = load_votes(None, "", "", blind, history, without=BRING_THEM_IN)
    kind = VoteKind(bool(votes.column("blind")[0]), cast(History, str(votes.column("history")[0])))
    path = criteria or (criteria_path() if criteria_path().exists() else None)
    current = options["current"]
    document = gathered(
        the_store(),
        the_catalog(),
        kind,
        aim=aim_of(options),
        ranges=ranges_of(options["edges"]),
        current_text="" if current is None else text_file(current),
        criteria=None if path is None else load(text_file(path), str(path)),
        texts=not no_texts,
    )
    if out is not None:
        write_bytes(to_page(document).encode(), out)
        say(f"Written to {out}: {document['decision']['headline']}")
    if as_json:
        emit_json(document)
