"""Several processes vote at once, or are killed while they do: what was confirmed is there, once."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from compare.store import open_store
from compare.store.migrations import VERSION

VOTER = Path(__file__).parent / "voter.py"


def ready(processes):
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()


def test_eight_processes_of_two_hundred_ballots_lose_and_double_nothing(scene, programs, path: Path) -> None:
    voters = [programs.start(VOTER, path, f"rater{k}", 200) for k in range(8)]
    ready(voters)
    for voter in voters:
        voter.stdin.write("go\n")
        voter.stdin.flush()
    confirmed = []
    for voter in voters:
        printed, errors = voter.communicate(timeout=120)
        assert (voter.returncode, errors) == (0, "")
        confirmed += printed.split()

    stored = [ballot.idempotency_key for ballot, state in scene.store.iter_ballots() if state == "counted"]
    assert len(confirmed) == 1600
    assert sorted(stored) == sorted(confirmed)
    assert [count.n for count in scene.store.preference_counts()] == [1600]


def test_a_killed_process_loses_no_confirmed_ballot(scene, programs, path: Path) -> None:
    confirmed = []
    for attempt in range(5):
        voter = programs.start(VOTER, path, f"rater{attempt}", 1_000_000)
        ready([voter])
        voter.stdin.write("go\n")
        voter.stdin.flush()
        first = voter.stdout.readline()
        time.sleep(0.05 * (attempt + 1))
        voter.kill()
        printed, _ = voter.communicate(timeout=60)
        # The last line may be cut in the middle: then that ballot was never seen as confirmed.
        confirmed += (first + printed).split("\n")[:-1]

    stored = {ballot.idempotency_key for ballot, _ in scene.store.iter_ballots()}
    assert len(confirmed) > 50
    assert set(confirmed) <= stored
    # At most the one ballot in flight at each kill was stored without being confirmed.
    assert len(stored) - len(confirmed) <= 5
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_ballot_sent_again_after_a_kill_is_still_one(scene, programs, path: Path) -> None:
    """The browser cannot know whether the ballot in flight was stored; it sends it again with the same key."""
    voter = programs.start(VOTER, path, "Ann", 1_000_000)
    ready([voter])
    voter.stdin.write("go\n")
    voter.stdin.flush()
    n_seen = len([voter.stdout.readline() for _ in range(20)])
    voter.kill()
    voter.communicate(timeout=60)

    again = programs.start(VOTER, path, "Ann", n_seen + 5_000)
    ready([again])
    again.stdin.write("go\n")
    again.stdin.flush()
    printed, _ = again.communicate(timeout=120)
    keys = [ballot.idempotency_key for ballot, _ in scene.store.iter_ballots()]
    assert printed.split() == [f"Ann-{i}" for i in range(n_seen + 5_000)]
    assert len(keys) == len(set(keys))
    assert [count.n for count in scene.store.preference_counts()] == [len(keys)]


@pytest.mark.parametrize("n_processes", [4])
def test_processes_that_start_at_once_on_a_fresh_file_all_succeed(programs, path: Path, n_processes: int) -> None:
    code = (
        "import sys; from pathlib import Path; from compare.store import open_store; "
        "print('ready'); sys.stdin.readline(); store = open_store(Path(sys.argv[1])); "
        "store.rater(sys.argv[2]); store.close()"
    )
    starting = [programs.start("-c", code, path, f"rater {k}") for k in range(n_processes)]
    ready(starting)
    for process in starting:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in starting:
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    store = open_store(path)
    with store._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM raters").fetchone()[0] == n_processes
        assert connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0] == VERSION
    store.close()
