"""`study`: made from a file, rated, shown, taken along; and `votes import`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from compare.review.assignment import next_item
from compare.review.rating import Opinion, open_item, submit
from compare.store import Store
from tests.cli.command import weighbridge


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.jsonl"
    ask = [{"role": "user", "content": "Fare?"}]
    rows = [{"messages": ask, "responses": {"a": f"{n}", "b": f"{n} dollars"}} for n in range(3)]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"messages": ask}]), encoding="utf-8")
    return path


def rate(store: Store, study_id: str, rater: str) -> int:
    rater_id, n = store.rater(rater), 0
    while (found := next_item(store, study_id, rater_id)) is not None:
        submit(store, open_item(store, found.id, rater_id), Opinion("best", (0,)), key="1")
        n += 1
    return n


def test_a_study_from_a_file_is_rated_shown_and_taken_along(store: Store, answers: Path, tmp_path: Path) -> None:
    made = weighbridge("study", "create", "Fares", "--file", answers, "--overlap", 2, "--repeat-share", 0, "--json")
    study_id = made.document["id"]
    assert made.document["items"] == 3
    assert made.document["left_out"][0]["what"] == "line 4"
    assert "line 4: it has 0 answers; an item needs 2 to 8." in made.err
    assert [rate(store, study_id, name) for name in ("Ann", "Bob", "Cid")] == [3, 3, 0]
    (listed,) = weighbridge("study", "list", "--json").document["studies"]
    assert (listed["id"], listed["ballots"], listed["needed"]) == (study_id, 6, 6)
    shown = weighbridge("study", "show", study_id, "--json").document
    assert (shown["left"]["k"], shown["left"]["n"], shown["verdict"]["n_items"]) == (6, 6, 3)
    told = weighbridge("study", "show", study_id).out
    assert "Fares (open): 6 of 6 ballots." in told
    assert "also stand in files" not in told

    exported = weighbridge("study", "export", study_id, "--what", "battles")
    assert "whoever reads this file cannot rate blind any more" in exported.err
    assert len(list(csv.DictReader(io.StringIO(exported.out)))) == 6
    told = weighbridge("study", "show", study_id).out
    assert "6 of its 6 answers also stand in files that name their candidates" in told
    assert "(written by study export; last on" in told
    out = tmp_path / "ballots.parquet"
    assert weighbridge("study", "export", study_id, "--format", "parquet", "--out", out).status == 0
    assert out.read_bytes()[:4] == b"PAR1"

    aside = weighbridge("study", "set-aside", study_id, "Bob", "--by", "Owner", "--reason", "careless")
    assert aside.err == "3 ballots of Bob set aside.\n"
    assert rate(store, study_id, "Cid") == 3
    again = weighbridge("study", "set-aside", study_id, "Bob", "--by", "Owner", "--reason", "was careful", "--back")
    assert again.err == "0 ballots of Bob counted again.\n3 stay set aside: others have filled their items meanwhile.\n"
    assert weighbridge("study", "pause", study_id).err == "The study 'Fares' is paused.\n"
    assert weighbridge("study", "close", study_id).err == "The study 'Fares' is closed.\n"
    assert weighbridge("study", "close", study_id, "--reopen").err == "The study 'Fares' is open.\n"


def test_what_cannot_be_is_said_in_a_sentence(store: Store, answers: Path) -> None:
    assert weighbridge("study", "create", "X").status == 2
    assert weighbridge("study", "create", "X", "--recorded", "j", "--whole-threads").status == 2
    assert weighbridge("study", "show", "gone").complaint.startswith("No study has the id 'gone'.")
    assert "cannot be read" in weighbridge("study", "create", "X", "--file", "gone.jsonl").complaint
    assert "The job 'j' has no answers" in weighbridge("study", "create", "X", "--job", "j").complaint
    assert weighbridge("study", "list").err.startswith("No studies yet.")
    study_id = weighbridge("study", "create", "X", "--file", answers).out.strip()
    refused = weighbridge("study", "set-aside", study_id, "Eve", "--by", "Owner", "--reason", "x")
    assert refused.complaint == "No ballot of 'Eve' is in this study. Its raters: none."


def test_the_answers_that_run_has_written_are_taken_from_the_job(
    store: Store, conversations: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.jsonl"
    asked = ("run", "--threads", conversations, "--models", "sim-lite,sim-large", "--out", out)
    assert weighbridge(*asked).status == 0
    told = weighbridge("study", "create", "Refunds", "--file", out).complaint
    assert told.startswith("answers.jsonl looks like a file written by `weighbridge run`: each line is one answer,")
    assert "--job last" in told
    assert weighbridge("study", "create", "Refunds", "--job", "last", "--json").document["items"] == 5


def test_a_study_is_made_of_at_most_so_many_items(store: Store, answers: Path) -> None:
    made = weighbridge("study", "create", "Few", "--file", answers, "--at-most", 2, "--seed", 7, "--json")
    assert (made.document["items"], made.document["not_drawn"]) == (2, 1)
    assert "2 of 3 items, drawn evenly (seed 7). 1 is left out." in made.err
    assert "2 items to rate: 6 ballots, about" in made.err
    assert len(store.study_items(made.document["id"])) == 2
    assert weighbridge("study", "create", "None", "--file", answers, "--at-most", 0).status == 2


@pytest.mark.usefixtures("store")
def test_votes_from_elsewhere_are_imported_once(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("model_a,model_b,winner\nx,y,left\nx,y,nobody\ny,x,left\n", encoding="utf-8")
    arguments = ("votes", "import", file, "--winners", "model_a=left", "--json")
    first = weighbridge(*arguments)
    assert first.document["new"] == 2
    (refused,) = first.document["refused"]
    assert refused["line"] == 3
    assert refused["reason"].startswith("winner is 'nobody'; known are ")
    assert "3 rows read = 2 new + 0 known + 1 refused." in first.err
    assert weighbridge(*arguments).document["known"] == 2
    assert weighbridge("votes", "export", "--format", "jsonl").out.count("\n") == 2
    file.write_text("model_a,model_b,winner\nx,y,nobody\n", encoding="utf-8")
    assert weighbridge("votes", "import", file).last_words == f"{file} holds no vote that can be used."


@pytest.mark.usefixtures("store")
def test_votes_go_out_and_come_in_as_parquet(tmp_path: Path) -> None:
    given, taken = tmp_path / "votes.csv", tmp_path / "votes.parquet"
    given.write_text("model_a,model_b,winner,n_messages\nx,y,model_a,12\nx,y,both_bad,3\n", encoding="utf-8")
    assert weighbridge("votes", "import", given, "--json").document["new"] == 2
    weighbridge("votes", "export", "--format", "parquet", "--out", taken)
    again = weighbridge("votes", "import", taken, "--json")
    assert (again.document["new"], again.document["refused"]) == (2, [])
    assert weighbridge("agreement", "--votes", taken, "--json").document["n_votes"] == 2
