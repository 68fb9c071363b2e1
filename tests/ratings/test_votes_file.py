"""Votes files: what is read, and that every row is either a vote or a reject with its line and a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ConfigError, ImportFormatError
from compare.ratings.votes_file import columns_mapping, read_votes, winners_mapping


def lines(text):
    return text.splitlines(keepends=True)


def test_extra_columns_are_kept():
    file = read_votes(lines("model_a,model_b,winner,rater,mood\nx,y,model_a,ann,fine\nx,y,both_bad,ben,\n"))
    assert list(file.votes.winner) == ["model_a", "both_bad"]
    assert list(file.votes.column("mood")) == ["fine", ""]
    assert file.lines == [2, 3]
    assert file.rejects == ()


def test_other_names_are_mapped_and_still_answer_to_their_own():
    text = "model_left,model_right,winner,worker\nx,y,left,7\nx,y,right,8\nx,y,tie,8\nx,y,neither,8\n"
    file = read_votes(
        lines(text),
        columns=columns_mapping("model_a=model_left,model_b=model_right,rater=worker"),
        winners=winners_mapping("model_a=left,model_b=right,tie=tie,tie=neither"),
    )
    assert list(file.votes.model_a) == ["x"] * 4
    assert list(file.votes.winner) == ["model_a", "model_b", "tie", "tie"]
    assert list(file.votes.column("rater")) == list(file.votes.column("worker")) == ["7", "8", "8", "8"]
    assert "worker" not in file.votes.columns


def test_every_bad_row_is_reported_with_line_and_reason():
    text = (
        "model_a,model_b,winner,rater\n"  # 1
        "x,y,model_a,ann\n"  # 2
        "x,y,lfet,ann\n"  # 3
        "x,,model_a,ann\n"  # 4
        "x,x,tie,ann\n"  # 5
        "x,y,tie\n"  # 6
        'x,y,tie,"two\nlines"\n'  # 7-8
        '"x"z,y,tie,ann\n'  # 9
        "x,y,tie,ann\n"  # 10
    )
    file = read_votes(lines(text))
    assert file.lines == [2, 7, 10]
    assert [(reject.line, reject.reason.split(";")[0]) for reject in file.rejects[:4]] == [
        (3, "winner is 'lfet'"),
        (4, "model_b is empty"),
        (5, "both candidates are 'x'"),
        (6, "3 fields, but the header has 4"),
    ]
    assert file.rejects[4].line == 9
    assert "cannot be read as CSV" in file.rejects[4].reason


def test_a_quote_that_is_never_closed_names_the_lines_it_swallows():
    file = read_votes(lines('model_a,model_b,winner,comment\nx,y,tie,fine\nx,y,tie,"oops\nx,y,tie,\nx,y,tie,\n'))
    assert len(file.votes) == 1
    assert file.rejects[0].line == 3
    assert "lines 3 to 5" in file.rejects[0].reason


def test_jsonl_keeps_types_and_reports_broken_lines():
    rows = [
        '{"model_a": "x", "model_b": "y", "winner": "tie", "n_messages": 9}\n',
        "\n",
        '{"model_a": "x", "model_b": "y", "winner": "tie"\n',
        "[1]\n",
        '{"model_a": "x", "model_b": 3, "winner": "tie"}\n',
        '{"model_a": "x", "model_b": "y"}\n',
        '{"model_a": "x", "model_b": "z", "winner": "model_b", "tags": ["a"]}\n',
    ]
    file = read_votes(rows)
    assert file.lines == [1, 7]
    assert list(file.votes.column("n_messages")) == [9, None]
    assert list(file.votes.column("tags")) == [None, ["a"]]
    assert [reject.line for reject in file.rejects] == [3, 4, 5, 6]
    assert file.rejects[2].reason == "model_b is 3, not text"
    assert file.rejects[3].reason.startswith("winner is None")


def test_lmsys_files_are_understood_as_they_are():
    file = read_votes(lines("model_a,model_b,winner\nx,y,tie (bothbad)\n"))
    assert list(file.votes.winner) == ["both_bad"]


def test_byte_order_mark_blank_lines_and_semicolons_do_no_harm():
    file = read_votes(lines("\ufeff\n\nmodel_a;model_b;winner\nx;y;tie\n\nx;y;oops\n"))
    assert file.lines == [4]
    assert file.rejects[0].line == 6
    marked = read_votes(lines('\ufeff{"model_a": "x", "model_b": "y", "winner": "tie"}\n'))
    assert len(marked.votes) == 1


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_refused(text):
    with pytest.raises(ImportFormatError, match="empty"):
        read_votes(lines(text))


def test_a_missing_column_is_named_with_a_hint():
    with pytest.raises(
        ImportFormatError, match=r"no column 'winner'; it has model_a, model_b, winer.*Did you mean 'winer'"
    ):
        read_votes(lines("model_a,model_b,winer\nx,y,tie\n"))
    with pytest.raises(ImportFormatError, match="'model_a' twice"):
        read_votes(lines("model_a,model_a,winner\nx,y,tie\n"))


def test_mappings_that_make_no_sense_are_refused():
    with pytest.raises(ConfigError, match="--columns has 'model_a'"):
        columns_mapping("model_a")
    with pytest.raises(ConfigError, match="maps to 'left'"):
        read_votes(lines("model_a,model_b,winner\nx,y,tie\n"), winners={"links": "left"})
    assert columns_mapping("") == winners_mapping(" ") == {}


cell = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters='",;\t\u2028\u2029'), max_size=6)


@given(st.lists(st.tuples(cell, cell, st.sampled_from(["tie", "model_a", "x", ""])), min_size=1, max_size=20))
def test_every_row_is_a_vote_or_a_reject(rows):
    text = ["model_a,model_b,winner\n", *(",".join(row) + "\n" for row in rows)]
    file = read_votes(text, file_format="csv")
    assert sorted([*file.lines, *(reject.line for reject in file.rejects)]) == list(range(2, len(rows) + 2))
    as_json = [json.dumps({"model_a": a, "model_b": b, "winner": w}) + "\n" for a, b, w in rows]
    other = read_votes(as_json)
    assert [line - 1 for line in file.lines] == list(other.lines)
    assert list(file.votes.model_a) == list(other.votes.model_a)
