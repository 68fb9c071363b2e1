"""`route simulate`: a routing.yaml on the stored threads, beside the one that runs now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli.files import text_file
from compare.cli.numbers import Number
from compare.cli.output import emit_json, say, table
from compare.cli.route_recommend import ranges_of
from compare.cli.stored import the_catalog, the_store
from compare.cli.votes_input import BRING_THEM_IN, HISTORIES, load_votes

if TYPE_CHECKING:
    from compare.report.simulation import Simulation


@click.command("simulate", epilog="Example: weighbridge route simulate routing.yaml --against current.yaml --json")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--against", type=click.Path(path_type=Path), help="The routing.yaml that runs now.")
@click.option("--per-month", type=Number(0), help="Threads a month; default: as logs recorded them.")
@click.option("--edges", default="8", show_default=True, help="Lengths at which a bucket ends: 8,20.")
@click.option("--blind/--open", "blind", default=None, help="Only blind or only open votes.")
@click.option("--history", type=HISTORIES, help="Only votes under this history.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def simulate(
    file: Path,
    against: Path | None,
    per_month: float | None,
    edges: str,
    blind: bool | None,
    history: str | None,
    as_json: bool,
) -> None:
    """Simulate a routing.yaml on the stored threads.

    Win rate, cost, p95, shares, model switches.
    """
    from compare.report.simulation import simulation
    from compare.routing.config import load

    store = the_store()
    ranges = ranges_of(edges)
    has_votes = any(True for _ in store.iter_votes())
    found = simulation(
        store,
        the_catalog(),
        load_votes(None, "", "", blind, history, without=BRING_THEM_IN) if has_votes else None,
        load(text_file(file)),
        against=None if against is None else load(text_file(against)),
        ranges=ranges,
        threads_per_month=per_month,
    )
    if as_json:
        emit_json(found.to_json())
        return
    _tell(found, file.name, None if against is None else against.name)


def _tell(found: Simulation, name: str, other: str | None) -> None:
    sides = [found.file, *([found.against] if found.against is not None else [])]
    rows = [[what, *(value(side) for side in sides)] for what, value in _ROWS]
    rows.append(["cost a month", *(_usd(found.monthly_usd(side)) for side in sides)])
    rows += [
        [f"share of {candidate}", *(f"{side.shares.get(candidate, 0.0):.1%}" for side in sides)]
        for candidate in dict.fromkeys(name for side in sides for name in side.shares)
    ]
    table(["", name, *([other or ""] if len(sides) > 1 else [])], rows)
    say(f"Traffic: {found.source}.")
    for side in sides:
        for problem in side.problems:
            say(problem)


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.4f} USD" if value < 1 else f"{value:,.2f} USD"


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value / 1000:.2f} s"


def _switches(side: Any) -> str:
    return f"{side.switches_per_session:.2f}"


def _loss(side: Any) -> str:
    if side.loss_per_switch is None:
        return "not measured"
    return f"{side.loss_per_switch:+.3f} of a vote (known for {side.known_share:.0%})"


_ROWS: tuple[tuple[str, Any], ...] = (
    ("threads", lambda side: f"{side.n_sessions:,}"),
    ("requests", lambda side: f"{side.n_requests:,}"),
    ("no route", lambda side: f"{side.n_unrouted:,}"),
    ("expected win rate", lambda side: "unknown" if side.win_rate is None else f"{side.win_rate:.1%}"),
    ("cost a request", lambda side: _usd(side.cost_usd)),
    ("p95", lambda side: _ms(side.p95_ms)),
    ("switches a session", lambda side: _switches(side.free)),
    ("the same, sticky", lambda side: _switches(side.sticky)),
    ("loss at a switch", lambda side: _loss(side.free)),
)
