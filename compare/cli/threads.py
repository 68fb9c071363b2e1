"""`threads`: import, list, export."""

from __future__ import annotations

import json
from pathlib import Path

import click

from compare.cli.output import emit_json, json_line, say, standard_output, table
from compare.cli.stored import the_store
from compare.threads.importers import read_file
from compare.threads.importers.read import titled


@click.group(epilog="Example: weighbridge threads import support.jsonl")
def threads() -> None:
    """Import, list and export threads."""


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


@threads.command("list", epilog="Example: weighbridge threads list --search refund")
@click.option("--search", default="", help="Only threads whose title contains this.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_(search: str, limit: int, as_json: bool) -> None:
    """List the stored threads, newest first."""
    found = the_store().threads(limit=limit, search=search)
    if as_json:
        names = ("id", "title", "source", "workload", "n_messages", "n_user_turns", "has_recorded", "imported_at")
        emit_json({"threads": [{name: getattr(t, name) for name in names} for t in found]})
        return
    if not found:
        say("No threads yet. Import some: weighbridge threads import FILE")
        return
    table(["id", "messages", "title", "source"], [[t.id, str(t.n_messages), t.title, t.source] for t in found])


@threads.command("export", epilog="Example: weighbridge threads export THREAD_ID > thread.jsonl")
@click.argument("thread_id")
def export(thread_id: str) -> None:
    """Print one thread as a line of OpenAI messages."""
    thread = the_store().thread(thread_id)
    messages = [
        json.loads(m.parts_json) if m.parts_json else {"role": m.role, "content": m.text} for m in thread.messages
    ]
    standard_output().write(json_line({"id": thread.id, "title": thread.title, "messages": messages}))
