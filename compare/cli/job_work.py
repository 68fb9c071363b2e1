"""Working on a stored job from the command line: what `run` and `jobs resume` have in common."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from compare.cli.job_progress import Shown, shown
from compare.cli.output import say
from compare.cli.stopping import terminable
from compare.errors import CompareError
from compare.jobs.around import backend_for, ready_spec
from compare.jobs.plan import read_asked
from compare.jobs.replay import OnCell, Replayed, replay
from compare.jobs.speakers import speakers_in
from compare.jobs.terms import Terms, read_terms
from compare.records import Answer, ModelSpec
from compare.store.cells import Cell
from compare.store.store import Store


def specs_of(store: Store, job_id: str) -> dict[str, ModelSpec]:
    """The models that a job asks, by id.

    Raises:
        NotFoundError, ConfigError: one is not in the catalogue any more, or cannot be asked now.
    """
    asked = read_asked(store.job(job_id).spec_json)
    speakers = speakers_in(map(store.candidate, asked.candidates), asked.history, store.candidate)
    models = dict.fromkeys(one.model_id for one in speakers.values())
    return {model_id: ready_spec(model_id) for model_id in models}


def work_on(
    store: Store, job_id: str, on_cell: OnCell, *, how_to_go_on: str, reasons: str, out: Path | None = None
) -> None:
    """Work on a job with a bar, and say how it ended.

    Args:
        store: where it is.
        job_id: the job; its terms say how it is worked on.
        on_cell: told of every cell with an outcome.
        how_to_go_on: what to do after a stop, as a clause: "the same command with --resume goes on".
        reasons: where they stand, where every answer failed, as a clause: "the file holds the reasons".
        out: where answers are written to, for the last words.

    Raises:
        CompareError: every answer failed, or the job was paused, by somebody else or at its cost cap.
    """
    row = store.job(job_id)
    terms, specs = read_terms(row.terms_json, row.cost_cap_usd), specs_of(store, job_id)
    total = sum(one.n for one in store.cell_counts(job_id))
    began = time.monotonic()
    # Bookkeeping and streams share one interpreter: a shorter switch interval keeps measured times true.
    sys.setswitchinterval(0.0005)
    try:
        with terminable(), shown(total) as view:
            replayed = asyncio.run(_replay(store, job_id, terms, specs, on_cell, view))
    except (KeyboardInterrupt, SystemExit, CompareError):
        say(f"Stopped. What is finished is stored; {how_to_go_on}.")
        store.leave_job(job_id, f"Stopped; {how_to_go_on}.")
        raise
    _summary(store, job_id, replayed, time.monotonic() - began, out)
    _complain(replayed, how_to_go_on, reasons)


async def _replay(
    store: Store, job_id: str, terms: Terms, specs: dict[str, ModelSpec], on_cell: OnCell, view: Shown
) -> Replayed:
    def tell(cell: Cell, answer: Answer, there: bool) -> None:
        on_cell(cell, answer, there)
        view.advance()

    async with backend_for(specs.values(), terms.concurrency) as backend:
        return await replay(
            store, job_id, backend, terms, lambda model_id: specs.get(model_id) or ready_spec(model_id),
            on_cell=tell, on_note=view.note, on_pulse=view.pulse,
        )  # fmt: skip


def _summary(store: Store, job_id: str, replayed: Replayed, seconds: float, out: Path | None) -> None:
    tally, cached = replayed.tally, replayed.ended.tally.cached
    kept = tally.finished - tally.failed
    again = sum(one.n_again for one in store.cell_counts(job_id))
    say(
        f"{tally.finished} of {tally.total} answers: {kept} good, {tally.failed} failed; "
        f"{tally.asked} asked now, {tally.reused} finished before. {seconds:.1f} s. "
        f"{f'{cached} from the cache. ' if cached else ''}"
        f"{f'{again} were taken more than once (retries, or in flight at a stop). ' if again else ''}"
        f"{f'Written to {out}.' if out else ''}"
    )


def _complain(replayed: Replayed, how_to_go_on: str, reasons: str) -> None:
    tally, ended = replayed.tally, replayed.ended
    if ended.state == "paused":
        raise CompareError(ended.note or f"The job was paused by somebody else; {how_to_go_on}.")
    if ended.state == "cancelled":
        raise CompareError("The job was cancelled by somebody else. What is finished is stored.")
    if tally.total and tally.failed == tally.total:
        raise CompareError(f"Every answer failed; {reasons}.")
