"""`canary`: the sequential test on counts of harms, and before it how large a canary must be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from compare.cli.files import json_file
from compare.cli.numbers import Number
from compare.cli.output import emit_json, say
from compare.report.words import counted

if TYPE_CHECKING:
    from compare.routing.sequential import Look

_RATE = Number(0, 1, min_open=True, max_open=True)
_DECISIONS = {"rollback": "Roll back", "hold": "Hold", "promote": "Promote"}


@click.command(epilog="Example: weighbridge canary --counts counts.json --json")
@click.option(
    "--counts",
    type=click.Path(path_type=Path),
    help='JSON: {"canary": {"requests", "harms"}, "control": {...}, "tau", "alpha": 0.05}.',
)
@click.option("--share", type=_RATE, help="Instead: how many requests a canary with this share needs.")
@click.option("--harm-rate", type=_RATE, default=0.02, show_default=True, help="With --share: of what runs now.")
@click.option("--worse", type=_RATE, help="With --share: the harm rate to find; default twice the present one.")
@click.option("--tau", type=_RATE, help="With --share: as in the counts; default half of the difference.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def canary(
    counts: Path | None, share: float | None, harm_rate: float, worse: float | None, tau: float | None, as_json: bool
) -> None:
    """Roll back, hold or promote, by counts that may be looked at as often as one likes.

    With --share, before the canary starts: after how many requests the test finds that it does harm.
    """
    if (counts is None) == (share is None):
        raise click.UsageError("Name the counts of a running canary with --counts, or the --share of one to come.")
    is_given = click.get_current_context().get_parameter_source("harm_rate") is not ParameterSource.DEFAULT
    if counts is not None and (is_given or (worse, tau) != (None, None)):
        raise click.UsageError("--harm-rate, --worse and --tau go with --share; the counts file has a tau of its own.")
    if share is not None:
        _size(share, harm_rate, worse, tau, as_json)
        return
    from compare.routing.sequential import read_counts

    assert counts is not None
    found = read_counts(json_file(counts))
    if as_json:
        emit_json(found.to_json())
        return
    _tell(found)


def _tell(found: Look) -> None:
    """The decision with its reason, then the figures behind it."""
    click.echo(f"{_DECISIONS[found.decision]}: {found.why}.")
    unit = "unit" if found.counted else "request"
    for name, arm in (("canary", found.canary), ("control", found.control)):
        share = f" ({arm.harms / arm.requests:.2%})" if arm.requests else ""
        click.echo(f"{name}: {counted(arm.harms, 'harm')} in {counted(arm.requests, unit)}{share}")
    if found.difference is not None and found.low is not None and found.high is not None:
        limits = f"{100 * (1 - found.alpha):.4g} % limits at every look: {found.low:+.4f} to {found.high:+.4f}"
        click.echo(f"difference of the harm rates: {found.difference:+.4f} ({limits})")
    click.echo(f"p = {found.p_value:.4g}; tau {found.tau:g}, alpha {found.alpha:g}, tolerance {found.tolerance:g}")
    if found.counted:
        click.echo(f"{found.counted}.")


def _size(share: float, harm_rate: float, worse: float | None, tau: float | None, as_json: bool) -> None:
    from compare.routing.canary_size import canary_size

    found = canary_size(share, harm_rate, worse=worse, tau=tau)
    if as_json:
        emit_json(found.to_json())
        return
    click.echo(found.sentence)
    say(f'Put "tau": {found.tau:g} into the counts.')
