"""`threads import`: keep the conversations of a file, or show what would be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click

from compare.cli.output import emit_json, is_terminal, say
from compare.cli.stored import the_store
from compare.errors import StoreError
from compare.records import Thread
from compare.store import Store
from compare.store.keeping import SavedThread
from compare.threads.importers import (
    FORMAT_NAMES,
    Options,
    Preview,
    Reading,
    open_import,
    preview,
    titled,
)
from compare.threads.masking import KINDS, Masking, own_pattern

_AT_ONCE = 500
"""Threads of one transaction."""
_MOST_CHARACTERS = 2_000_000
"""Of one transaction's texts: so long threads are kept in smaller numbers at once."""


@click.command("import", epilog="Example: weighbridge threads import support.jsonl --mask email,phone --preview")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["auto", *FORMAT_NAMES]),
    metavar="NAME",
    default="auto",
    show_default=True,
    help=f"Found by content, or one of {', '.join(FORMAT_NAMES)}.",
)
@click.option(
    "--columns", default="", help="Of a table: thread=COLUMN,role=COLUMN,text=COLUMN or question=...,answer=..."
)
@click.option("--mask", default="", help=f"Replace before storing, separated by commas: {', '.join(KINDS)}.")
@click.option(
    "--mask-pattern",
    "own",
    multiple=True,
    metavar="NAME=REGEX",
    help="Replace what a pattern of yours finds; repeatable.",
)
@click.option(
    "--preview", "only_show", is_flag=True, help="Show the first threads as they would be kept; keep nothing."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_(
    file: Path, file_format: str, columns: str, mask: str, own: tuple[str, ...], only_show: bool, as_json: bool
) -> None:
    """Keep every thread of a file.

    OpenAI, Anthropic and Gemini messages, exports of ChatGPT and Claude, ShareGPT, LMSYS and WildChat rows, tables,
    transcripts; logs with their numbers: OpenTelemetry spans, LiteLLM, Langfuse. docs/importing.md says what becomes
    of each.
    """
    options = Options(file_format, _columns(columns), _masking(mask, own))
    if only_show:
        shown = preview(file, 5, options=options)
        _show(file.name, shown, as_json)
        return
    incoming = open_import(file, options=options)
    saved = list(keep_all(the_store(), incoming.threads, incoming.reading))
    _tell(file.name, incoming.reading, saved, as_json)


def _columns(given: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given.split(",") if pair.strip()]
    if any(not sign or not column.strip() for _, sign, column in pairs):
        raise click.UsageError("--columns takes pairs such as thread=ticket,role=sender,text=body.")
    return {meaning.strip(): column.strip() for meaning, _, column in pairs}


def _masking(kinds: str, own: tuple[str, ...]) -> Masking | None:
    wanted = tuple(kind.strip() for kind in kinds.split(",") if kind.strip())
    pairs = [pattern.partition("=") for pattern in own]
    if any(not sign or not pattern for _, sign, pattern in pairs):
        raise click.UsageError("--mask-pattern takes NAME=REGEX, for instance order=ORD-[0-9]+.")
    patterns = tuple(own_pattern(name.strip(), pattern) for name, _, pattern in pairs)
    return Masking(wanted, patterns) if wanted or patterns else None


def keep_all(store: Store, threads: Iterator[Thread], reading: Reading) -> Iterator[SavedThread]:
    """Keep threads as they come in, many in one transaction; one that cannot be stored is noted as refused."""
    n = 0
    for some in _batches(map(titled, threads)):
        yield from _saved(store, some, reading)
        n += len(some)
        if is_terminal() and n >= _AT_ONCE:
            click.echo(f"\r{n:,} threads", nl=False, err=True)
    if is_terminal() and n >= _AT_ONCE:
        click.echo("\r", nl=False, err=True)


def _saved(store: Store, some: list[Thread], reading: Reading) -> list[SavedThread]:
    """Many at once; where one of them cannot be stored, the others are."""
    try:
        return store.save_threads(some)
    except StoreError:
        if len(some) == 1:
            raise
    saved = []
    for thread in some:
        try:
            saved.append(store.save_thread(thread))
        except StoreError as exc:
            reading.n_kept -= 1
            reading.refuse(0, str(exc), "record")
    return saved


def _batches(threads: Iterable[Thread]) -> Iterator[list[Thread]]:
    batch: list[Thread] = []
    n_characters = 0
    for thread in threads:
        batch.append(thread)
        n_characters += sum(len(m.text) + len(m.parts_json) for m in thread.messages)
        if len(batch) >= _AT_ONCE or n_characters >= _MOST_CHARACTERS:
            yield batch
            batch, n_characters = [], 0
    if batch:
        yield batch


def _tell(name: str, reading: Reading, saved: list[SavedThread], as_json: bool) -> None:
    new = sum(one.created for one in saved)
    old = len(saved) - new
    _tell_troubles(name, reading)
    if as_json:
        emit_json({**_counts(reading), "new": new, "here_already": old, "threads": len(saved),
                   "thread_ids": [one.id for one in saved]})  # fmt: skip
    parts = f"{new:,} new, {old:,} here already" if old else f"{new:,} new"
    if reading.n_kept == len(saved):
        kept, after = f"{reading.n_kept:,} kept ({parts})", ""
    else:
        kept, after = f"{reading.n_kept:,} kept", f" They make {len(saved):,} threads ({parts})."
    say(f"{name}: {reading.headline}.")
    if reading.masked:
        say(_masks(reading.masked))
    say(f"{reading.n_read:,} read = {kept} + {reading.n_refused:,} refused.{after}")


def _tell_troubles(name: str, reading: Reading) -> None:
    for note in reading.notes:
        say(note)
    for refusal in reading.refused:
        say(f"{name}, {refusal.unit} {refusal.line}: {refusal.reason}")
    more = reading.n_refused - len(reading.refused)
    if more:
        say(f"... and {more:,} more refused.")


def _counts(reading: Reading) -> dict[str, Any]:
    return {
        "format": reading.kind,
        "read": reading.n_read,
        "kept": reading.n_kept,
        "n_refused": reading.n_refused,
        "refused": [{"line": r.line, "unit": r.unit, "reason": r.reason} for r in reading.refused],
        "passed_over": dict(reading.passed),
        "notes": reading.notes,
        "masked": dict(reading.masked),
    }


def _masks(masked: Counter[str]) -> str:
    return "Masked: " + ", ".join(f"{n:,} x {kind}" for kind, n in masked.items()) + "."


def _show(name: str, shown: Preview, as_json: bool) -> None:
    reading = shown.reading
    _tell_troubles(name, reading)
    if as_json:
        emit_json({**_counts(reading), "complete": shown.complete,
                   "threads": [_as_json(titled(thread)) for thread in shown.threads]})  # fmt: skip
        return
    for thread in map(titled, shown.threads):
        click.echo(f"{thread.title}  ({len(thread.messages)} messages)")
        for message in islice(thread.messages, 6):
            click.echo(f"  {message.role}: {_short(message.text)}")
        if len(thread.messages) > 6:
            click.echo(f"  ... {len(thread.messages) - 6} more")
    say(f"{name}: {reading.kind}. Nothing was kept.")
    if reading.masked:
        say(_masks(reading.masked))
    so_far = "" if shown.complete else " so far; the rest of the file was not read"
    say(f"{reading.n_read:,} read = {reading.n_kept:,} to be kept + {reading.n_refused:,} refused{so_far}.")


def _short(text: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in text[:400]).split())
    return words if len(words) <= 100 else words[:97] + "..."


def _as_json(thread: Thread) -> dict[str, Any]:
    return {
        "title": thread.title,
        "source_ref": thread.source_ref,
        "note": thread.note,
        "messages": [{"role": m.role, "content": m.text} for m in thread.messages],
        "n_branches": len(thread.branches),
        "recorded": [
            {"name": r.name, "turn": r.turn, "in_thread": r.in_thread, "model_served": r.model_served,
             "ttft_ms": r.ttft_ms, "total_ms": r.total_ms, "in_reported": r.in_reported,
             "out_reported": r.out_reported, "cost_usd": r.cost_usd, "text": r.text}
            for r in thread.recorded
        ],
    }  # fmt: skip
