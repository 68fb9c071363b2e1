"""A gateway ends with its block, with whoever started it, and never takes the user's keys along."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from compare.errors import CompareError
from compare.routing.verify import keeper
from compare.routing.verify.child import Child, running

SERVES = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_DFL); {SERVES}"


async def first_line(child: Child) -> str:
    while not (words := child.words()):
        await asyncio.sleep(0.02)
    return words


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_ends_with_the_block_even_when_that_fails(tmp_path: Path) -> None:
    pids = []

    async def scenario() -> None:
        async with running("LiteLLM", [sys.executable, "-c", SERVES], tmp_path, {}) as child:
            pids.append(int(await first_line(child)))
            assert is_there(pids[0])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        asyncio.run(scenario())
    assert not is_there(pids[0])


def test_it_ends_when_whoever_started_it_is_killed() -> None:
    """The pipe to its keeper closes, as it does when the process at the other end is gone."""
    command = [sys.executable, "-I", keeper.__file__, sys.executable, "-c", DEAF]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as kept:
        assert kept.stdout is not None
        assert kept.stdin is not None
        pid = int(kept.stdout.readline())
        kept.stdin.close()
        assert kept.wait(timeout=20) == 128 + signal.SIGTERM
    assert not is_there(pid)


def test_keys_and_proxies_of_the_user_stay_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    code = f"import os; print(sorted(os.environ), flush=True); {SERVES}"

    async def scenario() -> str:
        async with running("Envoy", [sys.executable, "-c", code], tmp_path, {"GIVEN": "1"}) as child:
            return await first_line(child)

    names = asyncio.run(scenario())
    assert "GIVEN" in names
    assert "OPENAI_API_KEY" not in names
    assert "PROXY" not in names


def test_one_that_ends_by_itself_is_told_with_its_last_words(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running(
            "Envoy", [sys.executable, "-c", "raise SystemExit('no such cluster')"], tmp_path, {}
        ) as child:
            await child.process.wait()
            child.check()

    with pytest.raises(CompareError, match=r"^Envoy ended by itself with status 1\. Its last words: no such cluster"):
        asyncio.run(scenario())


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running("Envoy", [tmp_path / "nothing"], tmp_path, {}) as child:
            await child.process.wait()
            child.check()

    with pytest.raises(CompareError, match="nothing cannot be started: No such file or directory"):
        asyncio.run(scenario())
