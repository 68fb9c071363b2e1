"""`scorecard`: stored answers and votes against a criteria file, as sentences, JSON and JUnit."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli.files import text_file
from compare.cli.jobs_named import job_named
from compare.cli.output import emit_json, say
from compare.cli.stored import the_store
from compare.errors import CompareError, ConfigError, NotFoundError
from compare.report.criteria import Criteria, Scorecard, junit, load
from compare.report.criteria import scorecard as made
from compare.settings import criteria_path
from compare.store.store import Store

_MARKS = {"pass": "pass", "fail": "FAIL", "not measured": "----"}


@click.command(
    epilog="\b\nExample: weighbridge scorecard --criteria criteria.toml --job last --junit scorecard.xml\n"
    "Exit status: 0 all pass, 1 something fails or is not measured, 2 wrong usage or a wrong file."
)
@click.option("--criteria", "file", type=click.Path(path_type=Path), help="Default: criteria.toml in the data folder.")
@click.option(
    "--job", "job_id", help="Only this job's answers, 'last' for the newest; default: all that were asked here."
)
@click.option("--junit", "junit_file", type=click.Path(path_type=Path), help="Also write a JUnit file for CI systems.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.pass_context
def scorecard(
    ctx: click.Context, file: Path | None, job_id: str | None, junit_file: Path | None, as_json: bool
) -> None:
    """Say which candidates keep the criteria of a file; what has not been measured does not pass."""
    store = the_store()
    found = _made(store, _criteria(file), job_named(store, job_id))
    if junit_file is not None:
        _write(junit_file, junit(found))
    if as_json:
        emit_json(found.to_json())
    else:
        _show(found)
    ctx.exit(0 if found.passed else 1)


def _criteria(file: Path | None) -> Criteria:
    """The file's criteria; whatever is wrong with it is wrong usage, so that a gate can tell it from a failure."""
    path = file or criteria_path()
    try:
        if file is None and not path.exists():
            raise ConfigError(f"There is no {path}. Write one (docs/criteria.md), or name a file with --criteria.")
        return load(text_file(path), str(path))
    except ConfigError as exc:
        raise click.UsageError(str(exc)) from exc


def _made(store: Store, criteria: Criteria, job_id: str | None) -> Scorecard:
    try:
        return made(store, criteria, job_id)
    except NotFoundError as exc:
        raise click.UsageError(str(exc)) from exc


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as exc:
        raise CompareError(f"{path} cannot be written: {exc.strerror}. Name another file with --junit.") from exc


def _show(found: Scorecard) -> None:
    name = ""
    for result in found.results:
        if result.criterion.name != name:
            name = result.criterion.name
            click.echo(name)
        click.echo(f"  {_MARKS[result.verdict]}  {result.sentence}")
    say(found.sentence)
    if found.unfinished:
        say(found.unfinished)
