"""`route`: votes to weights, weights to a routing.yaml, and checks of such files."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli.files import text_file
from compare.cli.output import emit_json, say
from compare.cli.route_recommend import recommend
from compare.cli.route_simulate import simulate
from compare.cli.route_verify import verify
from compare.cli.stored import the_catalog
from compare.cli.votes_input import HISTORIES, load_votes
from compare.errors import CompareError, ConfigError, NotEnoughVotesError


@click.group(epilog="Example: weighbridge route export --to yaml --out routing/")
def route() -> None:
    """Turn votes into routing weights."""


route.add_command(recommend)
route.add_command(simulate)


@route.command("check", epilog="Example: weighbridge route check routing.yaml")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def check(file: Path, as_json: bool) -> None:
    """Check a routing.yaml.

    Names line, field and reason of everything that is wrong.
    """
    from compare.routing.config import read

    config, problems = read(text_file(file))
    if as_json:
        listed = [{"line": p.line, "path": p.path, "message": p.message} for p in problems]
        emit_json({"ok": config is not None, "problems": listed})
    if config is None:
        if not as_json:
            for problem in problems:
                click.echo(f"{file.name}: {problem}")
        raise ConfigError(f"{file.name} has {len(problems)} problem{'s' if len(problems) > 1 else ''}, listed above.")
    if not as_json:
        click.echo(f"{file.name} is valid: {len(config.routes)} routes.")


@route.command("export", epilog="Example: weighbridge route export --to yaml --out routing/")
@click.option("--to", "target", type=click.Choice(["yaml"]), default="yaml", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for routing.yaml.")
@click.option("--blind/--open", "blind", default=None, help="Only blind or only open votes.")
@click.option("--history", type=HISTORIES, help="Only votes under this history.")
def export(target: str, out: Path, blind: bool | None, history: str | None) -> None:
    """Write routing.yaml from the stored votes."""
    from compare.report.weights import recommend as weigh

    found = weigh(load_votes(None, "", "", blind, history), the_catalog())
    for proposal in found.proposals:
        say(f"{proposal.bucket.name} ({proposal.match or 'all other threads'}): {proposal.why}")
    if found.routing_yaml is None:
        raise NotEnoughVotesError("No weights were written: there are not enough votes in any range of thread lengths.")
    path = out / "routing.yaml"
    try:
        out.mkdir(parents=True, exist_ok=True)
        path.write_text(found.routing_yaml, encoding="utf-8")
    except OSError as exc:
        raise CompareError(f"{path} cannot be written: {exc.strerror}. Name another folder with --out.") from exc
    say(f"Written to {path}.")


route.add_command(verify)
