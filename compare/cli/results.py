"""`results`: what a job's answers measured, as a table, a document or a file; and two jobs compared."""

from __future__ import annotations

from pathlib import Path

import click

from compare.cli.jobs_named import job_named
from compare.cli.output import emit_json, say, table
from compare.cli.stored import the_store
from compare.errors import CompareError, ConfigError, NotFoundError
from compare.ratings.buckets import DEFAULT_EDGES, buckets
from compare.report.measured import MeasuredTable, job_table
from compare.report.measured.compared import CandidateChange, differences_json, job_difference
from compare.report.measured.export import export_answers, export_table
from compare.report.measured.files import FILE_FORMATS, FileFormat
from compare.report.measured.words import HEADER, cells, left_out
from compare.store.store import Store


@click.command(epilog="\b\nExample: weighbridge results --job last --out results.parquet")
@click.option("--job", "job_id", help="A job's id, 'last' for the newest; default: all answers that were asked here.")
@click.option("--against", help="Another job: the same cells of both, differences of --job minus this one.")
@click.option("--recorded", is_flag=True, help="Instead, the recorded answers of imported threads and logs.")
@click.option("--edges", default="8", show_default=True, help="Thread lengths at which one bucket ends, with commas.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write a file: .csv, .jsonl or .parquet.")
@click.option("--answers", is_flag=True, help="Into the file goes every answer with its text, not the table.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def results(
    job_id: str | None, against: str | None, recorded: bool, edges: str, out: Path | None, answers: bool, as_json: bool
) -> None:
    """Times, throughput, tokens, cost, errors and cuts per candidate, thread length and workload."""
    if answers and out is None:
        raise click.UsageError("--answers says what goes into a file; name it with --out.")
    if against is not None and (job_id is None or out is not None):
        raise click.UsageError("--against compares two jobs: name the other with --job, without --out.")
    if recorded and job_id is not None:
        raise click.UsageError("--recorded answers were not asked in a job: leave --job out.")
    file_format = _format_of(out) if out else None
    lengths = _edges(edges)
    store = the_store()
    try:
        if against is not None:
            _compare(store, job_named(store, against), job_named(store, job_id), as_json)
            return
        chosen = job_named(store, job_id)
        found = job_table(store, chosen, edges=lengths, recorded=recorded)
        if out is not None and file_format is not None:
            _write(out, file_format, store, found, answers=answers, recorded=recorded)
    except NotFoundError as exc:
        raise click.UsageError(str(exc)) from exc
    if as_json:
        emit_json(found.to_json())
    else:
        _show(found, recorded=recorded)


def _edges(text: str) -> tuple[int, ...]:
    try:
        found = tuple(int(part) for part in text.split(","))
        buckets(found)
    except (ValueError, ConfigError) as exc:
        raise click.UsageError(f"--edges {text!r}: write whole numbers that rise, such as 8,20.") from exc
    return found or DEFAULT_EDGES


def _format_of(path: Path) -> FileFormat:
    for each in FILE_FORMATS:
        if path.suffix.lower() == f".{each}":
            return each
    raise click.UsageError(f"--out {path} must end in {', '.join(f'.{each}' for each in FILE_FORMATS)}.")


def _write(
    path: Path, file_format: FileFormat, store: Store, found: MeasuredTable, *, answers: bool, recorded: bool
) -> None:
    try:
        with path.open("wb") as sink:
            n = (
                export_answers(store, found.job_id, file_format, sink, recorded=recorded)
                if answers
                else export_table(found, file_format, sink)
            )
    except OSError as exc:
        raise CompareError(f"{path} cannot be written: {exc.strerror}. Name another file with --out.") from exc
    say(f"{n:,} rows written to {path}.")


def _show(found: MeasuredTable, *, recorded: bool) -> None:
    if not found.rows and recorded:
        raise CompareError("There are no recorded answers. Bring some in: weighbridge threads import --help")
    if not found.rows and found.job_id is not None:
        raise CompareError(f"Job {found.job_id} has no answers of its own: those of a cache measure nothing anew.")
    if not found.rows:
        raise CompareError("There are no answers yet. Ask for some: weighbridge run --help")
    table(list(HEADER), [list(cells(row)) for row in found.rows])
    for row in found.overall:
        if said := left_out(row.figures):
            say(f"{row.candidate}: {said}.")


# --- two jobs --------------------------------------------------------------------------------------------------------


def _compare(store: Store, first: str | None, second: str | None, as_json: bool) -> None:
    assert first is not None
    assert second is not None
    changes = job_difference(store, first, second)
    if as_json:
        emit_json({"first": first, "second": second, "candidates": differences_json(changes)})
        return
    if not any(change.n_pairs for change in changes):
        raise CompareError("The two jobs have no cell in common: the same thread, turn, candidate and repeat.")
    header = [
        "candidate",
        "pairs",
        "only first",
        "only second",
        "first token",
        "complete",
        "tokens out",
        "cost",
        "errors",
    ]
    table(header, [_row(change) for change in changes])
    say(
        f"Medians of the paired differences, job {second} (second) minus job {first} (first), with 95 % intervals; "
        "errors: of the shares."
    )


def _row(change: CandidateChange) -> list[str]:
    first, complete = change.times_ms["ttft"].median, change.times_ms["total"].median
    tokens, cost, errors = change.tokens_out.median, change.cost_usd.median, change.error_share
    return [
        change.candidate,
        f"{change.n_pairs:,}",
        f"{change.only_first:,}",
        f"{change.only_second:,}",
        _moved(first.value, first.ci_low, first.ci_high, 0, " ms"),
        _moved(complete.value, complete.ci_low, complete.ci_high, 0, " ms"),
        _moved(tokens.value, tokens.ci_low, tokens.ci_high, 0, ""),
        _moved(cost.value, cost.ci_low, cost.ci_high, 6, " USD"),
        _moved(errors.value, errors.ci_low, errors.ci_high, 3, ""),
    ]


def _moved(value: float | None, low: float | None, high: float | None, digits: int, unit: str) -> str:
    if value is None:
        return "-"
    between = "" if low is None or high is None else f" ({low:+,.{digits}f} to {high:+,.{digits}f})"
    return f"{value:+,.{digits}f}{unit}{between}"
