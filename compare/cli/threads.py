"""`threads`: import; what is done with stored threads is in library.py."""

from __future__ import annotations

import click

from compare.cli.library import export, findings, list_, tag
from compare.cli.threads_import import import_


@click.group(epilog="Example: weighbridge threads import support.jsonl")
def threads() -> None:
    """Import, list, tag and export threads, and what is wrong in them."""


threads.add_command(import_)


for command in (list_, tag, export, findings):
    threads.add_command(command)
