"""`comparison`: list the stored comparisons, and write one as a file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from compare.cli.output import emit_json, say, standard_output, table
from compare.cli.stored import the_catalog, the_store
from compare.errors import CompareError
from compare.report.comparison.export import Form
from compare.report.comparison.export import export as exported
from compare.report.words import counted
from compare.store.store import Store


@click.group(epilog="Example: weighbridge comparison list")
def comparison() -> None:
    """List comparisons and export one of them."""


@comparison.command("list", epilog="Example: weighbridge comparison list --limit 20")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_(limit: int, as_json: bool) -> None:
    """List the newest comparisons, newest first."""
    found = the_store().recent_comparisons(limit)
    if as_json:
        emit_json({"comparisons": [one._asdict() for one in found]})
        return
    if not found:
        say("No comparisons yet. Make one in the app: weighbridge serve")
        return
    rows = [
        [one.id, one.created_at[:16].replace("T", " "), str(one.n_slots), "blind" if one.blind else "open",
         str(one.n_ballots), one.title]
        for one in found
    ]  # fmt: skip
    table(["id", "asked (UTC)", "answers", "names", "votes", "thread"], rows)


@comparison.command("export", epilog="Example: weighbridge comparison export RUN_ID --to html --out comparison.html")
@click.argument("comparison_id", metavar="ID")
@click.option("--to", "form", type=click.Choice(get_args(Form)), required=True, help="The form of the file.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
def export(comparison_id: str, form: Form, out: Path | None) -> None:
    """Write one comparison with all its answers.

    ID stands in the address of a run (?run=ID) and in `comparison list`. The file names the candidates.
    """
    store = the_store()
    written = exported(store, the_catalog(), comparison_id, form)
    if out is None:
        standard_output().write(written)
    else:
        try:
            out.write_bytes(written)
        except OSError as exc:
            raise CompareError(f"{out} cannot be written: {exc.strerror}. Name another file with --out.") from exc
        say(f"Written to {out}: {counted(len(written), 'byte')}.")
    found = store.comparison(comparison_id)
    store.mark_answers_filed((slot.answer_id for slot in found.slots) if found else (), "comparison export")
    _warn_of_names(store, comparison_id)


def _warn_of_names(store: Store, comparison_id: str) -> None:
    found = store.comparison(comparison_id)
    if found is not None and found.blind and not store.ballots(comparison_id):
        say("This comparison is blind and has no vote yet: whoever reads the file cannot vote blind any more.")
