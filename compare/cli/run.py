"""`run`: threads to models, answers to a file, every answer stored as it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from compare.cli.output import is_terminal, json_line, say, standard_output
from compare.cli.stopping import terminable
from compare.cli.stored import chosen, the_catalog, the_store
from compare.engine.backend import Backend
from compare.errors import CompareError
from compare.jobs.replay import Plan, Tally, Turns, chains, replay
from compare.records import Answer, Candidate, History, Thread
from compare.store.store import Store
from compare.threads.importers import read_file
from compare.threads.importers.read import titled
from compare.threads.prompts import user_turns

SIM_IN_PROCESS = 32
"""Above so many parallel streams the simulated models get a process of their own, or they would time each other."""
_SIM_READY_S = 30.0
_NOTE_EVERY_S = 20.0
"""At most so often it is said what is waited for."""


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
@click.option("--concurrency", type=click.IntRange(1, 512), default=8, show_default=True)
@click.option("--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Ask each so many times.")
@click.option("--resume", is_flag=True, help="Go on with the same job: what is finished is not asked again.")
def run(
    threads_file: Path, models: str, history: History, turns: Turns, out: Path | None, concurrency: int, repeat: int,
    resume: bool,
) -> None:  # fmt: skip
    """Send threads to models and write one JSON object a line for every answer."""
    if out is not None and out.exists() and threads_file.exists() and out.samefile(threads_file):
        raise click.UsageError("--out names the file of threads, which would be lost. Name another file.")
    candidates = chosen(the_catalog(), models)
    if not candidates:
        raise click.UsageError("--models names no model.")
    store = the_store()
    conversations = _stored(store, threads_file)
    for candidate, spec in candidates:
        store.save_candidate(candidate, spec)
    plan = Plan(tuple(c.thread for c in conversations.values()), candidates, history, turns, repeat)
    total = sum(len(chain.turns) for chain in chains(plan))
    began = time.monotonic()
    with _sink(out) as sink:
        job_id, resumed = _job(store, plan, resume)
        say(f"{'Resuming' if resumed else 'Starting'} job {job_id}: {total} answers from {len(conversations)} threads.")
        writer = _Writer(sink, str(out or "Standard output"), conversations, dict(_by_id(candidates)), plan)
        try:
            with terminable(), _progress(total) as advance:

                def on_cell(thread: Thread, answer: Answer, reused: bool) -> None:
                    writer.write(thread, answer)
                    advance()

                tally = asyncio.run(_replay(plan, job_id, store, concurrency, on_cell, _Notes()))
        except (KeyboardInterrupt, SystemExit, CompareError):
            say("Stopped. What is finished is stored; the same command with --resume goes on.")
            store.finish_job(job_id, "cancelled")
            raise
    store.finish_job(job_id, "done" if not tally.failed else "failed")
    _summary(tally, time.monotonic() - began, out)
    if tally.failed == tally.total:
        raise CompareError("Every answer failed; the file holds the reasons.")


@dataclass(slots=True)
class _Conversation:
    """A stored thread and every record of the file that is this conversation."""

    thread: Thread
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
            found[saved.id] = _Conversation(store.thread(saved.id), [])
        found[saved.id].references.append(thread.source_ref)
    if len(found) < len(reading.threads):
        doubled = len(reading.threads) - len(found)
        say(f"{doubled} records hold a conversation that the file has already; each is asked once and written for all.")
    return found


def _job(store: Store, plan: Plan, resume: bool) -> tuple[str, bool]:
    if resume:
        return store.find_or_start_job("run", plan.spec_json)
    return store.start_job("run", plan.spec_json), False


class _Notes:
    """Says now and then what is waited for: a job that is silent for minutes looks like one that hangs."""

    def __init__(self) -> None:
        self._said_at: float | None = None

    def __call__(self, note: str) -> None:
        now = time.monotonic()
        if self._said_at is None or now - self._said_at >= _NOTE_EVERY_S:
            self._said_at = now
            say(note)


async def _replay(
    plan: Plan, job_id: str, store: Store, concurrency: int, on_cell: Any, on_note: Callable[[str], None]
) -> Tally:
    simulated = any(spec.simulated for _, spec in plan.candidates)
    async with contextlib.AsyncExitStack() as stack:
        sim_url = None
        if simulated and concurrency > SIM_IN_PROCESS:
            sim_url = await stack.enter_async_context(_own_sim())
        backend = await stack.enter_async_context(Backend(sim_url=sim_url))
        return await replay(plan, job_id, store, backend, concurrency=concurrency, on_cell=on_cell, on_note=on_note)


@contextlib.asynccontextmanager
async def _own_sim() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "compare", "sim", "--port", "0", stdout=subprocess.PIPE
    )
    try:
        yield await _root_of(process)
    finally:
        # Ctrl+C reaches that process as well, so it may be gone.
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _root_of(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _SIM_READY_S)
    except TimeoutError as exc:
        raise CompareError(f"The simulated models did not start within {_SIM_READY_S:.0f} s. Try again.") from exc
    if not line:
        raise CompareError("The simulated models did not start in a process of their own; the reason stands above.")
    return str(json.loads(line)["root"])


def _by_id(candidates: tuple[tuple[Candidate, Any], ...]) -> Iterator[tuple[str, Candidate]]:
    return ((candidate.id, candidate) for candidate, _ in candidates)


class _Writer:
    """Writes answers in the shape of the contract, as they come."""

    def __init__(
        self,
        sink: BinaryIO,
        place: str,
        conversations: dict[str, _Conversation],
        candidates: dict[str, Candidate],
        plan: Plan,
    ) -> None:
        self._sink = sink
        self._place = place
        self._candidates = candidates
        self._references = {thread_id: c.references for thread_id, c in conversations.items()}
        self._last = {t.id: len(user_turns(t.messages)) for t in plan.threads} if plan.turns == "last" else None

    def write(self, thread: Thread, answer: Answer) -> None:
        if self._last is not None and answer.turn != self._last[thread.id]:
            return
        candidate = self._candidates[answer.candidate_id]
        try:
            for reference in self._references[thread.id]:
                self._sink.write(json_line(answer_line(reference, answer, candidate)))
            self._sink.flush()
        except OSError as exc:
            raise CompareError(f"{self._place} cannot be written any more: {exc.strerror}.") from exc


def answer_line(thread_id: str, answer: Answer, candidate: Candidate) -> dict[str, Any]:
    """One answer as the contract of `run` has it; times in milliseconds as floats, money as a number or null."""
    return {
        "thread_id": thread_id,
        "turn": answer.turn,
        "model_id": candidate.model_id,
        "candidate_id": candidate.id,
        "history": answer.history,
        "repeat": answer.repeat,
        "n_messages": answer.n_messages,
        "status": answer.status,
        "text": answer.text,
        "finish": answer.finish,
        "finish_raw": answer.finish_raw,
        "usage": {
            "in_reported": answer.in_reported,
            "in_counted": answer.in_counted,
            "out_reported": answer.out_reported,
            "out_counted": answer.out_counted,
            "cached": answer.cached,
            "cache_write": answer.cache_write,
            "reasoning": answer.reasoning_tokens,
            "source": answer.usage_source,
        },
        "ttft_ms": answer.ttft_ms,
        "total_ms": answer.total_ms,
        "wall_ms": answer.wall_ms,
        "cost_usd": answer.cost_usd,
        "attempts": answer.attempts,
        "error": answer.error,
        "warnings": list(answer.warnings),
        "sent": json.loads(answer.sent_json) | {"cut": json.loads(answer.cut_json)},
        "started_at": answer.started_at,
        "answer_id": answer.id,
    }


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


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar where a person watches, else a line every ten per cent."""
    if is_terminal():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

        columns = ("answers", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("answers", total=total)
            yield lambda: bar.advance(task)
        return
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        step = max(total // 10, 1)
        if done % step == 0 or done == total:
            say(f"{done} of {total} answers")

    yield advance


def _summary(tally: Tally, seconds: float, out: Path | None) -> None:
    kept = tally.finished - tally.failed
    say(
        f"{tally.finished} of {tally.total} answers: {kept} good, {tally.failed} failed; "
        f"{tally.asked} asked now, {tally.reused} finished before. {seconds:.1f} s. "
        f"{f'Written to {out}.' if out else ''}"
    )
