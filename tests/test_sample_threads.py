"""The conversations that ship in data/threads: what they promise to the pages, the demo and the documentation.

A fact with `asked` true must appear in a good answer to the last user message. One with `asked` false matters without
being quoted: a standing rule, or a value that a later message replaces.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from compare.threads.importers.read import read_file

FOLDER = Path(__file__).parents[1] / "data" / "threads"
FILES = sorted(FOLDER.glob("*.jsonl"))
FLAGSHIP = "support-discount-30"


def load(path: Path) -> dict[str, Any]:
    (line,) = path.read_text(encoding="utf-8").splitlines()
    return json.loads(line)


def prompt(thread: dict[str, Any]) -> list[dict[str, str]]:
    """The messages up to the last user message: what a model is asked."""
    messages = thread["messages"]
    last_user = max(i for i, message in enumerate(messages) if message["role"] == "user")
    return messages[: last_user + 1]


def recorded(thread: dict[str, Any]) -> str | None:
    """What production answered, in either of the two forms."""
    last = thread["messages"][-1]
    if last["role"] == "assistant":
        return last["content"]
    return thread.get("responses", {}).get("production")


def asked(thread: dict[str, Any]) -> list[dict[str, Any]]:
    return [fact for fact in thread["facts"] if fact["asked"]]


def answers_all(text: str, thread: dict[str, Any]) -> bool:
    return all(fact["text"] in text for fact in asked(thread))


THREADS = {path.stem: load(path) for path in FILES}
every_thread = pytest.mark.parametrize("thread", THREADS.values(), ids=THREADS.keys())


@every_thread
def test_a_thread_has_the_documented_fields(thread: dict[str, Any]) -> None:
    assert set(thread) - {"responses"} == {"id", "title", "workload", "tags", "messages", "facts"}
    assert thread["workload"] == "interactive"
    assert thread["tags"]
    assert all(set(message) == {"role", "content"} for message in thread["messages"])
    assert all(set(fact) == {"message", "text", "asked"} for fact in thread["facts"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_importer_reads_a_file_as_one_thread_with_nothing_refused(path: Path) -> None:
    reading = read_file(path)
    (thread,) = reading.threads
    assert not reading.refused
    assert (thread.source_ref, thread.title) == (path.stem, THREADS[path.stem]["title"])
    assert [m.text for m in thread.messages] == [m["content"] for m in THREADS[path.stem]["messages"]]


def test_each_file_is_named_by_its_thread_and_its_length() -> None:
    for name, thread in THREADS.items():
        assert thread["id"] == name
        assert name.endswith(f"-{len(thread['messages'])}")


def test_ids_titles_and_openings_are_unique() -> None:
    threads = list(THREADS.values())
    for values in (
        [t["id"] for t in threads],
        [t["title"] for t in threads],
        [t["messages"][0]["content"] for t in threads],
    ):
        assert len(set(values)) == len(threads)


def test_lengths_reach_from_6_to_40_messages_with_every_length_bucket_filled() -> None:
    lengths = sorted(len(thread["messages"]) for thread in THREADS.values())
    assert len(lengths) >= 8
    assert (lengths[0], lengths[-1]) == (6, 40)
    for low, high in ((5, 8), (9, 12), (13, 20), (21, 30), (31, 40)):
        assert any(low <= n <= high for n in lengths), f"no sample thread of {low} to {high} messages"


@every_thread
def test_user_and_assistant_take_turns(thread: dict[str, Any]) -> None:
    roles = [message["role"] for message in thread["messages"]]
    if roles[0] == "system":
        roles = roles[1:]
    assert roles == (["user", "assistant"] * len(roles))[: len(roles)]
    assert all(message["content"].strip() == message["content"] != "" for message in thread["messages"])


@every_thread
def test_every_fact_stands_in_the_message_that_is_named(thread: dict[str, Any]) -> None:
    for fact in thread["facts"]:
        assert fact["text"] in thread["messages"][fact["message"] - 1]["content"]


@every_thread
def test_an_asked_fact_is_said_once_and_by_the_user(thread: dict[str, Any]) -> None:
    """By the user, so that it is there under own history too; once, so that forgetting it shows."""
    assert asked(thread)
    for fact in asked(thread):
        places = [i for i, m in enumerate(prompt(thread), start=1) if fact["text"] in m["content"]]
        assert places == [fact["message"]]
        assert thread["messages"][fact["message"] - 1]["role"] == "user"


@every_thread
def test_the_last_question_needs_something_said_in_the_first_five_messages(thread: dict[str, Any]) -> None:
    assert min(fact["message"] for fact in asked(thread)) <= 5
    assert "?" in prompt(thread)[-1]["content"]


@every_thread
def test_from_ten_messages_on_the_last_six_do_not_hold_the_answer(thread: dict[str, Any]) -> None:
    if len(thread["messages"]) >= 10:
        assert not answers_all("\n".join(m["content"] for m in prompt(thread)[-6:]), thread)


def test_the_flagship_fact_is_out_of_reach_of_the_last_sixteen_messages() -> None:
    thread = THREADS[FLAGSHIP]
    assert len(thread["messages"]) == 30
    *earlier, question = prompt(thread)
    near = "\n".join(message["content"] for message in [*earlier[-16:], question])
    assert [fact["message"] for fact in asked(thread)] == [3, 3]
    for fact in asked(thread):
        assert fact["text"] not in near


def test_some_threads_need_an_early_and_a_middle_fact() -> None:
    spread = [t for t in THREADS.values() if len({fact["message"] for fact in asked(t)}) > 1]
    assert sum(max(f["message"] for f in asked(t)) > 6 for t in spread) >= 3


def test_production_kept_some_facts_and_lost_others() -> None:
    kept = {name: answers_all(text, t) for name, t in THREADS.items() if (text := recorded(t)) is not None}
    assert len(kept) >= 4
    assert list(kept.values()).count(False) >= 2
    assert True in kept.values()
    assert kept[FLAGSHIP] is False


def test_an_outdated_value_is_followed_by_its_correction() -> None:
    (thread,) = (t for t in THREADS.values() if "update" in t["tags"])
    (old,) = (fact for fact in thread["facts"] if not fact["asked"])
    new = max(asked(thread), key=lambda fact: fact["message"])
    assert old["message"] < new["message"]
    assert not answers_all(thread["responses"]["production"], thread)
    assert old["text"] in thread["responses"]["production"]


def test_a_standing_instruction_is_heeded_until_production_forgets_it() -> None:
    (thread,) = (t for t in THREADS.values() if "instruction" in t["tags"])
    rules = {fact["text"] for fact in thread["facts"] if not fact["asked"]}
    assert rules == {"never write the name of the island", "at most two sentences"}
    *before, last = [m["content"] for m in thread["messages"] if m["role"] == "assistant"]
    for reply in before:
        assert "Crete" not in reply
        assert len(re.findall(r"[.?!](?=[\s\"]|$)", reply)) <= 2
    assert "Crete" in last


def test_several_languages_are_there() -> None:
    tags = [set(thread["tags"]) for thread in THREADS.values()]
    assert all(t & {"english", "german", "spanish"} for t in tags)
    assert sum("german" in t for t in tags) >= 1
    assert sum("mixed-language" in t for t in tags) == 1


def test_the_texts_hold_what_viewers_stumble_over() -> None:
    text = "\n".join(m["content"] for t in THREADS.values() for m in t["messages"])
    for pattern in (
        r"\$\d[^\n$]*\$\d",  # two prices in one line, which some viewers take for maths
        r"->",
        r"(?m)^\|(?: ?-+ ?\|)+$",
        r"(?m)^```python$",
        r"(?m)^- ",
        r"(?m)^1\. ",
        r":[a-z_]+:",
        r"[\u0590-\u06ff]{3,}",  # a right-to-left word
        r"\"[^\"\n]+\"",
        r"[äöüß]",
    ):
        assert re.search(pattern, text), pattern


@every_thread
def test_nobody_can_be_reached_by_what_is_written_here(thread: dict[str, Any]) -> None:
    text = json.dumps(thread, ensure_ascii=False)
    assert set(re.findall(r"[\w.+-]+@([\w.-]*\w)", text)) <= {"example.com"}
    assert "://" not in text
    for number in re.findall(r"(?<![\w.,-])\+?\d[\d ()-]{6,}\d(?![\w.,-])", text):
        assert "555" in number, number
