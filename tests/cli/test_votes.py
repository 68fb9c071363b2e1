"""`votes export`: every counted vote, in the shape that `rate --votes` reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from compare.review.votes import undo
from compare.store import Store
from tests.cli.command import weighbridge
from tests.cli.conftest import N_VOTES


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_an_exported_file_is_rated_as_the_database_is(voted: Store, file_format: str, tmp_path: Path) -> None:
    out = tmp_path / f"votes.{file_format}"
    done = weighbridge("votes", "export", "--format", file_format, "--out", out)
    assert (done.status, done.out) == (0, "")
    assert done.err == f"{N_VOTES} pairwise rows from {N_VOTES} ballots.\n"
    stored = weighbridge("rate", "--json").document
    from_file = weighbridge("rate", "--votes", out, "--cluster", "ballot_id", "--json").document
    assert from_file["models"] == stored["models"]
    assert [model["model"] for model in stored["models"]] == ["sim-large", "sim-lite"]


@pytest.mark.usefixtures("voted")
def test_without_a_file_standard_output_holds_the_votes_and_nothing_else() -> None:
    done = weighbridge("votes", "export")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == N_VOTES
    assert all({row["model_a"], row["model_b"]} == {"sim-large", "sim-lite"} for row in rows)
    assert sum(row[row["winner"]] == "sim-large" for row in rows) == N_VOTES * 3 // 4
    assert {row["rater"] for row in rows} == {f"Rater {n}" for n in range(10)}
    assert len(weighbridge("votes", "export", "--format", "jsonl").lines) == N_VOTES


def test_a_vote_that_was_taken_back_is_not_exported(voted: Store) -> None:
    comparison = voted.comparison("run-1")
    assert comparison is not None
    undo(voted, comparison, voted.rater("Rater 0"))
    assert len(weighbridge("votes", "export", "--format", "jsonl").lines) == N_VOTES - 1


def test_without_votes_it_says_where_to_vote() -> None:
    assert weighbridge("votes", "export").complaint == (
        "There are no votes yet. Vote in the app first: weighbridge serve"
    )


@pytest.mark.usefixtures("voted")
def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "votes.csv"
    told = weighbridge("votes", "export", "--out", out).complaint
    assert told == f"{out} cannot be written: No such file or directory. Name another file with --out."


@pytest.mark.usefixtures("voted")
def test_battles_name_the_left_model_first_and_dpo_pairs_hold_both_texts() -> None:
    battles = weighbridge("votes", "export", "--format", "battles").lines
    assert len(battles) == N_VOTES
    assert sum(row[row["winner"]] == "sim-large" for row in battles) == N_VOTES * 3 // 4
    assert {row["judge"] for row in battles} == {f"Rater {n}" for n in range(10)}
    pairs = weighbridge("votes", "export", "--format", "dpo").lines
    assert len(pairs) == N_VOTES
    assert sum(pair["chosen_model"] == "sim-large" for pair in pairs) == N_VOTES * 3 // 4
    assert pairs[0]["prompt"] == [{"role": "user", "content": "Where is it?"}]
    assert {pair["chosen"][0]["content"] for pair in pairs} | {pair["rejected"][0]["content"] for pair in pairs}


def test_without_votes_there_is_nothing_to_write(store: Store) -> None:
    assert "no vote yet that could be written as dpo" in weighbridge("votes", "export", "--format", "dpo").complaint
