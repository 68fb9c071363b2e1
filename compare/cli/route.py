"""`route`: votes to weights, weights to a routing.yaml and to gateways, and checks of such files."""

from __future__ import annotations

import click

from compare.cli.route_check import check, diff, schema
from compare.cli.route_export import drain, export
from compare.cli.route_recommend import recommend
from compare.cli.route_simulate import simulate
from compare.cli.route_verify import verify


@click.group(epilog="Example: weighbridge route export --to yaml --out routing/")
def route() -> None:
    """Turn votes into routing weights."""


for command in (check, diff, drain, export, recommend, schema, simulate, verify):
    route.add_command(command)
