"""Taking a study along, in each form."""

from __future__ import annotations

import csv
import io
import json

import pytest

from compare.errors import NotEnoughVotesError, NotFoundError
from compare.ratings.votes_file import read_votes
from compare.review.rating import Opinion, submit
from compare.review.study_export import encode, rows
from compare.store.study_values import Mark


@pytest.fixture
def rated(scene):
    """One item that "second" won, with a mark on the loser, and one where both were bad."""
    study = scene.study(2, overlap=1)
    for _ in range(2):
        item = scene.take(study, "Ann")
        order = item.assignment.shown_order
        loser = next(side for side in item.sides if side.answer.id.endswith("-0"))
        mark = Mark(loser.answer.id, "forgot", message_id=loser.path[1].id, note='a "quoted", note')
        winner = order.index(item.item.answer_ids[1])
        said = Opinion("best", (winner,), marks=(mark,)) if item.item.place == 0 else Opinion("all_bad")
        submit(scene.store, item, said, key="press")
    return study


def test_ballots_name_candidates_in_the_order_shown(scene, rated) -> None:
    table = sorted(rows(scene.store, rated.id, "ballots"), key=lambda row: row["item"])
    assert [(row["verdict"], row["ranking"], row["n_marks"]) for row in table] == [
        ("best", ["second"], 1), ("all_bad", [], 0),
    ]  # fmt: skip
    assert all(sorted(row["shown"]) == ["first", "second"] for row in table)
    assert {(row["rater"], row["state"], row["blind"]) for row in table} == {("Ann", "counted", True)}


@pytest.mark.parametrize("what", ["ballots", "marks", "battles", "dpo"])
def test_every_form_holds_the_same_rows(scene, rated, what) -> None:
    import pyarrow.parquet as pq

    table = rows(scene.store, rated.id, what)
    lines = [json.loads(line) for line in encode(table, "jsonl").splitlines()]
    assert lines == table
    from_csv = list(csv.DictReader(io.StringIO(encode(table, "csv").decode(), newline="")))
    assert [list(row) for row in from_csv] == [list(row) for row in table]
    from_parquet = pq.read_table(io.BytesIO(encode(table, "parquet"))).to_pylist()
    flat = [{k: json.dumps(v) if isinstance(v, list | dict) else v for k, v in row.items()} for row in table]
    assert from_parquet == flat


def test_marks_keep_kind_message_and_distance(scene, rated) -> None:
    (mark,) = rows(scene.store, rated.id, "marks")
    assert (mark["model"], mark["kind"], mark["severity"], mark["distance_messages"]) == ("first", "forgot", "minor", 5)
    assert mark["note"] == 'a "quoted", note'


def test_battles_are_read_by_rate(scene, rated) -> None:
    table = rows(scene.store, rated.id, "battles")
    read = read_votes(io.StringIO(encode(table, "csv").decode(), newline=""))
    assert read.rejects == ()
    winners = sorted(row[row["winner"]] if row["winner"] in row else row["winner"] for row in table)
    assert winners == ["second", "tie (bothbad)"]
    assert sorted(set(read.votes.winner) - {"model_a", "model_b"}) == ["both_bad"]


def test_dpo_pairs_hold_the_conversation_and_both_answers(scene, rated) -> None:
    (pair,) = rows(scene.store, rated.id, "dpo")
    assert [message["role"] for message in pair["prompt"]] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    assert (pair["chosen_model"], pair["rejected_model"]) == ("second", "first")
    assert pair["chosen"][0]["content"].endswith("answer 1.")


def test_what_is_not_there_is_said(scene) -> None:
    with pytest.raises(NotEnoughVotesError, match="The study has 0 ballots and nothing of them to write as marks"):
        rows(scene.store, scene.study(1).id, "marks")
    with pytest.raises(NotFoundError):
        rows(scene.store, "gone", "ballots")


def test_comments_that_a_spreadsheet_would_run_are_held_back_in_csv_for_people(scene) -> None:
    study = scene.study(1, overlap=1)
    scene.rate(study, "=Ann", Opinion("tie", comment="@SUM(A1)"))
    table = rows(scene.store, study.id, "ballots")
    (row,) = csv.DictReader(io.StringIO(encode(table, "csv", to_be_read_back=False).decode()))
    assert (row["rater"], row["comment"]) == ("'=Ann", "'@SUM(A1)")
    (row,) = csv.DictReader(io.StringIO(encode(table, "csv").decode()))
    assert row["comment"] == "@SUM(A1)"
    assert b"'@SUM" not in encode(table, "jsonl", to_be_read_back=False)
