"""`threads`: import; what is done with stored threads is in library.py."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli.library import export, findings, list_, tag
from compare.cli.output import emit_json, say
from compare.cli.stored import the_store
from compare.threads.importers import read_file
from compare.threads.importers.read import titled


@click.group(epilog="Example: weighbridge threads import support.jsonl")
def threads() -> None:
    """Import, list, tag and export threads, and what is wrong in them."""


@threads.command("import", epilog="Example: weighbridge threads import support.jsonl")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["auto"]),
    default="auto",
    show_default=True,
    help="The format is found by content.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_(file: Path, file_format: str, as_json: bool) -> None:  # fmt: skip
    """Keep every thread of a file.

    OpenAI messages as JSON or JSON lines, or a transcript.
    """
    store = the_store()
    reading = read_file(file)
    saved = [store.save_thread(titled(thread)) for thread in reading.threads]
    for note in reading.notes:
        say(note)
    for refusal in reading.refused:
        say(f"{file.name}, line {refusal.line}: {refusal.reason}")
    new = sum(one.created for one in saved)
    if as_json:
        refused = [{"line": r.line, "reason": r.reason} for r in reading.refused]
        ids = [one.id for one in saved]
        emit_json({"read": reading.n_read, "kept": len(saved), "new": new, "refused": refused, "notes": reading.notes,
                   "thread_ids": ids})  # fmt: skip
    say(f"{reading.n_read} read = {len(saved)} kept ({new} new) + {len(reading.refused)} refused.")


for command in (list_, tag, export, findings):
    threads.add_command(command)
