"""The command line: one file per command group, each thin over a function that pages use as well.

Exit status: 0 done, 1 it failed (one sentence on standard error), 2 wrong usage, 130 stopped by Ctrl+C.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit."""
    from compare.cli.commands import cli

    cli(prog_name="weighbridge")
