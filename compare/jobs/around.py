"""What a job's work needs around it: the loop's backend, and the simulated models where they would be in the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable

from compare.catalog import availability, load_catalog
from compare.engine.backend import Backend
from compare.errors import CompareError, ConfigError
from compare.records import ModelSpec

SIM_IN_PROCESS = 32
"""Above so many parallel streams the simulated models get a process of their own, or they would time each other."""
_SIM_READY_S = 30.0


def ready_spec(model_id: str) -> ModelSpec:
    """The catalogue's model of that id.

    Raises:
        NotFoundError: there is none.
        ConfigError: it cannot be asked now.
    """
    spec = load_catalog().get(model_id)
    state = availability(spec)
    if not state.ready:
        raise ConfigError(f"The model {spec.id} cannot be asked: {state.reason}. Mend that, or leave it out.")
    return spec


@contextlib.asynccontextmanager
async def backend_for(specs: Iterable[ModelSpec], concurrency: int) -> AsyncIterator[Backend]:
    """A backend for these models."""
    async with contextlib.AsyncExitStack() as stack:
        sim_url = None
        if concurrency > SIM_IN_PROCESS and any(spec.simulated for spec in specs):
            sim_url = await stack.enter_async_context(_own_sim())
        yield await stack.enter_async_context(Backend(sim_url=sim_url))


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
