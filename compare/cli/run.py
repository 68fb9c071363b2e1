"""`run`: threads to models, answers to a file, every answer stored as it ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from compare.cli.job_work import work_on
from compare.cli.output import json_line, say, standard_output
from compare.cli.stored import chosen, the_catalog, the_store
from compare.errors import CompareError
from compare.jobs.answer_lines import answer_line
from compare.jobs.create import KIND
from compare.jobs.estimate import estimate, refuse_unknown_prices
from compare.jobs.plan import Asked, Turns, make_cells
from compare.jobs.terms import Terms, read_limits, read_usd
from compare.records import Answer, Candidate, History, ModelSpec
from compare.review.own_turns import with_copies
from compare.store.cells import Cell
from compare.store.store import Store
from compare.threads.importers import read_file
from compare.threads.importers.read import titled
from compare.threads.prompts import user_turns

_GO_ON = "the same command with --resume goes on"


@click.command(
    epilog="\b\nExample: weighbridge run --threads threads.jsonl --models sim-lite,sim-large --out answers.jsonl"
)
@click.option("--threads", "threads_file", required=True, type=click.Path(path_type=Path), help="File of threads.")
@click.option("--models", required=True, help="Model ids, separated by commas.")
@click.option(
    "--history",
    type=click.Choice(["fixed", "own"]),
    default="fixed",
    show_default=True,
    help="Earlier turns as given, or each model's own answers.",
)
@click.option(
    "--turns",
    type=click.Choice(["last", "all"]),
    default="last",
    show_default=True,
    help="Answer the last user turn, or every one.",
)
@click.option("--out", type=click.Path(path_type=Path), help="JSONL file of answers; without it, standard output.")
@click.option("--concurrency", type=click.IntRange(1, 512), default=8, show_default=True, help="Calls at once, in all.")
@click.option(
    "--limit", "limits", multiple=True, metavar="NAME=N",
    help="Bound of one endpoint: openai=4 calls at once, openai=60/min or openai=90000tok/min. NAME is a model, a "
    "maker, a host, a wire format or simulated.",
)  # fmt: skip
@click.option("--cost-cap", metavar="USD", help="Ask nothing more once this amount would be passed.")
@click.option("--cache", is_flag=True, help="Use stored answers to the very same requests again.")
@click.option("--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Ask each so many times.")
@click.option("--resume", is_flag=True, help="Go on with the same job: what is finished is not asked again.")
def run(
    threads_file: Path, models: str, history: History, turns: Turns, out: Path | None, concurrency: int,
    limits: tuple[str, ...], cost_cap: str | None, cache: bool, repeat: int, resume: bool,
) -> None:  # fmt: skip
    """Send threads to models and write one JSON object a line for every answer.

    An answer that was stopped half-way is stored with its text, and is no line of the file: it is asked again.
    """
    if out is not None and out.exists() and threads_file.exists() and out.samefile(threads_file):
        raise click.UsageError("--out names the file of threads, which would be lost. Name another file.")
    candidates = chosen(the_catalog(), models)
    if not candidates:
        raise click.UsageError("--models names no model.")
    terms = _terms(candidates, concurrency, limits, cost_cap, cache)
    store = the_store()
    conversations = _stored(store, threads_file)
    for candidate, spec in candidates:
        store.save_candidate(candidate, spec)
    asked = Asked(
        tuple(one.sha256 for one in conversations.values()), tuple(one.id for one, _ in candidates), history, turns,
        repeat,
    )  # fmt: skip
    with _sink(out) as sink:
        job_id, resumed = _job(store, asked, conversations, terms, resume)
        total = sum(one.n for one in store.cell_counts(job_id))
        say(f"{'Resuming' if resumed else 'Starting'} job {job_id}: {total} answers from {len(conversations)} threads.")
        specs = {spec.id: spec for _, spec in candidates}
        say(estimate(store, job_id, asked, specs.__getitem__).sentence)
        writer = _Writer(sink, str(out or "Standard output"), conversations, candidates, asked)
        try:
            work_on(store, job_id, writer.write, how_to_go_on=_GO_ON, reasons="the file holds the reasons", out=out)
        finally:
            store.mark_answers_filed(writer.written, "run")


def _terms(
    candidates: tuple[tuple[Candidate, ModelSpec], ...], concurrency: int, limits: tuple[str, ...],
    cost_cap: str | None, cache: bool,
) -> Terms:  # fmt: skip
    specs = [spec for _, spec in candidates]
    cap = None if cost_cap is None else read_usd(cost_cap)
    if cap is not None:
        refuse_unknown_prices({one.id: one for one, _ in candidates}, the_catalog().get)
    return Terms(concurrency, read_limits(limits, specs), cap, cache)


@dataclass(slots=True)
class _Conversation:
    """A stored thread and every record of the file that is this conversation; its messages are not held."""

    sha256: str
    n_turns: int
    references: list[str]


def _stored(store: Store, path: Path) -> dict[str, _Conversation]:
    """The file's threads, stored, by their stored id; refused records are named."""
    reading = read_file(path)
    for note in reading.notes:
        say(note)
    for refusal in reading.refused:
        say(f"{path.name}, line {refusal.line}: {refusal.reason}")
    if reading.refused:
        say(f"{reading.n_read} read = {len(reading.threads)} kept + {len(reading.refused)} refused.")
    found: dict[str, _Conversation] = {}
    for thread in reading.threads:
        saved = store.save_thread(titled(thread))
        if saved.id not in found:
            found[saved.id] = _Conversation(thread.content_sha256, len(user_turns(thread.messages)), [])
        found[saved.id].references.append(thread.source_ref)
    if len(found) < len(reading.threads):
        doubled = len(reading.threads) - len(found)
        say(f"{doubled} records hold a conversation that the file has already; each is asked once and written for all.")
    return found


def _job(store: Store, asked: Asked, threads: Iterable[str], terms: Terms, resume: bool) -> tuple[str, bool]:
    if resume:
        job_id, resumed = store.find_or_start_job(KIND, asked.to_json())
    else:
        job_id, resumed = store.start_job(KIND, asked.to_json()), False
    store.set_job_terms(job_id, terms.to_json(), terms.cost_cap_usd)
    make_cells(store, job_id, asked, map(store.thread, threads))
    if resumed:
        store.retry_failed_cells(job_id)
    # Again: another worker may have found nothing left while the cells were being made.
    store.finish_job(job_id, "running")
    return job_id, resumed


class _Writer:
    """Writes answers in the shape of the contract, as they come."""

    def __init__(
        self,
        sink: BinaryIO,
        place: str,
        conversations: dict[str, _Conversation],
        candidates: tuple[tuple[Candidate, ModelSpec], ...],
        asked: Asked,
    ) -> None:
        self._sink = sink
        self._place = place
        self._candidates = {candidate.id: candidate for candidate, _ in candidates}
        self._references = {thread_id: c.references for thread_id, c in conversations.items()}
        self.written: set[str] = set()
        """Ids of the answers whose lines were written, and of what studies may show in their place."""
        self._last = {key: c.n_turns for key, c in conversations.items()} if asked.turns == "last" else None

    def write(self, cell: Cell, answer: Answer, _: bool) -> None:
        """The lines of one cell: one for each record of the file that is its thread."""
        if self._last is not None and cell.turn != self._last[cell.thread_id]:
            return
        candidate = self._candidates[cell.candidate_id]
        try:
            for reference in self._references[cell.thread_id]:
                self._sink.write(json_line(answer_line(reference, answer, candidate, cached=cell.cached)))
            self._sink.flush()
            self.written.update(with_copies([answer]))
        except OSError as exc:
            raise CompareError(f"{self._place} cannot be written any more: {exc.strerror}.") from exc


@contextlib.contextmanager
def _sink(out: Path | None) -> Iterator[BinaryIO]:
    if out is None:
        yield standard_output()
        return
    try:
        handle = out.open("wb")
    except OSError as exc:
        raise CompareError(f"{out} cannot be written: {exc.strerror}. Name another file with --out.") from exc
    try:
        yield handle
    finally:
        # Every line was flushed, so what closing might complain about has been told.
        with contextlib.suppress(OSError):
            handle.close()
