"""`threads`: import, list, export."""

from __future__ import annotations

import json

import click

from compare.cli.output import emit_json, json_line, say, standard_output, table
from compare.cli.stored import the_store
from compare.cli.threads_import import import_


@click.group(epilog="Example: weighbridge threads import support.jsonl")
def threads() -> None:
    """Import, list and export threads."""


threads.add_command(import_)


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
