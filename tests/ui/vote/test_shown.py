"""What a rater's browser gets: all that is to be read, and nothing that tells who wrote it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from compare.review import studies
from compare.review.study_file import read_items
from compare.store.study_values import Study
from compare.ui.vote.shown import KINDS
from tests.review.study_scene import StudyScene
from tests.ui.vote.conftest import AtDesk


def whole_threads(scene: StudyScene, **threads: list[tuple[str, str]]) -> AtDesk:
    """A study of one item: complete threads by model name."""
    given = {name: [{"role": role, "content": text} for role, text in said] for name, said in threads.items()}
    lines = [json.dumps({"threads": given}) + "\n"]
    items = read_items(scene.store, lines, source="x.jsonl", scope="thread").items
    study = studies.create(scene.store, Study("Whole", scope="thread", swap_share=0.0), items)
    return AtDesk(scene.store, study, "Ann")


def texts(messages: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(message["n"], message["text"]) for message in messages]


def test_the_thread_stands_beside_the_answers_in_the_stored_order(scene: StudyScene) -> None:
    ann = AtDesk(scene.store, scene.study(1), "Ann")
    order = scene.store.assignment(ann.data["item"]).shown_order
    assert [message["n"] for message in ann.data["thread"]] == [1, 2, 3, 4, 5, 6]
    assert ann.data["rows"] == []
    assert [side["name"] for side in ann.data["sides"]] == ["A", "B"]
    assert [side["text"] for side in ann.data["sides"]] == [f"Order 7714, answer {one[-1]}." for one in order]
    assert [side["n"] for side in ann.data["sides"]] == [7, 7]


def test_nothing_in_it_tells_who_wrote_what(scene: StudyScene) -> None:
    study = scene.study(0, scene.item("I am gpt-4o by OpenAI.", "I, second, say so too."))
    ann = AtDesk(scene.store, study, "Ann")
    sent = json.dumps(ann.data)
    item = scene.take(study, "Ann")
    assert item is not None
    ids = {side.answer.id for side in item.sides} | {side.answer.candidate_id for side in item.sides}
    ids |= {item.assignment.comparison_id, *(message.id for side in item.sides for message in side.path)}
    assert [one for one in ids if f'"{one}"' in sent or (len(one) > 8 and one in sent)] == []
    assert [name for name in ("gpt-4o", "OpenAI", "second") if name in sent] == []
    assert {side["label"] + side["figures"] for side in ann.data["sides"]} == {""}


def test_a_side_s_own_prompts_and_questions_tell_as_little_as_its_answers(scene: StudyScene) -> None:
    def said(name: str) -> list[tuple[str, str]]:
        own = [("assistant", f"I am {name}."), ("user", f"Thank you, {name}"), ("system", f"You are {name}.")]
        return [("user", "Hello"), *own, ("user", "And?"), ("assistant", "Bye.")]

    ann = whole_threads(scene, alpha_one=said("alpha-one"), beta_two=said("beta two"))
    assert "alpha" not in json.dumps(ann.data)
    assert "beta" not in json.dumps(ann.data)
    assert "You are [hidden]." in json.dumps(ann.data["rows"])


def test_what_all_sides_begin_with_is_shown_as_it_is(scene: StudyScene) -> None:
    begun = [("user", "Hello Claude")]
    one = [*begun, ("assistant", "Hi, I am Claude."), ("user", "Really?"), ("assistant", "Yes.")]
    two = [*begun, ("assistant", "Hm."), ("user", "Really?"), ("assistant", "No.")]
    ann = whole_threads(scene, one=one, two=two)
    assert "Hello Claude" in json.dumps(ann.data["rows"])
    assert "I am Claude" not in json.dumps(ann.data)


def test_an_open_study_shows_names_and_where_asked_for_speed(scene: StudyScene) -> None:
    item = scene.item()
    timed = [replace(one, id=f"t-{one.id}", total_ms=1500.0) for one in scene.store.answers(item.answer_ids).values()]
    for answer in timed:
        scene.store.save_answer(answer)
    item = replace(item, answer_ids=tuple(answer.id for answer in timed))
    study = scene.study(0, item, blind=False, speed_visible=True)
    ann = AtDesk(scene.store, study, "Ann")
    assert {side["label"] for side in ann.data["sides"]} == {"first", "second"}
    assert all("total 1.5" in side["figures"] for side in ann.data["sides"])
    quiet = AtDesk(scene.store, scene.study(1, blind=False), "Ann")
    assert {side["figures"] for side in quiet.data["sides"]} == {""}


def test_hostile_text_arrives_without_markup_of_its_own(scene: StudyScene) -> None:
    hostile = "<img src=x onerror=alert(1)> [go](javascript:alert(1))"
    ann = AtDesk(scene.store, scene.study(0, scene.item(hostile, hostile)), "Ann")
    html = "".join(html for side in ann.data["sides"] for _, html in side["blocks"])
    assert "<img" not in html
    assert "href" not in html
    assert ann.data["sides"][0]["text"] == hostile


def test_whole_threads_are_aligned_turn_by_turn(scene: StudyScene) -> None:
    opening = [("user", "Hello"), ("assistant", "Hi."), ("user", "Blue or green?")]
    ann = whole_threads(
        scene,
        one=[*opening, ("assistant", "Blue."), ("user", "Sure?"), ("assistant", "Yes.")],
        two=[*opening, ("assistant", "Green."), ("user", "Sure?"), ("assistant", "No."), ("user", "Why?"),
             ("assistant", "Because.")],
    )  # fmt: skip
    rows = ann.data["rows"]
    assert ann.data["thread"] == []
    assert [(row["turn"], row["shared"]) for row in rows] == [(1, True), (2, False), (3, False), (4, False)]
    assert texts(rows[1]["asked"][0]) == [(3, "Blue or green?")]
    assert sorted(texts(said)[0] for said in rows[1]["said"]) == [(4, "Blue."), (4, "Green.")]
    assert sorted(map(len, rows[3]["said"])) == [0, 1]
    assert len(rows[3]["asked"]) == 2


def test_a_system_message_stands_before_the_first_turn(scene: StudyScene) -> None:
    said = [("system", "Be brief."), ("user", "Hello")]
    longer = [*said, ("assistant", "Yo."), ("user", "?"), ("assistant", "!")]
    ann = whole_threads(scene, one=[*said, ("assistant", "Hi.")], two=longer)
    assert [(row["turn"], row["shared"]) for row in ann.data["rows"]] == [(0, True), (1, False), (2, False)]


def test_a_mark_in_the_middle_of_a_whole_thread_finds_its_message_and_comes_back(scene: StudyScene) -> None:
    threads = {
        name: [("user", "Blue."), ("assistant", f"{name}: ok."), ("user", "Colour?"), ("assistant", f"Green, {name}")]
        for name in ("one", "two")
    }  # fmt: skip
    ann = whole_threads(scene, **threads)
    marks = [
        {"side": 1, "kind": "contradicts", "severity": "breaks", "message": 1, "other": None, "at": 4, "span": [0, 5],
         "note": "it was blue"},
        {"side": 0, "kind": "invented", "severity": "minor", "message": None, "other": None, "at": 2, "span": None,
         "note": ""},
    ]  # fmt: skip
    ann.say("submit", {"verdict": "best", "ranking": [0], "marks": marks, "failed": {"0": 0, "1": 2}})
    (one,) = scene.store.study_ballots(ann.desk.study_id)
    first, second = one.details.marks
    assert (first.at_message_id, first.distance_messages, first.span) == (None, 3, (0, 5))
    assert second.at_message_id is not None
    assert sorted(one.details.failed_turns.values()) == [0, 2]
    ann.say("back")
    assert ann.data["draft"]["marks"] == marks
    assert ann.data["draft"]["failed"] == {"0": 0, "1": 2}


def test_a_span_on_a_hidden_word_means_the_stored_one_and_comes_back(scene: StudyScene) -> None:
    text = "I am first, here."
    ann = AtDesk(scene.store, scene.study(0, scene.item(text, text)), "Ann")
    shown_text = ann.data["sides"][0]["text"]
    assert shown_text == "I am [hidden], here."
    span = [shown_text.index("[hidden]"), shown_text.index("]") + 1]
    ann.say("submit", {"verdict": "tie", "marks": [{"side": 0, "kind": "invented", "span": span}]})
    (one,) = scene.store.study_ballots(ann.desk.study_id)
    assert text[slice(*one.details.marks[0].span or ())] == "first"
    ann.say("back")
    assert ann.data["draft"]["marks"][0]["span"] == span


def test_every_verdict_has_words_in_the_raters_own_letters(scene: StudyScene) -> None:
    study = scene.study(1)
    ann = AtDesk(scene.store, study, "Ann")
    ann.say("submit", {"verdict": "rank", "ranking": [1, 0], "confidence": 2})
    item = scene.take(study, "Ann")
    assert item is None
    ann.say("back")
    assert ann.data["yours"] == "B before A, fairly sure"


def test_kinds_say_how_many_messages_they_need() -> None:
    needs = {one["kind"]: one["needs"] for one in KINDS}
    assert (needs["outdated_value"], needs["forgot"], needs["invented"]) == (2, 1, 0)
    assert len(needs) == 7
