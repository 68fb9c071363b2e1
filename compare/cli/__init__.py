"""The command line: one file per command group, each thin over a function that pages use as well.

Exit status: 0 done, 1 it failed (one sentence on standard error), 2 wrong usage.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit."""
    from compare.cli.commands import cli
    from compare.errors import CompareError

    try:
        cli(prog_name="weighbridge")
    except CompareError as exc:
        print(f"weighbridge: {exc}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("weighbridge: stopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone (head, less): no reason to complain.
        sys.stderr.close()
        sys.exit(0)
