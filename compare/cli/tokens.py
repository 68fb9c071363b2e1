"""`tokens`: what models report against what is counted here."""

from __future__ import annotations

import click

from compare.cli.output import emit_json, say, table
from compare.cli.stored import the_store
from compare.report.tokens import observations
from compare.tokens.calibration import SETTLED_AT, Calibration, Finding, calibrate, findings


@click.group(epilog="Example: weighbridge tokens calibration")
def tokens() -> None:
    """Token counts: reported by models and counted here."""


@tokens.command("calibration", epilog="Example: weighbridge tokens calibration --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def calibration(as_json: bool) -> None:
    """Learn what each model makes of our token count.

    Learns from all stored answers, and lists the answers that do not fit.

    reported = a * counted + b * messages + c, for input tokens. A gap is a finding to look at, never an error.
    """
    store = the_store()
    seen, without = observations(store)
    simulated = {candidate.model_id for candidate in store.candidates().values() if candidate.simulated}
    lines = calibrate(seen)
    found = findings(lines, seen)
    if as_json:
        emit_json(
            {
                "formula": "reported = a * counted + b * n_messages + c",
                "models": [
                    {
                        **line.to_json(),
                        "simulated": model_id in simulated,
                        "findings": [f.to_json() for f in found if f.observation.model_id == model_id],
                    }
                    for model_id, line in lines.items()
                ],
                "answers": len(seen),
                "answers_without_both_numbers": without,
            }
        )
        return
    if lines:
        _print(lines, found, simulated)
    else:
        say("No answer has a reported and a counted number of tokens yet. Run some: weighbridge run --help")
    if without:
        say(f"{without} answers are left out: their model reported no tokens, or they were not counted.")


def _print(lines: dict[str, Calibration], found: list[Finding], simulated: set[str]) -> None:
    header = ["model", "answers", "a", "b", "c", "residual sd", "a usual prompt", "reports", "findings"]
    table(header, [_row(line, found, line.model_id in simulated) for line in lines.values()])
    for finding in found:
        click.echo(finding.text)


def _row(line: Calibration, found: list[Finding], simulated: bool) -> list[str]:
    band = line.expected(line.median_counted, line.median_messages)
    n_found = sum(finding.observation.model_id == line.model_id for finding in found)
    return [
        line.model_id + (" (simulated)" if simulated else ""),
        str(line.n),
        f"{line.a:.3f}",
        f"{line.b:.1f}",
        f"{line.c:.1f}",
        f"{line.residual_sd:.1%}",
        f"{line.median_counted} in {line.median_messages} messages",
        f"{band.low} to {band.high}",
        str(n_found) if line.settled else f"too few answers ({line.n} of {SETTLED_AT})",
    ]
