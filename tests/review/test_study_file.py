"""Items from files of answers made elsewhere."""

from __future__ import annotations

import io
import json

import pytest

from compare.errors import ImportFormatError
from compare.review import studies
from compare.review.assignment import next_item
from compare.review.rating import Opinion, open_item, submit
from compare.review.study_file import read_items
from compare.store.study_values import Expected, Mark, Study

ASK = [{"role": "user", "content": "Fare?"}]


def read(store, *records, **options):
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return read_items(store, [line + "\n" for line in lines], source="answers.jsonl", **options)


def texts(store, item) -> dict[str, str]:
    names = store.candidates()
    return {names[a.candidate_id].model_id: a.text for a in store.answers(item.answer_ids).values()}


def test_json_lines_make_items_of_two_or_more_answers(store) -> None:
    gold = {"messages": ASK, "responses": {"a": "42", "b": "43"}, "kind": "gold", "expected": "b", "feedback": "43."}
    found = read(store, {"messages": ASK, "responses": {"a": "1", "b": "2", "c": "3"}}, "", gold)
    assert found.left_out == ()
    assert [texts(store, item) for item in found.items] == [{"a": "1", "b": "2", "c": "3"}, {"a": "42", "b": "43"}]
    second = found.items[1]
    assert (second.kind, second.expected, second.feedback) == ("gold", Expected("best", second.answer_ids[1]), "43.")
    studies.create(store, Study("File"), found.items)


@pytest.mark.parametrize("expected", [("tie", "tie"), ("both_bad", "all_bad")])
def test_a_tie_and_both_bad_can_be_right(store, expected) -> None:
    word, verdict = expected
    record = {"messages": ASK, "responses": {"a": "1", "b": "2"}, "kind": "training", "expected": word}
    assert read(store, record).items[0].expected == Expected(verdict)


def test_csv_with_a_column_per_candidate_or_with_two_named_ones(store) -> None:
    wide = 'prompt,response:a,response:b,response:c\nFare?,1,"2, or\n3",\n'
    (item,) = read_items(store, io.StringIO(wide, newline=""), source="wide.csv").items
    assert texts(store, item) == {"a": "1", "b": "2, or\n3"}
    pair = "frage,model_a,model_b,response_a,response_b,kind,expected\nFare?,x,y,1,2,gold,y\n"
    found = read_items(store, io.StringIO(pair), source="pair.csv", columns={"prompt": "frage"})
    assert texts(store, found.items[0]) == {"x": "1", "y": "2"}
    threads = 'messages,response_a,response_b\n"[{""role"": ""user"", ""content"": ""Fare?""}]",1,2\n'
    assert texts(store, read_items(store, io.StringIO(threads), source="t.csv").items[0]) == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("{broken", "it is not valid JSON"),
        ("[1]", "it is no JSON object"),
        ({"responses": {"a": "1", "b": "2"}}, "the field 'messages' is missing"),
        ({"messages": ASK, "responses": {"a": "1"}}, "it has 1 answers; an item needs 2 to 8"),
        ({"messages": ASK, "responses": {"a": "1", "b": " "}}, "the answer of 'b' is empty"),
        (
            {"messages": ASK, "responses": {"a": "1", "b": "2"}, "expected": "z"},
            "expected is 'z'; known are tie, both_bad",
        ),
        ({"messages": ASK, "responses": {"a": "1", "b": "2"}, "kind": "gold"}, "needs the verdict that is right"),
        ({"messages": ASK, "responses": {"a": "1", "b": "2"}, "kind": "silver"}, "kind is 'silver'; known are rated"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_its_line(store, record, reason) -> None:
    good = {"messages": ASK, "responses": {"a": "1", "b": "2"}}
    found = read(store, good, record)
    assert len(found.items) == 1
    assert found.left_out[0].what == "line 2"
    assert reason in found.left_out[0].reason


def test_half_a_character_leaves_out_its_row_alone(store) -> None:
    good, bad = ({"messages": ASK, "responses": {"a": "\U0001f600", "b": text}} for text in ("fine", "half \ud83d"))
    found = read(store, bad, good)
    assert [texts(store, item)["b"] for item in found.items] == ["fine"]
    assert [(one.what, one.reason) for one in found.left_out] == [
        ("line 1", "it holds half a character (a lone surrogate).")
    ]


def test_a_cell_of_endless_brackets_is_told(store) -> None:
    cell = "[" * 5000 + "]" * 5000
    found = read(store, "messages,prompt,response_a,response_b", f"{cell},,x,y", ",Fare?,x,y")
    assert len(found.items) == 1
    assert [one.what for one in found.left_out] == ["line 2"]


def test_a_file_without_any_item_says_why(store) -> None:
    with pytest.raises(ImportFormatError, match=r"answers.jsonl holds no item that can be used; line 1: .*messages"):
        read(store, {"responses": {}})
    with pytest.raises(ImportFormatError, match="it is empty"):
        read(store)
    with pytest.raises(ImportFormatError, match="The file has no column 'left'; it has prompt"):
        read_items(store, ["prompt,b\n"], source="x.csv", columns={"response_a": "left"})


def side(*replies: str) -> list[dict[str, str]]:
    said = [{"role": "user", "content": "I am Ann."}]
    for turn, reply in enumerate(replies):
        said += [{"role": "assistant", "content": reply}, {"role": "user", "content": f"Question {turn}?"}]
    return said[:-1]


def test_whole_threads_stand_side_by_side_with_a_first_failed_turn(store) -> None:
    record = {"threads": {"a": side("Hi Ann", "Ann", "Ann"), "b": side("Hi Ann", "As a, Bob", "Bob")}}
    found = read(store, record, scope="thread")
    study = studies.create(store, Study("Threads", scope="thread", overlap=1), found.items)
    rater = store.rater("Ann")
    assignment = next_item(store, study.id, rater)
    item = open_item(store, assignment.id, rater)
    by_name = {store.candidate(one.answer.candidate_id).model_id: one for one in item.sides}
    assert [m.text for m in by_name["b"].path if m.role == "assistant"] == ["Hi Ann", "As a, Bob"]
    assert [one.answer.turn for one in item.sides] == [3, 3]
    place = item.sides.index(by_name["b"])
    failing = by_name["b"].path[3]
    mark = Mark(by_name["b"].answer.id, "forgot", message_id=by_name["b"].path[0].id, at_message_id=failing.id)
    said = Opinion("best", (1 - place,), marks=(mark,), failed_turns={place: 2, 1 - place: 0})
    submit(store, item, said, key="1")
    (stored,) = store.study_ballots(study.id)
    assert stored.details.failed_turns == {by_name["b"].answer.id: 2, by_name["a"].answer.id: 0}
    assert (stored.details.marks[0].at_message_id, stored.details.marks[0].distance_messages) == (failing.id, 3)
    assert store.comparison(assignment.comparison_id).prompt_leaf_id is None


@pytest.mark.parametrize(
    ("threads", "reason"),
    [
        (
            {"a": side("x"), "b": [{"role": "user", "content": "Other"}, {"role": "assistant", "content": "y"}]},
            "differently",
        ),
        ({"a": side("x"), "b": side("x")[:1]}, "the thread of 'b' does not end with an answer"),
        (None, "the field 'threads' is missing"),
        ({"a": side("x")}, "it has 1 answers"),
    ],
)
def test_whole_threads_that_do_not_belong_together_are_told(store, threads, reason) -> None:
    with pytest.raises(ImportFormatError, match=reason):
        read(store, {"threads": threads}, scope="thread")
