"""`threads list`, `threads tag`, `threads export` and `threads findings`: the thread library on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compare.cli.output import emit_json, is_terminal, say, standard_output, table
from compare.cli.stored import the_store
from compare.errors import CompareError
from compare.report.thread_lines import answers_in, lines_of
from compare.store.library import SORTS, Sort, ThreadLine
from compare.store.store import Store
from compare.threads.selection import Selection

if TYPE_CHECKING:
    from compare.report.findings import Progress

Command = Callable[..., Any]


def selecting(command: Command) -> Command:
    """The options that say which threads are meant."""
    for option in reversed(
        (
            click.option("--select", default="", help='A selection as pages write it: "tag:refund|messages:9-20".'),
            click.option("--search", default="", help="Only threads that hold this in title, source or a message."),
            click.option("--tag", "tags", multiple=True, help="Only threads with this tag; several: with all of them."),
            click.option("--workload", "workloads", multiple=True, help="Only threads of this workload."),
            click.option("--source", "sources", multiple=True, help="Only threads from this source."),
            click.option("--messages", default="", help='Only threads of this length: "30", "9-20", "21+".'),
            click.option(
                "--recorded/--not-recorded", default=None, help="Only threads with or without recorded answers."
            ),
            click.option("--archived", is_flag=True, help="The archived threads in place of the others."),
        )
    ):
        command = option(command)
    return command


def _selection(given: dict[str, Any], ids: Sequence[str] = ()) -> Selection:
    """What the options of `selecting` ask for, joined with --select."""
    base = Selection.read(given["select"])
    length = Selection.read(f"messages:{given['messages']}") if given["messages"] else base
    return Selection(
        search=given["search"] or base.search,
        tags=base.tags + given["tags"],
        workloads=base.workloads + given["workloads"],
        sources=base.sources + given["sources"],
        low=length.low,
        high=length.high,
        recorded=base.recorded if given["recorded"] is None else given["recorded"],
        archived=base.archived or given["archived"],
        ids=base.ids + tuple(ids),
    )


@click.command("list", epilog="Example: weighbridge threads list --search refund --messages 9+ --sort longest")
@selecting
@click.option("--sort", type=click.Choice(SORTS), default="newest", show_default=True)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_(sort: Sort, limit: int, as_json: bool, **given: Any) -> None:
    """List the stored threads."""
    store, selection = the_store(), _selection(given)
    ids = store.find_threads(selection, sort)
    lines = store.thread_lines(ids[:limit])
    if as_json:
        emit_json({"n_found": len(ids), "threads": [_line(each) for each in lines]})
        return
    if not ids:
        empty = selection == Selection()
        say(
            "No threads yet. Import some: weighbridge threads import FILE" if empty else "No thread fits. Ask for less."
        )
        return
    table(["id", "messages", "title", "source"], [[t.id, str(t.n_messages), t.title, t.source] for t in lines])
    if len(ids) > len(lines):
        say(f"{len(lines):,} of {len(ids):,} threads; --limit shows more.")


def _line(line: ThreadLine) -> dict[str, Any]:
    return {**line._asdict(), "has_recorded": line.n_recorded > 0}


@click.command("tag", epilog="Example: weighbridge threads tag --search parcel --add late")
@click.argument("thread_ids", nargs=-1)
@selecting
@click.option("--add", multiple=True, help="A tag to give.")
@click.option("--remove", multiple=True, help="A tag to take away.")
@click.option("--set-workload", default="", help="What kind of work these threads are.")
@click.option("--archive/--restore", "archive", default=None, help="Take them out of the lists, or put them back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def tag(thread_ids: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...], set_workload: str,
        archive: bool | None, as_json: bool, **given: Any) -> None:  # fmt: skip
    """Tag threads, say their workload, archive them.

    Those that are named, or all that fit the options.
    """
    selection = _selection(given, thread_ids)
    if selection == Selection():
        raise click.UsageError("Name threads by id, or say which are meant: --search, --tag, --source, --select ...")
    if not (add or remove or set_workload or archive is not None):
        raise click.UsageError("Say what to do: --add, --remove, --set-workload, --archive or --restore.")
    store = the_store()
    ids = _found(store, selection, thread_ids)
    store.tag_threads(ids, add=add, remove=remove)
    if set_workload:
        store.set_workload(ids, set_workload)
    if archive is not None:
        store.archive_threads(ids, archived=archive)
    if as_json:
        emit_json({"thread_ids": ids})
    say(f"{len(ids):,} threads changed.")


@click.command("export", epilog="Example: weighbridge threads export --tag refund --out refunds.jsonl")
@click.argument("thread_ids", nargs=-1)
@selecting
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; else standard output.")
def export(thread_ids: tuple[str, ...], out: Path | None, **given: Any) -> None:
    """Write threads as OpenAI messages, one a line.

    Those that are named, or all that fit the options.
    """
    selection = _selection(given, thread_ids)
    if selection == Selection():
        raise click.UsageError("Name threads by id, or say which are meant: --search, --tag, --source, --select ...")
    store = the_store()
    ids = _found(store, selection, thread_ids)
    store.mark_answers_filed(answers_in(store, ids), "threads export")
    if out is None:
        standard_output().writelines(lines_of(store, ids))
        return
    try:
        with out.open("wb") as file:
            file.writelines(lines_of(store, ids))
    except OSError as exc:
        raise CompareError(f"{out} cannot be written: {exc.strerror or exc}. Name another file with --out.") from exc
    say(f"{len(ids):,} threads written to {out}.")


def _found(store: Store, selection: Selection, thread_ids: Sequence[str]) -> list[str]:
    """The threads that are meant; each that is named must be there."""
    for thread_id in thread_ids:
        store.thread(thread_id)
    return store.find_threads(selection, "oldest")


@click.command("findings", epilog="Example: weighbridge threads findings --json > findings.json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--limit", type=click.IntRange(0), default=5, show_default=True, help="Findings listed of each problem.")
def findings(as_json: bool, limit: int) -> None:
    """What is wrong in the stored conversations, the worst first.

    Cut context, token counts out of band, slow tails, answers cut off by length, errors, and what was asked again.
    """
    # Imported here because numpy is slow to load and the other commands do not need it.
    from compare.report.findings import overview, scan

    store = the_store()
    scan(store, tell=_tell if is_terminal() else None)
    found = overview(store)
    if as_json:
        emit_json(found.to_json())
        return
    for note in found.notes:
        say(note)
    if not found.problems:
        say(f"Nothing was found in {found.state.n_threads:,} threads.")
    for number, problem in enumerate(found.problems, start=1):
        click.echo(f"{number}. {problem.sentence}")
        for finding in problem.findings[:limit]:
            click.echo(f"   {finding.thread_id}  {finding.sentence}")


def _tell(progress: Progress) -> None:
    if progress.n_left:
        say(f"{progress.n_scanned:,} of {progress.n_threads:,} threads read.")
