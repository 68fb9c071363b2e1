"""`jobs`: what has become of the jobs, and what is to become of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import click

from compare.cli.job_work import specs_of, work_on
from compare.cli.output import emit_json, json_line, say, standard_output, table
from compare.cli.stopping import stop_with_input
from compare.cli.stored import chosen, the_catalog, the_store
from compare.errors import CompareError
from compare.jobs.answer_lines import job_lines
from compare.jobs.create import extend_job
from compare.jobs.difference import changes, difference
from compare.jobs.estimate import estimate, refuse_unknown_prices
from compare.jobs.overview import KIND_NAMES, Overview, failures, overview
from compare.jobs.speakers import speakers_in
from compare.jobs.terms import read_limits, read_terms, read_usd
from compare.ratings.means import Mean
from compare.report.measured.compared import job_difference
from compare.report.measured.export import export_answers, export_table
from compare.report.measured.files import FILE_FORMATS, FileFormat
from compare.report.measured.table import job_table
from compare.review.own_turns import with_copies
from compare.store.jobs import PROBE_KIND
from compare.store.store import Store
from compare.threads.importers import read_file
from compare.threads.importers.read import titled

C = TypeVar("C", bound=Callable[..., object])
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
_JOB = click.argument("job_id", metavar="JOB")


@click.group(epilog="Example: weighbridge jobs list")
def jobs() -> None:
    """List jobs, work on them, stop them, compare them.

    JOB is an id, the beginning of one, or "last".
    """


@jobs.command("list", epilog="Example: weighbridge jobs list --kind probe --limit 20")
@click.option("--kind", type=click.Choice(list(KIND_NAMES)), help="Only these: run (answers) or probe (planted facts).")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True)
@_AS_JSON
def list_(kind: str | None, limit: int, as_json: bool) -> None:
    """List the newest jobs, newest first."""
    store = the_store()
    found = [overview(store, row.id) for row in store.jobs(kind, limit)]
    if as_json:
        emit_json({"jobs": [_summary(one) for one in found]})
        return
    if not found:
        how = "weighbridge probe --models a,b" if kind == PROBE_KIND else "weighbridge run --threads FILE --models a,b"
        say(f"No jobs{'' if kind is None else ' of this kind'} yet. Start one: {how}")
        return
    rows = []
    for one in found:
        it = one.progress.all()
        rows.append([
            one.row.id, one.row.created_at[:16].replace("T", " "), one.kind, one.standing,
            f"{it.finished:,} of {it.total:,}", f"{it.failed:,}", f"${one.spent_usd:.4f}", one.title,
        ])  # fmt: skip
    table(["id", "made (UTC)", "kind", "state", "finished", "failed", "cost", "what"], rows)


@jobs.command("show", epilog="Example: weighbridge jobs show last")
@_JOB
@_AS_JSON
def show(job_id: str, as_json: bool) -> None:
    """Show how one job stands, and why cells failed."""
    store = the_store()
    one = overview(store, store.job(job_id).id)
    reasons = failures(store, one.row.id)
    if as_json:
        document = _summary(one) | {
            "by_model": [asdict(lane) | {"total": lane.total} for lane in one.progress.lanes],
            "failures": [reason._asdict() for reason in reasons],
        }
        emit_json(document)
        return
    what = f"{one.kind}, {one.title}, {one.asked.history} history, {one.asked.turns} turns"
    click.echo(f"Job {one.row.id}: {what}. {one.standing.capitalize()}.")
    click.echo(one.sentence)
    spent = f"${one.spent_usd:.4f} spent"
    click.echo(f"{spent} of a cap of ${one.row.cost_cap_usd}." if one.row.cost_cap_usd else f"{spent}.")
    for worker in one.workers:
        click.echo(f"Worked on by {worker}.")
    for endpoint in one.endpoints:
        click.echo(f"  {endpoint}")
    click.echo("")
    header = ["model", "answered", "cached", "failed", "in flight", "waiting", "taken", "more than once"]
    lanes = [
        [lane.lane, *(f"{n:,}" for n in (lane.done, lane.cached, lane.failed, lane.leased, lane.waiting, lane.n_asked,
                                         lane.again))]
        for lane in one.progress.lanes
    ]  # fmt: skip
    table(header, lanes)
    for reason in reasons:
        click.echo(f"{reason.n} x {reason.lane}: {reason.reason}")


@jobs.command("pause", epilog="Example: weighbridge jobs pause last")
@_JOB
def pause(job_id: str) -> None:
    """Begin nothing more; what is being asked may end."""
    _stop(job_id, "paused", "Paused by hand.")


@jobs.command("cancel", epilog="Example: weighbridge jobs cancel last")
@_JOB
def cancel(job_id: str) -> None:
    """Stop at once; what had arrived is kept.

    Answers in flight are broken off and stored with their text. A cancelled job can still be resumed.
    """
    _stop(job_id, "cancelled", "Cancelled by hand.")


_WORK_OPTIONS = (
    click.option("--concurrency", type=click.IntRange(1, 512), help="Calls at once, in all; default: as before."),
    click.option("--limit", "limits", multiple=True, metavar="NAME=N", help="As for run; default: as before."),
    click.option("--cost-cap", metavar="USD", help="Ask nothing more once this would be passed; 'none' lifts it."),
    click.option("--cache/--no-cache", "cache", default=None, help="Use stored answers to the same requests again."),
)


def _work_options(command: C) -> C:
    for option in reversed(_WORK_OPTIONS):
        command = option(command)
    return command


@jobs.command("resume", epilog="Example: weighbridge jobs resume last --concurrency 16")
@_JOB
@_work_options
@click.option("--attached", is_flag=True, hidden=True, help="Stop when standard input ends: for the app.")
def resume(
    job_id: str,
    concurrency: int | None,
    limits: tuple[str, ...],
    cost_cap: str | None,
    cache: bool | None,
    attached: bool,
) -> None:
    """Work on a job until it is done.

    What is finished is not asked again, what failed stays failed. Several processes may work on it at once.
    """
    store = the_store()
    if attached:
        stop_with_input()
    _work(store, store.job(job_id).id, concurrency, limits, cost_cap, cache)


@jobs.command("retry", epilog="Example: weighbridge jobs retry last")
@_JOB
@_work_options
def retry(
    job_id: str, concurrency: int | None, limits: tuple[str, ...], cost_cap: str | None, cache: bool | None
) -> None:
    """Ask again what failed, and whatever waits."""
    store = the_store()
    row = store.job(job_id)
    say(f"{store.retry_failed_cells(row.id):,} failed cells are asked again.")
    _work(store, row.id, concurrency, limits, cost_cap, cache)


@jobs.command("add", epilog="Example: weighbridge jobs add last --models sim-flash")
@_JOB
@click.option("--models", default="", help="Model ids to add, separated by commas.")
@click.option("--candidate", "candidates", multiple=True, metavar="ID", help="A stored candidate (a variant) to add.")
@click.option("--threads", "threads_file", type=click.Path(path_type=Path), help="A file of threads to add.")
@click.option("--repeat", type=click.IntRange(1, 100), help="Ask each so many times from now on.")
def add(job_id: str, models: str, candidates: tuple[str, ...], threads_file: Path | None, repeat: int | None) -> None:
    """Let a job ask more; only what is missing will be asked."""
    store = the_store()
    row = store.job(job_id)
    more = [store.candidate(candidate_id) for candidate_id in candidates]
    for candidate, spec in chosen(the_catalog(), models):
        store.save_candidate(candidate, spec)
        more.append(candidate)
    threads = []
    if threads_file is not None:
        reading = read_file(threads_file)
        for refusal in reading.refused:
            say(f"{threads_file.name}, line {refusal.line}: {refusal.reason}")
        threads = [store.save_thread(titled(thread)).id for thread in reading.threads]
    n = extend_job(store, row.id, candidates=more, threads=threads, repeat=repeat)
    if n and row.state in ("done", "failed"):
        store.finish_job(row.id, "paused", f"{n:,} cells were added.")
    say(f"{n:,} new cells. Ask them: weighbridge jobs resume {row.id}" if n else "Nothing is new: all of it is there.")


@jobs.command("export", epilog="Example: weighbridge jobs export last --out answers.jsonl")
@_JOB
@click.option("--out", type=click.Path(path_type=Path), help="File to write; without it, standard output.")
@click.option(
    "--format", "file_format", type=click.Choice(FILE_FORMATS), default="jsonl", show_default=True,
    help="CSV and Parquet hold every stored answer, replaced ones too.",
)  # fmt: skip
@click.option("--table", "as_table", is_flag=True, help="Write the table of results instead of the answers.")
def export(job_id: str, out: Path | None, file_format: FileFormat, as_table: bool) -> None:
    """Write every finished answer as a line, as `run` does."""
    store = the_store()
    row = store.job(job_id)
    try:
        sink = standard_output() if out is None else out.open("wb")
    except OSError as exc:
        raise CompareError(f"{out} cannot be written: {exc.strerror}. Name another file with --out.") from exc
    if as_table:
        n = export_table(job_table(store, row.id), file_format, sink)
    elif file_format != "jsonl":
        n = export_answers(store, row.id, file_format, sink)
    else:
        n = sum(bool(sink.write(json_line(line))) for line in job_lines(store, row.id))
    if not as_table:
        found = store.job_results(row.id, states=("done",))
        store.mark_answers_filed(with_copies(answer for _, answer in found if answer is not None), "jobs export")
    if out is not None:
        sink.close()
        say(f"{n:,} {'rows' if as_table else 'answers'} written to {out}.")


@jobs.command("compare", epilog="Example: weighbridge jobs compare FIRST SECOND --json")
@click.argument("first")
@click.argument("second")
@_AS_JSON
def compare(first: str, second: str, as_json: bool) -> None:
    """Compare two jobs, cell by cell.

    A cell is the same in both where thread, candidate, turn and repeat are.
    """
    store = the_store()
    ids = [store.job(name).id for name in (first, second)]
    found = difference(store, *ids)
    if as_json:
        emit_json({
            "first": ids[0], "second": ids[1], "only_first": found.n_only_first, "only_second": found.n_only_second,
            "candidates": [
                asdict(one) | {"shifts": {name: shift._asdict() for name, shift in one.shifts.items()}}
                for one in found.candidates
            ],
            "cells": [change._asdict() for change in changes(store, *ids)],
        })  # fmt: skip
        return
    if not found.candidates:
        raise CompareError("The two jobs have no cell in common: no thread was answered by the same candidate in both.")
    means = {one.candidate_id: one for one in job_difference(store, *ids)}
    names = store.candidates()
    header = ["candidate", "cells", "same text", "other status", "other finish", "first token", "total", "out", "cost"]
    rows = []
    for one in found.candidates:
        mean = means.get(one.candidate_id)
        times = mean.times_ms if mean else {}
        rows.append([
            names[one.candidate_id].name, f"{one.n:,}", f"{one.n_same_text:,}", f"{one.n_status:,}",
            f"{one.n_finish:,}", *(_moved(times[name].mean if times else None, "ms") for name in ("ttft", "total")),
            _moved(mean.tokens_out.mean if mean else None, "tokens", 1),
            _moved(mean.cost_usd.mean if mean else None, "USD", 6),
        ])  # fmt: skip
    table(header, rows)
    say(
        f"Differences are means over paired cells, job {ids[1]} minus job {ids[0]}, with 95 % intervals (threads as "
        f"clusters). {found.n_only_first:,} cells only in job {ids[0]}, {found.n_only_second:,} only in job {ids[1]}."
    )


def _moved(mean: Mean | None, unit: str, digits: int = 0) -> str:
    if mean is None or mean.value is None:
        return "unknown"
    said = f"{mean.value:+,.{digits}f} {unit}"
    if mean.ci_low is None or mean.ci_high is None:
        return said
    return f"{said} ({mean.ci_low:+,.{digits}f} to {mean.ci_high:+,.{digits}f})"


def _stop(job_id: str, state: str, note: str) -> None:
    store = the_store()
    one = overview(store, store.job(job_id).id)
    if one.row.state in ("done", "failed"):
        raise CompareError(f"The job {one.row.id} has ended already ({one.standing.removeprefix('ended, ')}).")
    store.finish_job(one.row.id, "paused" if state == "paused" else "cancelled", note)
    ends = " Whoever works on it ends within a second or two." if one.is_live else ""
    say(f"Job {one.row.id} is {state}.{ends} Go on with: weighbridge jobs resume {one.row.id}")


def _work(
    store: Store, job_id: str, concurrency: int | None, limits: tuple[str, ...], cost_cap: str | None,
    cache: bool | None,
) -> None:  # fmt: skip
    row = store.job(job_id)
    one = overview(store, job_id)
    specs = specs_of(store, job_id)
    terms = read_terms(row.terms_json, row.cost_cap_usd)
    if concurrency is not None:
        terms = replace(terms, concurrency=concurrency)
    if limits:
        terms = replace(terms, limits=read_limits(limits, specs.values()))
    if cost_cap is not None:
        terms = replace(terms, cost_cap_usd=None if cost_cap.strip() == "none" else read_usd(cost_cap))
    if cache is not None:
        terms = replace(terms, use_cache=cache)
    if terms.cost_cap_usd is not None:
        asked_of = speakers_in(map(store.candidate, one.asked.candidates), one.asked.history, store.candidate)
        refuse_unknown_prices(asked_of, the_catalog().get)
    store.set_job_terms(job_id, terms.to_json(), terms.cost_cap_usd)
    store.finish_job(job_id, "running")
    say(f"Resuming job {job_id}: {one.progress.sentence}")
    say(estimate(store, job_id, one.asked, specs.__getitem__).sentence)
    work_on(
        store, job_id, lambda cell, answer, there: None, how_to_go_on=f"weighbridge jobs resume {job_id} goes on",
        reasons=f"weighbridge jobs show {job_id} has the reasons",
    )  # fmt: skip


def _summary(one: Overview) -> dict[str, object]:
    it = one.progress.all()
    return {
        "id": one.row.id, "kind": one.row.kind, "name": one.row.name, "what": one.title, "state": one.state,
        "note": one.row.note, "created_at": one.row.created_at, "ended_at": one.row.ended_at,
        "history": one.asked.history,
        "turns": one.asked.turns, "repeat": one.asked.repeat, "n_threads": len(one.asked.threads),
        "candidates": list(one.asked.candidates), "total": it.total, "done": it.done, "failed": it.failed,
        "in_flight": it.leased, "waiting": it.waiting, "cached": it.cached, "taken": it.n_asked,
        "taken_more_than_once": it.again, "spent_usd": one.spent_usd, "cost_cap_usd": one.row.cost_cap_usd,
        "left_s": one.left_s, "workers": list(one.workers), "endpoints": list(one.endpoints),
    }  # fmt: skip
