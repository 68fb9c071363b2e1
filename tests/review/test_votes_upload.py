"""Votes files as bytes: columns and words are guessed, and rows of Parquet are lines like any other."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from compare.errors import ImportFormatError
from compare.review.votes_import import import_votes
from compare.review.votes_upload import columns, lines_of, missing, read_mapped, winner_words

CSV = b"\xef\xbb\xbfmodel_left,model_right,preference,judge\r\na,b,left,Ann\r\na,b,B,Bob\r\na,b,banana,Bob\r\n"


def parquet(rows: list[dict[str, object]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, pa.schema([("model_a", pa.string())]) if not rows else None), sink)
    return sink.getvalue()


def test_columns_and_words_of_other_tools_are_guessed() -> None:
    lines = lines_of(CSV, "votes.csv")
    there = columns(lines)
    assert (there.names, there.n_rows) == (("model_left", "model_right", "preference", "judge"), 3)
    assert there.guessed == {
        "model_a": "model_left", "model_b": "model_right", "winner": "preference", "rater": "judge",
    }  # fmt: skip
    assert missing(there.guessed) == []
    assert missing({"model_a": "x"}) == ["model_b", "winner"]
    assert winner_words(lines, "preference") == [("left", 1, "model_a"), ("B", 1, "model_b"), ("banana", 1, "")]


def test_parquet_rows_are_votes_and_refusals_with_their_row(store) -> None:
    rows = [
        {"model_a": "a", "model_b": "b", "winner": "model_a", "n_messages": 12},
        {"model_a": "a", "model_b": "b", "winner": "tie (bothbad)", "n_messages": None},
        {"model_a": "a", "model_b": "b", "winner": "banana", "n_messages": 3},
        {"model_a": "a", "model_b": "b", "winner": None, "n_messages": 3},
    ]
    lines = lines_of(parquet(rows), "votes.parquet")
    assert winner_words(lines, "winner") == [
        ("model_a", 1, "model_a"), ("tie (bothbad)", 1, "both_bad"), ("banana", 1, ""),
    ]  # fmt: skip
    votes = read_mapped(lines, {}, {})
    found = import_votes(store, votes)
    assert (found.n_new, [(one.line, one.reason.split(";")[0]) for one in found.rejects]) == (
        2, [(3, "winner is 'banana'"), (4, "winner is None")],
    )  # fmt: skip
    assert [vote["n_messages"] for vote in store.iter_votes()] == [12, 0]


@pytest.mark.parametrize(
    ("raw", "name", "sentence"),
    [
        (b"PAR1 is not enough", "votes.parquet", "cannot be read as Parquet"),
        (b"\xff\xfe", "votes.csv", r"is not UTF-8 \(byte 0\)"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(raw, name, sentence) -> None:
    with pytest.raises(ImportFormatError, match=sentence):
        lines_of(raw, name)


def test_empty_files_are_said_to_be_empty() -> None:
    with pytest.raises(ImportFormatError, match="holds 0 rows"):
        lines_of(parquet([]), "votes.parquet")
    with pytest.raises(ImportFormatError, match="is empty"):
        columns(lines_of(b"", "votes.csv"))
