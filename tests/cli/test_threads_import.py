"""`threads import`: other formats, previews, masks and tables from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compare.store import Store
from tests.cli.command import weighbridge
from tests.threads.importers.files import chatgpt, lines, node
from tests.threads.importers.test_logs import openai, payload

SECRET = "anna@example.com"


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.jsonl"
    path.write_bytes(lines({"messages": [{"role": "user", "content": f"I am {SECRET}, order ORD-7."}]}))
    return path


def test_the_format_found_and_what_was_here_already_are_said(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([chatgpt(node(f"u{n}", None, "user", f"hi {n % 2}")) for n in range(3)]))
    done = weighbridge("threads", "import", path, "--json")
    assert "conversations.json: ChatGPT export, 3 conversations.\n" in done.err
    assert done.err.endswith("3 read = 3 kept (2 new, 1 here already) + 0 refused.\n")
    assert (done.document["format"], done.document["here_already"]) == ("ChatGPT export", 1)


def test_calls_of_a_log_and_the_threads_they_make_are_counted_apart(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "log.jsonl"
    first, both = openai(("user", "hi")), openai(("user", "hi"), ("assistant", "Hello."), ("user", "And?"))
    path.write_bytes(lines(payload(1, first, "Hello."), payload(2, both, "Done.")))
    done = weighbridge("threads", "import", path, "--json")
    assert done.err.endswith("2 read = 2 kept + 0 refused. They make 1 threads (1 new).\n")
    (thread_id,) = done.document["thread_ids"]
    assert [one.total_ms for one in store.thread(thread_id).recorded] == [1250.0, 1250.0]


def test_a_preview_keeps_nothing_and_shows_the_masks(talk: Path, store: Store) -> None:
    shown = weighbridge("threads", "import", talk, "--preview", "--mask", "email", "--mask-pattern", r"order=ORD-\d+")
    assert "user: I am [email 1], order [order 1]." in shown.out
    assert "talk.jsonl: OpenAI messages. Nothing was kept." in shown.err
    assert "Masked: 1 x email, 1 x order." in shown.err
    document = weighbridge("threads", "import", talk, "--preview", "--json").document
    assert (document["read"], document["complete"]) == (1, True)
    assert document["threads"][0]["messages"][0]["content"] == f"I am {SECRET}, order ORD-7."
    assert store.threads() == []


def test_masked_values_are_nowhere_in_the_database(talk: Path, store: Store) -> None:
    found = weighbridge("threads", "import", talk, "--mask", "email,card", "--json").document
    assert found["masked"] == {"email": 1}
    assert store.thread(found["thread_ids"][0]).note == "Masked at import: 1 x e-mail address."
    store.close()
    for path in store._database.path.parent.glob("weighbridge.db*"):
        assert b"anna" not in path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--mask", "names"), "There is no mask for 'names'; there are email, iban, card, phone."),
        (("--mask-pattern", "x=("), "The mask 'x' has a pattern that is not a regular expression"),
        (("--columns", "who=a"), "A column cannot be 'who'; it can be thread, role, text"),
    ],
)
def test_options_that_cannot_be_used_are_one_sentence(talk: Path, arguments: tuple[str, str], told: str) -> None:
    assert told in weighbridge("threads", "import", talk, *arguments).complaint


def test_columns_of_a_table_are_said(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "chats.csv"
    path.write_text("nr,wer,was\n1,Kunde,Hallo?\n1,Berater,Ja.\n")
    done = weighbridge("threads", "import", path, "--columns", "thread=nr,role=wer,text=was", "--json")
    messages = store.thread(done.document["thread_ids"][0]).messages
    assert [(m.role, m.text) for m in messages] == [("user", "Hallo?"), ("assistant", "Ja.")]
