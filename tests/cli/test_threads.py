"""`threads`: what a file holds is kept, what it does not hold is told, and what was kept can be taken along."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from compare.store import Store
from tests.cli.command import weighbridge

READING = (("threads", "import"), ("run", "--models", "sim-lite", "--threads"))


def written(folder: Path, content: str | bytes, name: str = "given.jsonl") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- import ----------------------------------------------------------------------------------------------------------


def test_every_good_thread_is_kept_and_every_bad_record_is_told_by_line(half_bad: Path, store: Store) -> None:
    done = weighbridge("threads", "import", half_bad)
    assert (done.status, done.out) == (0, "")
    assert "half-bad.jsonl, line 2: not valid JSON" in done.err
    assert "half-bad.jsonl, line 3: the thread has 1 messages but none of a user" in done.err
    assert done.err.endswith("4 read = 2 kept (2 new) + 2 refused.\n")
    assert {thread.title for thread in store.threads()} == {"Where is it?", "When does it come?"}


def test_the_same_file_again_adds_nothing(conversations: Path, store: Store) -> None:
    first = weighbridge("threads", "import", conversations, "--json").document
    again = weighbridge("threads", "import", conversations, "--json").document
    assert (first["kept"], first["new"], again["kept"], again["new"]) == (5, 5, 5, 0)
    assert first["thread_ids"] == again["thread_ids"]
    assert len(store.threads()) == 5


def test_json_counts_what_was_refused_with_line_and_reason(half_bad: Path) -> None:
    found = weighbridge("threads", "import", half_bad, "--json").document
    assert (found["read"], found["kept"], found["new"]) == (4, 2, 2)
    assert [refusal["line"] for refusal in found["refused"]] == [2, 3]


def test_a_guessed_encoding_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "User: Où est ma commande ?".encode("cp1252"), "lettre.txt")
    done = weighbridge("threads", "import", path, "--json")
    assert "lettre.txt is not UTF-8; it was read as cp1252." in done.err
    assert len(done.document["notes"]) == 1
    assert weighbridge("threads", "list", "--json").document["threads"][0]["title"] == "Où est ma commande ?"


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "given.jsonl is empty."),
        ("  \n\n", "given.jsonl is empty."),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)),
            "given.jsonl is not text: no known encoding fits.",
        ),
        ('{"messages": [', "given.jsonl is not valid JSON"),
        ('{"messages": []}', "Record 1: the thread is empty: 'messages' holds no message."),
        (
            '{"messages": [{"role": "assistant", "content": "Hello."}]}',
            "Record 1: the thread has 1 messages but none of a user, so nothing to answer.",
        ),
        ('{"messages": [{"role": "boss", "content": "Hi."}]}', "Record 1: message 1 has the role 'boss'; known are"),
        ('{"text": "Hello."}', "Record 1: the field 'messages' is missing or is not a list."),
    ],
    ids=["empty", "blank", "binary", "cut off", "empty thread", "no user", "unknown role", "no messages"],
)
def test_a_file_without_a_thread_is_one_sentence(
    command: tuple[str, ...], content: str | bytes, told: str, tmp_path: Path
) -> None:
    assert told in weighbridge(*command, written(tmp_path, content)).complaint


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_a_file_that_is_not_there_or_is_a_folder(command: tuple[str, ...], tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.jsonl"
    assert weighbridge(*command, missing).complaint.startswith(f"{missing} cannot be read: No such file or directory.")
    assert weighbridge(*command, tmp_path).complaint.startswith(f"{tmp_path} cannot be read: Is a directory.")


# --- list ------------------------------------------------------------------------------------------------------------


def test_threads_are_listed_newest_first_and_found_by_title(conversations: Path) -> None:
    weighbridge("threads", "import", conversations)
    found = weighbridge("threads", "list", "--json").document["threads"]
    assert [(t["title"], t["n_messages"], t["n_user_turns"]) for t in found][:2] == [
        ("I am Ann.", 4, 2),
        ("Order 3 is mine. Where is it?", 1, 1),
    ]
    assert all(thread["source"] == "conversations.jsonl" for thread in found)
    _, listed = weighbridge("threads", "list", "--search", "ORDER 2").out.splitlines()
    assert re.search(r"  1 +Order 2 is mine\. Where is it\?  conversations\.jsonl$", listed)
    assert len(weighbridge("threads", "list", "--limit", 3).out.splitlines()) == 1 + 3


def test_an_empty_list_says_what_to_do() -> None:
    shown = weighbridge("threads", "list")
    assert (shown.status, shown.out) == (0, "")
    assert shown.err == "No threads yet. Import some: weighbridge threads import FILE\n"
    assert weighbridge("threads", "list", "--json").document == {"n_found": 0, "threads": []}


# --- export ----------------------------------------------------------------------------------------------------------


def test_an_exported_thread_comes_in_as_the_same_thread(tmp_path: Path) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find_order", "arguments": '{"n": 5}'}}
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": [{"type": "text", "text": "Where is order 5?"}]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "in Lisbon"},
        {"role": "user", "content": "Und auf Deutsch: wo ist sie? \u2028 Ça va \N{PARTY POPPER}"},
    ]
    given = written(tmp_path, json.dumps({"title": "Order 5", "messages": messages}))
    (thread_id,) = weighbridge("threads", "import", given, "--json").document["thread_ids"]
    taken = weighbridge("threads", "export", thread_id)
    assert taken.err == ""
    (record,) = [json.loads(line) for line in taken.out.split("\n") if line]
    assert record == {"id": thread_id, "title": "Order 5", "messages": messages}
    back = written(tmp_path, taken.out, "back.jsonl")
    again = weighbridge("threads", "import", back, "--json").document
    assert (again["new"], again["thread_ids"]) == (0, [thread_id])


def test_an_unknown_thread_is_one_sentence() -> None:
    told = weighbridge("threads", "export", "nowhere").complaint
    assert told == "No thread has the id 'nowhere'; it may be in another data folder."


# --- the library -----------------------------------------------------------------------------------------------------


def kept(tmp_path: Path, *texts: str, name: str = "given.jsonl", **fields: object) -> list[str]:
    lines = [json.dumps({"messages": [{"role": "user", "content": text}], **fields}) for text in texts]
    done = weighbridge("threads", "import", written(tmp_path, "\n".join(lines), name), "--json")
    return list(done.document["thread_ids"])


def test_threads_are_listed_by_what_is_said_of_them(tmp_path: Path) -> None:
    first, second = kept(tmp_path, "Where is my parcel?", "A refund, please.")
    weighbridge("threads", "tag", second, "--add", "refund", "--set-workload", "batch")
    for asked in (("--tag", "refund"), ("--workload", "batch"), ("--search", "REFUND,"), ("--select", "tag:refund")):
        assert [t["id"] for t in weighbridge("threads", "list", *asked, "--json").document["threads"]] == [second], (
            asked
        )
    found = weighbridge("threads", "list", "--sort", "oldest", "--messages", "1-8", "--json").document
    assert ([t["id"] for t in found["threads"]], found["n_found"]) == ([first, second], 2)
    assert found["threads"][1]["tags"] == ["refund"]
    assert weighbridge("threads", "list", "--tag", "none").err == "No thread fits. Ask for less.\n"
    assert weighbridge("threads", "list", "--limit", 1).err == "1 of 2 threads; --limit shows more.\n"


def test_a_selection_that_cannot_be_read_is_one_sentence() -> None:
    assert "holds 'colour:red'" in weighbridge("threads", "list", "--select", "colour:red").complaint


def test_tagging_says_which_threads_and_what(tmp_path: Path) -> None:
    ids = kept(tmp_path, "a", "b", "c")
    assert weighbridge("threads", "tag", "--source", "given.jsonl", "--add", "x").err == "3 threads changed.\n"
    assert weighbridge("threads", "tag", ids[0], "--archive", "--json").document == {"thread_ids": [ids[0]]}
    assert weighbridge("threads", "list", "--tag", "x", "--json").document["n_found"] == 2
    assert weighbridge("threads", "list", "--archived", "--json").document["n_found"] == 1
    assert weighbridge("threads", "tag", "--add", "x").status == 2
    assert weighbridge("threads", "tag", ids[0]).status == 2
    assert weighbridge("threads", "tag", "nowhere", "--add", "x").complaint.startswith("No thread has the id 'nowhere'")


def test_a_selection_is_exported_and_comes_in_again_with_its_recorded_answers(tmp_path: Path, store: Store) -> None:
    said = {"human": "On Monday.", "gpt": "On Tuesday."}
    (thread_id,) = kept(tmp_path, "When does it come?", title="Parcel", workload="batch", responses=said)
    weighbridge("threads", "tag", thread_id, "--add", "late")
    out = tmp_path / "out.jsonl"
    assert weighbridge("threads", "export", "--tag", "late", "--out", out).err == f"1 threads written to {out}.\n"
    (line,) = out.read_text().splitlines()
    assert json.loads(line) == {
        "id": thread_id, "title": "Parcel", "workload": "batch", "tags": ["late"],
        "messages": [{"role": "user", "content": "When does it come?"}], "responses": said,
    }  # fmt: skip
    again = weighbridge("threads", "import", out, "--json").document
    assert (again["new"], again["thread_ids"]) == (0, [thread_id])
    assert len(store.last_recorded(thread_id)) == 2
    assert weighbridge("threads", "export").status == 2


def test_findings_are_told_in_order_and_as_one_document(tmp_path: Path) -> None:
    said = ["Please send the invoice for order 4417.", "Noted.", "Can you send the invoice for order 4417 now?"]
    messages = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(said)]
    weighbridge("threads", "import", written(tmp_path, json.dumps({"messages": messages})))
    told = weighbridge("threads", "findings")
    assert told.out.splitlines()[0] == "1. Users asked for the same thing again, in 1 of 1 thread."
    assert "The user asked in message 3 what message 1 had asked" in told.out
    (problem,) = weighbridge("threads", "findings", "--json").document["problems"]
    assert (problem["kind"], problem["n_threads"], problem["findings"][0]["message"]) == ("asked again", 1, 3)
    assert [quote["message"] for quote in problem["findings"][0]["evidence"]] == [1, 3]


def test_without_findings_it_says_how_much_was_read(tmp_path: Path) -> None:
    kept(tmp_path, "Where is it?")
    told = weighbridge("threads", "findings")
    assert (told.out, told.err) == ("", "Nothing was found in 1 threads.\n")
