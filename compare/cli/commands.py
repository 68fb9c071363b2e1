"""All commands. A group's file is imported only when one of its commands is called, so that --help stays quick."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from typing import Any, NoReturn

import click

import compare
from compare.cli.output import drop_unwritten, say
from compare.errors import CompareError

# name: (module under compare.cli, attribute, one line for the list)
COMMANDS = {
    "serve": ("serve", "serve", "Open the app in the browser's reach, on 127.0.0.1:8501."),
    "sim": ("sim", "sim", "Run the simulated models alone; prints their base URLs."),
    "models": ("models", "models", "List the catalogue, which keys are there, and what is ready."),
    "threads": ("threads", "threads", "Import, list, tag and export threads; findings in them."),
    "run": ("run", "run", "Send threads to models and write the answers."),
    "probe": ("probe", "probe", "Plant facts in threads, ask for them; the forgetting curve."),
    "jobs": ("jobs", "jobs", "List, resume, pause, extend and compare jobs."),
    "comparison": ("comparison", "comparison", "List comparisons and export one as Markdown, JSON or a page."),
    "study": ("study", "study", "Have answers rated by many; see how far the ballots can be trusted."),
    "votes": ("votes", "votes", "Import and export votes."),
    "rate": ("rate", "rate", "Rate candidates by votes, with intervals."),
    "agreement": ("agreement", "agreement", "How far raters agree."),
    "route": ("route", "route", "Turn votes into routing weights."),
    "results": ("results", "results", "What answers measured: times, cost, errors; compare jobs."),
    "scorecard": ("scorecard", "scorecard", "Hold answers and votes against a criteria file; for CI."),
    "report": ("report", "report", "The evidence pack: what weights rest on, as one page."),
    "bench": ("bench", "bench", "Parallel sessions against an endpoint or gateway of your own."),
    "tokens": ("tokens", "tokens", "Token counts: reported by models and counted here."),
    "canary": ("canary", "canary", "Roll back, hold or promote: the sequential test on counts."),
    "doctor": ("doctor", "doctor", "Check this installation and say what to do."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(import_module(f"compare.cli.{module}"), attribute)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what a user may meet ends in one sentence and an exit status, not in a traceback."""
        try:
            found = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
            return found
        except CompareError as exc:
            _end(ctx, 1, str(exc))
        except KeyboardInterrupt:
            _end(ctx, 130, "stopped.")
        except BrokenPipeError:
            # Whoever read our output has gone (head, less): no reason to complain.
            _end(ctx, 0)
        except OSError as exc:
            if exc.errno != errno.ENOSPC:
                raise
            _end(ctx, 1, "The disk is full, so the output is not complete. Free some space and try again.")
        finally:
            drop_unwritten()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


def _end(ctx: click.Context, status: int, sentence: str = "") -> NoReturn:
    if sentence:
        say(f"weighbridge: {sentence}")
    ctx.exit(status)


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: weighbridge serve",
)
@click.version_option(compare.__version__, prog_name="weighbridge")
def cli() -> None:
    """Compare language models side by side on long threads, vote, and turn votes into routing weights."""
