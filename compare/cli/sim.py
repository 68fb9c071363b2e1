"""`sim`: the simulated models alone."""

from __future__ import annotations

import click
import orjson

from compare.settings import sim_speed


@click.command(epilog="Example: weighbridge sim --port 9000")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 takes a free one.")
def sim(port: int) -> None:
    """Run the simulated models on 127.0.0.1; the first line on standard output is their addresses as JSON."""
    from compare.sim.models import BASE_PATHS, SIM_MODELS
    from compare.sim.server import run_forever

    def ready(root: str) -> None:
        base_urls = {kind: f"{root}{path}" for kind, path in BASE_PATHS.items()}
        click.echo(orjson.dumps({"root": root, "base_urls": base_urls, "models": list(SIM_MODELS)}).decode())

    run_forever(port, sim_speed(), ready)
