"""A gateway as a child process: a clean environment, its words in a file, and its end with the block, or with us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from compare.errors import CompareError
from compare.routing.verify import keeper

END_S = keeper.STOP_S + 4.0
"""How long a gateway and its keeper may take to end."""
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_SHOWN_CHARS = 1500


@dataclass(frozen=True, slots=True)
class Child:
    """A running gateway."""

    name: str
    process: asyncio.subprocess.Process
    """Its keeper, which ends it when standard input closes."""
    log: Path

    def words(self) -> str:
        """The end of what it wrote."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-_SHOWN_CHARS:].strip()
        except OSError:
            return ""

    def check(self) -> None:
        """Raise where it has ended by itself.

        Raises:
            CompareError: with its last words.
        """
        if self.process.returncode is not None:
            raise CompareError(
                f"{self.name} ended by itself with status {self.process.returncode}. Its last words: "
                f"{self.words() or '(none)'}"
            )


@contextlib.asynccontextmanager
async def running(
    name: str, command: Sequence[str | Path], folder: Path, env: Mapping[str, str]
) -> AsyncIterator[Child]:
    """A process from its start until the block ends, however it ends.

    Args:
        name: as shown.
        command: program and arguments.
        folder: where it works and its log is kept.
        env: variables beside the few that every program needs; no key and no proxy of the user's reaches it.
    """
    log = folder / "gateway.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            keeper.__file__,
            *command,
            cwd=folder,
            env={**{key: os.environ[key] for key in _KEPT if key in os.environ}, **env},
            stdin=asyncio.subprocess.PIPE,
            stdout=out,
            stderr=out,
            # Ctrl+C in a terminal reaches us alone; the gateway ends after what is under way has been given up.
            start_new_session=True,
        )
    try:
        yield Child(name, process, log)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        # Not to be given up halfway by a second Ctrl+C; the keeper would end the gateway all the same.
        await asyncio.shield(asyncio.wait_for(process.wait(), END_S))


__all__ = ["Child", "running"]
