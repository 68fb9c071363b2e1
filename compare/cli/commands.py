"""All commands. A group's file is imported only when one of its commands is called, so that --help stays quick."""

from __future__ import annotations

from importlib import import_module

import click

import compare

# name: (module under compare.cli, attribute, one line for the list)
COMMANDS = {
    "serve": ("serve", "serve", "Open the app in the browser's reach, on 127.0.0.1:8501."),
    "sim": ("sim", "sim", "Run the simulated models alone; prints their base URLs."),
    "models": ("models", "models", "List the catalogue, which keys are there, and what is ready."),
    "threads": ("threads", "threads", "Import, list and export threads."),
    "run": ("run", "run", "Send threads to models and write the answers."),
    "votes": ("votes", "votes", "Export the votes."),
    "rate": ("rate", "rate", "Rate candidates by votes, with intervals."),
    "agreement": ("agreement", "agreement", "How far raters agree."),
    "route": ("route", "route", "Turn votes into routing weights."),
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(compare.__version__, prog_name="weighbridge")
def cli() -> None:
    """Compare language models side by side on long threads, vote, and turn votes into routing weights."""
