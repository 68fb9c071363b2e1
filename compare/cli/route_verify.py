"""`route verify`: the proof on a real gateway."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from compare.cli.files import text_file
from compare.cli.output import emit_json, say
from compare.cli.stopping import terminable
from compare.errors import CompareError

TARGETS = ("litellm", "portkey", "tensorzero", "envoy")


@click.command("verify", epilog="Example: weighbridge route verify routing.yaml --to litellm")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "target", type=click.Choice(TARGETS), required=True, help="The gateway.")
@click.option(
    "--requests", type=click.IntRange(100), default=2000, show_default=True, help="To each route, all models up."
)
@click.option("--stage", type=click.IntRange(1), help="Prove this stage of the file's canary, from 1.")
@click.option("--no-failures", is_flag=True, help="Make no model fail: a quick look at split, rules and streams.")
@click.option("--gateway", type=click.Path(path_type=Path), help="Where it is installed: its environment's folder.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def verify(
    file: Path,
    target: str,
    requests: int,
    stage: int | None,
    no_failures: bool,
    gateway: Path | None,
    as_json: bool,
) -> None:
    """Prove a routing.yaml on a real gateway.

    Starts the gateway on the exported file, before fake servers, and sees whether it routes as the file says. All of it
    runs on this machine's loopback; no model is asked and no key is read.
    """
    from compare.routing.config import load
    from compare.routing.verify.run import verify as prove

    config = load(text_file(file))
    home = gateway.expanduser().absolute() if gateway else None
    with terminable():
        report = asyncio.run(
            prove(config, target, requests=requests, home=home, stage=stage, failures=not no_failures, say=say)
        )
    if as_json:
        emit_json(report.to_json())
    else:
        for line in report.lines():
            click.echo(line)
    if report.broken:
        first = report.broken[0]
        more = f" and {len(report.broken) - 1} more" if len(report.broken) > 1 else ""
        raise CompareError(
            f"{report.title} does not route as {file.name} says: {first.route or 'between routes'}, {first.about}: "
            f"{first.says}{more}. Do not deploy this export."
        )
