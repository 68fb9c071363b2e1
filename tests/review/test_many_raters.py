"""Many raters at once on one database: every item gets its ballots, none is lost, none comes twice."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.rated import check_exact
from tests.review.study_rater import rate

ROOT = Path(__file__).resolve().parents[2]
RATER = Path(__file__).parent / "study_rater.py"


def check_confirmed(scene, study, confirmed: list[str]) -> None:
    check_exact(scene.store, study, len(confirmed))
    assert sorted(one.ballot.id for one in scene.store.study_ballots(study.id)) == sorted(confirmed)


def test_twenty_threads_of_one_process(scene) -> None:
    study = scene.study(30, overlap=3)
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda k: rate(scene.store, study.id, f"Rater {k}"), range(20)))
    check_confirmed(scene, study, [ballot_id for rated in found for ballot_id, _ in rated])


def test_four_processes_on_one_file(scene, tmp_path: Path) -> None:
    study = scene.study(20, overlap=3)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    raters = [
        subprocess.Popen(
            [sys.executable, "-W", "error", str(RATER), str(tmp_path / "weighbridge.db"), study.id, f"Rater {k}"],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for k in range(4)
    ]  # fmt: skip
    try:
        for rater in raters:
            assert rater.stdout is not None
            assert rater.stdout.readline() == "ready\n", rater.stderr and rater.stderr.read()
        for rater in raters:
            assert rater.stdin is not None
            rater.stdin.write("go\n")
            rater.stdin.flush()
        confirmed = []
        for rater in raters:
            printed, errors = rater.communicate(timeout=120)
            assert (rater.returncode, errors) == (0, "")
            confirmed += [line.split()[0] for line in printed.splitlines()]
    finally:
        for rater in raters:
            rater.kill()
            rater.communicate()
    check_confirmed(scene, study, confirmed)
